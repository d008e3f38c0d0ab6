"""Orderings and keysets: the ORDER BY of a list, and the condition that a row lies beyond a boundary.

A boundary in an order of non-null terms that all go one way is one comparison of row values, for which an index is
entered right there. Where directions are mixed, numbers are turned by `~`, if that makes them one: its order is the
numbers' reversed. Row values lose rows with NULL: such orders are spelt out, term by term.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from resolvers.read.compiler.pieces import Fixed, array_of, json_string
from resolvers.read.compiler.scalars import nullable, rank_kind, ranked, written
from resolvers.read.selection import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolvers.read.compiler.statement import Statement
    from resolvers.read.selection import Keyset, Term


@dataclass(frozen=True, slots=True)
class Rank:
    """A term of an ordering as SQL: the value that it orders by, which way, and where nulls are."""

    term: Term
    sql: str
    descending: bool
    nulls_last: bool = True
    turned: bool = False
    """Whether it is compared, the other way round, by `~` of its value."""

    @property
    def nullable(self) -> bool:
        return nullable(self.term.source)

    @property
    def falling(self) -> bool:
        """Which way what is compared goes."""
        return self.descending != self.turned

    def compared(self, value: str) -> str:
        """A value of this term, the row's or a boundary's, as it is compared; written so in indexes too."""
        return f"(~{value})" if self.turned else value

    @property
    def order(self) -> str:
        value = self.compared(self.sql)
        direction = f"{value} DESC" if self.falling else value
        if not self.nullable:
            return direction  # said without need, it would keep an index from being walked
        return f"{direction} NULLS {'LAST' if self.nulls_last else 'FIRST'}"

    def reversed(self) -> Rank:
        return replace(self, descending=not self.descending, nulls_last=not self.nulls_last)


Ranks = list[Rank]


def ranks_of(statement: Statement, order: Sequence[Term], row: str) -> Ranks:
    """The order's terms as values of a row."""
    ranks = [Rank(term, ranked(statement, term, row), term.descending) for term in order]
    return ranks if _one_way(ranks) or any(rank.nullable for rank in ranks) else _turned(ranks)


def _one_way(ranks: Ranks) -> bool:
    return len({rank.falling for rank in ranks}) == 1


def _turned(ranks: Ranks) -> Ranks:
    """The same order with its numbers turned to go the way of the terms that are none, if those agree."""
    ways = {rank.descending for rank in ranks if not _is_number(rank)} or {ranks[0].descending}
    if len(ways) > 1:
        return ranks
    return [replace(rank, turned=_is_number(rank) and rank.descending not in ways) for rank in ranks]


def _is_number(rank: Rank) -> bool:
    return rank_kind(rank.term) is Kind.INTEGER


def renamed(ranks: Ranks, row: str) -> Ranks:
    """The same terms, where another query has worked their values out as `o0`, `o1` …"""
    return [replace(rank, sql=f"{row}.o{place}") for place, rank in enumerate(ranks)]


def named(ranks: Ranks) -> str:
    """The terms' values as columns for `renamed`."""
    return ", ".join(f"{rank.sql} AS o{place}" for place, rank in enumerate(ranks))


def reversed_(ranks: Ranks) -> Ranks:
    return [rank.reversed() for rank in ranks]


def order_by(ranks: Ranks) -> str:
    return f"ORDER BY {', '.join(rank.order for rank in ranks)}"


def beyond(statement: Statement, ranks: Ranks, keyset: Keyset, *, inclusive: bool = False) -> str:
    """The condition that a row comes after the boundary in this order, or, `inclusive`, is at it."""
    if _one_way(ranks) and not any(rank.nullable for rank in ranks):
        return _as_row_values(statement, ranks, keyset, inclusive)
    condition = "true" if inclusive else "false"
    for place in reversed(range(len(ranks))):
        further, same = _compared(statement, ranks, keyset, place)
        condition = f"({further} OR ({same} AND {condition}))"
    return _from_the_first(statement, ranks, keyset) + condition


def _as_row_values(statement: Statement, ranks: Ranks, keyset: Keyset, inclusive: bool) -> str:
    operator = ("<" if ranks[0].falling else ">") + ("=" if inclusive else "")
    values = ", ".join(rank.compared(rank.sql) for rank in ranks)
    bounds = ", ".join(rank.compared(_bound(statement, ranks, keyset, place)) for place, rank in enumerate(ranks))
    return f"({values}) {operator} ({bounds})"


def _compared(statement: Statement, ranks: Ranks, keyset: Keyset, place: int) -> tuple[str, str]:
    """By one term alone: that the row lies further than the boundary, and that it lies level with it."""
    rank = ranks[place]
    if keyset.nulls[place]:
        return ("false" if rank.nulls_last else f"{rank.sql} IS NOT NULL"), f"{rank.sql} IS NULL"
    bound = _bound(statement, ranks, keyset, place)
    further = f"{rank.sql} {'<' if rank.descending else '>'} {bound}"
    if rank.nullable and rank.nulls_last:
        further = f"({further} OR {rank.sql} IS NULL)"
    return further, f"{rank.sql} = {bound}"


def _from_the_first(statement: Statement, ranks: Ranks, keyset: Keyset) -> str:
    """What lets an index on the first term be entered at the boundary."""
    first = ranks[0]
    if first.nullable:
        return ""
    return f"{first.sql} {'<=' if first.descending else '>='} {_bound(statement, ranks, keyset, 0)} AND "


def _bound(statement: Statement, ranks: Ranks, keyset: Keyset, place: int) -> str:
    return statement.parameter(keyset.values[place], rank_kind(ranks[place].term))


def cursor(statement: Statement, ranks: Ranks, stamp: str) -> str:
    """A row's cursor: what `resolvers.read.cursors.decode_cursor` reads."""
    spelling = statement.spelling
    values = [written(spelling, rank_kind(rank.term), rank.sql, rank.nullable) for rank in ranks]
    return spelling.hexed(spelling.concat(array_of([[Fixed(json_string(stamp))], *values])))
