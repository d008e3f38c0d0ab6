"""Users: as staff, whom everybody may know, and in full, for those who may see it (contract §3)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import orjson
import strawberry

from models import users as model
from resolvers import journal
from resolvers.identity.permissions import GRANTS
from resolvers.operations import OPERATIONS
from resolvers.read.columns import column
from resolvers.read.selection import Expression, Kind
from resolvers.read.tables import STAFF, USERS
from resolvers.tickets import OPEN_SQL
from schema.types import sql_expressions
from schema.types.available import AvailableAction
from schema.types.connections import Connection
from schema.types.enums import Role, UserKind
from schema.types.field_sources import actions, computed, global_id, stored, to_many
from schema.types.links import EventLink
from schema.types.node import Node

if TYPE_CHECKING:
    from collections.abc import Callable

    from resolvers.write.operation import Operation

_ROW = model.User
_NAME = Expression(sql_expressions.user_name("{t}"), Kind.TEXT)


def _permitted(name: Callable[[Operation], str]) -> Expression:
    """The names of the operations that a user's role may call: known beforehand, so its role decides."""
    named = {role: [name(one) for one in OPERATIONS if role in GRANTS[one.may]] for role in model.Role}
    cases = " ".join(f"WHEN '{role}' THEN '{orjson.dumps(names).decode()}'" for role, names in named.items())
    return Expression(f"CASE {{t}}.role {cases} END", Kind.DOCUMENT)


@strawberry.type(description="A member of staff, as everybody may know them.")
class Staff:
    """A member of staff, as everybody may know them."""

    id: strawberry.ID = global_id(STAFF)
    database_id: int = stored(column(_ROW, "id"), "The number in the global id; the `id` in REST.")
    username: str = stored(column(_ROW, "username"), "Name to log in with.")
    full_name: str = computed(_NAME, "Last and first name, or the username while neither is known.")
    open_tickets_count: int = computed(
        sql_expressions.count_of("tickets", "assigned_to_id", f" AND n_.status IN ({OPEN_SQL})"),
        "How many open tickets are assigned to them: new, in progress or waiting.",
    )


@strawberry.type(
    description="A user of the system, in full: for supervisors and administrators, and for everybody themselves."
)
class User(Node):
    """A user of the system."""

    id: strawberry.ID = global_id(USERS)
    database_id: int = stored(column(_ROW, "id"), "The number in the global id; the `id` in REST.")
    username: str = stored(column(_ROW, "username"), "Name to log in with; no two users share one.")
    first_name: str | None = stored(column(_ROW, "first_name"), "Given name, if known.")
    last_name: str | None = stored(column(_ROW, "last_name"), "Family name, if known.")
    full_name: str = computed(_NAME, "Last and first name, or the username while neither is known.")
    email: str | None = stored(column(_ROW, "email"), "Email address at work.")
    phone: str | None = stored(column(_ROW, "phone"), "Phone number in E.164.")
    kind: UserKind = stored(column(_ROW, "kind"), "Whether it is a person, or a program, which calls with keys.")
    role: Role = stored(column(_ROW, "role"), "What the user may do.")
    is_active: bool = stored(
        column(_ROW, "is_active"), "Whether the user can log in; inactive ones are shut out at once."
    )
    last_login: datetime | None = stored(column(_ROW, "last_login"), "When the user last logged in, if ever.")
    permissions: list[str] = computed(
        _permitted(lambda operation: operation.graphql),
        "The operations that the user's role may call at all; a row's state or an argument may still refuse one.",
        rest_as=("permissions", _permitted(lambda operation: operation.name)),
    )
    available_actions: list[AvailableAction] = actions()
    created_at: datetime = stored(column(_ROW, "created_at"), "When the user was added.")
    updated_at: datetime = stored(column(_ROW, "updated_at"), "When anything about the user last changed.")
    history: Connection[EventLink] = to_many(
        journal.HISTORY, "entity_id", "Every change of the user, newest first.", entity=_ROW.prefix
    )
