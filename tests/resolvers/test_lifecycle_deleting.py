"""Only what nothing depends on can go (contract §2, Deleting)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from models.customers import Customer
from resolvers.faults import Code
from resolvers.words import Language, say
from tests.contents import refused_with
from tests.states import contract_in, payment_in, sim_in

if TYPE_CHECKING:
    from models.database import Database
    from models.entity import Entity
    from tests.factories import Factory


async def _delete(factory: Factory, row: Entity) -> None:
    await factory.run(f"{type(row).__name__.lower()}.delete", row.id)


async def _protected(factory: Factory, database: Database, row: Entity) -> str:
    """The refusal in English, which names what stands in the way."""
    fault = await refused_with(database, Code.PROTECTED, _delete(factory, row))
    return say(fault.message, Language.EN)


async def _gone(database: Database, row: Entity) -> bool:
    return await database.fetch(f"SELECT id FROM {row._meta.db_table} WHERE id = {row.id}") == []


async def test_a_customer_without_contracts_and_tickets_can_go(factory: Factory, database: Database) -> None:
    customer = await factory.customer()
    await _delete(factory, customer)
    assert await _gone(database, customer)


async def test_a_customer_with_contracts_and_tickets_stays(factory: Factory, database: Database) -> None:
    contract = await factory.contract()
    customer = await factory.get(Customer, contract.customer_id)
    assert "contracts" in await _protected(factory, database, customer)
    await factory.ticket(customer_id=customer.id)
    message = await _protected(factory, database, customer)
    assert "contracts" in message
    assert "tickets" in message


@pytest.mark.parametrize("state", ["free", "closed"])
async def test_a_free_or_closed_sim_can_go(factory: Factory, database: Database, state: str) -> None:
    sim = await sim_in(factory, state)
    await _delete(factory, sim)
    assert await _gone(database, sim)


@pytest.mark.parametrize(
    ("state", "word"),
    [("active", "Active"), ("suspended", "Suspended"), ("blocked", "Blocked"), ("bound and blocked", "Blocked")],
)
async def test_any_other_sim_stays(factory: Factory, database: Database, state: str, word: str) -> None:
    assert word in await _protected(factory, database, await sim_in(factory, state))


async def test_an_untouched_draft_can_go(factory: Factory, database: Database) -> None:
    contract = await factory.contract()
    await _delete(factory, contract)
    assert await _gone(database, contract)


@pytest.mark.parametrize(
    ("state", "word"), [("active", "Active"), ("suspended", "Suspended"), ("terminated", "Terminated")]
)
async def test_a_contract_past_draft_stays(factory: Factory, database: Database, state: str, word: str) -> None:
    assert word in await _protected(factory, database, await contract_in(factory, state))


async def test_a_draft_with_a_payment_stays(factory: Factory, database: Database) -> None:
    contract = await factory.contract()
    await factory.payment(contract_id=contract.id)
    assert "payments" in await _protected(factory, database, contract)


async def test_a_draft_with_a_ticket_stays(factory: Factory, database: Database) -> None:
    contract = await factory.contract()
    await factory.ticket(customer_id=contract.customer_id, contract_id=contract.id)
    assert "tickets" in await _protected(factory, database, contract)


@pytest.mark.parametrize("state", ["pending", "processing", "failed", "cancelled"])
async def test_a_payment_that_has_not_posted_can_go(factory: Factory, database: Database, state: str) -> None:
    payment = await payment_in(factory, state)
    await _delete(factory, payment)
    assert await _gone(database, payment)


@pytest.mark.parametrize("state", ["success", "refunded"])
async def test_a_posted_payment_stays(factory: Factory, database: Database, state: str) -> None:
    assert "ledger" in await _protected(factory, database, await payment_in(factory, state))


async def test_the_id_of_a_deleted_row_is_never_given_again(factory: Factory) -> None:
    first = await factory.sim()
    await _delete(factory, first)
    assert (await factory.sim()).id > first.id


async def test_what_is_gone_is_not_found(factory: Factory, database: Database) -> None:
    sim = await factory.sim()
    await _delete(factory, sim)
    fault = await refused_with(database, Code.NOT_FOUND, _delete(factory, sim))
    assert fault.field is None
