"""A statement in the making: its parameters, its common table expressions, and names that are used once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Protocol

from resolvers.clock import now
from resolvers.read.compiler.plan import Plan
from resolvers.read.selection import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from resolvers.read.compiler.pieces import Pieces
    from resolvers.read.search import Word
    from resolvers.read.selection import Bind, Expression, Foretold, Table, Variables


class Spelling(Protocol):
    """What the two databases write differently. SQL goes in, SQL comes out."""

    @property
    def nests(self) -> bool:
        """Whether sub-selects can be nested as deep as selections are."""

    def parameter(self, number: int, kind: Kind, *, many: bool) -> str:
        """A parameter of explicit type, so that nothing is inferred."""

    def bound(self, bind: Bind, *, many: bool) -> Bind:
        """How a list becomes a parameter."""

    def expression(self, source: Expression) -> str:
        """The SQL of an expression for this database."""

    def concat(self, pieces: Pieces) -> str:
        """One text of the pieces."""

    def aggregate(self, text: str) -> str:
        """All rows' texts, with commas between, in the rows' order; NULL for no row."""

    def json_text(self, sql: str) -> str:
        """A text as a JSON string, NULL as null."""

    def hundredths(self, sql: str, *, may_be_null: bool) -> str:
        """Whole hundredths as a decimal text with two places; NULL stays."""

    def moment(self, sql: str) -> str:
        """A moment as text; NULL stays."""

    def day(self, sql: str) -> str:
        """A day as text; NULL stays."""

    def document(self, sql: str) -> str:
        """A document as JSON text; NULL stays."""

    def casefolded(self, sql: str) -> str:
        """A text so that comparing it is comparing casefolded code points."""

    def hexed(self, sql: str) -> str:
        """A text's UTF-8 in hexadecimal."""

    def least(self, one: str, other: str) -> str:
        """The smaller of two numbers."""

    def among(self, sql: str, values: str) -> str:
        """The condition that a value is in the list that is a parameter."""

    def contains(self, statement: Statement, sql: str, word: Word) -> str:
        """The condition that a text contains a word, `%` and `_` being plain characters."""

    def found(self, statement: Statement, table: Table, alias: str, words: Sequence[Word]) -> tuple[str, list[str]]:
        """Rows that contain all words, some of them indexed, index first: a FROM clause and conditions."""

    def entries(self, document: str) -> str:
        """A FROM clause: the members of a document as `key` and `value`."""

    def element(self, array: str, place: int) -> str:
        """An element of a JSON array as JSON text; NULL where there is none."""

    def wanted(self, statement: Statement, ids: Bind) -> tuple[str, str, str]:
        """A list of `(prefix, id)` as rows: a FROM clause, the prefix, the id."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a request brings."""

    bind: Bind
    kind: Kind
    many: bool


@dataclass(slots=True)
class Statement:
    """Collects what a statement consists of while its text is written."""

    spelling: Spelling
    tables: list[str] = field(default_factory=list)
    foretold: list[Foretold] = field(default_factory=list)
    """What is made of values once they have been read, by the number that stands with them."""
    _parameters: dict[Parameter, int] = field(default_factory=dict)
    _names: Iterator[int] = field(default_factory=lambda: count(1))

    def parameter(self, bind: Bind, kind: Kind, *, many: bool = False) -> str:
        """The SQL of a parameter; the same bind is the same parameter.

        Until the statement is finished that is a mark: parts may yet turn out not to be needed, and a statement must
        have exactly the parameters that it mentions.
        """
        place = self._parameters.setdefault(Parameter(bind, kind, many), len(self._parameters))
        return f"\0{place}\0"

    def now(self) -> str:
        return self.parameter(_now, Kind.MOMENT)

    def name(self, letter: str) -> str:
        """A new name for a row or a table."""
        return f"{letter}{next(self._names)}"

    def table(self, header: str, body: str) -> None:
        """Add a common table expression that is worked out once."""
        self.tables.append(f"{header} AS MATERIALIZED ({body})")

    def plan(self, select: str) -> Plan:
        """The finished statement."""
        prefix = f"WITH {', '.join(self.tables)} " if self.tables else ""
        known, numbers = list(self._parameters), dict[Parameter, int]()

        def spelt(mark: re.Match[str]) -> str:
            parameter = known[int(mark[1])]
            number = numbers.setdefault(parameter, len(numbers) + 1)
            return self.spelling.parameter(number, parameter.kind, many=parameter.many)

        sql = re.sub("\0([0-9]+)\0", spelt, prefix + select)
        binds = tuple(self.spelling.bound(one.bind, many=one.many) for one in numbers)
        return Plan(sql, binds, tuple(one.tell for one in self.foretold))


def _now(variables: Variables) -> datetime:
    del variables
    return now()
