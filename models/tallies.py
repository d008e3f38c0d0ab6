"""The tallies: how many rows there are of each kind and what they add up to, kept by triggers (`0005_tallies.sql`).

Exact at every commit, and read in a millisecond however many rows there are: what lists' counts and statistics are
taken from. A reader adds up all rows of `tallies` that agree in what it asks about.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

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


def _of_table(table: str) -> str:
    keys, amount = KEYS[table], AMOUNTS.get(table)
    padded = (*keys, "''", "''")[:3]
    total = f"CAST(coalesce(sum({amount}), 0) AS bigint)" if amount else "0"
    return f"SELECT '{table}', {', '.join(padded)}, count(*), {total} FROM {table} GROUP BY {', '.join(keys)}"


COUNTED_ANEW: Final = " UNION ALL ".join(map(_of_table, KEYS))
"""What the tallies should say, by the rows themselves."""
FILL: Final = f"INSERT INTO tallies (counted, key1, key2, key3, number, amount) {COUNTED_ANEW}"
"""Into an empty table."""
WRONG: Final = f"""
WITH anew (counted, key1, key2, key3, number, amount) AS ({COUNTED_ANEW}),
both_ways AS (
    SELECT counted, key1, key2, key3, number, amount, 0 AS rightly FROM tallies
    UNION ALL SELECT counted, key1, key2, key3, -number, -amount, number FROM anew
)
SELECT counted, key1, key2, key3, sum(number), sum(amount), sum(rightly) FROM both_ways
GROUP BY counted, key1, key2, key3 HAVING sum(number) <> 0 OR sum(amount) <> 0 ORDER BY 1, 2, 3, 4
"""
"""What the tallies have too much of: the kind, how many rows, how much, and how many rows there are."""
