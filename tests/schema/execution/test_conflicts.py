"""`expectedUpdatedAt` of mutations, and what a conflict tells (screens.md §1)."""

from __future__ import annotations

import pytest

from schema.schema import GRAPHQL

pytestmark = pytest.mark.anyio

RENAME = """mutation ($id: ID!, $name: String!, $known: DateTime, $dry: Boolean) {
    updateCustomer(input: {id: $id, lastName: $name, expectedUpdatedAt: $known, dryRun: $dry}) {
        customer { lastName updatedAt }
        errors { code message changes { id type action fields { field old new } __typename } }
    }
}"""


async def test_a_form_that_was_opened_before_another_was_saved_is_told_what_has_changed(ask, factory):
    customer = await factory.customer()
    node = f"cus_{customer.id}"
    known = (await ask.data(f'{{ customer(id: "{node}") {{ updatedAt }} }}'))["customer"]["updatedAt"]
    mine, theirs = (
        {"id": node, "name": name, "known": known, "dry": dry} for name, dry in (("Мой", True), ("Её", False))
    )
    assert (await ask.data(RENAME, mine))["updateCustomer"]["errors"] == []
    saved = (await ask.data(RENAME, theirs))["updateCustomer"]
    assert saved["customer"]["lastName"] == "Её"
    refused = (await ask.data(RENAME, mine))["updateCustomer"]
    (error,) = refused["errors"]
    assert (refused["customer"], error["code"]) == (None, "CONFLICT")
    assert f"Customer {customer.id}: it has changed" in error["message"]
    (change,) = error["changes"]
    assert (change["id"], change["type"], change["action"]) == (node, "customer", "update")
    assert {"field": "lastName", "old": "Осмонов", "new": "Её"} in change["fields"]
    again = {**mine, "known": saved["customer"]["updatedAt"]}
    assert (await ask.data(RENAME, again))["updateCustomer"]["errors"] == []


async def test_a_moment_may_be_spelt_in_any_zone_and_absent_or_null_is_as_ever(ask, factory):
    customer = await factory.customer()
    known = customer.updated_at.astimezone(factory.settings.time_zone).isoformat()
    for given in ({"known": known}, {"known": None}, {}):
        asked = {"id": f"cus_{customer.id}", "name": customer.last_name, **given}
        assert (await ask.data(RENAME, asked))["updateCustomer"]["errors"] == []


async def test_other_refusals_have_no_changes(ask, factory):
    contract = await factory.active_contract()
    document = f"""mutation {{ deductContractBalance(input: {{id: "ctr_{contract.id}", amount: 1}}) {{
        errors {{ code changes {{ id }} }} }} }}"""
    errors = (await ask.data(document))["deductContractBalance"]["errors"]
    assert errors == [{"code": "INSUFFICIENT_FUNDS", "changes": None}]


def test_every_mutation_of_a_row_takes_it():
    inputs = {name: field.args["input"].type.of_type.fields for name, field in GRAPHQL.mutation_type.fields.items()}
    assert [name for name, fields in inputs.items() if "id" in fields and "expectedUpdatedAt" not in fields] == []
    assert "expectedUpdatedAt" in inputs["updateBillingPolicy"]
    assert all("expectedUpdatedAt" not in inputs[name] for name in ("createCustomer", "login", "changePassword"))
