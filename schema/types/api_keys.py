"""Keys for programs as people see them: all but the secret."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models import api_keys as model
from resolvers import journal
from resolvers.read.columns import column
from resolvers.read.selection import Expression, Kind
from resolvers.read.tables import API_KEYS
from schema.types.available import AvailableAction
from schema.types.connections import Connection
from schema.types.enums import ApiKeyScope
from schema.types.field_sources import actions, computed, global_id, stored, to_many, to_one
from schema.types.links import EventLink, StaffLink
from schema.types.node import Node

_ROW = model.ApiKey
_SCOPES = Expression("upper(CAST({t}.scopes AS text))", Kind.DOCUMENT)
"""As GraphQL spells the values of an enum."""
_LAST_USED = Expression("(SELECT n_.used_at FROM api_key_uses n_ WHERE n_.key_id = {t}.id)", Kind.MOMENT)


@strawberry.type(description="A key with which a program calls in a user's name. The key itself was shown once.")
class ApiKey(Node):
    """A key with which a program calls."""

    id: strawberry.ID = global_id(API_KEYS)
    database_id: int = stored(column(_ROW, "id"), "The number in the global id; the `id` in REST.")
    user: StaffLink = to_one("Staff", column(_ROW, "user_id"), "In whose name programs call with it.")
    name: str = stored(column(_ROW, "name"), "What it is for.")
    hint: str = stored(column(_ROW, "hint"), "The last four characters of the key, to tell it from others.")
    scopes: list[ApiKeyScope] | None = computed(
        _SCOPES,
        "What it is limited to; null: all that the user's role may.",
        rest_as=("scopes", column(_ROW, "scopes")),
    )
    networks: list[str] | None = stored(
        column(_ROW, "networks"), "Networks (CIDR) that it may be used from; null: from anywhere."
    )
    cost_per_minute: int | None = stored(
        column(_ROW, "cost_per_minute"), "A budget of its own; null: the one for everybody, if there is one."
    )
    expires_at: datetime | None = stored(column(_ROW, "expires_at"), "Until when it is good; null: for ever.")
    last_used_at: datetime | None = computed(_LAST_USED, "When it was last used, to the minute; null: never yet.")
    revoked_at: datetime | None = stored(column(_ROW, "revoked_at"), "When it was revoked; null: it was not.")
    created_at: datetime = stored(column(_ROW, "created_at"), "When it was made.")
    updated_at: datetime = stored(column(_ROW, "updated_at"), "When anything about the key last changed.")
    available_actions: list[AvailableAction] = actions()
    history: Connection[EventLink] = to_many(
        journal.HISTORY, "entity_id", "Every change of the key, newest first.", entity=_ROW.prefix
    )
