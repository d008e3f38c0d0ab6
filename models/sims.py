"""SIM cards, free or bound to a contract (contract §1–2)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from tortoise import fields
from tortoise.models import Model

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


class ReplaceReason(StrEnum):
    LOST = "lost"
    FAULTY = "faulty"
    UPGRADE = "upgrade"


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


class SimBinding(Model):
    """A SIM and its number in a contract, from one moment to another. The database writes it, whatever binds them."""

    id = fields.BigIntField(primary_key=True)
    sim: fields.ForeignKeyRelation[Sim] = fields.ForeignKeyField(
        "models.Sim", related_name="bindings", on_delete=fields.RESTRICT, db_constraint=False
    )
    sim_id: int
    msisdn = fields.CharField(max_length=20)
    contract: fields.ForeignKeyRelation[Contract] = fields.ForeignKeyField(
        "models.Contract", related_name="sim_bindings", on_delete=fields.RESTRICT
    )
    contract_id: int
    since = MomentField()
    until = MomentField(null=True)

    class Meta:
        table = "sim_bindings"
