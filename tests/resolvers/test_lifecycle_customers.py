"""What customers may be, and what happens to their contracts and SIMs with them (contract §1–2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from models.sims import Sim
from resolvers.faults import Code, Invalid
from tests.contents import refused, refused_with

if TYPE_CHECKING:
    from models.database import Database
    from tests.factories import Factory


@pytest.mark.parametrize("action", ["suspend", "block"])
async def test_active_contracts_and_their_sims_are_suspended_with_the_customer(factory: Factory, action: str) -> None:
    contract = await factory.active_contract()
    await factory.run(f"customer.{action}", contract.customer_id)
    contract = await factory.fresh(contract)
    assert (contract.status, contract.suspension_reason) == ("suspended", "customer")
    assert (await factory.sim_of(contract)).status == "suspended"


async def test_what_was_suspended_with_the_customer_resumes_with_the_customer(factory: Factory) -> None:
    contract = await factory.active_contract()
    await factory.run("customer.suspend", contract.customer_id)
    await factory.run("customer.block", contract.customer_id)
    await factory.run("customer.activate", contract.customer_id)
    contract = await factory.fresh(contract)
    assert (contract.status, contract.suspension_reason) == ("active", None)
    assert (await factory.sim_of(contract)).status == "active"


async def test_drafts_and_terminated_contracts_are_left_as_they_are(factory: Factory) -> None:
    draft = await factory.contract()
    ended = await factory.active_contract(customer_id=draft.customer_id)
    await factory.run("contract.terminate", ended.id)
    await factory.run("customer.suspend", draft.customer_id)
    assert [(await factory.fresh(one)).status for one in (draft, ended)] == ["draft", "terminated"]


async def test_a_contract_suspended_by_hand_stays_so_when_the_customer_comes_and_goes(factory: Factory) -> None:
    contract = await factory.active_contract()
    await factory.run("contract.suspend", contract.id)
    await factory.run("customer.suspend", contract.customer_id)
    await factory.run("customer.activate", contract.customer_id)
    contract = await factory.fresh(contract)
    assert (contract.status, contract.suspension_reason) == ("suspended", "manual")
    assert (await factory.sim_of(contract)).status == "suspended"


async def test_a_sim_blocked_meanwhile_stays_blocked_when_its_customer_is_active_again(factory: Factory) -> None:
    contract = await factory.active_contract()
    sim = await factory.sim_of(contract)
    await factory.run("customer.suspend", contract.customer_id)
    await factory.run("sim.block", sim.id)
    await factory.run("customer.activate", contract.customer_id)
    assert (await factory.fresh(contract)).status == "active"
    assert (await factory.fresh(sim)).status == "blocked"


async def test_a_new_customer_is_active_and_has_the_documented_defaults(factory: Factory) -> None:
    customer = await factory.customer(email="", middle_name="  ")
    assert (customer.status, customer.document_type, customer.customer_type) == ("active", "passport", "individual")
    assert (customer.email, customer.middle_name) == (None, None)


async def test_the_phone_is_kept_as_e164_however_it_was_spelt(factory: Factory) -> None:
    assert (await factory.customer(phone="0550 12-34-56")).phone == "+996550123456"


@pytest.mark.parametrize(
    ("field", "first", "second"),
    [
        ("phone", {"phone": "+996550123456"}, {"phone": "0550 123 456"}),
        ("email", {"email": "Aibek@Example.com"}, {"email": "aibek@example.COM"}),
        ("document_number", {"document_number": "A1"}, {"document_number": "A1"}),
    ],
)
async def test_a_value_that_another_customer_has_is_refused_under_its_field(
    factory: Factory, database: Database, field: str, first: dict[str, str], second: dict[str, str]
) -> None:
    await factory.customer(**first)
    customer = await factory.customer()
    for attempt in (factory.run("customer.create", **_whole(second)), factory.patch(customer, **second)):
        fault = await refused(database, attempt)
        assert isinstance(fault, Invalid)
        assert list(fault.fields) == [field]


def _whole(values: dict[str, str]) -> dict[str, str]:
    usual = {"first_name": "А", "last_name": "Б", "phone": "+996555000000", "document_number": "Z9"}
    return {**usual, **values}


async def test_one_document_number_may_belong_to_two_kinds_of_document(factory: Factory) -> None:
    await factory.customer(document_number="A1", document_type="passport")
    assert (await factory.customer(document_number="A1", document_type="id_card")).document_number == "A1"


@pytest.mark.parametrize("field", ["birth_date", "passport_issue_date"])
async def test_days_that_have_not_come_are_refused(factory: Factory, database: Database, field: str) -> None:
    customer = await factory.customer()
    fault = await refused_with(database, Code.VALIDATION, factory.patch(customer, **{field: "2999-01-01"}))
    assert fault.field == field


async def test_an_update_keeps_what_is_absent_and_clears_what_is_null(factory: Factory) -> None:
    customer = await factory.customer(inn="123", address="Ош")
    await factory.patch(customer, inn=None)
    customer = await factory.fresh(customer)
    assert (customer.inn, customer.address) == (None, "Ош")


async def test_a_rename_is_found_in_the_customers_contracts_and_tickets_at_once(factory: Factory) -> None:
    contract = await factory.contract()
    customer = await factory.get(type(await factory.customer()), contract.customer_id)
    ticket = await factory.ticket(customer_id=customer.id)
    await factory.patch(customer, last_name="Ёлкина", organization_name="ОсОО «Тюльпан»")
    for row in (await factory.fresh(contract), await factory.fresh(ticket)):
        assert "елкина" in row.search
        assert "тюльпан" in row.search


async def test_a_rename_is_no_event_of_the_contracts_and_tickets_own(factory: Factory, database: Database) -> None:
    contract = await factory.contract()
    customer = await factory.get(type(await factory.customer()), contract.customer_id)
    await factory.patch(customer, last_name="Новикова")
    assert await database.fetch("SELECT entity FROM audit_events ORDER BY id DESC LIMIT 1") == [("cus",)]
    assert (await factory.fresh(contract)).updated_at == contract.updated_at


async def test_suspending_a_customer_touches_nobody_elses_sims(factory: Factory) -> None:
    other = await factory.active_contract()
    mine = await factory.active_contract()
    await factory.run("customer.suspend", mine.customer_id)
    assert (await factory.sim_of(other)).status == "active"
    assert isinstance(await factory.sim_of(other), Sim)
