"""The rows of a list, before they are made into JSON: where they come from, which of them, in which order.

A list is read in place, unless its search has words that an index finds: then its hits are worked out first, once, and
the list is read from them. Otherwise a plan made without knowing the word may walk the index of the order and look at
every row, which for a rare word is thirty times slower.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from resolvers.read.compiler.conditions import conditions, searched
from resolvers.read.compiler.ordering import named, order_by, ranks_of, renamed
from resolvers.read.compiler.tallied import tallied
from resolvers.read.selection import Comparison, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolvers.read.compiler.ordering import Ranks
    from resolvers.read.compiler.statement import Statement
    from resolvers.read.selection import Bind, Choose, Table


@dataclass(frozen=True, slots=True)
class Rows:
    """A list's rows: a FROM clause with an alias, conditions, and the values of its order."""

    table: Table
    source: str
    alias: str
    conditions: tuple[str, ...]
    ranks: Ranks
    hits: bool = False
    """The source has the rows' ids and the order's values only."""
    tallied: str | None = None
    """A query for how many they are, where that is kept (`models.tallies`)."""

    @property
    def where(self) -> str:
        return f" WHERE {' AND '.join(self.conditions)}" if self.conditions else ""

    @property
    def counted(self) -> str:
        """How many there are."""
        return f"({self.tallied or f'SELECT count(*) FROM {self.source}{self.where}'})"


def bounded(rows: Rows, further: Sequence[str]) -> Rows:
    """Those rows that satisfy further conditions."""
    return replace(rows, conditions=(*rows.conditions, *further), tallied=None)


def in_place(statement: Statement, table: Table, choose: Choose, link: Sequence[str] = ()) -> Rows:
    """The rows as they lie in their table; `link` restricts them to a parent's, `{t}` being a row."""
    row = statement.name("t")
    restrictions = (
        *(one.replace("{t}", row) for one in link),
        *conditions(statement, choose.where, row),
        *searched(statement, choose, row),
    )
    return Rows(table, f"{table.name} {row}", row, restrictions, ranks_of(statement, choose.order, row))


def at_root(statement: Statement, table: Table, choose: Choose) -> Rows:
    """The rows of a whole list: its hits, where an index finds them."""
    if not any(word.lookup.by_index for word in choose.words):
        return replace(in_place(statement, table, choose), tallied=tallied(statement, table, choose))
    row, hits = statement.name("t"), statement.name("h")
    source, found = statement.spelling.found(statement, table, row, choose.words)
    ranks = ranks_of(statement, choose.order, row)
    where = " AND ".join((*found, *conditions(statement, choose.where, row)))
    statement.table(hits, f"SELECT {row}.id, {named(ranks)} FROM {source}{f' WHERE {where}' if where else ''}")
    return Rows(table, hits, hits, (), renamed(ranks, hits), hits=True)


def limit_of(statement: Statement, limit: Bind | int, choose: Choose) -> str:
    """A number of rows: a parameter, or, where the statement fixes it and may, the number itself.

    With the number in sight PostgreSQL settles on one plan for all requests, and is spared the planning. It may not
    where a bound can have any number of rows beyond it: there one plan could be good for some bounds only.
    """
    if isinstance(limit, int) and not choose.words and all(one.comparison in _POINTS for one in choose.where):
        return str(limit)
    return statement.parameter(_always(limit) if isinstance(limit, int) else limit, Kind.INTEGER)


_POINTS = {Comparison.EQUALS, Comparison.IN, Comparison.IS_NULL, Comparison.HOLDS}


@lru_cache(maxsize=1024)
def _always(number: int) -> Bind:
    return lambda _: number


def first_rows(statement: Statement, rows: Rows, ranks: Ranks, limit: str, columns: str = "*") -> str:
    """A query for the first rows in this order."""
    if rows.hits:
        return deferred(statement, rows, ranks, limit, columns)
    wanted = f"{rows.alias}.{columns}"
    return f"SELECT {wanted} FROM {rows.source}{rows.where} {order_by(ranks)} LIMIT {limit}"


def deferred(statement: Statement, rows: Rows, ranks: Ranks, limit: str, columns: str = "*") -> str:
    """The same by ids first, which an index alone can tell; the rows themselves are joined to those of the page."""
    key, row = statement.name("k"), statement.name("t")
    found = f"SELECT {rows.alias}.id, {named(ranks)} FROM {rows.source}{rows.where} {order_by(ranks)} LIMIT {limit}"
    again = order_by(renamed(ranks, key))
    return f"SELECT {row}.{columns} FROM ({found}) {key} JOIN {rows.table.name} {row} ON {row}.id = {key}.id {again}"
