"""Money: the ledger, and `post()`, the only function in the program that changes a balance (contract §2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tortoise import fields
from tortoise.models import Model

from models.database.rows import made
from models.fields import HundredthsField, MomentField

if TYPE_CHECKING:
    from datetime import date, datetime

    from models.contracts import Contract
    from models.payments import Payment
    from models.users import User


class LedgerEntry(Model):
    """One posting. Append-only: no row is ever changed or deleted (the database refuses it too)."""

    id = fields.BigIntField(primary_key=True)
    contract: fields.ForeignKeyRelation[Contract] = fields.ForeignKeyField(
        "models.Contract", related_name="ledger", on_delete=fields.RESTRICT
    )
    contract_id: int
    payment: fields.ForeignKeyRelation[Payment] = fields.ForeignKeyField(
        "models.Payment", related_name="ledger", on_delete=fields.RESTRICT
    )
    payment_id: int
    amount = HundredthsField(description="signed: what it added to the balance")
    balance_after = HundredthsField()
    actor: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="postings", on_delete=fields.RESTRICT, null=True
    )
    actor_id: int | None
    created_at = MomentField()

    class Meta:
        table = "ledger_entries"


@dataclass(frozen=True, slots=True)
class InsufficientFunds(Exception):
    """The posting would take the balance under its floor; amounts in hundredths."""

    balance: int
    floor: int
    amount: int


def post(contract: Contract, payment: Payment, *, actor_id: int | None, at: datetime, day: date) -> LedgerEntry:
    """Post a payment to its locked contract: move the balance by it, and give the ledger entry that says so.

    The entry lacks the payment's id, which the database gives to a new payment only when it is stored. The caller
    holds the contract's row lock, and stores contract, payment and entry in the same transaction, so that
    `contract.balance` equals the sum of its entries at every commit. Raises `InsufficientFunds` where an amount that
    takes away would leave less than `contract.floor(day)`; money coming in is always welcome, and a promise is kept,
    and over, when it lifts the balance out of the red (billing.md §4).
    """
    amount = payment.signed_amount()
    balance = contract.balance + amount
    if amount < 0 and balance < contract.floor(day):
        raise InsufficientFunds(contract.balance, contract.floor(day), amount)
    if contract.balance < 0 <= balance:
        contract.promised_amount, contract.promised_until = 0, None
    contract.balance = payment.balance_after = balance
    entry = {
        "contract_id": contract.id,
        "amount": amount,
        "balance_after": balance,
        "actor_id": actor_id,
        "created_at": at,
    }
    return made(LedgerEntry, entry)
