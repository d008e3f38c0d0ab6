"""Which rows a list has: conditions and search words as SQL."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from resolvers.read.compiler.scalars import value_of
from resolvers.read.selection import Column, Comparison, Kind, OfParent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolvers.read.compiler.statement import Statement
    from resolvers.read.selection import Choose, Condition

_OPERATORS = {
    Comparison.EQUALS: "=",
    Comparison.AT_LEAST: ">=",
    Comparison.AT_MOST: "<=",
    Comparison.BEFORE: "<",
}


def conditions(statement: Statement, where: Sequence[Condition], row: str) -> list[str]:
    """Restrictions of which rows there are."""
    return [_condition(statement, condition, row) for condition in where]


def _condition(statement: Statement, condition: Condition, row: str) -> str:
    if isinstance(condition.source, OfParent):
        return of_parent(statement, condition.source, row, condition)
    sql, kind = value_of(statement, condition.source, row), condition.source.kind
    match condition.comparison:
        case Comparison.IN:
            values = statement.parameter(condition.value, kind, many=True)
            sources = [sql, *(value_of(statement, other, row) for other in condition.or_else)]
            ways = [statement.spelling.among(one, values) for one in sources]
            return f"({' OR '.join(ways)})" if len(ways) > 1 else ways[0]
        case Comparison.IS_NULL:
            return f"({sql} IS NULL) = {statement.parameter(condition.value, Kind.TRUTH)}"
        case Comparison.HOLDS:
            return sql
        case other:
            return f"{sql} {_OPERATORS[other]} {statement.parameter(condition.value, kind)}"


def of_parent(statement: Statement, source: OfParent, row: str, condition: Condition) -> str:
    """A restriction of the rows' parents."""
    parent = statement.name("p")
    own = replace(condition, source=Column(source.column, source.kind))
    return f"{row}.{source.key} IN ({parents(source, parent)} WHERE {_condition(statement, own, parent)})"


def parents(source: OfParent, alias: str) -> str:
    """A query for the ids of the parents, yet to be restricted."""
    return f"SELECT {alias}.id FROM {source.table} {alias}"


def searched(statement: Statement, choose: Choose, row: str) -> list[str]:
    """The search, row by row."""
    return [statement.spelling.contains(statement, f"{row}.search", word) for word in choose.words]
