"""`availableActions` (screens.md §1): what is allowed happens, and what is not is refused for that very reason."""

from __future__ import annotations

import pytest

from models.database.meter import METER, Meter
from models.users import Role
from resolvers.available import operations_of

pytestmark = pytest.mark.anyio

ASKED = "availableActions { name allowed reason { code message field } }"


async def test_each_operation_of_the_type_stands_there_in_the_order_of_its_life(ask, factory):
    contract = await factory.contract()
    shown = await ask.data(f'{{ contract(id: "ctr_{contract.id}") {{ {ASKED} }} }}')
    names = [one["name"] for one in shown["contract"]["availableActions"]]
    assert names[:3] == ["updateContract", "activateContract", "suspendContract"]
    assert names[-1] == "deleteContract"
    assert set(names) == {one.graphql for one in operations_of("Contract")}


async def test_what_is_not_allowed_says_why_as_the_refusal_would(ask, factory):
    contract = await factory.contract()
    await factory.run("customer.suspend", contract.customer_id)
    shown = await ask.data(f'{{ contract(id: "ctr_{contract.id}") {{ {ASKED} }} }}', role=Role.OPERATOR)
    by_name = {one["name"]: one for one in shown["contract"]["availableActions"]}
    assert by_name["terminateContract"] == {"name": "terminateContract", "allowed": True, "reason": None}
    assert by_name["activateContract"]["reason"] == {
        "code": "INVALID_TRANSITION",
        "message": f"Customer {contract.customer_id}: not possible in the state “Suspended”; possible in: Active",
        "field": None,
    }
    assert by_name["suspendContract"]["reason"]["code"] == "INVALID_TRANSITION"
    assert by_name["deleteContract"]["reason"]["code"] == "PERMISSION_DENIED"


async def test_it_is_one_statement_with_the_rest_of_the_query(ask, factory):
    for _ in range(2):
        await factory.active_contract()
    document = f"""{{ customers(first: 5) {{ nodes {{ {ASKED} contracts {{ nodes {{ number {ASKED}
        sim {{ {ASKED} }} payments {{ nodes {{ {ASKED} }} }} }} }} }} }} }}"""
    meter = Meter()
    token = METER.set(meter)
    shown = await ask.data(document)
    METER.reset(token)
    assert meter.statements == 1
    assert all(
        one["sim"]["availableActions"] for row in shown["customers"]["nodes"] for one in row["contracts"]["nodes"]
    )


async def test_what_people_write_is_never_taken_for_it(ask, factory):
    tariff = await factory.tariff(extra_options={"$": {"id": 1}}, description='{"id":1}')
    shown = await ask.data(f'{{ tariff(id: "trf_{tariff.id}") {{ description extraOptions names: {ASKED} }} }}')
    assert (shown["tariff"]["extraOptions"], shown["tariff"]["description"]) == ({"$": {"id": 1}}, '{"id":1}')
    assert shown["tariff"]["names"][0]["allowed"]


async def test_a_payload_shows_what_may_be_done_next(ask, factory):
    ticket = await factory.ticket()
    document = f"""mutation {{ closeTicket(input: {{id: "tkt_{ticket.id}"}}) {{ ticket {{
        availableActions {{ name allowed }} }} }} }}"""
    shown = (await ask.data(document))["closeTicket"]["ticket"]["availableActions"]
    allowed = {one["name"] for one in shown if one["allowed"]}
    assert {"reopenTicket", "updateTicket", "deleteTicket"} <= allowed
    assert "closeTicket" not in allowed
