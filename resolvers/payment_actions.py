"""The lifecycle of a payment: handed on, posted, given up, given back (contract §2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.contracts import Contract
from models.payments import Payment, PaymentStatus, TransactionType
from resolvers.billing.guards import POSTABLE, REFUND_FUNDS, REFUNDABLE
from resolvers.billing.ladder import catch_up, lock_billed, resume_if_paid
from resolvers.faults import Code, invalid
from resolvers.identity.permissions import Permission, require
from resolvers.settlement import new_payment, settle
from resolvers.value_kinds import LONG_TEXT, Hundredths, Text, hundredths_text
from resolvers.write.guards import Guard, Held, Seen
from resolvers.write.inputs import given, takes
from resolvers.write.operation import Effect, operation

if TYPE_CHECKING:
    from resolvers.write.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class ReasonInput:
    """Why something is done."""

    reason: str | None = takes(Text(LONG_TEXT), "Why; it goes into the history.", nullable=True)


def guard_correction(work: Work, payment: Payment) -> None:
    """An existing correction is worked on by those alone who may make one."""
    _require_corrector(Seen(work.context, work.now, payment))


def _require_corrector(seen: Seen) -> None:
    """At the console nobody is asked."""
    if seen.row.transaction_type is TransactionType.CORRECTION and seen.context.caller is not None:
        require(seen.context, Permission.CORRECT)


CORRECTOR = Guard(_require_corrector, ("transaction_type",), held=Held.LOCK)
"""Of a correction: the caller may make one."""


async def _lock_guarded(work: Work, target: int, data: object) -> Payment:
    del data
    payment = await work.lock(Payment, target)
    guard_correction(work, payment)
    return payment


async def _lock_to_post(work: Work, target: int, data: object) -> Payment:
    """The contract whose balance moves, then the payment."""
    del data
    glimpsed = await work.glimpse(Payment, target)
    guard_correction(work, glimpsed)
    await lock_billed(work, glimpsed.contract_id)
    return await work.lock(Payment, target)


@operation(
    "payment.submit",
    entity=Payment,
    effect=Effect.ACTION,
    graphql="submitPayment",
    rest="submit",
    may=Permission.MANAGE_PAYMENTS,
    moves={PaymentStatus.PENDING: PaymentStatus.PROCESSING},
    guards=(CORRECTOR,),
    lock=_lock_guarded,
    says="payment_submitted",
)
async def submit_payment(work: Work, payment: Payment) -> Payment:
    """Hand a pending payment to an external provider, whose answer is awaited."""
    del work
    return payment


@operation(
    "payment.process",
    entity=Payment,
    effect=Effect.ACTION,
    graphql="processPayment",
    rest="process",
    may=Permission.MANAGE_PAYMENTS,
    moves={PaymentStatus.PENDING: PaymentStatus.SUCCESS, PaymentStatus.PROCESSING: PaymentStatus.SUCCESS},
    guards=(CORRECTOR, POSTABLE),
    lock=_lock_to_post,
    says="payment_processed",
    extras=("balance_after",),
    raises=(Code.INSUFFICIENT_FUNDS,),
)
async def process_payment(work: Work, payment: Payment) -> Payment:
    """Post a payment to its contract's ledger: the balance moves by it. A terminated contract takes no charge."""
    contract = await work.lock(Contract, payment.contract_id)
    await catch_up(work, contract)
    await settle(work, contract, payment)
    work.notes["balance_after"] = contract.balance
    await resume_if_paid(work, contract)
    return payment


@operation(
    "payment.cancel",
    entity=Payment,
    effect=Effect.ACTION,
    graphql="cancelPayment",
    rest="cancel",
    may=Permission.MANAGE_PAYMENTS,
    takes=ReasonInput,
    moves={PaymentStatus.PENDING: PaymentStatus.CANCELLED, PaymentStatus.PROCESSING: PaymentStatus.CANCELLED},
    guards=(CORRECTOR,),
    lock=_lock_guarded,
    says="payment_cancelled",
)
async def cancel_payment(work: Work, payment: Payment, data: ReasonInput) -> Payment:
    """Give a payment up before it has posted; no money moves."""
    work.mark(payment, work.action, _reason(data))
    return payment


@operation(
    "payment.fail",
    entity=Payment,
    effect=Effect.ACTION,
    graphql="failPayment",
    rest="fail",
    may=Permission.MANAGE_PAYMENTS,
    takes=ReasonInput,
    moves={PaymentStatus.PENDING: PaymentStatus.FAILED, PaymentStatus.PROCESSING: PaymentStatus.FAILED},
    guards=(CORRECTOR,),
    lock=_lock_guarded,
    says="payment_failed",
)
async def fail_payment(work: Work, payment: Payment, data: ReasonInput) -> Payment:
    """Record that a payment did not succeed; no money moves."""
    work.mark(payment, work.action, _reason(data))
    return payment


def _reason(data: ReasonInput) -> str | None:
    return given(data).get("reason")


@dataclass(frozen=True, slots=True)
class RefundInput:
    """How much is given back, and why."""

    amount: int = takes(
        Hundredths(least=0, nonzero=True), "How much of what is left to give back, greater than zero.", default="all"
    )
    reason: str | None = takes(Text(LONG_TEXT), "Why; it goes into the history.", nullable=True)


@operation(
    "payment.refund",
    entity=Payment,
    effect=Effect.ACTION,
    graphql="refundPayment",
    rest="refund",
    may=Permission.REFUND,
    takes=RefundInput,
    moves={PaymentStatus.SUCCESS: None},
    guards=(REFUNDABLE, CORRECTOR, REFUND_FUNDS),
    lock=_lock_to_post,
    makes=Payment,
    says="payment_refunded",
    raises=(Code.INSUFFICIENT_FUNDS,),
)
async def refund_payment(work: Work, payment: Payment, data: RefundInput) -> Payment:
    """Give a successful payment back, all that is left of it or a part: a new refund posts that much off the balance.

    It is refunded when all of it has been given back. The balance may not fall below the lowest that the contract
    allows.
    """
    wanted = {"amount": payment.amount - payment.refunded_amount, "reason": None} | given(data)
    if payment.refunded_amount + wanted["amount"] > payment.amount:
        raise invalid("amount", "more_than_left", left=hundredths_text(payment.amount - payment.refunded_amount))
    contract = await work.lock(Contract, payment.contract_id)
    await catch_up(work, contract)
    refund = new_payment(
        work,
        contract,
        transaction_type=TransactionType.REFUND,
        amount=wanted["amount"],
        payment_method=payment.payment_method,
        description=wanted["reason"],
        refund_of_id=payment.id,
    )
    await settle(work, contract, refund, field="amount")
    payment.refunded_amount += refund.amount
    if payment.refunded_amount == payment.amount:
        payment.status = PaymentStatus.REFUNDED
    work.mark(payment, work.action, wanted["reason"])
    return payment
