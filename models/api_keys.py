"""Keys with which programs call: their own row, what they are limited to, and when each was last used."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from tortoise import fields

from models.entity import Entity
from models.fields import MomentField

if TYPE_CHECKING:
    from models.users import User


class ApiKeyScope(StrEnum):
    """What a key may be limited to; which permissions each stands for, `resolvers/identity/permissions.py` says."""

    READ = "read"
    TICKETS = "tickets"
    SUBSCRIBERS = "subscribers"
    PAYMENTS = "payments"
    REFUNDS = "refunds"
    TARIFFS = "tariffs"
    DELETE = "delete"
    USERS = "users"
    WEBHOOKS = "webhooks"
    BILLING = "billing"


class ApiKey(Entity):
    """A key of a user's. But for being revoked it never changes, so that what was read of it once stays true."""

    prefix: ClassVar[str] = "abk"
    secrets: ClassVar[frozenset[str]] = frozenset({"digest"})

    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="api_keys", on_delete=fields.RESTRICT
    )
    user_id: int
    name = fields.CharField(max_length=255)
    digest = fields.CharField(max_length=64, description="SHA-256 of the secret; the secret itself is kept nowhere")
    hint = fields.CharField(max_length=4, description="the secret's last characters")
    scopes: fields.JSONField[list[str] | None] = fields.JSONField(null=True, description="null: all that the role may")
    networks: fields.JSONField[list[str] | None] = fields.JSONField(null=True, description="CIDR; null: from anywhere")
    cost_per_minute = fields.IntField(null=True, description="its own budget; null: everybody's")
    expires_at = MomentField(null=True)
    revoked_at = MomentField(null=True)

    class Meta:
        table = "api_keys"
