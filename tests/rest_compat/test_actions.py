"""`GET /api/{entity}/{id}/actions/` (screens.md §1)."""

from __future__ import annotations

import pytest

from models.users import Role

pytestmark = pytest.mark.anyio


async def test_it_tells_what_can_be_done_and_why_something_may_not(api, factory):
    contract = await factory.active_contract()
    response = await api.get(
        f"/contracts/{contract.id}/actions/", role=Role.OPERATOR, headers={"Accept-Language": "en"}
    )
    assert response.status_code == 200
    by_name = {one["name"]: one for one in response.json()["results"]}
    assert by_name["suspend"] == {"name": "suspend", "allowed": True, "reason": None}
    assert by_name["resume"]["reason"] == {
        "code": "invalid_transition",
        "message": f"Contract {contract.id}: not possible in the state “Active”; possible in: Suspended",
        "field": None,
    }
    assert by_name["delete"]["reason"]["code"] == "permission_denied"
    assert {"update", "activate", "add_balance", "change_tariff"} <= by_name.keys()


async def test_what_is_allowed_can_be_called_under_its_name(api, factory):
    ticket = await factory.ticket()
    path = f"/tickets/{ticket.id}/"
    told = (await api.get(f"{path}actions/", role=Role.EMPLOYEE)).json()["results"]
    allowed = {one["name"] for one in told if one["allowed"]}
    for name in allowed & {"start_work", "wait", "close"}:
        assert (await api.post(f"{path}{name}/?dry_run=true", role=Role.EMPLOYEE)).status_code == 200
    assert "reopen" not in allowed
    assert (await api.post(f"{path}reopen/", role=Role.EMPLOYEE)).status_code == 400


async def test_of_what_is_not_there_or_not_to_be_seen_nothing_is_told(api, factory):
    user = await factory.user()
    assert (await api.get("/contracts/999/actions/")).status_code == 404
    assert (await api.get(f"/users/{user.id}/actions/", role=Role.EMPLOYEE)).status_code == 403
    assert (await api.get("/contracts/1/actions/", role=None)).status_code == 401


async def test_the_policy_has_them_at_its_own_path(api):
    told = (await api.get("/billing/policy/actions/", role=Role.OPERATOR)).json()["results"]
    assert [(one["name"], one["allowed"]) for one in told] == [("update", False)]
    assert (await api.get("/billing/policy/actions/")).json()["results"][0]["allowed"]
