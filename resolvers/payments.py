"""Payments: what may be done with them (contract §2) and how their lists can be asked (contract §4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.contracts import Contract
from models.money import LedgerEntry
from models.payments import POSTED, Payment, PaymentMethod, TransactionType
from resolvers.faults import Invalid, invalid
from resolvers.identity.permissions import Permission
from resolvers.payment_actions import (
    CORRECTOR,
    cancel_payment,
    fail_payment,
    guard_correction,
    process_payment,
    refund_payment,
    submit_payment,
)
from resolvers.read.columns import column, orderable
from resolvers.read.selection import Filter, ListSpec, OfParent, Term
from resolvers.read.tables import PAYMENTS
from resolvers.settlement import new_payment
from resolvers.value_kinds import LONG_TEXT, Choice, Hundredths, Reference, Text
from resolvers.words import Message
from resolvers.write.guards import unreferenced
from resolvers.write.inputs import changes_in, given, takes
from resolvers.write.operation import Effect, operation
from resolvers.write.unit_of_work import Lock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.identity.permissions import Caller
    from resolvers.write.unit_of_work import Work


RESERVED = ("FEE-", "OPEN-")
"""How references begin that the program gives itself."""


@dataclass(frozen=True, slots=True)
class PaymentInput:
    """What may be written of a payment."""

    contract_id: int = takes(
        Reference("Contract"), "Whose account it is for; fixed once it has posted.", required=True, rest="contract"
    )
    transaction_type: TransactionType = takes(
        Choice(TransactionType),
        "A payment adds, a charge takes, a correction does either; a refund is not made by hand. Fixed.",
        default="payment",
    )
    amount: int = takes(
        Hundredths(nonzero=True),
        "How much, greater than zero; a correction's may be negative. Fixed once it has posted.",
        required=True,
    )
    payment_method: PaymentMethod = takes(Choice(PaymentMethod), "How the money moves.", default="cash")
    transaction_id: str | None = takes(
        Text(), "Unique reference; one is generated where it is left out.", nullable=True, default="TXN-…"
    )
    description: str | None = takes(Text(LONG_TEXT), "What it is for.", nullable=True)
    provider: str | None = takes(Text(), "The payment provider that took the money.", nullable=True)
    external_id: str | None = takes(
        Text(), "What the provider calls the payment; unique among those of one provider.", nullable=True
    )


LIST = ListSpec(
    table=PAYMENTS,
    filters=(
        Filter("transaction_type", column(Payment, "transaction_type"), "Payments of this type."),
        Filter("status", column(Payment, "status"), "Payments in this state."),
        Filter("payment_method", column(Payment, "payment_method"), "Payments made in this way."),
        Filter(
            "contract",
            column(Payment, "contract_id"),
            "Payments of this contract.",
            refers_to="Contract",
        ),
        Filter(
            "customer",
            OfParent("contract_id", "contracts", "customer_id"),
            "Payments of this customer's contracts.",
            refers_to="Customer",
        ),
        Filter("amount", column(Payment, "amount"), "By the amount."),
        Filter("transaction_id", column(Payment, "transaction_id"), "The payment with this reference."),
        Filter("provider", column(Payment, "provider"), "Payments that this provider took."),
        Filter("external_id", column(Payment, "external_id"), "Payments that a provider calls so."),
        Filter("processed_by", column(Payment, "processed_by_id"), "Payments this user processed.", refers_to="User"),
        Filter("payment_date", column(Payment, "payment_date"), "By the time of the payment."),
        Filter("processed", column(Payment, "processed_at"), "By the time of processing."),
        Filter("created", column(Payment, "created_at"), "By the time of registration."),
        Filter("updated", column(Payment, "updated_at"), "By the time of the last change."),
    ),
    default_order=(
        Term(column(Payment, "created_at"), descending=True),
        Term(column(Payment, "id"), descending=True),
    ),
    orderable=orderable(Payment),
)


def _correction(caller: Caller, target: int | None, raw: Mapping[str, object]) -> Permission | None:
    """Asking for a correction needs a permission of its own."""
    del caller, target
    return Permission.CORRECT if raw.get("transaction_type") == TransactionType.CORRECTION else None


async def _lock_terms(work: Work, target: int, data: PaymentInput) -> Payment:
    """The contract that the payment is to be for, which its search text names, then the payment."""
    glimpsed = await work.glimpse(Payment, target)
    guard_correction(work, glimpsed)
    wanted = given(data).get("contract_id", glimpsed.contract_id)
    await work.lock(Contract, wanted, Lock.SHARE, named="contract_id")
    return await work.lock(Payment, target)


async def _hold_contract(work: Work, data: PaymentInput) -> None:
    if data.transaction_type is not TransactionType.REFUND:  # that is refused whatever the contract
        await work.lock(Contract, data.contract_id, Lock.SHARE, named="contract_id")


@operation(
    "payment.create",
    entity=Payment,
    effect=Effect.CREATE,
    graphql="createPayment",
    may=Permission.MANAGE_PAYMENTS,
    also_needs=_correction,
    takes=PaymentInput,
    holds=_hold_contract,
    says="created",
)
async def create_payment(work: Work, data: PaymentInput) -> Payment:
    """Register a payment; a new one is pending, and moves no money until it is processed.

    A correction needs the role of a supervisor; a refund is not made by hand.
    """
    if data.transaction_type is TransactionType.REFUND:
        raise invalid("transaction_type", "refund_by_hand")
    _require_own_reference(data.transaction_id)
    contract = await work.lock(Contract, data.contract_id, Lock.SHARE, named="contract_id")
    payment = new_payment(work, contract, **given(data))
    _require_sign(payment)
    return await work.add(payment)


def _require_own_reference(wanted: object) -> None:
    """Fees and opening balances have references of their own, which nobody else may give (billing.md §3)."""
    if isinstance(wanted, str) and wanted.startswith(RESERVED):
        raise invalid("transaction_id", "reference_reserved", prefixes=", ".join(RESERVED))


def _require_sign(payment: Payment) -> None:
    if payment.amount < 0 and payment.transaction_type is not TransactionType.CORRECTION:
        raise invalid("amount", "must_be_positive")


@operation(
    "payment.update",
    entity=Payment,
    effect=Effect.UPDATE,
    graphql="updatePayment",
    may=Permission.MANAGE_PAYMENTS,
    also_needs=_correction,
    takes=PaymentInput,
    guards=(CORRECTOR,),
    lock=_lock_terms,
    says="updated",
)
async def update_payment(work: Work, payment: Payment, data: PaymentInput) -> Payment:
    """Change a payment's data. Its type is fixed; once it has posted, so are its amount and its contract."""
    wanted = changes_in(data, payment)
    fixed = {"transaction_type", *(("amount", "contract_id") if payment.status in POSTED else ())}
    if broken := fixed & wanted.keys():
        raise Invalid({name: (Message("fixed"),) for name in sorted(broken)})
    if wanted.get("transaction_id", "") is None:
        del wanted["transaction_id"]  # "generate one" says nothing to a payment that has one
    _require_own_reference(wanted.get("transaction_id"))
    payment.update_from_dict(wanted)
    _require_sign(payment)
    contract = await work.lock(Contract, payment.contract_id, Lock.SHARE)
    payment.search = payment.searchable(contract.number)
    return payment


@operation(
    "payment.delete",
    entity=Payment,
    effect=Effect.DELETE,
    graphql="deletePayment",
    may=Permission.DELETE,
    guards=(unreferenced(ledger=(LedgerEntry, "payment_id")),),
    says="deleted",
)
async def delete_payment(work: Work, payment: Payment) -> Payment:
    """Delete a payment that has not posted; its history stays readable."""
    await work.remove(payment)
    return payment


OPERATIONS = (
    create_payment,
    update_payment,
    delete_payment,
    submit_payment,
    process_payment,
    cancel_payment,
    fail_payment,
    refund_payment,
)
