"""History and ledger as people see them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

from models.journal import AuditEvent
from models.money import LedgerEntry as Entry
from resolvers.events.feed import ENTITY_NAME, TYPE
from resolvers.read.columns import column
from resolvers.read.selection import Expression, Kind
from resolvers.read.tables import AUDIT_EVENTS, LEDGER_ENTRIES
from schema.types import sql_expressions
from schema.types.connections import Edge
from schema.types.enums import TransactionType
from schema.types.field_sources import any_node, changes, computed, global_id, stored, to_one
from schema.types.links import ContractLink, EventLink, JobLink, PaymentLink, StaffLink
from schema.types.node import Node
from schema.types.scalars import JSON

_POSTED = "(SELECT {0} FROM payments p_ WHERE p_.id = {{t}}.payment_id)"
_WHAT = Expression(_POSTED.format("p_.transaction_type"), Kind.CHOICE, choices=TransactionType)
_WHAT_FOR = Expression(_POSTED.format("p_.description"), Kind.TEXT)
_ENTITY_ID = Expression("{t}.entity || '_' || {t}.entity_id", Kind.TEXT)


@strawberry.type(description="One field's change in a history event.")
class FieldChange:
    """One field's change."""

    field: str = strawberry.field(description="The field as GraphQL spells it; a relation without its `Id`.")
    old: JSON | None = strawberry.field(description="What it was before: ids are global ids, enum values their names.")
    new: JSON | None = strawberry.field(
        description="What it has been since: ids are global ids, enum values their names."
    )


@strawberry.type(description="One entity's change by one call. It outlives the entity, and stands in its history.")
class Event(Node):
    """One entity's change by one call."""

    id: strawberry.ID = global_id(AUDIT_EVENTS)
    database_id: int = stored(column(AuditEvent, "id"), "The number in the global id; the `id` in REST.")
    type: str = computed(TYPE, "What happened to what: `contract.activate`, `customer.delete`.")
    entity_type: str = computed(ENTITY_NAME, "What changed: `contract`, `customer` …", rest_as=("entity", ENTITY_NAME))
    entity_id: strawberry.ID = computed(
        _ENTITY_ID,
        "Global id of what changed, `ctr_7` for example; it may be deleted by now.",
        rest_as=("entity_id", column(AuditEvent, "entity_id")),
    )
    entity: Node | None = any_node(
        column(AuditEvent, "entity"), column(AuditEvent, "entity_id"), "What changed, as it is now; null once deleted."
    )
    action: str = stored(column(AuditEvent, "action"), "What was done: `create`, `update`, `delete`, `suspend` …")
    actor: StaffLink | None = to_one("Staff", column(AuditEvent, "actor_id"), "Who did it; null for the system itself.")
    actor_name: str | None = computed(
        sql_expressions.user_of("actor_id"), "Name of who did it; null for the system itself."
    )
    changes: list[FieldChange] = changes(column(AuditEvent, "changes"), "The fields that changed; secrets never show.")
    reason: str | None = stored(column(AuditEvent, "reason"), "Why, where the caller said so.")
    request_id: str = stored(column(AuditEvent, "request_id"), "Shared by all events of one call, cascades included.")
    job: JobLink | None = to_one(
        "Job", column(AuditEvent, "job_id"), "The job whose work it was; null where somebody did it at once."
    )
    created_at: datetime = stored(column(AuditEvent, "created_at"), "When it happened.")


@strawberry.type(description="A page of what has happened, oldest first.")
class EventFeed:
    """A page of what has happened."""

    edges: list[Edge[EventLink]] = strawberry.field(description="The page's events, each with the cursor behind it.")
    nodes: list[EventLink] = strawberry.field(description="The page's events, for when cursors are not needed.")
    end_cursor: str = strawberry.field(
        description="From where to go on, as `after`; it may have moved though the page is empty. Good for ever."
    )
    has_more: bool = strawberry.field(description="Whether there may be more already; else ask again later.")


@strawberry.type(description="An event as it is told to who listens.")
class ToldEvent:
    """An event as it is told to who listens."""

    cursor: str = strawberry.field(description="From where to go on, as `after`. Good for ever.")
    event: EventLink = strawberry.field(description="The event itself.")


@strawberry.input(description="Which events of the feed to answer: all given conditions must hold.")
class EventFeedFilter:
    """Which events to answer."""

    type_in: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Any of these types: `contract.activate`, `contract.*`, `*.delete`."
    )
    entity_in: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="Events of any of these kinds of entities: `contract`, `customer` …"
    )
    entity_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Events of the entity with this global id, `ctr_7` for example."
    )
    request_id: str | None = strawberry.field(
        default=strawberry.UNSET, description="Events of the call with this id, cascades included."
    )
    actor_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="What this user did. Global id of the User: `usr_7`."
    )


@strawberry.type(description="One posting to a contract's account. It never changes.")
class LedgerEntry(Node):
    """One posting to a contract's account."""

    id: strawberry.ID = global_id(LEDGER_ENTRIES)
    database_id: int = stored(column(Entry, "id"), "The number in the global id; the `id` in REST.")
    contract: ContractLink = to_one("Contract", column(Entry, "contract_id"), "Whose account was posted to.")
    payment: PaymentLink = to_one("Payment", column(Entry, "payment_id"), "The payment that was posted.")
    amount: Decimal = stored(column(Entry, "amount"), "What it added to the balance; negative where it took.")
    balance_after: Decimal = stored(column(Entry, "balance_after"), "Balance of the account right afterwards.")
    actor: StaffLink | None = to_one("Staff", column(Entry, "actor_id"), "Who posted it; null for the system itself.")
    transaction_type: TransactionType = computed(_WHAT, "Why the money moved, as its payment says.")
    description: str | None = computed(_WHAT_FOR, "What it was for, as its payment says.")
    created_at: datetime = stored(column(Entry, "created_at"), "When it was posted.")
