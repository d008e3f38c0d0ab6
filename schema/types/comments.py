"""A ticket's comment as people see it."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models import comments as model
from resolvers import journal
from resolvers.read.columns import column
from resolvers.read.tables import COMMENTS
from schema.types import sql_expressions
from schema.types.available import AvailableAction
from schema.types.connections import Connection
from schema.types.field_sources import actions, computed, global_id, stored, to_many, to_one
from schema.types.links import EventLink, StaffLink, TicketLink
from schema.types.node import Node

_ROW = model.Comment


@strawberry.type(description="Something that was said on a ticket: by the staff, or by the customer.")
class Comment(Node):
    """Something that was said on a ticket."""

    id: strawberry.ID = global_id(COMMENTS)
    database_id: int = stored(column(_ROW, "id"), "The number in the global id; the `id` in REST.")
    ticket: TicketLink = to_one("Ticket", column(_ROW, "ticket_id"), "The ticket on which it was said.")
    author: StaffLink | None = to_one(
        "Staff", column(_ROW, "author_id"), "Who wrote it, for the customer or not; null for the system itself."
    )
    author_name: str | None = computed(
        sql_expressions.user_of("author_id"), "Name of who wrote it; null for the system itself."
    )
    body: str = stored(column(_ROW, "body"), "What was said.")
    is_internal: bool = stored(column(_ROW, "is_internal"), "Whether it is for the staff alone.")
    from_customer: bool = stored(column(_ROW, "from_customer"), "Whether it is what the customer said.")
    available_actions: list[AvailableAction] = actions()
    created_at: datetime = stored(column(_ROW, "created_at"), "When it was said.")
    updated_at: datetime = stored(column(_ROW, "updated_at"), "When it was last changed.")
    history: Connection[EventLink] = to_many(
        journal.HISTORY, "entity_id", "Every change of the comment, newest first.", entity=_ROW.prefix
    )
