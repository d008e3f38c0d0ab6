"""`?dry_run=true` and `Prefer: dry-run` (screens.md §1)."""

from __future__ import annotations

import pytest

from models.billing import BillingPolicy
from models.users import Role
from tests.contents import contents

pytestmark = pytest.mark.anyio


async def test_an_action_tells_what_would_come_of_it(api, factory, database):
    contract = await factory.active_contract(balance="5")
    before = await contents(database)
    response = await api.post(f"/contracts/{contract.id}/add_balance/?dry_run=true", {"amount": "10.00"})
    assert response.status_code == 200
    assert await contents(database) == before
    told = response.json()
    assert (told["status"], told["data"]["balance"], told["new_balance"]) == ("dry_run", "15.00", "15.00")
    assert {
        "id": contract.id,
        "type": "contract",
        "action": "add_balance",
        "fields": {"balance": ["5.00", "15.00"]},
    } in told["changes"]
    done = await api.post(f"/contracts/{contract.id}/add_balance/", {"amount": "10.00"})
    assert done.json()["status"] == "success"
    assert done.json()["message"] == told["message"]


async def test_a_create_an_update_and_a_delete_answer_200_too(api, factory, database):
    customer = await factory.customer()
    before = await contents(database)
    tariff = {"name": "Новый", "monthly_fee": "1.00"}
    created = await api.post("/tariffs/", tariff, headers={"Prefer": "handling=lenient, dry-run"})
    assert (created.status_code, created.headers["preference-applied"]) == (200, "dry-run")
    assert created.json()["data"]["name"] == "Новый"
    patched = await api.patch(f"/customers/{customer.id}/?dry_run=1", {"notes": "старый"})
    assert (patched.status_code, patched.json()["data"]["notes"]) == (200, "старый")
    deleted = await api.delete(f"/customers/{customer.id}/?dry_run=true")
    assert (deleted.status_code, deleted.json()["data"]) == (200, None)
    assert [(one["type"], one["action"]) for one in deleted.json()["changes"]] == [("customer", "delete")]
    assert await contents(database) == before


async def test_it_is_refused_as_the_call_itself(api, factory):
    contract = await factory.active_contract()
    path = f"/contracts/{contract.id}/deduct_balance/?dry_run=true"
    assert (await api.post(path, {"amount": 1})).json()["code"] == "insufficient_funds"
    assert (await api.post(path, {"amount": 1}, role=Role.EMPLOYEE)).status_code == 403
    assert (await api.post("/contracts/999/suspend/?dry_run=perhaps")).status_code == 404
    refused = await api.post(path.replace("true", "perhaps"), {"amount": 1})
    assert (refused.status_code, list(refused.json())) == (400, ["dry_run"])


async def test_an_empty_or_false_value_is_a_real_call(api, factory):
    contract = await factory.active_contract()
    for value in ("", "false"):
        done = await api.post(f"/contracts/{contract.id}/add_balance/?dry_run={value}", {"amount": 1})
        assert done.json()["status"] == "success"
    assert (await factory.fresh(contract)).balance == 2_00


async def test_a_password_is_not_changed_for_trial(api):
    refused = await api.post("/users/me/password/?dry_run=true", {"old_password": "a", "new_password": "b"})
    assert (refused.status_code, list(refused.json())) == (400, ["dry_run"])


async def test_a_billing_run_has_a_dry_run_of_its_own(api, factory):
    await factory.run("policy.update", BillingPolicy.ONLY, billing_from="2026-01-01")
    started = await api.post("/billing/runs/?dry_run=true")
    assert (started.status_code, started.json()["arguments"]["dry_run"]) == (202, True)
