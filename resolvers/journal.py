"""How the history of an entity and the ledger of a contract can be asked, newest first (contract §4–5)."""

from __future__ import annotations

from models.journal import AuditEvent
from models.money import LedgerEntry
from resolvers.read.columns import column, orderable
from resolvers.read.selection import Filter, ListSpec, Term
from resolvers.read.tables import AUDIT_EVENTS, LEDGER_ENTRIES

HISTORY = ListSpec(
    table=AUDIT_EVENTS,
    filters=(
        Filter("action", column(AuditEvent, "action"), "Events of this action, such as `create` or `suspend`."),
        Filter("actor", column(AuditEvent, "actor_id"), "What this user did.", refers_to="User"),
        Filter("created", column(AuditEvent, "created_at"), "By the time of the event."),
    ),
    default_order=(Term(column(AuditEvent, "id"), descending=True),),
    orderable=orderable(AuditEvent),
    searchable=False,
)

LEDGER = ListSpec(
    table=LEDGER_ENTRIES,
    filters=(
        Filter("payment", column(LedgerEntry, "payment_id"), "The entry of this payment.", refers_to="Payment"),
        Filter("amount", column(LedgerEntry, "amount"), "By the signed amount."),
        Filter("balance_after", column(LedgerEntry, "balance_after"), "By the balance after it."),
        Filter("actor", column(LedgerEntry, "actor_id"), "What this user posted.", refers_to="User"),
        Filter("created", column(LedgerEntry, "created_at"), "By the time of posting."),
    ),
    # ids of one contract's entries grow in the order of posting, which their times, taken before the wait, need not
    default_order=(Term(column(LedgerEntry, "id"), descending=True),),
    orderable=orderable(LedgerEntry),
    searchable=False,
)
