"""Tariffs: what a contract costs and includes (contract §1)."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from tortoise import fields

from models.entity import Entity, search_text
from models.fields import HundredthsField


class TariffType(StrEnum):
    PREPAID = "prepaid"
    POSTPAID = "postpaid"


class Tariff(Entity):
    prefix: ClassVar[str] = "trf"

    name = fields.CharField(max_length=255)
    description = fields.TextField(null=True)
    tariff_type = fields.CharEnumField(TariffType, max_length=20, default=TariffType.PREPAID)
    monthly_fee = HundredthsField()
    minutes_included = fields.IntField(default=0)
    sms_included = fields.IntField(default=0)
    data_gb_included = HundredthsField(default=0)
    minute_overage_cost = HundredthsField(default=0)
    sms_overage_cost = HundredthsField(default=0)
    data_gb_overage_cost = HundredthsField(default=0)
    extra_options: fields.JSONField[dict[str, object]] = fields.JSONField(default=dict)
    priority = fields.IntField(default=0)
    is_active = fields.BooleanField(default=True)
    search = fields.TextField()

    class Meta:
        table = "tariffs"

    def searchable(self) -> str:
        return search_text((self.name, self.description))
