"""Balances: deposits and charges, and how low a balance may go (contract §2, Money)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from models.payments import Payment
from models.users import Role
from resolvers.faults import Code
from tests.contents import refused_with

if TYPE_CHECKING:
    from models.contracts import Contract
    from models.database import Database
    from tests.factories import Factory


async def _credited(factory: Factory, limit: str) -> Contract:
    return await factory.active_contract(tariff_id=(await factory.postpaid()).id, credit_limit=limit)


@pytest.mark.parametrize(
    ("action", "kind", "balance"), [("add_balance", "payment", 150_00), ("deduct_balance", "charge", 50_00)]
)
async def test_a_moved_balance_is_a_successful_payment_and_its_ledger_entry(
    factory: Factory, database: Database, action: str, kind: str, balance: int
) -> None:
    contract = await factory.active_contract(balance="100")
    answer = await factory.run(f"contract.{action}", contract.id, amount="50.00", description="Касса 3")
    notes = answer.outcome.notes
    assert (notes["old_balance"], notes["new_balance"], notes["amount"]) == (100_00, balance, 50_00)
    payment = await factory.get(Payment, notes["payment_id"])
    assert (payment.transaction_type, payment.status, payment.amount) == (kind, "success", 50_00)
    assert (payment.balance_after, payment.description) == (balance, "Касса 3")
    assert payment.processed_by_id == factory.callers[Role.ADMIN].user_id
    sql = f"SELECT amount, balance_after, actor_id FROM ledger_entries WHERE payment_id = {payment.id}"
    assert [tuple(row) for row in await database.fetch(sql)] == [(balance - 100_00, balance, payment.processed_by_id)]
    assert (await factory.fresh(contract)).balance == balance


@pytest.mark.parametrize("amount", ["0.1", "0.10", Decimal("0.1"), Decimal("1E-1"), Decimal("0.10000")])
async def test_amounts_are_exact_however_they_are_sent(factory: Factory, amount: object) -> None:
    contract = await factory.active_contract()
    for _ in range(3):
        await factory.run("contract.add_balance", contract.id, amount=amount)
    assert (await factory.fresh(contract)).balance == 30


async def test_a_prepaid_balance_goes_down_to_zero_and_no_further(factory: Factory, database: Database) -> None:
    contract = await factory.active_contract(balance="10")
    await factory.run("contract.deduct_balance", contract.id, amount="10")
    attempt = factory.run("contract.deduct_balance", contract.id, amount="0.01")
    assert (await refused_with(database, Code.INSUFFICIENT_FUNDS, attempt)).field == "amount"


async def test_a_postpaid_balance_goes_down_to_the_credit_limit_and_no_further(
    factory: Factory, database: Database
) -> None:
    contract = await _credited(factory, "100")
    await factory.run("contract.deduct_balance", contract.id, amount="100")
    assert (await factory.fresh(contract)).balance == -100_00
    attempt = factory.run("contract.deduct_balance", contract.id, amount="0.01")
    await refused_with(database, Code.INSUFFICIENT_FUNDS, attempt)


async def test_a_postpaid_contract_without_credit_goes_no_lower_than_zero(factory: Factory, database: Database) -> None:
    contract = await _credited(factory, "0")
    attempt = factory.run("contract.deduct_balance", contract.id, amount="0.01")
    await refused_with(database, Code.INSUFFICIENT_FUNDS, attempt)


@pytest.mark.parametrize("action", ["add_balance", "deduct_balance"])
@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "1e3", "", None, True, [], "10000000000.00"])
async def test_an_amount_that_is_none_is_refused_under_its_name(
    factory: Factory, database: Database, action: str, amount: object
) -> None:
    contract = await factory.active_contract(balance="10")
    attempt = factory.run(f"contract.{action}", contract.id, amount=amount)
    assert (await refused_with(database, Code.VALIDATION, attempt)).field == "amount"


async def test_the_greatest_amount_is_taken(factory: Factory) -> None:
    contract = await factory.active_contract(balance="9999999999.99")
    assert contract.balance == 999_999_999_999
