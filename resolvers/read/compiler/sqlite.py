"""How SQLite spells what a statement is made of. It needs 3.38 or later, for `->` and FTS5's trigrams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from resolvers.read.compiler.pieces import chunks, quoted, terms
from resolvers.read.search import Lookup
from resolvers.read.selection import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolvers.read.compiler.pieces import Pieces
    from resolvers.read.compiler.statement import Statement
    from resolvers.read.search import Word
    from resolvers.read.selection import Bind, Expression, Table, Variables

CHAIN = 100
"""Operands of one chain of `||`; an expression may be 1,000 operators deep."""


class Sqlite:
    """`Spelling` of SQLite."""

    nests: Final = False

    def parameter(self, number: int, kind: Kind, *, many: bool) -> str:
        del kind, many
        return f"${number}"

    def bound(self, bind: Bind, *, many: bool) -> Bind:
        return (lambda variables: orjson.dumps(list(bind(variables))).decode()) if many else bind

    def expression(self, source: Expression) -> str:
        return source.sqlite or source.sql

    def concat(self, pieces: Pieces) -> str:
        expressions = terms(pieces)
        while len(expressions) > CHAIN:
            expressions = [f"({' || '.join(some)})" for some in chunks(expressions, CHAIN)]
        return f"({' || '.join(expressions)})"

    def aggregate(self, text: str) -> str:
        return f"group_concat({text}, ',')"

    def json_text(self, sql: str) -> str:
        return f"json_quote({sql})"

    def hundredths(self, sql: str, *, may_be_null: bool) -> str:
        sign = f"CASE WHEN {sql} < 0 THEN '-' ELSE '' END"
        text = f"printf('%s%d.%02d', {sign}, abs({sql}) / 100, abs({sql}) % 100)"
        return f"CASE WHEN {sql} IS NOT NULL THEN {text} END" if may_be_null else text

    def moment(self, sql: str) -> str:
        return sql

    def day(self, sql: str) -> str:
        return sql

    def document(self, sql: str) -> str:
        return f"json({sql})"

    def casefolded(self, sql: str) -> str:
        """By Python's own function, which `models.database` gives every connection; SQLite's knows ASCII only."""
        return f"casefold({sql})"

    def hexed(self, sql: str) -> str:
        return f"lower(hex({sql}))"

    def least(self, one: str, other: str) -> str:
        return f"min({one}, {other})"

    def among(self, sql: str, values: str) -> str:
        return f"{sql} IN (SELECT value FROM json_each({values}))"

    def contains(self, statement: Statement, sql: str, word: Word) -> str:
        found = [f"instr({sql}, {statement.parameter(text, Kind.TEXT)}) > 0" for text in word.texts]
        return found[0] if len(found) == 1 else f"({' OR '.join(found)})"

    def found(self, statement: Statement, table: Table, alias: str, words: Sequence[Word]) -> tuple[str, list[str]]:
        """By the trigram table, which CROSS JOIN keeps in front; what it cannot tell is looked for in what it finds."""
        match = statement.parameter(_match([word for word in words if word.lookup.by_index]), Kind.TEXT)
        source = f"{table.name}_search({match}) s CROSS JOIN {table.name} {alias} ON {alias}.id = s.rowid"
        open_ones = [word for word in words if word.lookup is not Lookup.WHOLE]
        return source, [self.contains(statement, f"{alias}.search", word) for word in open_ones]

    def entries(self, document: str) -> str:
        return f"json_each({document})"

    def element(self, array: str, place: int) -> str:
        return f"{array} -> {quoted(f'$[{place}]')}"

    def wanted(self, statement: Statement, ids: Bind) -> tuple[str, str, str]:
        listed = statement.parameter(ids, Kind.TEXT, many=True)
        return f"json_each({listed}) w", "json_extract(w.value, '$[0]')", "json_extract(w.value, '$[1]')"


def _match(words: Sequence[Word]) -> Bind:
    """FTS5's expression for all of these words, none of whose characters means anything to it."""

    def bind(variables: Variables) -> str:
        return " AND ".join(f"({' OR '.join(_phrase(part(variables)) for part in word.parts)})" for word in words)

    return bind


def _phrase(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
