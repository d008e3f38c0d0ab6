"""Billing: terms of tariffs in versions, settled months, and the policy (billing.md §1–4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final

from tortoise import fields
from tortoise.models import Model

from models.entity import Entity
from models.fields import HundredthsField, MomentField
from models.tariffs import TariffType

if TYPE_CHECKING:
    from datetime import date

    from models.contracts import Contract
    from models.payments import Payment
    from models.tariffs import Tariff

TERMS: Final = (
    "monthly_fee",
    "minutes_included",
    "sms_included",
    "data_gb_included",
    "minute_overage_cost",
    "sms_overage_cost",
    "data_gb_overage_cost",
)
"""What of a tariff is its terms: a change of any of them makes a new version."""


class TariffTerms(Model):
    """One version of a tariff's terms. It never changes."""

    id = fields.IntField(primary_key=True)
    tariff: fields.ForeignKeyRelation[Tariff] = fields.ForeignKeyField(
        "models.Tariff", related_name="terms", on_delete=fields.CASCADE
    )
    tariff_id: int
    version = fields.IntField(description="1, 2, … of one tariff")
    monthly_fee: int = HundredthsField()
    minutes_included = fields.IntField()
    sms_included = fields.IntField()
    data_gb_included: int = HundredthsField()
    minute_overage_cost: int = HundredthsField()
    sms_overage_cost: int = HundredthsField()
    data_gb_overage_cost: int = HundredthsField()
    created_at = MomentField()

    class Meta:
        table = "tariff_terms"


class PeriodStatus(StrEnum):
    CHARGED = "charged"
    SKIPPED = "skipped"
    WAIVED = "waived"


class ChargePeriod(Model):
    """A settled month of a contract: at most one begins on a day."""

    id = fields.BigIntField(primary_key=True)
    contract: fields.ForeignKeyRelation[Contract] = fields.ForeignKeyField(
        "models.Contract", related_name="periods", on_delete=fields.RESTRICT
    )
    contract_id: int
    period_start = fields.DateField()
    period_end = fields.DateField(description="its last day")
    terms: fields.ForeignKeyRelation[TariffTerms] = fields.ForeignKeyField(
        "models.TariffTerms", related_name="periods", on_delete=fields.RESTRICT
    )
    terms_id: int
    amount: int = HundredthsField(default=0)
    status = fields.CharEnumField(PeriodStatus, max_length=20)
    payment: fields.ForeignKeyNullableRelation[Payment] = fields.ForeignKeyField(
        "models.Payment", related_name="periods", on_delete=fields.RESTRICT, null=True
    )
    payment_id: int | None
    reason = fields.TextField(null=True)
    created_at = MomentField()

    class Meta:
        table = "charge_periods"


class FirstMonth(StrEnum):
    SALE = "sale"
    CHARGE = "charge"


class RefundUnused(StrEnum):
    NONE = "none"
    DAYS = "days"


class ResumeAnchor(StrEnum):
    TODAY = "today"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Ladder:
    """What the policy says of one type of tariff."""

    remind_days: tuple[int, ...]
    grace_days: int
    resume_anchor: ResumeAnchor
    terminate_after_days: int | None


class BillingPolicy(Entity):
    """How contracts are charged: one row for all."""

    prefix: ClassVar[str] = "pol"
    ONLY: ClassVar[int] = 1
    """Its id."""

    billing_from: date | None = fields.DateField(null=True)
    run_at = fields.CharField(max_length=5, null=True, description="HH:MM in the operator's time zone")
    first_month = fields.CharEnumField(FirstMonth, max_length=20)
    refund_unused = fields.CharEnumField(RefundUnused, max_length=20)
    promise_max: int = HundredthsField()
    promise_days = fields.IntField()
    prepaid_remind_days: fields.JSONField[list[int]] = fields.JSONField()
    prepaid_grace_days = fields.IntField()
    prepaid_resume_anchor = fields.CharEnumField(ResumeAnchor, max_length=20)
    prepaid_terminate_after_days = fields.IntField(null=True)
    postpaid_remind_days: fields.JSONField[list[int]] = fields.JSONField()
    postpaid_grace_days = fields.IntField()
    postpaid_resume_anchor = fields.CharEnumField(ResumeAnchor, max_length=20)
    postpaid_terminate_after_days = fields.IntField(null=True)

    class Meta:
        table = "billing_policy"

    def on(self, day: date) -> bool:
        """Whether billing is on: it has a beginning, and that has come."""
        return self.billing_from is not None and self.billing_from <= day

    def charges_first_month(self, day: date) -> bool:
        """Whether the month that begins with an activation on that day is charged by it."""
        return self.first_month is FirstMonth.CHARGE and self.on(day)

    def ladder(self, tariff_type: TariffType) -> Ladder:
        """What holds for the contracts of this type of tariff."""
        if tariff_type is TariffType.PREPAID:
            return Ladder(
                tuple(self.prepaid_remind_days),
                self.prepaid_grace_days,
                self.prepaid_resume_anchor,
                self.prepaid_terminate_after_days,
            )
        return Ladder(
            tuple(self.postpaid_remind_days),
            self.postpaid_grace_days,
            self.postpaid_resume_anchor,
            self.postpaid_terminate_after_days,
        )
