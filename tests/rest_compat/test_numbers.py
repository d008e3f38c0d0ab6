"""Whose number it was, at both doors (screens.md §1)."""

from __future__ import annotations

import pytest

from models.users import Role
from tests.schema.conftest import Asker

pytestmark = pytest.mark.anyio


@pytest.fixture
async def moved(factory):
    """A number that was in one contract, then, after its card was replaced, in the same, then in another."""
    first, second = await factory.active_contract(), await factory.contract()
    old, new = await factory.sim_of(first), await factory.sim()
    await factory.run("sim.replace", old.id, new_sim_id=new.id, reason="lost")
    await factory.run("sim.deactivate", new.id)
    await factory.run("sim.activate", new.id, contract_id=second.id)
    return first, second, old, new


async def test_a_numbers_history_is_its_contracts_newest_first(api, moved):
    first, second, old, new = moved
    spelt = old.msisdn.replace("+996", "0")
    page = (await api.get(f"/numbers/{spelt}/history/", role=Role.EMPLOYEE)).json()
    assert (page["count"], page["next"], page["previous"]) == (3, None, None)
    told = [(row["sim"], row["contract"], row["until"] is None) for row in page["results"]]
    assert told == [(new.id, second.id, True), (new.id, first.id, False), (old.id, first.id, False)]
    assert list(page["results"][0]) == [
        *("id", "sim", "msisdn", "contract", "contract_number", "customer_name", "since", "until")
    ]
    second_page = (await api.get(f"/numbers/{old.msisdn}/history/?page_size=2&page=2")).json()
    assert [row["sim"] for row in second_page["results"]] == [old.id]


async def test_whose_it_was_at_a_moment(api, moved):
    first, second, old, _ = moved
    path = f"/numbers/{old.msisdn}/history/"
    rows = (await api.get(path)).json()["results"]

    async def at(moment):
        return [row["contract"] for row in (await api.get(path, params={"at": moment})).json()["results"]]

    assert await at(rows[0]["since"]) == [second.id]
    assert await at(rows[1]["since"]) == [first.id]
    assert await at(rows[2]["since"]) == [first.id]
    assert await at("2000-01-01") == []
    assert await at("2999-01-01") == [second.id]


async def test_what_is_no_number_or_no_moment_is_refused(api):
    assert list((await api.get("/numbers/abc/history/")).json()) == ["msisdn"]
    assert list((await api.get("/numbers/0550123456/history/?at=soon")).json()) == ["at"]
    assert (await api.get("/numbers/0550123456/history/")).json()["results"] == []
    assert (await api.get("/numbers/0550123456/history/", role=None)).status_code == 401


async def test_a_sims_and_a_contracts_bindings_are_lists_of_their_own(api, moved):
    first, _, old, new = moved
    assert [row["sim"] for row in (await api.get(f"/contracts/{first.id}/sim_bindings/")).json()["results"]] == [
        new.id,
        old.id,
    ]
    assert len((await api.get(f"/sims/{new.id}/bindings/")).json()["results"]) == 2


async def test_a_card_is_replaced(api, factory):
    contract = await factory.active_contract()
    old, new = await factory.sim_of(contract), await factory.sim()
    body = {"new_sim_id": new.id, "reason": "lost"}
    assert (await api.post(f"/sims/{old.id}/replace/", body, role=Role.EMPLOYEE)).status_code == 403
    done = await api.post(f"/sims/{old.id}/replace/", body, role=Role.OPERATOR)
    assert (done.status_code, done.json()["data"]["status"]) == (200, "closed")
    assert (await api.get(f"/sims/{new.id}/")).json()["msisdn"] == old.msisdn
    assert (await api.post(f"/sims/{old.id}/replace/", {"new_sim_id": 999, "reason": "lost"})).status_code == 404
    assert list((await api.post(f"/sims/{old.id}/replace/", {"new_sim_id": new.id})).json()) == ["reason"]


async def test_the_same_in_graphql(factory):
    ask, contract = Asker(factory), await factory.active_contract()
    old, new = await factory.sim_of(contract), await factory.sim()
    data = await ask.data(
        """mutation ($input: ReplaceSimInput!) { replaceSim(input: $input) {
            sim { status bindings { nodes { until } } }
            newSim { msisdn status contract { simBindings { totalCount nodes { sim { id } msisdn until } } } }
            errors { code } } }""",
        {"input": {"id": f"sim_{old.id}", "newSimId": f"sim_{new.id}", "reason": "UPGRADE"}},
    )
    assert data["replaceSim"]["errors"] == []
    assert data["replaceSim"]["sim"]["status"] == "CLOSED"
    shown = data["replaceSim"]["newSim"]
    assert (shown["msisdn"], shown["status"]) == (old.msisdn, "ACTIVE")
    assert shown["contract"]["simBindings"]["totalCount"] == 2
    found = await ask.data(
        """query ($msisdn: String!, $at: DateTime) { numberHistory(msisdn: $msisdn, at: $at) {
            nodes { sim { id } contract { id customer { fullName } } } } }""",
        {"msisdn": old.msisdn, "at": "2999-01-01"},
    )
    (node,) = found["numberHistory"]["nodes"]
    assert (node["sim"]["id"], node["contract"]["id"]) == (f"sim_{new.id}", f"ctr_{contract.id}")
