"""History and ledger as people see them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

from models.journal import AuditEvent
from models.money import LedgerEntry as Entry
from resolvers.read.columns import column
from resolvers.read.selection import Expression, Kind
from schema.types import sql_expressions
from schema.types.field_sources import changes, computed, global_id, stored, to_one
from schema.types.links import ContractLink, JobLink, PaymentLink, StaffLink
from schema.types.node import Node
from schema.types.scalars import JSON

_ENTITY_ID = Expression("{t}.entity || '_' || {t}.entity_id", Kind.TEXT)


@strawberry.type(description="One field's change in a history event.")
class FieldChange:
    """One field's change."""

    field: str = strawberry.field(description="The field as GraphQL spells it; a relation without its `Id`.")
    old: JSON | None = strawberry.field(
        description="What it was before, as REST spells it: ids are numbers, enum values are in lower case."
    )
    new: JSON | None = strawberry.field(
        description="What it has been since, as REST spells it: ids are numbers, enum values are in lower case."
    )


@strawberry.type(description="One entity's change by one call. It outlives the entity.")
class HistoryEvent(Node):
    """One entity's change by one call."""

    id: strawberry.ID = global_id()
    database_id: int = stored(column(AuditEvent, "id"), "The number in the global id; the `id` in REST.")
    entity_id: strawberry.ID = computed(_ENTITY_ID, "Global id of what changed; it may be deleted by now.")
    action: str = stored(column(AuditEvent, "action"), "What was done: `create`, `update`, `delete`, `suspend` …")
    actor: StaffLink | None = to_one("Staff", column(AuditEvent, "actor_id"), "Who did it; null for the system itself.")
    actor_name: str | None = computed(
        sql_expressions.user_of("actor_id"), "Name of who did it; null for the system itself."
    )
    changes: list[FieldChange] = changes(column(AuditEvent, "changes"), "The fields that changed; secrets never show.")
    reason: str | None = stored(column(AuditEvent, "reason"), "Why, where the caller said so.", rest=False)
    request_id: str = stored(
        column(AuditEvent, "request_id"), "Shared by all events of one call, cascades included.", rest=False
    )
    job: JobLink | None = to_one(
        "Job", column(AuditEvent, "job_id"), "The job whose work it was; null where somebody did it at once."
    )
    created_at: datetime = stored(column(AuditEvent, "created_at"), "When it happened.")


@strawberry.type(description="One posting to a contract's account. It never changes.")
class LedgerEntry(Node):
    """One posting to a contract's account."""

    id: strawberry.ID = global_id()
    database_id: int = stored(column(Entry, "id"), "The number in the global id; the `id` in REST.")
    contract: ContractLink = to_one("Contract", column(Entry, "contract_id"), "Whose account was posted to.")
    payment: PaymentLink = to_one("Payment", column(Entry, "payment_id"), "The payment that was posted.")
    amount: Decimal = stored(column(Entry, "amount"), "What it added to the balance; negative where it took.")
    balance_after: Decimal = stored(column(Entry, "balance_after"), "Balance of the account right afterwards.")
    actor: StaffLink | None = to_one("Staff", column(Entry, "actor_id"), "Who posted it; null for the system itself.")
    created_at: datetime = stored(column(Entry, "created_at"), "When it was posted.")
