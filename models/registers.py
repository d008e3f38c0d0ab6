"""Registers of payment providers: what one says it has taken, row by row beside what we have (in-and-out.md §3)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from tortoise import fields

from models.entity import Entity
from models.fields import HundredthsField, MomentField

if TYPE_CHECKING:
    from datetime import datetime

    from models.contracts import Contract
    from models.jobs import Job
    from models.payments import Payment
    from models.users import User


class AccountBy(StrEnum):
    """What a provider's customers name when they pay."""

    MSISDN = "msisdn"
    CONTRACT = "contract"


class Verdict(StrEnum):
    """What came of laying a row beside our payments."""

    MATCHED = "matched"
    ONLY_THEIRS = "only_theirs"
    ONLY_OURS = "only_ours"
    DIFFERS = "differs"
    DUPLICATE = "duplicate"
    OUT_OF_PERIOD = "out_of_period"
    UNREADABLE = "unreadable"


class PaymentProvider(Entity):
    """Somebody who takes payments for us, and how it writes its registers."""

    prefix: ClassVar[str] = "prv"

    name = fields.CharField(max_length=255)
    mapping: fields.JSONField[dict[str, str]] = fields.JSONField(description="by field the heading of its column")
    account_by = fields.CharEnumField(AccountBy, max_length=20, default=AccountBy.MSISDN)
    time_zone = fields.CharField(max_length=255, default="Asia/Bishkek")

    class Meta:
        table = "payment_providers"


class RegisterRow(Entity):
    """A row of a register, or a payment of ours that none of its rows is about."""

    prefix: ClassVar[str] = "rgr"

    job: fields.ForeignKeyRelation[Job] = fields.ForeignKeyField(
        "models.Job", related_name="register_rows", on_delete=fields.CASCADE
    )
    job_id: int
    line = fields.IntField(null=True, description="in the file, as a spreadsheet shows it; null: it is ours alone")
    verdict = fields.CharEnumField(Verdict, max_length=20)
    external_id = fields.CharField(max_length=255, null=True)
    account = fields.CharField(max_length=255, null=True)
    amount: int | None = HundredthsField(null=True)
    taken_at: datetime | None = MomentField(null=True)
    contract: fields.ForeignKeyNullableRelation[Contract] = fields.ForeignKeyField(
        "models.Contract", related_name="register_rows", on_delete=fields.RESTRICT, null=True
    )
    contract_id: int | None
    payment: fields.ForeignKeyNullableRelation[Payment] = fields.ForeignKeyField(
        "models.Payment", related_name="register_rows", on_delete=fields.SET_NULL, null=True
    )
    payment_id: int | None
    problem = fields.TextField(null=True, description="what is wrong with it, or differs")
    reason = fields.TextField(null=True, description="why it is settled by hand")
    resolved_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="register_rows", on_delete=fields.RESTRICT, null=True
    )
    resolved_by_id: int | None
    resolved_at = MomentField(null=True)

    class Meta:
        table = "register_rows"
