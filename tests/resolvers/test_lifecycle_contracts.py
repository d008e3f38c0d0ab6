"""Contracts: how they are drawn up, changed, served and ended (contract §1–2)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from resolvers.billing.months import months_after
from resolvers.faults import Code, Invalid
from tests.contents import refused, refused_with
from tests.states import contract_in, customer_in, sim_in

if TYPE_CHECKING:
    from models.database import Database
    from tests.factories import Factory

LATE_EVENING = datetime(2026, 12, 31, 20, 30, tzinfo=UTC)
"""In Bishkek already the next year."""


async def test_a_new_contract_is_a_draft_signed_today_with_an_empty_account(factory: Factory) -> None:
    context = await factory.context(clock=lambda: LATE_EVENING)
    customer, tariff = await factory.customer(), await factory.tariff()
    answer = await factory.run("contract.create", context=context, customer_id=customer.id, tariff_id=tariff.id)
    contract = await factory.get(type(await factory.contract()), answer.outcome.id)
    assert (contract.status, contract.balance, contract.credit_limit) == ("draft", 0, 0)
    assert contract.signed_date == date(2027, 1, 1)
    assert (contract.activation_date, contract.next_billing_date, contract.termination_date) == (None, None, None)


async def test_the_number_is_the_business_year_and_the_id_in_six_digits(factory: Factory) -> None:
    context = await factory.context(clock=lambda: LATE_EVENING)
    customer, tariff = await factory.customer(), await factory.tariff()
    answer = await factory.run("contract.create", context=context, customer_id=customer.id, tariff_id=tariff.id)
    contract = await factory.get(type(await factory.contract()), answer.outcome.id)
    assert contract.number == f"CTR-2027-{contract.id:06d}"
    assert contract.number.lower() in contract.search


async def test_a_draft_for_a_suspended_customer_may_be_made(factory: Factory) -> None:
    customer = await customer_in(factory, "suspended")
    assert (await factory.contract(customer_id=customer.id)).status == "draft"


async def test_a_draft_for_a_blocked_customer_may_not(factory: Factory, database: Database) -> None:
    customer, tariff = await customer_in(factory, "blocked"), await factory.tariff()
    attempt = factory.run("contract.create", customer_id=customer.id, tariff_id=tariff.id)
    assert (await refused_with(database, Code.INVALID_TRANSITION, attempt)).field == "customer_id"


async def test_an_inactive_tariff_takes_no_new_contracts(factory: Factory, database: Database) -> None:
    customer, tariff = await factory.customer(), await factory.tariff()
    await factory.run("tariff.deactivate", tariff.id)
    attempt = factory.run("contract.create", customer_id=customer.id, tariff_id=tariff.id)
    assert (await refused_with(database, Code.INVALID_TRANSITION, attempt)).field == "tariff_id"


async def test_contracts_on_a_tariff_go_on_when_it_is_deactivated(factory: Factory) -> None:
    contract, sim = await factory.contract(), await factory.sim()
    await factory.run("tariff.deactivate", contract.tariff_id)
    await factory.run("contract.activate", contract.id, sim_id=sim.id)
    assert (await factory.fresh(contract)).status == "active"


@pytest.mark.parametrize("field", ["customer_id", "tariff_id"])
async def test_a_missing_party_is_told_under_its_field(factory: Factory, database: Database, field: str) -> None:
    parties = {"customer_id": (await factory.customer()).id, "tariff_id": (await factory.tariff()).id}
    attempt = factory.run("contract.create", **{**parties, field: 999})
    assert (await refused_with(database, Code.NOT_FOUND, attempt)).field == field


async def test_a_prepaid_contract_has_no_credit(factory: Factory, database: Database) -> None:
    parties = {"customer_id": (await factory.customer()).id, "tariff_id": (await factory.tariff()).id}
    fault = await refused(database, factory.run("contract.create", **parties, credit_limit="0.01"))
    assert isinstance(fault, Invalid)
    assert list(fault.fields) == ["credit_limit"]


async def test_a_postpaid_contract_may_have_credit(factory: Factory) -> None:
    tariff = await factory.postpaid()
    assert (await factory.contract(tariff_id=tariff.id, credit_limit="500.00")).credit_limit == 500_00


async def test_activation_binds_the_sim_and_sets_the_dates(factory: Factory) -> None:
    contract, sim = await factory.contract(), await factory.sim()
    context = await factory.context(clock=lambda: datetime(2026, 1, 30, 20, 0, tzinfo=UTC))
    await factory.run("contract.activate", contract.id, context=context, sim_id=sim.id)
    contract, sim = await factory.fresh(contract), await factory.fresh(sim)
    assert (contract.status, sim.status, sim.contract_id) == ("active", "active", contract.id)
    assert (contract.activation_date, contract.next_billing_date) == (date(2026, 1, 31), date(2026, 2, 28))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
    ],
)
def test_a_month_on_is_the_same_day_or_the_months_last(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


@pytest.mark.parametrize("state", ["active", "suspended", "blocked", "closed"])
async def test_only_a_free_sim_activates_a_contract(factory: Factory, database: Database, state: str) -> None:
    contract, sim = await factory.contract(), await sim_in(factory, state)
    attempt = factory.run("contract.activate", contract.id, sim_id=sim.id)
    assert (await refused_with(database, Code.INVALID_TRANSITION, attempt)).field == "sim_id"


async def test_a_contract_is_activated_for_an_active_customer_only(factory: Factory, database: Database) -> None:
    contract, sim = await factory.contract(), await factory.sim()
    await factory.run("customer.suspend", contract.customer_id)
    attempt = factory.run("contract.activate", contract.id, sim_id=sim.id)
    await refused_with(database, Code.INVALID_TRANSITION, attempt)


async def test_a_missing_sim_is_told_under_the_argument(factory: Factory, database: Database) -> None:
    contract = await contract_in(factory, "terminated")
    attempt = factory.run("contract.activate", contract.id, sim_id=999)
    assert (await refused_with(database, Code.NOT_FOUND, attempt)).field == "sim_id"


async def test_the_sim_follows_a_suspended_contract_and_its_return(factory: Factory) -> None:
    contract = await factory.active_contract()
    await factory.run("contract.suspend", contract.id)
    contract = await factory.fresh(contract)
    assert (contract.suspension_reason, (await factory.sim_of(contract)).status) == ("manual", "suspended")
    await factory.run("contract.resume", contract.id)
    contract = await factory.fresh(contract)
    assert (contract.suspension_reason, (await factory.sim_of(contract)).status) == (None, "active")


async def test_a_blocked_sim_stays_blocked_through_suspension_and_return(factory: Factory) -> None:
    contract = await factory.active_contract()
    await factory.run("sim.block", (await factory.sim_of(contract)).id)
    await factory.run("contract.suspend", contract.id)
    await factory.run("contract.resume", contract.id)
    assert (await factory.sim_of(contract)).status == "blocked"


async def test_a_contract_cannot_resume_while_its_customer_is_suspended(factory: Factory, database: Database) -> None:
    contract = await contract_in(factory, "suspended")
    await factory.run("customer.suspend", contract.customer_id)
    await refused_with(database, Code.INVALID_TRANSITION, factory.run("contract.resume", contract.id))


@pytest.mark.parametrize(("before", "after"), [("active", "free"), ("suspended", "free"), ("blocked", "blocked")])
async def test_termination_frees_the_sim_but_a_blocked_one_stays_blocked(
    factory: Factory, before: str, after: str
) -> None:
    contract = await factory.active_contract()
    sim = await factory.sim_of(contract)
    if before == "suspended":
        await factory.run("contract.suspend", contract.id)
    if before == "blocked":
        await factory.run("sim.block", sim.id)
    await factory.run("contract.terminate", contract.id)
    contract, sim = await factory.fresh(contract), await factory.fresh(sim)
    assert (sim.status, sim.contract_id) == (after, None)
    assert (contract.suspension_reason, contract.next_billing_date) == (None, None)
    assert contract.termination_date is not None


async def test_a_draft_may_change_its_customer(factory: Factory) -> None:
    contract, other = await factory.contract(), await factory.customer(last_name="Токтогулов")
    await factory.patch(contract, customer_id=other.id)
    contract = await factory.fresh(contract)
    assert contract.customer_id == other.id
    assert "токтогулов" in contract.search


async def test_a_draft_cannot_be_given_to_a_blocked_customer(factory: Factory, database: Database) -> None:
    contract, blocked = await factory.contract(), await customer_in(factory, "blocked")
    attempt = factory.patch(contract, customer_id=blocked.id)
    assert (await refused_with(database, Code.INVALID_TRANSITION, attempt)).field == "customer_id"


async def test_a_draft_with_tickets_keeps_the_customer_that_they_are_of(factory: Factory, database: Database) -> None:
    contract, other = await factory.contract(), await factory.customer()
    await factory.ticket(customer_id=contract.customer_id, contract_id=contract.id)
    fault = await refused_with(database, Code.VALIDATION, factory.patch(contract, customer_id=other.id))
    assert fault.field == "customer_id"


@pytest.mark.parametrize("state", ["active", "suspended", "terminated"])
async def test_past_draft_the_customer_is_fixed(factory: Factory, database: Database, state: str) -> None:
    contract, other = await contract_in(factory, state), await factory.customer()
    fault = await refused_with(database, Code.VALIDATION, factory.patch(contract, customer_id=other.id))
    assert fault.field == "customer_id"


async def test_sending_stored_values_again_changes_nothing_whatever_became_of_them(
    factory: Factory, database: Database
) -> None:
    contract = await factory.active_contract()
    await factory.run("tariff.deactivate", contract.tariff_id)
    await factory.run("customer.block", contract.customer_id)
    events = await database.fetch("SELECT count(*) FROM audit_events")
    stored = {"customer_id": contract.customer_id, "tariff_id": contract.tariff_id, "credit_limit": "0"}
    await factory.run("contract.update", contract.id, **stored)
    assert await database.fetch("SELECT count(*) FROM audit_events") == events


async def test_a_contract_moves_to_another_active_tariff(factory: Factory) -> None:
    contract, tariff = await factory.active_contract(), await factory.tariff()
    await factory.patch(contract, tariff_id=tariff.id)
    assert (await factory.fresh(contract)).tariff_id == tariff.id


async def test_a_contract_cannot_move_to_an_inactive_tariff(factory: Factory, database: Database) -> None:
    contract, tariff = await factory.active_contract(), await factory.tariff()
    await factory.run("tariff.deactivate", tariff.id)
    attempt = factory.patch(contract, tariff_id=tariff.id)
    assert (await refused_with(database, Code.INVALID_TRANSITION, attempt)).field == "tariff_id"


async def test_moved_to_a_prepaid_tariff_the_credit_limit_becomes_zero(factory: Factory) -> None:
    contract = await factory.active_contract(tariff_id=(await factory.postpaid()).id, credit_limit="300")
    await factory.patch(contract, tariff_id=(await factory.tariff()).id)
    assert (await factory.fresh(contract)).credit_limit == 0


async def test_moved_to_a_prepaid_tariff_a_new_credit_limit_is_refused(factory: Factory, database: Database) -> None:
    contract = await factory.active_contract(tariff_id=(await factory.postpaid()).id, credit_limit="300")
    attempt = factory.patch(contract, tariff_id=(await factory.tariff()).id, credit_limit="100")
    assert (await refused_with(database, Code.VALIDATION, attempt)).field == "credit_limit"


async def test_a_contract_in_debt_cannot_move_to_a_prepaid_tariff(factory: Factory, database: Database) -> None:
    contract = await factory.active_contract(tariff_id=(await factory.postpaid()).id, credit_limit="300")
    await factory.run("contract.deduct_balance", contract.id, amount="0.01")
    attempt = factory.patch(contract, tariff_id=(await factory.tariff()).id)
    await refused_with(database, Code.INSUFFICIENT_FUNDS, attempt)


async def test_a_credit_limit_can_be_lowered_to_the_debt_and_no_further(factory: Factory, database: Database) -> None:
    contract = await factory.active_contract(tariff_id=(await factory.postpaid()).id, credit_limit="300")
    await factory.run("contract.deduct_balance", contract.id, amount="100")
    await factory.patch(contract, credit_limit="100")
    attempt = factory.patch(contract, credit_limit="99.99")
    assert (await refused_with(database, Code.INSUFFICIENT_FUNDS, attempt)).field == "credit_limit"
