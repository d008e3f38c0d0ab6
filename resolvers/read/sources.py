"""Where what a read shows comes from: tables, columns, expressions, relations (the first layer of `selection.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.users import Role


class Kind(StrEnum):
    """What a value is, and so how it is written in JSON."""

    INTEGER = auto()
    NUMBER = auto()
    TEXT = auto()
    TRUTH = auto()
    HUNDREDTHS = auto()
    """Whole hundredths in the database, a string with two places in JSON: 1050 → `"10.50"`."""
    MOMENT = auto()
    """`2026-01-31T08:00:00.123456Z`."""
    DAY = auto()
    """`2026-01-31`."""
    CHOICE = auto()
    """A value of an enum, in lower case in the database."""
    DOCUMENT = auto()
    """A JSON object or array, passed through as it is."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows people see as objects."""

    name: str
    prefix: str
    """Of the global id: `ctr` in `ctr_7`."""
    typename: str
    """The GraphQL object type."""


@dataclass(frozen=True, slots=True)
class Column:
    """A stored scalar: it can be shown, ordered by and filtered on."""

    name: str
    kind: Kind
    choices: type[StrEnum] | None = None
    nullable: bool = False
    hidden_from: frozenset[Role] = frozenset()
    """Roles that are shown null; such a column can be neither ordered by nor filtered on by anybody."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A scalar that the database works out. In its SQL `{t}` is the row's alias and `{now}` the present moment."""

    sql: str
    kind: Kind
    sqlite: str | None = None
    """The SQL for SQLite where it differs."""
    choices: type[StrEnum] | None = None


Source = Column | Expression


@dataclass(frozen=True, slots=True)
class ToOne:
    """At most one row of another table: the one whose `remote` column equals this row's `local` one."""

    target: str
    """The other table's typename."""
    local: str
    remote: str = "id"


@dataclass(frozen=True, slots=True)
class ToMany:
    """The rows of another table whose `remote` column equals this row's `local` one."""

    target: str
    remote: str
    local: str = "id"
    constants: tuple[tuple[str, str], ...] = ()
    """Further columns of the other table that must equal a fixed text (the journal's `entity`)."""
