"""What is said on tickets: by the staff among themselves, to the customer, and by the customer (screens.md §1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from models.comments import Comment
from models.tickets import Ticket, TicketStatus
from resolvers.faults import Code, Fault, invalid
from resolvers.identity.permissions import Permission
from resolvers.read.columns import column, orderable
from resolvers.read.selection import Filter, ListSpec, Term
from resolvers.read.tables import COMMENTS
from resolvers.value_kinds import LONG_TEXT, Text, Truth
from resolvers.words import Message
from resolvers.write.guards import Guard, Seen
from resolvers.write.inputs import changes_in, given, takes
from resolvers.write.operation import Effect, operation

if TYPE_CHECKING:
    from resolvers.write.unit_of_work import Work

MINUTES: Final = 15
"""For which an author may change what was said."""


@dataclass(frozen=True, slots=True)
class CommentInput:
    """What is said on a ticket."""

    body: str = takes(Text(LONG_TEXT), "What is said.", required=True)
    is_internal: bool = takes(Truth(), "It is for the staff alone.", default="false")
    from_customer: bool = takes(Truth(), "The customer says it, and you write it down.", default="false")


@dataclass(frozen=True, slots=True)
class CommentChange:
    """What may be changed of a comment."""

    body: str = takes(Text(LONG_TEXT), "What is said.", required=True)


LIST = ListSpec(
    table=COMMENTS,
    filters=(
        Filter("author", column(Comment, "author_id"), "Comments that this user wrote.", refers_to="User"),
        Filter("is_internal", column(Comment, "is_internal"), "Comments for the staff alone, or all others."),
        Filter("from_customer", column(Comment, "from_customer"), "What the customer says, or all others."),
        Filter("created", column(Comment, "created_at"), "By the time at which it was said."),
        Filter("updated", column(Comment, "updated_at"), "By the time of the last change."),
    ),
    default_order=(Term(column(Comment, "id")),),
    orderable=orderable(Comment),
    searchable=False,
)


@operation(
    "ticket.comment",
    entity=Ticket,
    effect=Effect.ACTION,
    graphql="commentTicket",
    rest="comments",
    may=Permission.WORK_ON_TICKETS,
    takes=CommentInput,
    makes=Comment,
    answers=("comment_id", Comment),
    says="ticket_commented",
    graphql_extras=("comment_id",),
)
async def comment_ticket(work: Work, ticket: Ticket, data: CommentInput) -> Ticket:
    """Say something on a ticket, in any state: to the customer, unless it is internal, or in the customer's name.

    The first that the staff say to the customer is the ticket's first response. When the customer says something, a
    ticket that waits is taken up again: in progress, or new if it is assigned to nobody.
    """
    said = {"is_internal": False, "from_customer": False, **given(data)}
    if said["is_internal"] and said["from_customer"]:
        raise invalid("is_internal", "internal_from_customer")
    comment = await work.add(Comment(**said, ticket_id=ticket.id, author_id=work.actor_id))
    if comment.from_customer:
        _take_up_again(ticket)
    elif not comment.is_internal:
        answered(work, ticket)
    work.notes["comment_id"] = comment.id
    return ticket


def _take_up_again(ticket: Ticket) -> None:
    if ticket.status is TicketStatus.WAITING:
        ticket.status = TicketStatus.NEW if ticket.assigned_to_id is None else TicketStatus.IN_PROGRESS


def answered(work: Work, ticket: Ticket) -> None:
    """Keep when the staff first answered."""
    if ticket.first_response_at is None:
        ticket.first_response_at = work.now


def _require_own_and_fresh(seen: Seen) -> None:
    caller, comment = seen.context.caller, seen.row
    if caller is not None and comment.author_id != caller.user_id:
        raise Fault(Code.PERMISSION_DENIED, Message("comment_of_another"))
    if seen.now - comment.created_at > timedelta(minutes=MINUTES):
        raise Fault(Code.INVALID_TRANSITION, Message("comment_settled", {"minutes": MINUTES}))


@operation(
    "comment.update",
    entity=Comment,
    effect=Effect.UPDATE,
    graphql="updateTicketComment",
    may=Permission.WORK_ON_TICKETS,
    takes=CommentChange,
    guards=(Guard(_require_own_and_fresh, ("author_id", "created_at")),),
    says="updated",
    raises=(Code.INVALID_TRANSITION,),
)
async def update_comment(work: Work, comment: Comment, data: CommentChange) -> Comment:
    """Change what one has said oneself, within 15 minutes; its history keeps what it was."""
    del work
    comment.update_from_dict(changes_in(data, comment))
    return comment


@operation(
    "comment.delete",
    entity=Comment,
    effect=Effect.DELETE,
    graphql="deleteTicketComment",
    may=Permission.DELETE,
    says="deleted",
)
async def delete_comment(work: Work, comment: Comment) -> Comment:
    """Take back what was said on a ticket; the history stays readable."""
    await work.remove(comment)
    return comment


OPERATIONS = (comment_ticket, update_comment, delete_comment)
