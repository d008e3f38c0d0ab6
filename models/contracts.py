"""Contracts: a customer on a tariff, with a balance and at most one SIM (contract §1–2)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from tortoise import fields

from models.entity import Entity, search_text
from models.fields import HundredthsField

if TYPE_CHECKING:
    from datetime import date

    from models.billing import TariffTerms
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
    INSUFFICIENT_FUNDS = "insufficient_funds"


class Contract(Entity):
    prefix: ClassVar[str] = "ctr"
    unjournaled: ClassVar[frozenset[str]] = Entity.unjournaled | {"reminded_for", "reminded_step"}

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
    next_billing_date: date | None = fields.DateField(null=True)
    terms: fields.ForeignKeyRelation[TariffTerms] = fields.ForeignKeyField(
        "models.TariffTerms", related_name="contracts", on_delete=fields.RESTRICT
    )
    terms_id: int
    anchor_date: date | None = fields.DateField(null=True)
    scheduled_tariff: fields.ForeignKeyNullableRelation[Tariff] = fields.ForeignKeyField(
        "models.Tariff", related_name="scheduled_contracts", on_delete=fields.RESTRICT, null=True
    )
    scheduled_tariff_id: int | None
    scheduled_on: date | None = fields.DateField(null=True)
    reprice_terms: fields.ForeignKeyNullableRelation[TariffTerms] = fields.ForeignKeyField(
        "models.TariffTerms", related_name="repriced_contracts", on_delete=fields.RESTRICT, null=True
    )
    reprice_terms_id: int | None
    reprice_on: date | None = fields.DateField(null=True)
    promised_amount: int = HundredthsField(default=0)
    promised_until: date | None = fields.DateField(null=True)
    postponed_until: date | None = fields.DateField(null=True)
    suspended_on: date | None = fields.DateField(
        null=True, description="day on which it was suspended for lack of money"
    )
    reminded_for: date | None = fields.DateField(null=True, description="first day of the month of the last reminder")
    reminded_step: int | None = fields.IntField(null=True)
    credit_limit: int = HundredthsField(default=0)
    balance: int = HundredthsField(default=0)
    notes = fields.TextField(null=True)
    external_id = fields.CharField(max_length=255, null=True)
    search = fields.TextField()

    class Meta:
        table = "contracts"

    def floor(self, day: date) -> int:
        """The lowest balance that it allows on a day, in hundredths: a promise carries until its last day is over."""
        overdue = self.promised_until is None or self.promised_until < day
        return -self.credit_limit if overdue else -self.credit_limit - self.promised_amount

    def lowest(self) -> int:
        """The lowest balance that it may stay at: what was owed under a promise may stay owed."""
        return -self.credit_limit - self.promised_amount

    def searchable(self, customer: Customer) -> str:
        return search_text((self.number, *customer.names()))
