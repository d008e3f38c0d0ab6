"""The tallies: how many rows there are of each kind and what they add up to, kept by triggers.

The triggers are in `0005_tallies.sql` and `0006_resolutions.sql`, on PostgreSQL in `0013_tallies_by_statement.sql`:
there they see a statement's rows together, so that a change of thousands is counted once.

Exact at every commit, and read in a millisecond however many rows there are: what lists' counts and statistics are
taken from. A reader adds up all rows of `tallies` that agree in what it asks about.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from models.database.engine import Dialect

if TYPE_CHECKING:
    from collections.abc import Mapping

KEYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "customers": ("status", "document_type", "customer_type"),
        "sims": ("status",),
        "contracts": ("status",),
        "payments": ("status", "transaction_type", "payment_method"),
        "tickets": ("status", "category", "priority"),
        "ledger_entries": ("CASE WHEN amount > 0 THEN 'in' ELSE 'out' END",),
    }
)
"""By table, what stands in `key1`, `key2` and `key3`; those that are not needed are empty."""
AMOUNTS: Final[Mapping[str, str]] = MappingProxyType(
    {"contracts": "balance", "payments": "amount", "ledger_entries": "amount"}
)
"""What is added up in `amount`; nothing for the other tables."""


RESOLUTIONS: Final = "ticket_resolutions"
"""Tickets that were resolved: how many, and the microseconds that it took."""


def _of_table(table: str) -> str:
    keys, amount = KEYS[table], AMOUNTS.get(table)
    padded = (*keys, "''", "''")[:3]
    total = f"CAST(coalesce(sum({amount}), 0) AS bigint)" if amount else "0"
    return f"SELECT '{table}', {', '.join(padded)}, count(*), {total} FROM {table} GROUP BY {', '.join(keys)}"


def _sqlite_micros(column: str) -> str:
    """A kept moment in microseconds: exact, which julianday() is not."""
    return f"CAST(strftime('%s', {column}) AS INTEGER) * 1000000 + CAST(substr({column}, 21, 6) AS INTEGER)"


_TAKEN: Final[Mapping[Dialect, str]] = MappingProxyType(
    {
        Dialect.POSTGRES: "CAST(sum(extract(epoch FROM resolved_at - created_at)) * 1000000 AS bigint)",
        Dialect.SQLITE: f"sum(({_sqlite_micros('resolved_at')}) - ({_sqlite_micros('created_at')}))",
    }
)


def counted_anew(dialect: Dialect) -> str:
    """What the tallies should say, by the rows themselves."""
    resolutions = f"""SELECT '{RESOLUTIONS}', '', '', '', count(*), coalesce({_TAKEN[dialect]}, 0)
        FROM tickets WHERE resolved_at IS NOT NULL"""
    return " UNION ALL ".join((*map(_of_table, KEYS), resolutions))


def fill(dialect: Dialect) -> str:
    """Into an empty table."""
    return f"INSERT INTO tallies (counted, key1, key2, key3, number, amount) {counted_anew(dialect)}"


def recount(dialect: Dialect) -> tuple[str, ...]:
    """The statements that make the tallies right, in a transaction of their own: nobody may change a row meanwhile."""
    alone = f"LOCK TABLE {', '.join(KEYS)} IN SHARE ROW EXCLUSIVE MODE"
    return (*([alone] if dialect is Dialect.POSTGRES else []), "DELETE FROM tallies", fill(dialect))


def wrong(dialect: Dialect) -> str:
    """What the tallies have too much of: the kind, how many rows, how much, and how many rows there are."""
    return f"""
WITH anew (counted, key1, key2, key3, number, amount) AS ({counted_anew(dialect)}),
both_ways AS (
    SELECT counted, key1, key2, key3, number, amount, 0 AS rightly FROM tallies
    UNION ALL SELECT counted, key1, key2, key3, -number, -amount, number FROM anew
)
SELECT counted, key1, key2, key3, sum(number), sum(amount), sum(rightly) FROM both_ways
GROUP BY counted, key1, key2, key3 HAVING sum(number) <> 0 OR sum(amount) <> 0 ORDER BY 1, 2, 3, 4
"""
