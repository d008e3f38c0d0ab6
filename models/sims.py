"""SIM cards, free or bound to a contract (contract §1–2)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from tortoise import fields

from models.entity import Entity, search_text
from models.fields import MomentField

if TYPE_CHECKING:
    from models.contracts import Contract


class SimStatus(StrEnum):
    FREE = "free"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    BLOCKED = "blocked"
    CLOSED = "closed"


class Sim(Entity):
    prefix: ClassVar[str] = "sim"
    secrets: ClassVar[frozenset[str]] = frozenset({"puk_code"})

    iccid = fields.CharField(max_length=20)
    imsi = fields.CharField(max_length=15)
    msisdn = fields.CharField(max_length=20)
    puk_code = fields.CharField(max_length=8, null=True)
    status = fields.CharEnumField(SimStatus, max_length=20, default=SimStatus.FREE)
    contract: fields.ForeignKeyNullableRelation[Contract] = fields.ForeignKeyField(
        "models.Contract", related_name="sims", on_delete=fields.RESTRICT, null=True
    )
    contract_id: int | None
    activated_at = MomentField(null=True)
    deactivated_at = MomentField(null=True)
    search = fields.TextField()

    class Meta:
        table = "sims"

    def searchable(self) -> str:
        return search_text((self.iccid, self.imsi, self.msisdn))
