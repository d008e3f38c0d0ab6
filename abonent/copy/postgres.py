"""A PostgreSQL database as a copy's source or target."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import asyncpg
import orjson

from abonent.copy.store import NOT_COPIED, Column, Store, Table
from models.database import Dialect
from models.database.postgres_pool import CONNECT_SECONDS
from models.tallies import recount

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence

    from abonent.copy.store import Row

COLUMNS: Final = """
    SELECT c.relname, a.attname, format_type(a.atttypid, NULL),
        a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY c.relname, a.attnum
"""
KEYS: Final = """
    SELECT i.indrelid::regclass::text, array_agg(a.attname ORDER BY k.place)
    FROM pg_index i CROSS JOIN unnest(i.indkey::int[]) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
    JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = current_schema()::regnamespace
    WHERE i.indisprimary GROUP BY 1
"""
REFERENCES: Final = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND conparentid = 0 AND connamespace = current_schema()::regnamespace
"""
SEQUENCE: Final = "pg_get_serial_sequence($1, 'id')"

FROM_SQLITE: Final[Mapping[str, Callable[[Any], Any]]] = {
    "boolean": bool,
    "timestamp with time zone": datetime.fromisoformat,
    "date": date.fromisoformat,
    "uuid": UUID,
}
"""How SQLite's integer or text of a column becomes what the driver wants; other kinds are alike."""


class PostgresStore(Store):
    """The open connection."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self._tables: list[Table] = []
        self._references: list[tuple[str, str, str]] = []

    async def tables(self) -> Mapping[str, Table]:
        tables: dict[str, Table] = {}
        for name, column, kind, required in await self.connection.fetch(COLUMNS):
            if name not in NOT_COPIED:
                tables.setdefault(name, Table(name)).columns[column] = Column(column, kind, required)
        for name, key in await self.connection.fetch(KEYS):
            if name in tables:
                tables[name].key = tuple(key)
        return tables

    async def read(self, table: Table, columns: Sequence[str], after: Row | None, limit: int) -> list[Row]:
        key = ", ".join(table.key)
        marks = ", ".join(f"${number + 1}" for number in range(len(table.key)))
        within = f"WHERE ({key}) > ({marks})" if after is not None else ""
        sql = f"SELECT {', '.join((*columns, key))} FROM {table.name} {within} ORDER BY {key} LIMIT {limit}"
        return [tuple(row) for row in await self.connection.fetch(sql, *(after or ()))]

    async def count(self, table: Table) -> int:
        return int(await self.connection.fetchval(f"SELECT count(*) FROM {table.name}"))

    async def last_id(self, table: Table) -> int | None:
        if "id" not in table.columns:
            return None
        sql = f"SELECT pg_sequence_last_value({SEQUENCE}::regclass)"
        last: int | None = await self.connection.fetchval(sql, table.name)
        return last

    async def prepare(self, tables: Iterable[Table]) -> None:
        self._tables = list(tables)
        self._references = [tuple(row) for row in await self.connection.fetch(REFERENCES)]
        for table, name, _ in self._references:
            await self.connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for one in self._tables:
            await self.connection.execute(f"ALTER TABLE {one.name} DISABLE TRIGGER USER")

    async def clear(self, table: Table) -> None:
        await self.connection.execute(f"DELETE FROM {table.name}")

    async def write(self, table: Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
        readers = [_reader(table.columns[name].kind) for name in columns]
        records = [tuple(read(value) for read, value in zip(readers, row, strict=True)) for row in rows]
        await self.connection.copy_records_to_table(table.name, columns=columns, records=records)

    async def give_after(self, table: Table, last: int) -> None:
        sql = f"SELECT setval({SEQUENCE}, $2) WHERE {SEQUENCE} IS NOT NULL"
        await self.connection.execute(sql, table.name, last)

    async def finish(self) -> None:
        for one in self._tables:
            await self.connection.execute(f"ALTER TABLE {one.name} ENABLE TRIGGER USER")
        for table, name, definition in self._references:
            await self.connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        for sql in recount(Dialect.POSTGRES):
            await self.connection.execute(sql)
        await self.connection.execute("COMMIT")
        await self.connection.execute("ANALYZE")


def _reader(kind: str) -> Callable[[Any], Any]:
    """What makes a value fit a column of this kind, whichever database it comes from."""
    read: Callable[[Any], Any] = orjson.loads if kind.endswith("[]") else FROM_SQLITE.get(kind, _as_it_is)
    return lambda value: read(value) if isinstance(value, int | str) else value


def _as_it_is(value: Any) -> Any:
    return value


@asynccontextmanager
async def opened(url: str, *, writes: bool) -> AsyncIterator[PostgresStore]:
    """The database in one transaction; what is not finished is undone with the connection."""
    connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS, server_settings={"timezone": "UTC"})
    try:
        await connection.execute("BEGIN" if writes else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield PostgresStore(connection)
    finally:
        await connection.close(timeout=5)
