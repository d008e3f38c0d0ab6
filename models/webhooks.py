"""Webhooks: who is told of what happens, by which secrets, and what has become of each telling (events.md §4)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from tortoise import fields
from tortoise.models import Model

from models.entity import Entity
from models.fields import MomentField
from models.users import Role

if TYPE_CHECKING:
    from datetime import datetime


class WebhookStatus(StrEnum):
    OK = "ok"
    FAILING = "failing"
    PAUSED = "paused"


class DeliveryStatus(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"


class Webhook(Entity):
    """A reader of the journal whose position is kept for it."""

    prefix: ClassVar[str] = "whk"
    secrets: ClassVar[frozenset[str]] = frozenset({"holder", "heartbeat", "epoch"})
    """What workers keep for themselves."""
    unjournaled: ClassVar[frozenset[str]] = Entity.unjournaled | secrets | {"position", "last_success_at", "last_error"}

    url = fields.TextField()
    description = fields.TextField(null=True)
    types: fields.JSONField[list[str]] = fields.JSONField(
        default=list, description="`contract.activate`, `contract.*`; empty: all"
    )
    query = fields.TextField(null=True, description="a GraphQL selection on `Event`, with its braces")
    role = fields.CharEnumField(Role, max_length=20, default=Role.EMPLOYEE)
    is_active = fields.BooleanField(default=True)
    secret_hint = fields.CharField(max_length=4)
    status = fields.CharEnumField(WebhookStatus, max_length=20, default=WebhookStatus.OK)
    position = fields.BigIntField(description="events up to it are delivered, wait as deliveries, or are not for it")
    last_success_at = MomentField(null=True)
    last_error = fields.TextField(null=True)
    holder = fields.CharField(max_length=40, null=True, description="the worker that delivers; no other does")
    heartbeat = MomentField(null=True, description="when that worker last showed that it lives")
    epoch = fields.IntField(default=0, description="grows where what is under way has become void: replay, resume")

    class Meta:
        table = "webhooks"


class WebhookSecret(Model):
    """What signs. Of one webhook the newest is for good, older ones sign too until they expire."""

    id = fields.BigIntField(primary_key=True)
    webhook: fields.ForeignKeyRelation[Webhook] = fields.ForeignKeyField(
        "models.Webhook", related_name="keys", on_delete=fields.CASCADE
    )
    webhook_id: int
    secret = fields.CharField(max_length=100)
    created_at = MomentField()
    expires_at: datetime | None = MomentField(null=True)

    class Meta:
        table = "webhook_secrets"


class WebhookDelivery(Model):
    """One event that goes to one webhook, and what the last try has come to."""

    id = fields.BigIntField(primary_key=True)
    webhook: fields.ForeignKeyRelation[Webhook] = fields.ForeignKeyField(
        "models.Webhook", related_name="deliveries", on_delete=fields.CASCADE
    )
    webhook_id: int
    event_id = fields.BigIntField()
    entity = fields.CharField(max_length=3)
    entity_id = fields.IntField()
    status = fields.CharEnumField(DeliveryStatus, max_length=20, default=DeliveryStatus.WAITING)
    attempts = fields.IntField(default=0, description="by plan; a redelivery counts too")
    http_status = fields.IntField(null=True, description="of the last try; null where no answer came")
    answer = fields.TextField(null=True, description="the beginning of the last try's answer")
    error = fields.TextField(null=True, description="why the last try has failed")
    duration_ms = fields.IntField(null=True)
    next_at = MomentField(null=True, description="null while an earlier event of the same entity waits, and at the end")
    created_at = MomentField()
    updated_at = MomentField()

    class Meta:
        table = "webhook_deliveries"
