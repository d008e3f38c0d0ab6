"""Tickets: what may be written of them, how their lists can be asked (contract §4), and their deletion.

What is done with a ticket on its way from new to closed stands in `ticket_actions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from models.comments import Comment
from models.contracts import Contract
from models.customers import Customer
from models.tickets import OPEN, Ticket, TicketCategory, TicketPriority
from resolvers import ticket_actions
from resolvers.faults import invalid
from resolvers.identity.permissions import Permission
from resolvers.read.columns import column, orderable
from resolvers.read.selection import Comparison, Condition, Expression, Filter, Kind, ListSpec, Term
from resolvers.read.tables import TICKETS
from resolvers.value_kinds import LONG_TEXT, Choice, Reference, Text
from resolvers.write.inputs import changes_in, given, takes
from resolvers.write.operation import Effect, operation
from resolvers.write.unit_of_work import Lock

if TYPE_CHECKING:
    from models.settings import Settings
    from resolvers.write.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class TicketInput:
    """What may be written of a ticket."""

    customer_id: int = takes(Reference("Customer"), "Whose trouble it is.", required=True, rest="customer")
    contract_id: int | None = takes(
        Reference("Contract"), "Which of the customer's contracts it is about, if one.", nullable=True, rest="contract"
    )
    subject: str = takes(Text(), "The trouble in a few words.", required=True)
    description: str = takes(Text(LONG_TEXT), "What the customer says.", required=True)
    category: TicketCategory = takes(Choice(TicketCategory), "What kind of trouble.", default="other")
    priority: TicketPriority = takes(
        Choice(TicketPriority), "How urgent it is; decides when it is due.", default="medium"
    )
    notes: str | None = takes(Text(LONG_TEXT), "Notes of the staff.", nullable=True)


OPEN_SQL = ", ".join(f"'{status}'" for status in OPEN)
IS_OVERDUE = Expression(f"({{t}}.status IN ({OPEN_SQL}) AND {{t}}.due_at < {{now}})", Kind.TRUTH)
"""Open, and past its due time."""
IS_UNASSIGNED = Expression(f"({{t}}.status IN ({OPEN_SQL}) AND {{t}}.assigned_to_id IS NULL)", Kind.TRUTH)
"""Open, and assigned to nobody."""


UNASSIGNED = (Condition(IS_UNASSIGNED, Comparison.HOLDS, lambda _: True),)
"""The named list of the same meaning; its partial index is in its order."""
OVERDUE = (Condition(IS_OVERDUE, Comparison.HOLDS, lambda _: True),)
"""The named list of the same meaning."""

LIST = ListSpec(
    table=TICKETS,
    filters=(
        Filter("status", column(Ticket, "status"), "Tickets in this state."),
        Filter("category", column(Ticket, "category"), "Tickets about this kind of trouble."),
        Filter("priority", column(Ticket, "priority"), "Tickets of this urgency."),
        Filter("customer", column(Ticket, "customer_id"), "Tickets of this customer.", "Customer"),
        Filter("contract", column(Ticket, "contract_id"), "Tickets about this contract.", "Contract"),
        Filter("assigned_to", column(Ticket, "assigned_to_id"), "Tickets assigned to this user.", "User"),
        Filter("created_by", column(Ticket, "created_by_id"), "Tickets that this user opened.", "User"),
        Filter("is_overdue", IS_OVERDUE, "Open tickets past their due time, or all others."),
        Filter("is_unassigned", IS_UNASSIGNED, "Open tickets that are assigned to nobody, or all others."),
        Filter("due", column(Ticket, "due_at"), "By the time at which it is due."),
        Filter(
            "first_response_due", column(Ticket, "first_response_due_at"), "By the time by which it should be answered."
        ),
        Filter("first_response", column(Ticket, "first_response_at"), "By the time at which it was first answered."),
        Filter("assigned", column(Ticket, "assigned_at"), "By the time at which it was assigned."),
        Filter("resolved", column(Ticket, "resolved_at"), "By the time at which it was resolved."),
        Filter("closed", column(Ticket, "closed_at"), "By the time at which it was closed."),
        Filter("created", column(Ticket, "created_at"), "By the time at which it was opened."),
        Filter("updated", column(Ticket, "updated_at"), "By the time of the last change."),
    ),
    default_order=(Term(column(Ticket, "created_at"), descending=True), Term(column(Ticket, "id"), descending=True)),
    orderable=orderable(Ticket),
)


async def _hold_owners(work: Work, data: TicketInput) -> None:
    await work.lock(Customer, data.customer_id, Lock.SHARE, named="customer_id")
    if (contract_id := given(data).get("contract_id")) is not None:
        await work.lock(Contract, contract_id, Lock.SHARE, named="contract_id")


@operation(
    "ticket.create",
    entity=Ticket,
    effect=Effect.CREATE,
    graphql="createTicket",
    may=Permission.WORK_ON_TICKETS,
    takes=TicketInput,
    holds=_hold_owners,
    says="created",
)
async def create_ticket(work: Work, data: TicketInput) -> Ticket:
    """Open a ticket for a customer, new and assigned to nobody. When it is due depends on its priority."""
    customer = await work.lock(Customer, data.customer_id, Lock.SHARE, named="customer_id")
    ticket = Ticket(**given(data), created_by_id=work.actor_id)
    await _check_contract(work, ticket)
    _set_due(work.context.settings, ticket, work.now)
    ticket.search = ticket.searchable(customer)
    return await work.add(ticket)


async def _check_contract(work: Work, ticket: Ticket) -> None:
    """The contract must be the customer's, and stay so: it is held until the ticket is stored."""
    if ticket.contract_id is None:
        return
    contract = await work.lock(Contract, ticket.contract_id, Lock.SHARE, named="contract_id")
    if contract.customer_id != ticket.customer_id:
        raise invalid("contract_id", "not_of_customer", contract=contract.id)


def _set_due(settings: Settings, ticket: Ticket, opened: datetime) -> None:
    """When a ticket of this priority is due, and, until somebody has answered, its first response."""
    ticket.due_at = opened + timedelta(hours=settings.due_hours[ticket.priority])
    if ticket.first_response_at is None:
        ticket.first_response_due_at = opened + timedelta(hours=settings.first_response_hours[ticket.priority])


async def _lock_with_owners(work: Work, target: int, data: TicketInput) -> Ticket:
    """Before the ticket, whom and what it will be about: the names it is found by must not change meanwhile."""
    ticket = await work.glimpse(Ticket, target)
    wanted = given(data)
    await work.lock(Customer, wanted.get("customer_id", ticket.customer_id), Lock.SHARE, named="customer_id")
    contract_id = wanted.get("contract_id", ticket.contract_id)
    if contract_id is not None:
        await work.lock(Contract, contract_id, Lock.SHARE, named="contract_id")
    return await work.lock(Ticket, target)


@operation(
    "ticket.update",
    entity=Ticket,
    effect=Effect.UPDATE,
    graphql="updateTicket",
    may=Permission.WORK_ON_TICKETS,
    takes=TicketInput,
    lock=_lock_with_owners,
    says="updated",
)
async def update_ticket(work: Work, ticket: Ticket, data: TicketInput) -> Ticket:
    """Change a ticket. Another priority moves the due time of an open one."""
    changes = changes_in(data, ticket)
    ticket.update_from_dict(changes)
    if changes.keys() & {"customer_id", "contract_id"}:
        await _check_contract(work, ticket)
    if "priority" in changes and ticket.status in OPEN:
        _set_due(work.context.settings, ticket, ticket.created_at)
    ticket.search = ticket.searchable(await work.lock_owner(Customer, ticket.customer_id, Lock.SHARE))
    return ticket


@operation(
    "ticket.delete",
    entity=Ticket,
    effect=Effect.DELETE,
    graphql="deleteTicket",
    may=Permission.DELETE,
    says="deleted",
)
async def delete_ticket(work: Work, ticket: Ticket) -> Ticket:
    """Delete a ticket in any state, and what was said on it; its history stays readable."""
    for comment in await work.lock_children(Comment, "ticket_id", [ticket.id]):
        await work.remove(comment)
    await work.remove(ticket)
    return ticket


OPERATIONS = (create_ticket, update_ticket, delete_ticket, *ticket_actions.ACTIONS)
