"""`dryRun` and `changes` of mutations (screens.md §1)."""

from __future__ import annotations

from operator import itemgetter

import pytest

from models.users import Role
from resolvers.operations import OPERATIONS
from schema.schema import GRAPHQL
from tests.contents import contents

pytestmark = pytest.mark.anyio

CHANGES = "changes { __typename id type action fields { field old new } }"


async def test_a_dry_run_shows_the_entity_as_it_would_be_and_all_that_would_change(ask, factory, database):
    contract = await factory.active_contract(balance="5")
    before = await contents(database)
    document = f"""mutation ($dry: Boolean!) {{
        addContractBalance(input: {{id: "ctr_{contract.id}", amount: 10, dryRun: $dry}}) {{
            contract {{ balance payments {{ totalCount }} }} payment {{ id }} newBalance {CHANGES} errors {{ code }}
        }}
    }}"""
    rehearsed = (await ask.data(document, {"dry": True}))["addContractBalance"]
    assert await contents(database) == before
    done = (await ask.data(document, {"dry": False}))["addContractBalance"]
    assert rehearsed["contract"] == done["contract"] == {"balance": "15.00", "payments": {"totalCount": 2}}
    assert rehearsed["newBalance"] == "15.00"
    assert [(one["id"], one["action"]) for one in rehearsed["changes"]] == [
        (one["id"], one["action"]) for one in done["changes"]
    ]
    (account,) = (one for one in done["changes"] if one["type"] == "contract")
    assert account == {
        "__typename": "EntityChange",
        "id": f"ctr_{contract.id}",
        "type": "contract",
        "action": "add_balance",
        "fields": [{"field": "balance", "old": "5.00", "new": "15.00"}],
    }


async def test_fields_are_spelt_as_history_spells_them(ask, factory):
    customer = await factory.customer()
    changes = f'updateCustomer(input: {{id: "cus_{customer.id}", lastName: "Ёлкин", dryRun: true}}) {{ {CHANGES} }}'
    (change,) = (await ask.data(f"mutation {{ {changes} }}"))["updateCustomer"]["changes"]
    assert {"field": "lastName", "old": "Осмонов", "new": "Ёлкин"} in change["fields"]


async def test_what_is_refused_has_no_changes(ask, factory):
    contract = await factory.active_contract()
    document = f"""mutation {{ deductContractBalance(input: {{id: "ctr_{contract.id}", amount: 1, dryRun: true}}) {{
        contract {{ id }} {CHANGES} errors {{ code }} }} }}"""
    assert (await ask.data(document))["deductContractBalance"] == {
        "contract": None,
        "changes": None,
        "errors": [{"code": "INSUFFICIENT_FUNDS"}],
    }
    assert (await ask.refusal(document, role=Role.EMPLOYEE))["code"] == "PERMISSION_DENIED"


async def test_a_large_payload_is_read_before_it_is_undone(door):
    contract = await door.factory.active_contract()
    response = await door.ask(
        f"""mutation {{ addContractBalance(input: {{id: "ctr_{contract.id}", amount: 1, dryRun: true}}) {{
            contract {{ balance payments(first: 1000) {{ nodes {{ amount description }} }} }} }} }}"""
    )
    shown = response.json()["data"]["addContractBalance"]["contract"]
    assert (shown["balance"], [one["amount"] for one in shown["payments"]["nodes"]]) == ("1.00", ["1.00"])


async def test_a_repeated_answer_tells_the_changes_of_the_first(ask, factory):
    contract = await factory.active_contract()
    given = f'{{id: "ctr_{contract.id}", amount: 1, idempotencyKey: "till-1"}}'
    first = (await ask.data(f"mutation {{ addContractBalance(input: {given}) {{ {CHANGES} }} }}"))["addContractBalance"]
    again = await ask.data(f"mutation {{ addContractBalance(input: {given}) {{ newBalance {CHANGES} }} }}")
    assert again["addContractBalance"]["newBalance"] == "1.00"
    assert _by_name(again["addContractBalance"]["changes"]) == _by_name(first["changes"])


def _by_name(changes):
    """What is kept as JSON keeps no order of its keys on PostgreSQL."""
    return [{**one, "fields": sorted(one["fields"], key=itemgetter("field"))} for one in changes]


def test_every_mutation_of_an_entity_tells_its_changes_and_sessions_have_no_dry_run():
    fields = GRAPHQL.mutation_type.fields
    named = {operation.graphql for operation in OPERATIONS}
    assert {name for name, field in fields.items() if "changes" in field.type.fields} == named
    takes = {name for name, field in fields.items() if "dryRun" in field.args["input"].type.of_type.fields}
    own = {"startImport", "startBillingRun"}  # a dry run is one of their arguments
    assert takes == own | {operation.graphql for operation in OPERATIONS if operation.rehearsable}
    assert len(named - takes) < 10  # they tell a secret, call somebody, or are a job's
