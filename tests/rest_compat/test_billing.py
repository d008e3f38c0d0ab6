"""Billing over REST: the policy, what staff may do for a contract, terms and repricing, runs that answer with jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.resolvers.billing.clock import Clock


@pytest.fixture
async def clock(factory, settings):
    """Billing has been on for a year, and the clock stands at forty days ago."""
    today = datetime.now(UTC).astimezone(settings.time_zone).date()
    clock = Clock(factory, (today - timedelta(days=40)).isoformat())
    await clock.policy(billing_from=(today - timedelta(days=365)).isoformat())
    return clock


def day(clock, ahead):
    return (clock.day + timedelta(days=40 + ahead)).isoformat()


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


async def test_a_contract_that_could_not_pay_is_helped_in_every_way(api, clock):
    contract = await clock.contract(fee="100.00")
    path = f"/contracts/{contract}"
    billed = (await api.post(f"{path}/bill/", role="operator")).json()
    assert (billed["status"], billed["data"]["suspension_reason"]) == ("success", "insufficient_funds")
    again = await api.post(f"{path}/bill/")
    assert (again.status_code, again.json()["code"]) == (400, "invalid_transition")
    promised = (await api.post(f"{path}/promise/", {"amount": 100, "days": 5}, role="operator")).json()["data"]
    assert (promised["status"], promised["balance"], promised["promised_amount"]) == ("active", "-100.00", "100.00")
    assert (promised["promised_until"], promised["anchor_date"]) == (day(clock, 5), day(clock, 0))
    postponed = await api.post(f"{path}/postpone/", {"until": day(clock, 30), "reason": "Болен"}, role="supervisor")
    assert postponed.json()["data"]["postponed_until"] == day(clock, 30)
    for wrong in ({"until": day(clock, 31), "reason": "-"}, {"until": day(clock, 0), "reason": "-"}):
        assert list((await api.post(f"{path}/postpone/", wrong)).json()) == ["until"]
    waived = (await api.post(f"{path}/waive/", {"reason": "Авария"}, role="supervisor")).json()["data"]
    assert waived["next_billing_date"] > promised["next_billing_date"]
    periods = (await api.get(f"{path}/periods/", role="employee")).json()
    assert [(row["status"], row["amount"], row["reason"]) for row in periods["results"]] == [
        ("waived", "0.00", "Авария"),
        ("charged", "100.00", None),
        ("skipped", "0.00", None),
    ]
    paid = (await api.post(f"{path}/add_balance/", {"amount": "150.00"})).json()
    assert (paid["old_balance"], paid["new_balance"]) == ("-100.00", "50.00")
    assert (paid["data"]["promised_amount"], paid["data"]["promised_until"]) == ("0.00", None)
    for action, body in (("postpone", {"until": day(clock, 3), "reason": "-"}), ("waive", {"reason": "-"})):
        assert (await api.post(f"{path}/{action}/", body, role="operator")).status_code == 403


async def test_terms_have_versions_and_a_change_of_tariff_waits_or_is_made(api, clock):
    contract = await clock.contract(fee="100.00", paid="1000.00")
    tariff = (await clock.see(contract)).tariff_id
    await api.patch(f"/tariffs/{tariff}/", {"monthly_fee": "130.00", "minutes_included": 5})
    terms = (await api.get(f"/tariffs/{tariff}/terms/")).json()["results"]
    told = [(row["version"], row["monthly_fee"], row["minutes_included"], row["contracts_count"]) for row in terms]
    assert told == [(2, "130.00", 5, 0), (1, "100.00", 0, 1)]
    seen = (await api.get(f"/contracts/{contract}/")).json()
    assert (seen["terms"], seen["monthly_fee"]) == (terms[1]["id"], "100.00")
    job = await api.post(f"/tariffs/{tariff}/reprice/", {"from": day(clock, 2)}, role="supervisor")
    assert (job.status_code, job.json()["kind"], job.json()["arguments"]["from"]) == (202, "reprice", day(clock, 2))
    assert list((await api.post(f"/tariffs/{tariff}/reprice/", {"from": day(clock, -1)})).json()) == ["from"]
    path = f"/contracts/{contract}"
    waits = (await api.post(f"{path}/change_tariff/", {"tariff_id": tariff, "when": "next_month"})).json()["data"]
    assert (waits["scheduled_tariff"], waits["scheduled_on"]) == (tariff, waits["next_billing_date"])
    assert waits["balance"] == "900.00"  # the month that was due came first
    assert (await api.post(f"{path}/cancel_tariff_change/")).json()["data"]["scheduled_on"] is None
    assert (await api.post(f"{path}/cancel_tariff_change/")).json()["code"] == "invalid_transition"
    made = (await api.post(f"{path}/change_tariff/", {"tariff_id": tariff, "when": "now"})).json()["data"]
    assert (made["terms"], made["monthly_fee"], made["anchor_date"]) == (terms[0]["id"], "130.00", day(clock, 0))
    for when in (day(clock, 0), "2027-13-01", "soon"):
        refused = await api.post(f"{path}/change_tariff/", {"tariff_id": tariff, "when": when})
        assert (refused.status_code, list(refused.json())) == (400, ["when"]), when


async def test_nobody_else_may_use_the_references_of_fees(api, clock):
    contract = await clock.contract()
    for reference in ("FEE-1", "OPEN-1"):
        refused = await api.post("/payments/", {"contract": contract, "amount": "1", "transaction_id": reference})
        assert (refused.status_code, list(refused.json())) == (400, ["transaction_id"])


async def test_a_run_is_of_today_or_a_day_before_and_only_a_dry_one_of_a_day_to_come(api, clock):
    ahead = {"business_date": day(clock, 1)}
    assert list((await api.post("/billing/runs/", ahead, role="supervisor")).json()) == ["business_date"]
    assert (await api.post("/billing/runs/", {**ahead, "dry_run": True})).status_code == 202
    assert (await api.post("/billing/runs/", {"business_date": day(clock, -1)})).status_code == 202
    assert (await api.post("/billing/runs/", {}, role="operator")).status_code == 403
    early = await api.post("/billing/runs/", {"business_date": day(clock, -400)})
    assert early.json()["code"] == "invalid_transition"
