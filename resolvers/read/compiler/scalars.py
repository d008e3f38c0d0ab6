"""Scalars: how a value of each kind is written in JSON (contract §1), and how it is ordered by (contract §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolvers.read.compiler.pieces import Fixed, json_string, quoted
from resolvers.read.selection import Column, Kind, Style

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resolvers.read.compiler.pieces import Pieces
    from resolvers.read.compiler.statement import Spelling, Statement
    from resolvers.read.selection import Scalar, Source, Term


def value_of(statement: Statement, source: Source, row: str) -> str:
    """The SQL of a source's value in a row."""
    if isinstance(source, Column):
        return f"{row}.{source.name}"
    sql = statement.spelling.expression(source).replace("{t}", row)
    for name, bind in source.moments:
        sql = sql.replace(f"{{{name}}}", statement.parameter(bind, Kind.MOMENT))
    return f"({sql.replace('{now}', statement.now()) if '{now}' in sql else sql})"


def nullable(source: Source) -> bool:
    return not isinstance(source, Column) or source.nullable


def scalar(statement: Statement, field: Scalar, row: str) -> Pieces:
    """A selected scalar's JSON."""
    sql, choices = value_of(statement, field.source, row), field.source.choices
    match field.style:
        case Style.GLOBAL_ID:
            return _between(f'"{field.prefix}_', sql, '"', nullable(field.source))
        case Style.ENUM_NAME:
            return [_cases(sql, ((choice.value, choice.value.upper()) for choice in choices or ()))]
        case Style.WORDS:
            return [_cases(sql, field.words)]
        case Style.PLAIN:
            return written(statement.spelling, field.source.kind, sql, nullable(field.source))


def _cases(sql: str, words: Iterable[tuple[str, str]]) -> str:
    branches = " ".join(f"WHEN {quoted(value)} THEN {quoted(json_string(word))}" for value, word in words)
    return f"CASE {sql} {branches} ELSE 'null' END"


def written(spelling: Spelling, kind: Kind, sql: str, may_be_null: bool) -> Pieces:
    """A value's JSON by its kind."""
    if kind is Kind.TEXT:
        return [spelling.json_text(sql)]
    if kind is Kind.TRUTH:
        return [f"CASE {sql} WHEN true THEN 'true' WHEN false THEN 'false' ELSE 'null' END"]
    quote = "" if kind in _BARE else '"'
    return _between(quote, _text(spelling, kind, sql, may_be_null), quote, may_be_null)


_BARE = {Kind.INTEGER, Kind.NUMBER, Kind.DOCUMENT}
"""Kinds that JSON writes without quotes."""


def _text(spelling: Spelling, kind: Kind, sql: str, may_be_null: bool) -> str:
    """A value as text, or as what becomes it when concatenated; NULL stays."""
    match kind:
        case Kind.HUNDREDTHS:
            return spelling.hundredths(sql, may_be_null=may_be_null)
        case Kind.MOMENT:
            return spelling.moment(sql)
        case Kind.DAY:
            return spelling.day(sql)
        case Kind.DOCUMENT:
            return spelling.document(sql)
        case _:
            return f"CAST({sql} AS text)" if may_be_null and kind in _BARE else sql


def _between(before: str, sql: str, after: str, may_be_null: bool) -> Pieces:
    """A value between two literals, or null."""
    if not may_be_null:
        return [Fixed(before), sql, Fixed(after)]
    text = " || ".join([quoted(before), sql, quoted(after)]) if before else sql
    return [f"coalesce({text}, 'null')"]


def ranked(statement: Statement, term: Term, row: str) -> str:
    """The SQL of the value that a term orders by: its own order is the term's."""
    sql = value_of(statement, term.source, row)
    if term.source.kind is Kind.TEXT:
        return statement.spelling.casefolded(sql)
    if term.source.choices is not None:
        places = " ".join(f"WHEN {quoted(one.value)} THEN {place}" for place, one in enumerate(term.source.choices))
        return f"CASE {sql} {places} END"
    return sql


def rank_kind(term: Term) -> Kind:
    """The kind of that value: a choice's is its place in the enum."""
    return Kind.INTEGER if term.source.kind in {Kind.CHOICE, Kind.HUNDREDTHS} else term.source.kind
