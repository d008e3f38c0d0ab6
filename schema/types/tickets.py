"""The support ticket as people see it."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models import tickets as model
from resolvers import comments, journal
from resolvers.read.columns import column
from resolvers.read.tables import TICKETS
from resolvers.tickets import IS_OVERDUE
from schema.types import sql_expressions
from schema.types.available import AvailableAction
from schema.types.connections import Connection
from schema.types.enums import TicketCategory, TicketPriority, TicketStatus
from schema.types.field_sources import actions, computed, global_id, stored, to_many, to_one
from schema.types.links import CommentLink, ContractLink, CustomerLink, EventLink, StaffLink
from schema.types.node import Node

_ROW = model.Ticket


@strawberry.type(description="A customer's trouble or request, and the work on it.")
class Ticket(Node):
    """A customer's trouble or request, and the work on it."""

    id: strawberry.ID = global_id(TICKETS)
    database_id: int = stored(column(_ROW, "id"), "The number in the global id; the `id` in REST.")
    customer: CustomerLink = to_one("Customer", column(_ROW, "customer_id"), "Whose trouble it is.")
    customer_name: str = computed(
        sql_expressions.CUSTOMER_OF_ROW, "Name of the customer: an organization's, or a full name."
    )
    contract: ContractLink | None = to_one(
        "Contract", column(_ROW, "contract_id"), "The contract it is about, if it is about one."
    )
    subject: str = stored(column(_ROW, "subject"), "The trouble in a few words.")
    description: str = stored(column(_ROW, "description"), "What the customer said, in full.")
    category: TicketCategory = stored(column(_ROW, "category"), "What kind of trouble it is.")
    priority: TicketPriority = stored(column(_ROW, "priority"), "How urgent it is; decides when it is due.")
    status: TicketStatus = stored(column(_ROW, "status"), "Where the work on it stands.")
    notes: str | None = stored(column(_ROW, "notes"), "What the staff noted while working on it.")
    assigned_to: StaffLink | None = to_one("Staff", column(_ROW, "assigned_to_id"), "Who works on it, if anybody.")
    assigned_to_name: str | None = computed(
        sql_expressions.user_of("assigned_to_id"), "Name of who works on it, if anybody."
    )
    created_by: StaffLink | None = to_one("Staff", column(_ROW, "created_by_id"), "Who opened it.")
    resolution: str | None = stored(column(_ROW, "resolution"), "What solved it, as said when it was resolved.")
    due_at: datetime = stored(column(_ROW, "due_at"), "By when it should be resolved, by its priority.")
    is_overdue: bool = computed(IS_OVERDUE, "Whether it is still open past its due time.")
    resolution_time: int | None = computed(
        sql_expressions.seconds_between("created_at", "resolved_at"),
        "Whole seconds from opening to resolution; null until then.",
    )
    first_response_due_at: datetime | None = stored(
        column(_ROW, "first_response_due_at"), "By when the staff should have answered the customer, by its priority."
    )
    first_response_at: datetime | None = stored(
        column(_ROW, "first_response_at"),
        "When the staff first answered the customer, or resolved it; null until then.",
    )
    comments_count: int = computed(sql_expressions.count_of("comments", "ticket_id"), "How much was said on it.")
    assigned_at: datetime | None = stored(column(_ROW, "assigned_at"), "When it was last assigned to somebody else.")
    resolved_at: datetime | None = stored(column(_ROW, "resolved_at"), "When it was resolved; null while it is not.")
    closed_at: datetime | None = stored(column(_ROW, "closed_at"), "When it was closed; null while it is not.")
    available_actions: list[AvailableAction] = actions()
    created_at: datetime = stored(column(_ROW, "created_at"), "When the ticket was opened.")
    updated_at: datetime = stored(column(_ROW, "updated_at"), "When anything about the ticket last changed.")
    comments: Connection[CommentLink] = to_many(comments.LIST, "ticket_id", "What was said on it, oldest first.")
    history: Connection[EventLink] = to_many(
        journal.HISTORY, "entity_id", "Every change of the ticket, newest first.", entity=_ROW.prefix
    )
