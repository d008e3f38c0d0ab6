"""Where what a read shows comes from: tables, columns, expressions, relations (the first layer of `selection.py`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.users import Role

Variables = Mapping[str, Any]
Bind = Callable[[Variables], Any]
"""Fetches one parameter's value (an int, a str, a datetime …) from the variables of a request."""


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

    @property
    def path(self) -> str:
        """What its lists are called in addresses: `api-keys`."""
        return self.name.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Column:
    """A stored scalar: it can be shown, ordered by and filtered on."""

    name: str
    kind: Kind
    choices: type[StrEnum] | None = None
    nullable: bool = False
    relation: bool = False
    """It is a foreign key, `customer_id`, and its field is called `customer`."""
    hidden_from: frozenset[Role] = frozenset()
    """Roles that are shown null; such a column can be neither ordered by nor filtered on by anybody."""

    @property
    def field(self) -> str:
        """What its field is called: a relation's has no `_id`."""
        return self.name.removesuffix("_id") if self.relation else self.name


@dataclass(frozen=True, slots=True)
class Expression:
    """A scalar that the database works out. In its SQL `{t}` is the row's alias and `{now}` the present moment."""

    sql: str
    kind: Kind
    sqlite: str | None = None
    """The SQL for SQLite where it differs."""
    choices: type[StrEnum] | None = None
    moments: tuple[tuple[str, Bind], ...] = ()
    """Further moments in it, by what stands for them, and who brings them: `{since}`."""


@dataclass(frozen=True, slots=True)
class OfParent:
    """A column of the row that a foreign key names: of a payment, its contract's customer.

    It can be filtered on, and no more. Every value of it leads to few parents, whose rows an index finds.
    """

    key: str
    """The foreign key's column: `contract_id`."""
    table: str
    """The parent's."""
    column: str
    """`customer_id`, of the parent."""
    kind: Kind = Kind.INTEGER
    choices: None = None


Source = Column | Expression


@dataclass(frozen=True, slots=True)
class ToOne:
    """At most one row of another table: the one whose `remote` column equals this row's `local` one."""

    target: str
    """The other table's typename."""
    local: str | Expression
    remote: str = "id"


@dataclass(frozen=True, slots=True)
class ToMany:
    """The rows of another table whose `remote` column equals this row's `local` one; `remote` may be their parent's."""

    target: str
    remote: str | OfParent
    local: str = "id"
    constants: tuple[tuple[str, str], ...] = ()
    """Further columns of the other table that must equal a fixed text (the journal's `entity`)."""
