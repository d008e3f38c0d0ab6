"""Contracts: a customer on a tariff, with a balance and at most one SIM (contract §1–2)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from tortoise import fields

from models.entity import Entity, search_text
from models.fields import HundredthsField

if TYPE_CHECKING:
    from models.customers import Customer
    from models.tariffs import Tariff


class ContractStatus(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


class SuspensionReason(StrEnum):
    MANUAL = "manual"
    CUSTOMER = "customer"


class Contract(Entity):
    prefix: ClassVar[str] = "ctr"

    number = fields.CharField(max_length=255)
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", related_name="contracts", on_delete=fields.RESTRICT
    )
    customer_id: int
    tariff: fields.ForeignKeyRelation[Tariff] = fields.ForeignKeyField(
        "models.Tariff", related_name="contracts", on_delete=fields.RESTRICT
    )
    tariff_id: int
    status = fields.CharEnumField(ContractStatus, max_length=20, default=ContractStatus.DRAFT)
    suspension_reason: SuspensionReason | None = fields.CharEnumField(  # type: ignore[assignment]
        SuspensionReason, max_length=20, null=True
    )
    signed_date = fields.DateField()
    activation_date = fields.DateField(null=True)
    termination_date = fields.DateField(null=True)
    next_billing_date = fields.DateField(null=True)
    credit_limit: int = HundredthsField(default=0)
    balance: int = HundredthsField(default=0)
    notes = fields.TextField(null=True)
    search = fields.TextField()

    class Meta:
        table = "contracts"

    def floor(self) -> int:
        """The lowest balance that this contract allows, in hundredths: 0 prepaid, -credit_limit postpaid."""
        return -self.credit_limit

    def searchable(self, customer: Customer) -> str:
        return search_text((self.number, *customer.names()))
