"""Billing over REST: the policy with its two halves, and a run that answers with its job."""

from __future__ import annotations


async def test_the_policy_is_one_object_with_two_in_it(api):
    changed = await api.patch("/billing/policy/", {"billing_from": "2026-12-01", "prepaid": {"grace_days": 2}})
    assert changed.status_code == 200, changed.text
    told = (await api.get("/billing/policy/")).json()
    assert (told["billing_from"], told["prepaid"]["grace_days"], told["postpaid"]["grace_days"]) == ("2026-12-01", 2, 0)
    assert (await api.get("/billing/policy/history/")).json()["count"] == 1
    refused = await api.patch("/billing/policy/", {"prepaid": {"grace_days": -1}})
    assert (refused.status_code, list(refused.json())) == (400, ["prepaid"])
    assert (await api.patch("/billing/policy/", {}, role="supervisor")).status_code == 403


async def test_a_run_answers_with_its_job(api):
    assert (await api.post("/billing/runs/", {})).json()["code"] == "invalid_transition"
    await api.patch("/billing/policy/", {"billing_from": "2020-01-01"})
    answer = await api.post("/billing/runs/", {"dry_run": True})
    assert (answer.status_code, answer.json()["kind"], answer.json()["arguments"]["dry_run"]) == (
        202,
        "billing_run",
        True,
    )
