"""What a read asks for, as plain data: `schema/` and `rest_compat/` build it, the compiler turns it into one statement.

Three layers, top down:

- where things come from, in `sources.py`: `Table`, `Column`, `Expression`, `ToOne`, `ToMany`;
- what is asked of them: `Object` with `Scalar`, `Constant`, `Nested` and `Listing` fields;
- what a whole statement answers: `ById`, `Several`, `Connection` at the root, `Numbered` (a REST page),
  `Streamed` (an export).

A selection holds no values, only `Bind`s that fetch them from the variables of a request, so that one compiled
statement serves every request of its shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from resolvers.read.sources import Bind, Column, Expression, Kind, OfParent, Source, Table, ToMany, ToOne, Variables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from resolvers.read.search import Word
    from resolvers.value_kinds import InputKind

__all__ = ["Bind", "Column", "Expression", "Kind", "OfParent", "Source", "Table", "ToMany", "ToOne", "Variables"]


# --- what is asked ------------------------------------------------------------------------------------------------


class Style(Enum):
    """How a scalar is written: plainly by its kind, or"""

    PLAIN = auto()
    ENUM_NAME = auto()
    """A choice as GraphQL spells it: upper case."""
    GLOBAL_ID = auto()
    """An integer id behind its prefix: `ctr_7`."""
    WORDS = auto()
    """A choice as a word for people, by `Scalar.words`."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value under its response key."""

    key: str
    source: Source
    style: Style = Style.PLAIN
    prefix: str = ""
    """With `GLOBAL_ID`: `ctr`."""
    words: tuple[tuple[str, str], ...] = ()
    """With `WORDS`: each choice and its word."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that needs no row: `__typename`, a field that the caller's role may not see."""

    key: str
    json: str


@dataclass(frozen=True, slots=True)
class Nested:
    """A related object, or null."""

    key: str
    relation: ToOne
    object: Object


@dataclass(frozen=True, slots=True)
class AnyOf:
    """An object of one of several types, or null: of these at most one is there. Each has a key of its own."""

    key: str
    choices: tuple[Nested, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A connection of related objects."""

    key: str
    relation: ToMany
    connection: Connection


class EntryFact(Enum):
    FIELD = auto()
    OLD = auto()
    NEW = auto()


@dataclass(frozen=True, slots=True)
class Entries:
    """A document `{field: [old, new]}` (the journal's changes) as a list of objects, by the field's name."""

    key: str
    source: Column
    parts: tuple[tuple[str, EntryFact] | Constant, ...]
    """Each response key and what stands under it."""
    names: tuple[tuple[str, str], ...] = ()
    """How fields are spelt here, by their stored name; one that is not listed stays as it is stored."""
    enums: tuple[str, ...] = ()
    """The stored names of fields whose values are enums': told by their names, in capitals."""
    ids: tuple[tuple[str, str], ...] = ()
    """The stored names of fields whose values are ids, and the prefix of each; other values stay as they are stored."""


CONTEXT = "$context"
"""Among the variables of a request, its context: for what is only told once the statement has been read."""


@dataclass(frozen=True, slots=True)
class Foretold:
    """What the program makes of values of a row once they have been read; the statement only brings them."""

    key: str
    sources: tuple[tuple[str, Source], ...]
    """By name; numbers, truths, days and choices, no texts of people."""
    tell: Callable[[Any, Mapping[str, Any]], object]
    """The request's context, and the values by their names, as a JSON value."""


Selected = Scalar | Constant | Nested | AnyOf | Listing | Entries | Foretold


@dataclass(frozen=True, slots=True)
class Object:
    """The fields asked of one row, in the order in which they are answered; response keys are unique."""

    table: Table
    fields: tuple[Selected, ...]
    where: tuple[Condition, ...] = ()
    """With `ById` and `Several`: the rows that the caller may see; any other is as if it were not there."""


class Comparison(Enum):
    EQUALS = auto()
    IN = auto()
    """The bind gives a list, which may be empty."""
    AT_LEAST = auto()
    AT_MOST = auto()
    BEFORE = auto()
    IS_NULL = auto()
    """The bind gives True for null, False for not null."""
    HOLDS = auto()
    """The source is true: said in the statement itself, where a partial index sees it; the bind is not asked."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One restriction; all of a list's are ANDed. Moments are bound as aware datetimes, choices as their text."""

    source: Source | OfParent
    comparison: Comparison
    value: Bind
    or_else: tuple[Source, ...] = ()
    """With `IN`: further sources, any of which may be in the list instead."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term of an ordering. Nulls last either way, text by casefolded code point, choices in their listed order."""

    source: Source
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Choose:
    """Which rows, in which order. The last term is always the id, so that the order is total."""

    where: tuple[Condition, ...]
    words: tuple[Word, ...]
    order: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Keyset:
    """A boundary from a decoded cursor: for every term of the order its value; nulls are part of the shape."""

    values: tuple[Bind, ...]
    nulls: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Cursor:
    key: str


@dataclass(frozen=True, slots=True)
class Node:
    key: str
    object: Object


@dataclass(frozen=True, slots=True)
class Edges:
    key: str
    fields: tuple[Cursor | Node | Constant, ...]


@dataclass(frozen=True, slots=True)
class Nodes:
    key: str
    object: Object


class PageFact(Enum):
    HAS_NEXT = auto()
    HAS_PREVIOUS = auto()
    START = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class PageInfo:
    key: str
    facts: tuple[tuple[str, PageFact] | Constant, ...]


class FeedFact(Enum):
    NEXT = auto()
    """The cursor from which to go on: the last row's, or, where the page is not full, the end of what was looked at."""
    MORE = auto()
    """Whether there may be something there already."""


@dataclass(frozen=True, slots=True)
class FeedPart:
    """What a page of a feed tells of itself."""

    key: str
    fact: FeedFact


@dataclass(frozen=True, slots=True)
class Feed:
    """What is known of a feed's page before it is read."""

    end: Bind
    """The cursor, as JSON, of the end of what is looked at."""
    more: Bind
    """Whether there is something behind that."""


@dataclass(frozen=True, slots=True)
class TotalCount:
    """Counted only if asked."""

    key: str


Part = Edges | Nodes | PageInfo | FeedPart | TotalCount | Constant


@dataclass(frozen=True, slots=True)
class Connection:
    """A keyset page. Cursors are hex of the JSON array `[stamp, value of each term …]`, written by the database.

    A limit that is the same for every request of this shape is better an int than a bind: it need not be planned for.
    """

    table: Table
    choose: Choose
    limit: Bind | int
    backward: bool
    after: Keyset | None
    before: Keyset | None
    stamp: str
    """Names the list and its ordering, so that a cursor of another one is recognised."""
    parts: tuple[Part, ...]
    feed: Feed | None = None
    """With a `FeedPart`: it is a page of a feed, read forward."""


# --- what a statement answers -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ById:
    """One object, or null."""

    object: Object
    id: Bind


@dataclass(frozen=True, slots=True)
class Several:
    """Objects of any types by their global ids, in the order asked, null where there is none.

    The bind gives a list of `(prefix, id)`; a prefix without an object answers null.
    """

    objects: tuple[Object, ...]
    ids: Bind


@dataclass(frozen=True, slots=True)
class Numbered:
    """A numbered page (REST): the exact count of all rows, and one page of objects as a JSON array."""

    object: Object
    choose: Choose
    limit: Bind | int
    offset: Bind | int


@dataclass(frozen=True, slots=True)
class Streamed:
    """All rows of a list, each an object of its own, however many there are (exports)."""

    object: Object
    choose: Choose


Root = ById | Several | Connection | Numbered | Streamed


# --- what a list can be asked -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of an entity's lists, for both doors, which derive the names of its comparisons.

    GraphQL: equality `status`, `customerId`; `statusIn`; moments `createdAfter/Before`; numbers `balanceMin/Max`.
    REST has the same in snake_case, a relation without its `_id`: `customer`, `customer_in`.
    """

    name: str
    """snake_case, without a suffix: `status`, `customer`, `created`, `balance`."""
    source: Source | OfParent
    description: str
    refers_to: str | None = None
    """The typename whose ids it takes."""
    takes: InputKind | None = None
    """How its values are read, where the source's kind does not say it all: a phone in any spelling."""


@dataclass(frozen=True, slots=True, eq=False)
class ListSpec:
    """How an entity's lists can be searched, filtered and ordered, whichever door they are read through.

    There is one for each kind of list: it is equal to itself alone.
    """

    table: Table
    filters: tuple[Filter, ...]
    default_order: tuple[Term, ...]
    """Ends with the id."""
    orderable: tuple[Column, ...] = ()
    """The columns that a caller may order by; those that may be null can be asked whether they are."""
    searchable: bool = True
