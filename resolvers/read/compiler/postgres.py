"""How PostgreSQL spells what a statement is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from resolvers.read.compiler.pieces import chunks, terms
from resolvers.read.search import Lookup
from resolvers.read.selection import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from resolvers.read.compiler.pieces import Pieces
    from resolvers.read.compiler.statement import Statement
    from resolvers.read.search import Word
    from resolvers.read.selection import Bind, Expression, Table

MAX_ARGUMENTS = 100
"""Of a function."""

_TYPES = {
    Kind.INTEGER: "bigint",
    Kind.NUMBER: "float8",
    Kind.TEXT: "text",
    Kind.TRUTH: "boolean",
    Kind.HUNDREDTHS: "bigint",
    Kind.MOMENT: "timestamptz",
    Kind.DAY: "date",
    Kind.CHOICE: "text",
    Kind.DOCUMENT: "jsonb",
}


class Postgres:
    """`Spelling` of PostgreSQL."""

    nests: Final = True

    def parameter(self, number: int, kind: Kind, *, many: bool) -> str:
        return f"${number}::{_TYPES[kind]}{'[]' if many else ''}"

    def bound(self, bind: Bind, *, many: bool) -> Bind:
        del many
        return bind

    def expression(self, source: Expression) -> str:
        return source.sql

    def concat(self, pieces: Pieces) -> str:
        expressions = terms(pieces)
        while len(expressions) > MAX_ARGUMENTS:
            expressions = [f"concat({', '.join(some)})" for some in chunks(expressions, MAX_ARGUMENTS)]
        return f"concat({', '.join(expressions)})"

    def aggregate(self, text: str) -> str:
        return f"string_agg({text}, ',')"

    def json_text(self, sql: str) -> str:
        return f"coalesce(to_json({sql}), 'null')"

    def hundredths(self, sql: str, *, may_be_null: bool) -> str:
        del may_be_null
        return f"({sql} * 0.01)"

    def moment(self, sql: str) -> str:
        return f"""to_char({sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""

    def day(self, sql: str) -> str:
        return f"to_char({sql}, 'YYYY-MM-DD')"

    def document(self, sql: str) -> str:
        return f"CAST({sql} AS text)"

    def casefolded(self, sql: str) -> str:
        """By a function of the schema's own, whatever the database's locale; ordered by code point."""
        return f'casefolded({sql}) COLLATE "C"'

    def hexed(self, sql: str) -> str:
        return f"encode(convert_to({sql}, 'UTF8'), 'hex')"

    def least(self, one: str, other: str) -> str:
        return f"least({one}, {other})"

    def among(self, sql: str, values: str) -> str:
        return f"{sql} = ANY({values})"

    def contains(self, statement: Statement, sql: str, word: Word) -> str:
        return _any(f"{sql} LIKE {statement.parameter(_pattern(text), Kind.TEXT)}" for text in word.texts)

    def found(self, statement: Statement, table: Table, alias: str, words: Sequence[Word]) -> tuple[str, list[str]]:
        """By the trigram index, which is the planner's to choose once the order is out of its sight.

        What is compared with the whole of a word must be nothing that the index could be asked for.
        """
        sql = f"{alias}.search"
        asked = [
            _any(f"{sql} LIKE {statement.parameter(_pattern(part), Kind.TEXT)}" for part in word.parts)
            for word in words
        ]
        compared = [
            _any(f"strpos({sql}, {statement.parameter(text, Kind.TEXT)}) > 0" for text in word.texts)
            for word in words
            if word.lookup in _IN_PART
        ]
        return f"{table.name} {alias}", asked + compared

    def entries(self, document: str) -> str:
        return f"""(SELECT key COLLATE "C" AS key, value FROM jsonb_each({document}))"""

    def element(self, array: str, place: int) -> str:
        return f"CAST({array} -> {place} AS text)"

    def wanted(self, statement: Statement, ids: Bind) -> tuple[str, str, str]:
        prefixes = statement.parameter(_column(ids, 0), Kind.TEXT, many=True)
        numbers = statement.parameter(_column(ids, 1), Kind.INTEGER, many=True)
        return f"unnest({prefixes}, {numbers}) AS w(prefix, id)", "w.prefix", "w.id"


_IN_PART = {Lookup.PART, Lookup.NUMBER, Lookup.READING_NUMBER}


def _any(conditions: Iterable[str]) -> str:
    """One condition as it is, several as alternatives."""
    listed = list(conditions)
    return listed[0] if len(listed) == 1 else f"({' OR '.join(listed)})"


_PLAIN = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


def _pattern(text: Bind) -> Bind:
    return lambda variables: f"%{text(variables).translate(_PLAIN)}%"


def _column(ids: Bind, place: int) -> Bind:
    return lambda variables: [one[place] for one in ids(variables)]
