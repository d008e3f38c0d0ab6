"""Which rows a list has: conditions and search words as SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolvers.read.compiler.scalars import value_of
from resolvers.read.selection import Comparison, Kind

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
    sql, kind = value_of(statement, condition.source, row), condition.source.kind
    match condition.comparison:
        case Comparison.IN:
            return statement.spelling.among(sql, statement.parameter(condition.value, kind, many=True))
        case Comparison.IS_NULL:
            return f"({sql} IS NULL) = {statement.parameter(condition.value, Kind.TRUTH)}"
        case Comparison.HOLDS:
            return sql
        case other:
            return f"{sql} {_OPERATORS[other]} {statement.parameter(condition.value, kind)}"


def searched(statement: Statement, choose: Choose, row: str) -> list[str]:
    """The search, row by row."""
    return [statement.spelling.contains(statement, f"{row}.search", word) for word in choose.words]
