"""What a kind of import is: its columns, by what its rows are known again, and how one row is brought in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from models.texts import fold, trimmed
from resolvers.faults import Invalid, invalid
from resolvers.imports.cells import read_cell
from resolvers.value_kinds import Refused
from resolvers.words.headings import HEADINGS, OTHER_HEADINGS
from resolvers.write.inputs import input_fields

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from models.database import Transaction
    from models.entity import Entity
    from models.imports import Imported, RowOutcome
    from resolvers.imports.known import Known
    from resolvers.value_kinds import InputKind
    from resolvers.words import Message
    from resolvers.write.unit_of_work import Work

OUTCOME, ENTITY_ID, ERROR = "import_result", "import_id", "import_error"
RESULTS: Final = (OUTCOME, ENTITY_ID, ERROR)
"""The columns that a result has beside the file's own; where it is imported again they say nothing."""


@dataclass(frozen=True, slots=True)
class ImportColumn:
    """A column that means something."""

    name: str
    """As in REST."""
    kind: InputKind
    required: bool = False
    """Of a row that makes something new."""
    clears: bool = False
    """An object's null empties it; elsewhere null says nothing."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row whose cells are understood: by column its value, as operations take it raw."""

    place: int
    raw: Mapping[str, Any]
    match: str
    """By what it is to be known again; empty: by whatever it has."""
    file: str = ""
    """The file that it is a row of."""


@dataclass(frozen=True, slots=True)
class ImportKind:
    """One kind of rows."""

    name: Imported
    entity: type[Entity]
    columns: tuple[ImportColumn, ...]
    matches: tuple[str, ...]
    """By what rows can be asked to be known again; the first is the usual."""
    locate: Callable[[Work, Sequence[ReadRow], Known], Awaitable[None]]
    """Finds and locks what rows are about, for all of them at once."""
    bring_in: Callable[[Work, ReadRow, Known], Awaitable[tuple[Entity, RowOutcome]]]
    """One row, by operations on the unit of work."""

    life: frozenset[str] = frozenset()
    """Columns that say where a row is in its life: its state, and since when."""
    live: Callable[[Work, ReadRow, int, Known], Awaitable[Entity]] | None = None
    """Brings a row that stands to where it is in its life, by its lifecycle's own moves."""

    settle: Callable[[Transaction, Sequence[int]], Awaitable[None]] | None = None
    """What is still to be done once rows of these ids are stored where they are in their lives."""

    def __hash__(self) -> int:
        return hash(self.name)


def columns_of(input_type: type, *left_out: str) -> tuple[ImportColumn, ...]:
    """The columns of an operation's input."""
    return tuple(
        ImportColumn(one.rest_name, one.kind, one.required, one.nullable)
        for one in input_fields(input_type)
        if one.name not in left_out
    )


# --- headings -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def _headings(kind: ImportKind) -> dict[str, str]:
    """What may stand over a column, folded, and the column's name."""
    found: dict[str, str] = {}
    for column in kind.columns:
        words = (*HEADINGS.get(column.name, ()), *OTHER_HEADINGS.get(column.name, ()))
        for one in (column.name, column.name.replace("_", " "), *words):
            found.setdefault(fold(one), column.name)
    for column in kind.columns:  # `Фамилия` in a file of contracts is the customer's
        bare = column.name.partition("_")[2]
        if column.name.startswith(_OF_OTHERS):
            for one in (bare, bare.replace("_", " "), *HEADINGS.get(bare, ()), *OTHER_HEADINGS.get(bare, ())):
                found.setdefault(fold(one), column.name)
    return found


_OF_OTHERS: Final = ("sim_", "customer_", "tariff_")


def named(kind: ImportKind, heading: str) -> str | None:
    """The column that a heading means."""
    return _headings(kind).get(fold(trimmed(heading.replace("\xa0", " ")).rstrip(" *:")))


def counted(kind: ImportKind) -> Callable[[list[str]], int]:
    """How many of some headings mean something."""
    return lambda headings: sum(named(kind, one) is not None for one in headings)


@dataclass(frozen=True, slots=True)
class Headed:
    """The columns of a file: which of the kind's each of them is."""

    columns: tuple[ImportColumn | None, ...]
    unknown: tuple[str, ...]
    """Headings that mean nothing; they are told, not silently dropped."""


def headed(kind: ImportKind, headings: Sequence[str]) -> Headed:
    """The columns under these headings. Raises `Invalid` where none is known, or one is there twice."""
    by_name = {column.name: column for column in kind.columns}
    names = [named(kind, one) for one in headings]
    for name in names:
        if name is not None and names.count(name) > 1:
            raise invalid("file", "heading_twice", name=name)
    if not any(names):
        raise invalid("file", "headings_unknown")
    unknown = [one for one, name in zip(headings, names, strict=True) if one and name is None and one not in RESULTS]
    return Headed(tuple(by_name[name] if name else None for name in names), tuple(unknown))


# --- cells --------------------------------------------------------------------------------------------------------


def of_table(headed_by: Headed, cells: Sequence[object], *, text: bool) -> dict[str, Any]:
    """The values of a table's row, by column; empty cells say nothing; a `text` may hold formulas. Raises `Invalid`."""
    given = ((column, cell) for column, cell in zip(headed_by.columns, cells, strict=False) if column is not None)
    return _read(given, text=text)


def of_object(kind: ImportKind, row: Mapping[str, object]) -> dict[str, Any]:
    """The values of an object, by column; null clears. Raises `Invalid`."""
    by_name = {column.name: column for column in kind.columns}
    given = [(by_name[name], value) for key, value in row.items() if (name := named(kind, key)) is not None]
    return _read(given, text=False, nulls=True)


def _read(given: Any, *, text: bool, nulls: bool = False) -> dict[str, Any]:
    values: dict[str, Any] = {}
    wrong: dict[str, tuple[Message, ...]] = {}
    for column, cell in given:
        try:
            value = read_cell(column.kind, cell, formulas=text)
        except Refused as refusal:
            wrong[column.name] = (refusal.message,)
            continue
        if value is not None or (nulls and column.clears and cell is None):
            values[column.name] = value
    if wrong:
        raise Invalid(wrong)
    return values
