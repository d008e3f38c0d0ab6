"""What a database is to a copy: tables with columns, read in the order of their keys and written in batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Row = tuple[Any, ...]

NOT_COPIED: Final = frozenset(
    {"schema_migrations", "tallies", "uploads", "upload_pieces", "import_rows", "import_results"}
)
"""The target has its own migrations; tallies are counted anew. Files that were brought in have done their work."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a copy can fill: no generated one is."""

    name: str
    kind: str
    """Its type, as the database calls it."""
    required: bool
    """It may not be null, and nothing fills it by itself."""


@dataclass(slots=True)
class Table:
    """A table and how to go through it."""

    name: str
    columns: dict[str, Column] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    """The columns of its primary key, in order."""


class Store(ABC):
    """An open database: everything between `begin` and `finish` is one snapshot, or one transaction."""

    @abstractmethod
    async def tables(self) -> Mapping[str, Table]:
        """All tables that hold something of its own."""

    @abstractmethod
    async def read(self, table: Table, columns: Sequence[str], after: Row | None, limit: int) -> list[Row]:
        """The next rows in the order of the key, from the one that follows `after`; the key's values come last."""

    @abstractmethod
    async def count(self, table: Table) -> int: ...

    @abstractmethod
    async def last_id(self, table: Table) -> int | None:
        """The id that was given last, even if its row is gone; None where the table gives none."""

    @abstractmethod
    async def prepare(self, tables: Iterable[Table]) -> None:
        """Put aside, until `finish`, what would act on each row."""

    @abstractmethod
    async def clear(self, table: Table) -> None:
        """Take away the rows that migrations have put there."""

    @abstractmethod
    async def write(self, table: Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Add the rows."""

    @abstractmethod
    async def give_after(self, table: Table, last: int) -> None:
        """See to it that the next id follows this one."""

    @abstractmethod
    async def finish(self) -> None:
        """Make anew what is derived, check what was put aside, and commit."""
