"""A contract's statement as people see it."""

from __future__ import annotations

from decimal import Decimal

import strawberry

from resolvers import statement
from schema.types.connections import Connection
from schema.types.field_sources import computed, entries_of_period
from schema.types.links import LedgerEntryLink


@strawberry.type(
    description="What went on on a contract's account between two days: `opening` + `in` - `out` = `closing`."
)
class Statement:
    """What went on on a contract's account between two days."""

    opening: Decimal = computed(statement.OPENING, "Balance as the first day began.")
    closing: Decimal = computed(statement.CLOSING, "Balance as the last day ended, or now, if that is still to come.")
    in_: Decimal = computed(statement.MONEY_IN, "Sum of all that was posted to the account.", name="in")
    out: Decimal = computed(statement.MONEY_OUT, "Sum of all that was taken from it, without sign.")
    entries: Connection[LedgerEntryLink] = entries_of_period(
        statement.ENTRIES, "contract_id", "Every posting of the period, oldest first."
    )
