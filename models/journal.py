"""The journal (audit events of every change) and the kept answers of idempotent calls (contract §2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from models.fields import MomentField

if TYPE_CHECKING:
    from models.jobs import Job
    from models.users import User


class AuditEvent(Model):
    """One entity's change by one action. It names the entity without a foreign key, and so outlives it."""

    id = fields.BigIntField(primary_key=True)
    entity = fields.CharField(max_length=3, description="prefix of the global id: cus, sim, job …")
    entity_id = fields.IntField()
    action = fields.CharField(max_length=40)
    actor: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="acts", on_delete=fields.RESTRICT, null=True
    )
    actor_id: int | None
    request_id = fields.CharField(max_length=64, description="shared by all events of one call, cascades included")
    changes: fields.JSONField[dict[str, list[object]]] = fields.JSONField(description="{field: [old, new]}")
    reason = fields.TextField(null=True)
    job: fields.ForeignKeyNullableRelation[Job] = fields.ForeignKeyField(
        "models.Job", related_name="events", on_delete=fields.RESTRICT, null=True, db_constraint=False
    )
    job_id: int | None
    created_at = MomentField()

    class Meta:
        table = "audit_events"

    @classmethod
    def of(cls, **values: Any) -> AuditEvent:
        """A new event with a value for every column but the id.

        Tortoise's own way looks at each value in turn, which for a cascade's ten thousand events is half of its time.
        """
        event = cls.__new__(cls)
        vars(event).update(values, id=None)
        return event


class IdempotencyKey(Model):
    """The answer that a retry with the same key gets. Unique by caller, operation and key."""

    id = fields.BigIntField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="idempotency_keys", on_delete=fields.CASCADE
    )
    user_id: int
    operation = fields.CharField(max_length=60)
    key = fields.CharField(max_length=255)
    fingerprint = fields.CharField(max_length=64, description="SHA-256 of the target and the normalised arguments")
    door = fields.CharField(max_length=64, description="SHA-256 of protocol, document and language", default="")
    outcome: fields.JSONField[dict[str, object]] = fields.JSONField(default=dict)
    answer = fields.BinaryField(null=True)
    created_at = MomentField()

    class Meta:
        table = "idempotency_keys"
