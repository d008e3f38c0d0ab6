"""Writing rows by the hundred thousand: PostgreSQL's COPY, SQLite's executemany, each in one transaction.

Indexes, SQLite's full text, PostgreSQL's foreign keys and the tallies are put aside meanwhile, and made from the
finished tables: several times faster than keeping them in step row by row. Whatever fails leaves the database as it
was.
"""

from __future__ import annotations

import json
from contextlib import asynccontextmanager, closing
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Protocol

import asyncpg

from models.database import Dialect, dialect_of
from models.database.sqlite import database_file
from models.database.sqlite_worker import adapted, connect
from models.fields import moment_text
from models.tallies import KEYS, fill

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncIterator, Sequence

    from models.settings import Settings

Row = tuple[Any, ...]

TABLES: Final = (
    "tariffs",
    "tariff_terms",
    "customers",
    "contracts",
    "charge_periods",
    "sims",
    "payments",
    "ledger_entries",
    "tickets",
    "audit_events",
)
SEARCHED: Final = ("tariffs", "customers", "contracts", "sims", "payments", "tickets")
EMPTY_TALLIES: Final = "DELETE FROM tallies"
CACHE_KIB: Final = 262_144


class Bulk(Protocol):
    """An open transaction that takes rows."""

    async def next_id(self, table: str) -> int:
        """The id that the table's next row is to have; ids are never used twice."""

    async def write(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Add the rows, whose ids are given."""

    async def run(self, sql: str) -> None:
        """Run one statement that both databases understand."""


@asynccontextmanager
async def bulk(settings: Settings) -> AsyncIterator[Bulk]:
    """A transaction for many rows; on leaving it the indexes are built and all is committed."""
    opened = _sqlite if dialect_of(settings.database_url) is Dialect.SQLITE else _postgres
    async with opened(settings) as writer:
        yield writer


# --- SQLite -------------------------------------------------------------------------------------------------------


class _SqliteBulk:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    async def next_id(self, table: str) -> int:
        row = self.connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", [table]).fetchone()
        return (row[0] if row else 0) + 1

    async def write(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        marks = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
        self.connection.executemany(sql, (tuple(map(_sqlite_value, row)) for row in rows))

    async def run(self, sql: str) -> None:
        self.connection.execute(sql)


def _sqlite_value(value: object) -> object:
    return _moment_text(value) if isinstance(value, datetime) else adapted(value)


_moment_text = lru_cache(maxsize=16)(moment_text)
"""A row says the same moment several times."""


@asynccontextmanager
async def _sqlite(settings: Settings) -> AsyncIterator[Bulk]:
    with closing(connect(database_file(settings.database_url))) as connection:
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        connection.execute("BEGIN IMMEDIATE")
        put_aside = _drop_sqlite(connection)
        yield _SqliteBulk(connection)
        for sql in put_aside:
            connection.execute(sql)
        for table in SEARCHED:
            connection.execute(f"INSERT INTO {table}_search ({table}_search) VALUES ('rebuild')")
        for sql in (EMPTY_TALLIES, fill(Dialect.SQLITE)):
            connection.execute(sql)
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _drop_sqlite(connection: sqlite3.Connection) -> list[str]:
    """Drop indexes and the triggers that feed the full text and the tallies; gives what makes them anew."""
    found = connection.execute(
        "SELECT type, name, sql FROM sqlite_master"
        " WHERE sql IS NOT NULL AND tbl_name IN (SELECT value FROM json_each(?))"
        " AND (type = 'index' OR (type = 'trigger' AND (name LIKE '%_search_insert' OR name LIKE '%_tally%')))",
        [json.dumps(TABLES)],
    ).fetchall()
    for kind, name, _ in found:
        connection.execute(f"DROP {kind} {name}")
    return [sql for _, _, sql in found]


# --- PostgreSQL ---------------------------------------------------------------------------------------------------


class _PostgresBulk:
    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.written: set[str] = set()

    async def next_id(self, table: str) -> int:
        return int(await self.connection.fetchval(f"SELECT nextval(pg_get_serial_sequence('{table}', 'id'))"))

    async def write(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        self.written.add(table)
        await self.connection.copy_records_to_table(table, columns=columns, records=rows)

    async def run(self, sql: str) -> None:
        await self.connection.execute(sql)


@asynccontextmanager
async def _postgres(settings: Settings) -> AsyncIterator[Bulk]:
    connection = await asyncpg.connect(settings.database_url)
    try:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL maintenance_work_mem = '{CACHE_KIB}kB'")
            put_aside = await _drop_postgres(connection)
            for table in KEYS:
                await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            writer = _PostgresBulk(connection)
            yield writer
            for sql in (*put_aside, EMPTY_TALLIES, fill(Dialect.POSTGRES)):
                await connection.execute(sql)
            for table in KEYS:
                await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            for table in writer.written:
                sequence = f"pg_get_serial_sequence('{table}', 'id')"
                await connection.execute(f"SELECT setval({sequence}, (SELECT max(id) FROM {table}))")
        await connection.execute(f"VACUUM ANALYZE tallies, {', '.join(TABLES)}")
    finally:
        await connection.close()


async def _drop_postgres(connection: asyncpg.Connection) -> list[str]:
    """Drop foreign keys, and all indexes but those of primary keys; gives what makes and checks them anew."""
    keys = await connection.fetch(
        "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND conrelid = ANY($1::text[]::regclass[])",
        list(TABLES),
    )
    for table, name, _ in keys:
        await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    indexes = await connection.fetch(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = ANY($1)"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)",
        list(TABLES),
    )
    for name, _ in indexes:
        await connection.execute(f"DROP INDEX {name}")
    return [
        *(sql for _, sql in indexes),
        *(f"ALTER TABLE {table} ADD CONSTRAINT {name} {sql}" for table, name, sql in keys),
    ]
