"""Payments: what is to be posted to a contract's ledger, and what has been (contract §1–2)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from tortoise import fields

from models.entity import Entity, search_text
from models.fields import HundredthsField, MomentField

if TYPE_CHECKING:
    from models.contracts import Contract
    from models.users import User


class TransactionType(StrEnum):
    PAYMENT = "payment"
    CHARGE = "charge"
    REFUND = "refund"
    CORRECTION = "correction"


class PaymentMethod(StrEnum):
    CASH = "cash"
    CARD = "card"
    BANK_TRANSFER = "bank_transfer"
    MOBILE_PAYMENT = "mobile_payment"
    AUTO_PAYMENT = "auto_payment"
    TERMINAL = "terminal"
    SYSTEM = "system"


class PaymentStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    SUCCESS = "success"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


POSTED = frozenset({PaymentStatus.SUCCESS, PaymentStatus.REFUNDED})
"""The states of a payment that stands in the ledger."""


class Payment(Entity):
    prefix: ClassVar[str] = "pay"

    contract: fields.ForeignKeyRelation[Contract] = fields.ForeignKeyField(
        "models.Contract", related_name="payments", on_delete=fields.RESTRICT
    )
    contract_id: int
    transaction_type = fields.CharEnumField(TransactionType, max_length=20, default=TransactionType.PAYMENT)
    amount: int = HundredthsField()
    payment_method = fields.CharEnumField(PaymentMethod, max_length=20, default=PaymentMethod.CASH)
    transaction_id = fields.CharField(max_length=255)
    description = fields.TextField(null=True)
    provider = fields.CharField(max_length=255, null=True)
    external_id = fields.CharField(max_length=255, null=True)
    status = fields.CharEnumField(PaymentStatus, max_length=20, default=PaymentStatus.PENDING)
    balance_after: int | None = HundredthsField(null=True)
    payment_date = MomentField()
    processed_at = MomentField(null=True)
    processed_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="processed_payments", on_delete=fields.RESTRICT, null=True
    )
    processed_by_id: int | None
    refund_of: fields.ForeignKeyNullableRelation[Payment] = fields.ForeignKeyField(
        "models.Payment", related_name="refunds", on_delete=fields.RESTRICT, null=True
    )
    refund_of_id: int | None
    refunded_amount: int = HundredthsField(default=0, description="what its refunds have given back so far")
    search = fields.TextField()

    class Meta:
        table = "payments"

    def signed_amount(self) -> int:
        """What posting this payment adds to the balance, in hundredths: charges and refunds take away."""
        takes = self.transaction_type in {TransactionType.CHARGE, TransactionType.REFUND}
        return -self.amount if takes else self.amount

    def searchable(self, contract_number: str) -> str:
        return search_text((self.transaction_id, self.description, contract_number))
