"""Payments: what may be written of them, and how they reach the ledger (contract §1–2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from models.contracts import Contract
from models.users import Role
from resolvers.faults import Code, Invalid
from tests.contents import refused, refused_with
from tests.states import contract_in, payment_in

if TYPE_CHECKING:
    from models.database import Database
    from models.payments import Payment
    from tests.factories import Factory


async def _balance(factory: Factory, payment: Payment) -> int:
    return (await factory.get(Contract, payment.contract_id)).balance


async def _ledger(database: Database, contract_id: int) -> list[tuple[int, int]]:
    """(amount, balance after) of a contract's entries, oldest first."""
    sql = "SELECT amount, balance_after FROM ledger_entries WHERE contract_id = $1 ORDER BY id"
    return [tuple(row) for row in await database.fetch(sql, [contract_id])]


async def test_a_new_payment_is_pending_and_moves_no_money(factory: Factory, database: Database) -> None:
    payment = await factory.payment()
    assert (payment.status, payment.transaction_type, payment.payment_method) == ("pending", "payment", "cash")
    assert (payment.balance_after, payment.processed_at, payment.processed_by_id) == (None, None, None)
    assert payment.payment_date == payment.created_at
    assert (await _balance(factory, payment), await _ledger(database, payment.contract_id)) == (0, [])


@pytest.mark.parametrize("given", [{}, {"transaction_id": None}, {"transaction_id": ""}])
async def test_a_payment_without_a_reference_gets_one(factory: Factory, given: dict[str, str | None]) -> None:
    first, second = await factory.payment(**given), await factory.payment(**given)
    assert re.fullmatch(r"TXN-[0-9A-F]{16}", first.transaction_id)
    assert first.transaction_id != second.transaction_id


async def test_a_given_reference_is_kept_and_found(factory: Factory) -> None:
    payment = await factory.payment(transaction_id="TXN-123")
    contract = await factory.get(Contract, payment.contract_id)
    assert payment.transaction_id == "TXN-123"
    assert payment.search.split("\n") == ["txn-123", contract.number.lower()]


async def test_a_reference_that_another_payment_has_is_refused(factory: Factory, database: Database) -> None:
    payment = await factory.payment(transaction_id="TXN-123")
    again = factory.run("payment.create", contract_id=payment.contract_id, amount=5, transaction_id="TXN-123")
    assert (await refused_with(database, Code.VALIDATION, again)).field == "transaction_id"


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN])
async def test_a_refund_cannot_be_made_by_hand_by_anybody(factory: Factory, database: Database, role: Role) -> None:
    contract = await factory.contract()
    attempt = factory.run("payment.create", role=role, contract_id=contract.id, amount=5, transaction_type="refund")
    fault = await refused(database, attempt)
    assert isinstance(fault, Invalid)
    assert list(fault.fields) == ["transaction_type"]


@pytest.mark.parametrize(
    ("kind", "amount"), [("payment", "-5"), ("payment", "0"), ("charge", "-5"), ("charge", "0"), ("correction", "0")]
)
async def test_an_amount_must_be_positive_but_for_a_corrections(
    factory: Factory, database: Database, kind: str, amount: str
) -> None:
    contract = await factory.contract()
    attempt = factory.run("payment.create", contract_id=contract.id, amount=amount, transaction_type=kind)
    assert (await refused_with(database, Code.VALIDATION, attempt)).field == "amount"


@pytest.mark.parametrize(
    ("kind", "amount", "balance"),
    [("payment", "50", 150_00), ("charge", "50", 50_00), ("correction", "50", 150_00), ("correction", "-50", 50_00)],
)
@pytest.mark.parametrize("state", ["pending", "processing"])
async def test_a_processed_payment_is_in_the_ledger_and_the_balance(
    *, factory: Factory, database: Database, kind: str, amount: str, balance: int, state: str
) -> None:
    contract = await contract_in(factory, "active")
    raw = {"contract_id": contract.id, "transaction_type": kind, "amount": amount}
    payment = await payment_in(factory, state, **raw)
    answer = await factory.run("payment.process", payment.id)
    payment = await factory.fresh(payment)
    assert (payment.status, payment.balance_after) == ("success", balance)
    assert payment.processed_at is not None
    assert payment.processed_by_id == factory.callers[Role.ADMIN].user_id
    assert answer.outcome.notes["balance_after"] == await _balance(factory, payment) == balance
    assert await _ledger(database, contract.id) == [(100_00, 100_00), (balance - 100_00, balance)]


@pytest.mark.parametrize(("kind", "amount"), [("charge", "100.01"), ("correction", "-100.01")])
async def test_what_takes_more_than_there_is_does_not_post(
    factory: Factory, database: Database, kind: str, amount: str
) -> None:
    contract = await contract_in(factory, "active")
    payment = await factory.payment(contract_id=contract.id, transaction_type=kind, amount=amount)
    await refused_with(database, Code.INSUFFICIENT_FUNDS, factory.run("payment.process", payment.id))


async def test_a_terminated_contract_takes_no_charge(factory: Factory, database: Database) -> None:
    contract = await contract_in(factory, "terminated")
    charge = await factory.payment(contract_id=contract.id, transaction_type="charge", amount="1")
    await refused_with(database, Code.INVALID_TRANSITION, factory.run("payment.process", charge.id))


@pytest.mark.parametrize(("kind", "amount"), [("payment", "10"), ("correction", "-10")])
async def test_a_terminated_contract_is_settled_by_deposits_and_corrections(
    factory: Factory, kind: str, amount: str
) -> None:
    contract = await contract_in(factory, "terminated")
    payment = await factory.payment(contract_id=contract.id, transaction_type=kind, amount=amount)
    await factory.run("payment.process", payment.id)
    assert (await factory.fresh(payment)).status == "success"


async def test_a_terminated_contract_is_settled_by_refunds(factory: Factory) -> None:
    payment = await payment_in(factory, "success")
    await factory.run("contract.terminate", payment.contract_id)
    await factory.run("payment.refund", payment.id)
    assert await _balance(factory, payment) == 0


@pytest.mark.parametrize("action", ["cancel", "fail"])
async def test_a_payment_given_up_posts_nothing(factory: Factory, database: Database, action: str) -> None:
    payment = await factory.payment()
    await factory.run(f"payment.{action}", payment.id, reason="Передумал")
    assert await _ledger(database, payment.contract_id) == []


async def test_a_refund_is_a_new_payment_that_posts_the_negative(factory: Factory, database: Database) -> None:
    payment = await payment_in(factory, "success", payment_method="card")
    await factory.run("payment.refund", payment.id)
    assert (await factory.fresh(payment)).status == "refunded"
    ((refund_id,),) = await database.fetch(f"SELECT id FROM payments WHERE refund_of_id = {payment.id}")
    refund = await factory.get(type(payment), refund_id)
    assert (refund.transaction_type, refund.status, refund.amount) == ("refund", "success", 100_00)
    assert (refund.contract_id, refund.payment_method, refund.balance_after) == (payment.contract_id, "card", 0)
    assert await _ledger(database, payment.contract_id) == [(100_00, 100_00), (-100_00, 0)]


async def test_a_payment_is_given_back_in_parts(factory: Factory, database: Database) -> None:
    payment = await payment_in(factory, "success")
    await factory.run("payment.refund", payment.id, amount="40", reason="Часть")
    part = await factory.fresh(payment)
    assert (part.status, part.refunded_amount) == ("success", 40_00)
    assert await _ledger(database, payment.contract_id) == [(100_00, 100_00), (-40_00, 60_00)]
    await factory.run("payment.refund", payment.id)
    whole = await factory.fresh(payment)
    assert (whole.status, whole.refunded_amount) == ("refunded", 100_00)
    assert (await _ledger(database, payment.contract_id))[2:] == [(-60_00, 0)]
    await refused_with(database, Code.INVALID_TRANSITION, factory.run("payment.refund", payment.id, amount="1"))


@pytest.mark.parametrize("amount", ["60.01", "0", "-1", "0.001", "x", True])
async def test_what_is_more_than_is_left_or_no_amount_is_a_bad_value(
    factory: Factory, database: Database, amount: object
) -> None:
    payment = await payment_in(factory, "success")
    await factory.run("payment.refund", payment.id, amount="40")
    fault = await refused_with(database, Code.VALIDATION, factory.run("payment.refund", payment.id, amount=amount))
    assert fault.field == "amount"


async def test_null_gives_back_all_that_is_left(factory: Factory) -> None:
    payment = await payment_in(factory, "success")
    await factory.run("payment.refund", payment.id, amount=None, reason=None)
    assert (await factory.fresh(payment)).refunded_amount == 100_00


async def test_a_part_is_given_back_of_what_has_not_been_spent(factory: Factory, database: Database) -> None:
    payment = await payment_in(factory, "success")
    await factory.run("contract.deduct_balance", payment.contract_id, amount="50")
    attempt = factory.run("payment.refund", payment.id, amount="50.01")
    assert (await refused_with(database, Code.INSUFFICIENT_FUNDS, attempt)).field == "amount"
    await factory.run("payment.refund", payment.id, amount="50")


@pytest.mark.parametrize("action", ["process", "submit", "cancel", "fail"])
async def test_an_amount_is_refused_where_none_is_taken(factory: Factory, database: Database, action: str) -> None:
    payment = await factory.payment()
    attempt = factory.run(f"payment.{action}", payment.id, amount="40")
    assert (await refused_with(database, Code.VALIDATION, attempt)).field == "amount"


async def test_a_payment_that_has_been_spent_cannot_be_refunded(factory: Factory, database: Database) -> None:
    payment = await payment_in(factory, "success")
    await factory.run("contract.deduct_balance", payment.contract_id, amount="0.01")
    await refused_with(database, Code.INSUFFICIENT_FUNDS, factory.run("payment.refund", payment.id))


@pytest.mark.parametrize("kind", ["charge", "correction"])
async def test_only_a_payment_of_type_payment_is_refunded(factory: Factory, database: Database, kind: str) -> None:
    contract = await contract_in(factory, "active")
    payment = await payment_in(factory, "success", contract_id=contract.id, transaction_type=kind, amount="5")
    await refused_with(database, Code.INVALID_TRANSITION, factory.run("payment.refund", payment.id))


async def test_the_refund_itself_cannot_be_refunded(factory: Factory, database: Database) -> None:
    payment = await payment_in(factory, "refunded")
    ((refund_id,),) = await database.fetch(f"SELECT id FROM payments WHERE refund_of_id = {payment.id}")
    await refused_with(database, Code.INVALID_TRANSITION, factory.run("payment.refund", refund_id))


async def test_a_pending_payment_may_change_its_amount_and_contract(factory: Factory) -> None:
    payment, other = await factory.payment(), await factory.contract()
    await factory.patch(payment, amount="7.50", contract_id=other.id, description="Аванс")
    payment = await factory.fresh(payment)
    assert (payment.amount, payment.contract_id) == (7_50, other.id)
    assert payment.search.split("\n") == [payment.transaction_id.lower(), "аванс", other.number.lower()]


@pytest.mark.parametrize("state", ["pending", "success"])
async def test_the_type_of_a_payment_is_fixed(factory: Factory, database: Database, state: str) -> None:
    payment = await payment_in(factory, state)
    fault = await refused_with(database, Code.VALIDATION, factory.patch(payment, transaction_type="charge"))
    assert fault.field == "transaction_type"


@pytest.mark.parametrize("state", ["success", "refunded"])
@pytest.mark.parametrize("field", ["amount", "contract_id"])
async def test_a_posted_payments_amount_and_contract_are_fixed(
    factory: Factory, database: Database, state: str, field: str
) -> None:
    payment = await payment_in(factory, state)
    other = {"amount": "1", "contract_id": (await factory.contract()).id}[field]
    fault = await refused_with(database, Code.VALIDATION, factory.patch(payment, **{field: other}))
    assert fault.field == field


async def test_the_rest_of_a_posted_payment_may_change(factory: Factory) -> None:
    payment = await payment_in(factory, "success")
    whole = {"contract_id": payment.contract_id, "amount": "100.00", "transaction_type": "payment"}
    await factory.run("payment.update", payment.id, **whole, description="Наличными", payment_method="card")
    payment = await factory.fresh(payment)
    assert (payment.description, payment.payment_method) == ("Наличными", "card")


async def test_a_reference_sent_empty_stays_what_it_is(factory: Factory) -> None:
    payment = await factory.payment(transaction_id="TXN-123")
    await factory.patch(payment, transaction_id=None)
    assert (await factory.fresh(payment)).transaction_id == "TXN-123"


async def test_an_operator_makes_no_correction(factory: Factory, database: Database) -> None:
    contract = await factory.contract()
    raw = {"contract_id": contract.id, "amount": "5", "transaction_type": "correction"}
    attempt = factory.run("payment.create", role=Role.OPERATOR, **raw)
    await refused_with(database, Code.PERMISSION_DENIED, attempt)


@pytest.mark.parametrize("verb", ["update", "submit", "process", "cancel", "fail"])
async def test_an_operator_does_not_work_on_a_correction_either(
    factory: Factory, database: Database, verb: str
) -> None:
    payment = await factory.payment(transaction_type="correction")
    whole = {"contract_id": payment.contract_id, "amount": "1"} if verb == "update" else {}
    attempt = factory.run(f"payment.{verb}", payment.id, role=Role.OPERATOR, **whole)
    await refused_with(database, Code.PERMISSION_DENIED, attempt)


async def test_a_supervisor_does(factory: Factory) -> None:
    payment = await factory.payment(transaction_type="correction")
    await factory.run("payment.process", payment.id, role=Role.SUPERVISOR)
    assert (await factory.fresh(payment)).status == "success"
