"""How payments come to be and reach the ledger, for contracts' and payments' operations (contract §2, Money)."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any

from models.contracts import ContractStatus
from models.database.rows import made
from models.money import InsufficientFunds, post
from models.payments import Payment, PaymentStatus, TransactionType
from resolvers.faults import Code, Fault, invalid_transition
from resolvers.value_kinds import hundredths_text
from resolvers.words import Message

if TYPE_CHECKING:
    from datetime import date

    from models.contracts import Contract
    from resolvers.write.unit_of_work import Work

SERVED = (ContractStatus.DRAFT, ContractStatus.ACTIVE, ContractStatus.SUSPENDED)
"""The states of a contract that may still be charged; a terminated one is only settled."""


def new_payment(work: Work, contract: Contract, **values: Any) -> Payment:
    """A pending payment of that contract, not yet stored; without a `transaction_id` it gets one of its own."""
    values["transaction_id"] = values.get("transaction_id") or f"TXN-{token_hex(8).upper()}"
    payment = made(Payment, {**values, "contract_id": contract.id, "payment_date": work.now})
    payment.search = payment.searchable(contract.number)
    return payment


async def settle(
    work: Work, contract: Contract, payment: Payment, field: str | None = None, day: date | None = None
) -> None:
    """Post a payment to its locked contract's ledger: it has succeeded. One that is not stored yet is stored so.

    A promise carries what is taken on its days: today, unless another day is given.

    Raises `insufficient_funds`, naming `field`, and `invalid_transition` for a charge on a terminated contract.
    """
    if contract.status not in SERVED and payment.transaction_type is TransactionType.CHARGE:
        raise invalid_transition(contract, contract.status, SERVED)
    try:
        entry = post(contract, payment, actor_id=work.actor_id, at=work.since(contract), day=day or work.today)
    except InsufficientFunds as short:
        raise insufficient(short.balance, short.amount, short.floor, field) from short
    payment.status = PaymentStatus.SUCCESS
    payment.processed_at, payment.processed_by_id = work.now, work.actor_id
    if payment.id is None:
        await work.add(payment)
    entry.payment_id = payment.id
    work.append(entry)


def insufficient(balance: int, amount: int, floor: int, field: str | None = None) -> Fault:
    """The refusal of an amount that would take a balance below its floor."""
    params = {
        "balance": hundredths_text(balance),
        "amount": hundredths_text(abs(amount)),
        "floor": hundredths_text(floor),
    }
    return Fault(Code.INSUFFICIENT_FUNDS, Message("insufficient_funds", params), field=field)
