"""How many rows a list has, read from the tallies where they tell: without a filter, or by what rows are tallied by."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from models.tallies import KEYS
from resolvers.read.compiler.conditions import conditions
from resolvers.read.compiler.pieces import quoted
from resolvers.read.selection import Column, Comparison

if TYPE_CHECKING:
    from resolvers.read.compiler.statement import Statement
    from resolvers.read.selection import Choose, Condition, Table


def tallied(statement: Statement, table: Table, choose: Choose) -> str | None:
    """A query for the number of the list's rows; None where they must be counted."""
    keys = KEYS.get(table.name)
    if keys is None or choose.words:
        return None
    told = [kept for one in choose.where if (kept := _kept(one, keys))]
    if len(told) < len(choose.where):
        return None
    row = statement.name("n")
    where = " AND ".join((f"{row}.counted = {quoted(table.name)}", *conditions(statement, told, row)))
    return f"SELECT CAST(coalesce(sum({row}.number), 0) AS bigint) FROM tallies {row} WHERE {where}"


def _kept(condition: Condition, keys: tuple[str, ...]) -> Condition | None:
    """The same condition of a tally's row."""
    source = condition.source
    if not isinstance(source, Column) or source.name not in keys:
        return None
    if condition.comparison not in {Comparison.EQUALS, Comparison.IN}:
        return None
    return replace(condition, source=replace(source, name=f"key{keys.index(source.name) + 1}"))
