"""Putting money on a contract's account and taking it off (contract §2, Money)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.contracts import Contract, ContractStatus
from models.payments import Payment, PaymentMethod, TransactionType
from resolvers.billing.ladder import catch_up, lock_billed, resume_if_paid
from resolvers.faults import Code
from resolvers.identity.permissions import Permission
from resolvers.settlement import SERVED, new_payment, settle
from resolvers.value_kinds import LONG_TEXT, Hundredths, Text
from resolvers.write.inputs import given, takes
from resolvers.write.operation import Effect, operation

if TYPE_CHECKING:
    from resolvers.write.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class MoveBalanceInput:
    """How much to put on an account or take off it."""

    amount: int = takes(Hundredths(least=0, nonzero=True), "How much, greater than zero.", required=True)
    description: str | None = takes(Text(LONG_TEXT), "What it is for; kept with the payment.", nullable=True)


@operation(
    "contract.add_balance",
    entity=Contract,
    effect=Effect.ACTION,
    graphql="addContractBalance",
    rest="add_balance",
    may=Permission.MANAGE_PAYMENTS,
    takes=MoveBalanceInput,
    moves=dict.fromkeys(ContractStatus),
    makes=Payment,
    lock=lock_billed,
    says="balance_added",
    extras=("old_balance", "new_balance", "amount"),
    graphql_extras=("payment_id",),
)
async def add_balance(work: Work, contract: Contract, data: MoveBalanceInput) -> Contract:
    """Put money on a contract's account: a successful payment and its ledger entry. A terminated one takes it too."""
    return await _move(work, contract, data, TransactionType.PAYMENT, PaymentMethod.CASH)


@operation(
    "contract.deduct_balance",
    entity=Contract,
    effect=Effect.ACTION,
    graphql="deductContractBalance",
    rest="deduct_balance",
    may=Permission.MANAGE_PAYMENTS,
    takes=MoveBalanceInput,
    moves=dict.fromkeys(SERVED),
    makes=Payment,
    lock=lock_billed,
    says="balance_deducted",
    extras=("old_balance", "new_balance", "amount"),
    graphql_extras=("payment_id",),
    raises=(Code.INSUFFICIENT_FUNDS,),
)
async def deduct_balance(work: Work, contract: Contract, data: MoveBalanceInput) -> Contract:
    """Take money off a contract's account: a successful charge and its ledger entry.

    A prepaid balance never goes below zero, a postpaid one not below minus the credit limit.
    """
    return await _move(work, contract, data, TransactionType.CHARGE, PaymentMethod.SYSTEM)


async def _move(
    work: Work, contract: Contract, data: MoveBalanceInput, kind: TransactionType, method: PaymentMethod
) -> Contract:
    await catch_up(work, contract)
    old_balance = contract.balance
    payment = new_payment(work, contract, transaction_type=kind, payment_method=method, **given(data))
    await settle(work, contract, payment, field="amount")
    work.notes.update(old_balance=old_balance, new_balance=contract.balance, amount=data.amount, payment_id=payment.id)
    await resume_if_paid(work, contract)
    return contract
