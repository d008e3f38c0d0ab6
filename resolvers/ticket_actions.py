"""What is done with a ticket on its way from new to closed (contract §2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.tickets import Ticket, TicketStatus
from models.users import User
from resolvers.faults import Code, Fault
from resolvers.identity.permissions import Permission, require
from resolvers.value_kinds import LONG_TEXT, Reference, Refused, Text
from resolvers.words import Message
from resolvers.write.guards import Guard, Held, Seen
from resolvers.write.inputs import given, takes
from resolvers.write.operation import Effect, operation
from resolvers.write.unit_of_work import Lock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.identity.permissions import Caller
    from resolvers.write.unit_of_work import Work

NEW, IN_PROGRESS, WAITING = TicketStatus.NEW, TicketStatus.IN_PROGRESS, TicketStatus.WAITING
RESOLVED, CLOSED = TicketStatus.RESOLVED, TicketStatus.CLOSED
ASSIGNEE = Reference("User")


@dataclass(frozen=True, slots=True)
class AssignInput:
    """Whom a ticket is assigned to."""

    user_id: int = takes(ASSIGNEE, "The member of staff who will work on it; must be active.", required=True)


@dataclass(frozen=True, slots=True)
class ResolveInput:
    """What solved the trouble."""

    resolution: str = takes(Text(LONG_TEXT), "What was done about it.", required=True)


@dataclass(frozen=True, slots=True)
class CloseInput:
    """Why a ticket is closed."""

    reason: str | None = takes(Text(LONG_TEXT), "Why, for the history.", nullable=True)


def _to_others(caller: Caller, target: int | None, raw: Mapping[str, object]) -> Permission | None:
    """Assigning to somebody else needs more. What is no id at all is for the validation to refuse."""
    del target
    try:
        user_id = ASSIGNEE.read(raw.get("user_id"))
    except Refused:
        return None
    return None if user_id == caller.user_id else Permission.ASSIGN_OTHERS


async def _lock_with_assignee(work: Work, target: int, data: AssignInput) -> Ticket:
    """A missing assignee is told before a ticket's wrong state, as of all that is asked for and not there."""
    ticket = await work.lock(Ticket, target)
    await work.lock(User, data.user_id, Lock.SHARE, named="user_id")
    return ticket


@operation(
    "ticket.assign",
    entity=Ticket,
    effect=Effect.ACTION,
    graphql="assignTicket",
    rest="assign",
    may=Permission.WORK_ON_TICKETS,
    also_needs=_to_others,
    takes=AssignInput,
    moves={NEW: None, IN_PROGRESS: None, WAITING: None},
    lock=_lock_with_assignee,
    says="ticket_assigned",
)
async def assign_ticket(work: Work, ticket: Ticket, data: AssignInput) -> Ticket:
    """Assign an open ticket to an active member of staff; its state stays. Employees assign to themselves only."""
    assignee = await work.lock(User, data.user_id, Lock.SHARE, named="user_id")
    if not assignee.is_active:
        raise Fault(Code.INVALID_TRANSITION, Message("user_inactive", {"id": assignee.id}), field="user_id")
    _give(work, ticket, assignee.id)
    return ticket


def _give(work: Work, ticket: Ticket, user_id: int | None) -> None:
    if ticket.assigned_to_id != user_id:
        ticket.assigned_to_id, ticket.assigned_at = user_id, work.now


async def _lock_to_unassign(work: Work, target: int, data: object) -> Ticket:
    """Taking it from somebody else needs more, as giving it to somebody else does; at the console nobody is asked."""
    del data
    ticket = await work.lock(Ticket, target)
    _require_own(Seen(work.context, work.now, ticket))
    return ticket


def _require_own(seen: Seen) -> None:
    caller = seen.context.caller
    if caller is not None and seen.row.assigned_to_id not in {None, caller.user_id}:
        require(seen.context, Permission.ASSIGN_OTHERS)


@operation(
    "ticket.unassign",
    entity=Ticket,
    effect=Effect.ACTION,
    graphql="unassignTicket",
    rest="unassign",
    may=Permission.WORK_ON_TICKETS,
    moves={NEW: None, IN_PROGRESS: None, WAITING: None},
    guards=(Guard(_require_own, ("assigned_to_id",), held=Held.LOCK),),
    lock=_lock_to_unassign,
    says="ticket_unassigned",
)
async def unassign_ticket(work: Work, ticket: Ticket) -> Ticket:
    """Take an open ticket from whom it is assigned to; one in progress is new again. Employees take their own only.

    One that is assigned to nobody stays as it is.
    """
    del work
    take_from_assignee(ticket)
    return ticket


def take_from_assignee(ticket: Ticket) -> None:
    """Leave an open ticket to whoever takes it next."""
    ticket.assigned_to_id = ticket.assigned_at = None
    if ticket.status is IN_PROGRESS:
        ticket.status = NEW


@operation(
    "ticket.start_work",
    entity=Ticket,
    effect=Effect.ACTION,
    graphql="startTicketWork",
    rest="start_work",
    may=Permission.WORK_ON_TICKETS,
    moves={NEW: IN_PROGRESS, WAITING: IN_PROGRESS},
    says="ticket_started",
)
async def start_ticket_work(work: Work, ticket: Ticket) -> Ticket:
    """Start working on a ticket. One that is assigned to nobody is taken by the caller; another's stays another's."""
    if ticket.assigned_to_id is None:
        _give(work, ticket, work.actor_id)
    return ticket


@operation(
    "ticket.wait",
    entity=Ticket,
    effect=Effect.ACTION,
    graphql="waitTicket",
    rest="wait",
    may=Permission.WORK_ON_TICKETS,
    moves={NEW: WAITING, IN_PROGRESS: WAITING},
    says="ticket_waiting",
)
async def wait_ticket(work: Work, ticket: Ticket) -> Ticket:
    """Put a ticket aside until the customer, or somebody else, does their part."""
    del work
    return ticket


@operation(
    "ticket.resolve",
    entity=Ticket,
    effect=Effect.ACTION,
    graphql="resolveTicket",
    rest="resolve",
    may=Permission.WORK_ON_TICKETS,
    takes=ResolveInput,
    moves={NEW: RESOLVED, IN_PROGRESS: RESOLVED, WAITING: RESOLVED},
    says="ticket_resolved",
    extras=("resolution_time",),
)
async def resolve_ticket(work: Work, ticket: Ticket, data: ResolveInput) -> Ticket:
    """Say what solved the trouble. The answer tells the whole seconds from opening to now."""
    if ticket.first_response_at is None:
        ticket.first_response_at = work.now
    ticket.resolution, ticket.resolved_at = data.resolution, work.now
    work.notes["resolution_time"] = int((work.now - ticket.created_at).total_seconds())
    return ticket


@operation(
    "ticket.close",
    entity=Ticket,
    effect=Effect.ACTION,
    graphql="closeTicket",
    rest="close",
    may=Permission.WORK_ON_TICKETS,
    takes=CloseInput,
    moves={NEW: CLOSED, IN_PROGRESS: CLOSED, WAITING: CLOSED, RESOLVED: CLOSED},
    says="ticket_closed",
)
async def close_ticket(work: Work, ticket: Ticket, data: CloseInput) -> Ticket:
    """Close a ticket, solved or not; the reason goes into its history."""
    ticket.closed_at = work.now
    reason = given(data).get("reason")
    if reason is not None:
        work.mark(ticket, work.action, reason)
    return ticket


@operation(
    "ticket.reopen",
    entity=Ticket,
    effect=Effect.ACTION,
    graphql="reopenTicket",
    rest="reopen",
    may=Permission.WORK_ON_TICKETS,
    moves={RESOLVED: None, CLOSED: None},
    says="ticket_reopened",
)
async def reopen_ticket(work: Work, ticket: Ticket) -> Ticket:
    """Take a resolved or closed ticket up again: in progress if it is assigned to somebody, else new."""
    del work
    ticket.status = NEW if ticket.assigned_to_id is None else IN_PROGRESS
    ticket.resolved_at = ticket.closed_at = None
    return ticket


ACTIONS = (
    assign_ticket,
    unassign_ticket,
    start_ticket_work,
    wait_ticket,
    resolve_ticket,
    close_ticket,
    reopen_ticket,
)
