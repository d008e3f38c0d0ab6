"""Who works with the system: users, their sessions, and the failed logins that slow guessing (contract §3)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from tortoise import fields
from tortoise.models import Model

from models.entity import Entity, search_text
from models.fields import MomentField
from models.texts import caseless

if TYPE_CHECKING:
    from uuid import UUID


class Role(StrEnum):
    EMPLOYEE = "employee"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class UserKind(StrEnum):
    PERSON = "person"
    SERVICE = "service"
    """A program: it has no password and cannot log in, and calls with keys."""


class User(Entity):
    prefix: ClassVar[str] = "usr"
    secrets: ClassVar[frozenset[str]] = frozenset({"password"})
    watched: ClassVar[frozenset[str]] = frozenset({"username", "role", "is_active"})
    unjournaled: ClassVar[frozenset[str]] = Entity.unjournaled | {"last_login", "username_key"}

    username = fields.CharField(max_length=255)
    username_key = fields.TextField(description="the caseless username, unique; nobody sees it")
    kind = fields.CharEnumField(UserKind, max_length=20, default=UserKind.PERSON)
    password = fields.CharField(max_length=255, description="Argon2id hash; empty: a service has none")
    first_name = fields.CharField(max_length=255, null=True)
    last_name = fields.CharField(max_length=255, null=True)
    email = fields.CharField(max_length=255, null=True)
    phone = fields.CharField(max_length=255, null=True)
    role = fields.CharEnumField(Role, max_length=20, default=Role.EMPLOYEE)
    is_active = fields.BooleanField(default=True)
    last_login = MomentField(null=True)
    search = fields.TextField()

    class Meta:
        table = "users"

    def key(self) -> str:
        """What `username_key` is to be."""
        return caseless(self.username)

    def searchable(self) -> str:
        """Names alone: everybody may search staff, and nobody is to learn contacts by searching for them."""
        return search_text((self.username, self.last_name, self.first_name))


class Session(Model):
    """A login and all that was refreshed from it: one token family. Ended, it ends every token in it at once."""

    id: UUID = fields.UUIDField(primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="sessions", on_delete=fields.CASCADE
    )
    user_id: int
    created_at = MomentField()
    refreshed_at = MomentField()
    expires_at = MomentField()
    ended_at = MomentField(null=True)

    class Meta:
        table = "sessions"


class RefreshToken(Model):
    """A refresh token of a session that is still to be used, or has just been."""

    jti: UUID = fields.UUIDField(primary_key=True)
    session: fields.ForeignKeyRelation[Session] = fields.ForeignKeyField(
        "models.Session", related_name="refresh_tokens", on_delete=fields.CASCADE
    )
    session_id: UUID
    used_at = MomentField(null=True)

    class Meta:
        table = "refresh_tokens"


class LoginFailure(Model):
    """One wrong password: whose (the folded username, which need not exist) and from where.

    While it is `pending` it has not been looked at, and counts as a failure.
    """

    id = fields.BigIntField(primary_key=True)
    username = fields.CharField(max_length=255)
    address = fields.CharField(max_length=255)
    created_at = MomentField()
    pending = fields.BooleanField(default=False)

    class Meta:
        table = "login_failures"
