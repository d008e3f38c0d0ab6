"""The schema, as ordered files of SQL for each database: `sqlite/0001_tables.sql`, `postgres/0001_tables.sql` …

A file that has been released is never changed; what comes later is a new one. Those applied are named in
`schema_migrations`. Plain SQL rather than Tortoise's migrations: most of what is here (CHECK, partial unique indexes,
triggers, full text) those would carry as SQL text anyway, and they take no lock.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from importlib.resources import files
from typing import TYPE_CHECKING

import asyncpg

from models.database import dialect_of
from models.database.engine import Dialect, Raced, Unavailable
from models.database.postgres_pool import ERRORS
from models.database.sqlite import database_file
from models.database.sqlite_worker import connect, translated

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from models.settings import Settings

LOCK = 0x6D696772617465
"""Of PostgreSQL's advisory locks: one process migrates at a time."""
PATIENCE = 60.0
"""Seconds to wait for another process that is migrating."""
KEPT = "CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL)"
APPLIED = "SELECT name FROM schema_migrations"


async def migrate(settings: Settings) -> list[str]:
    """Bring the schema up to date, all or nothing, and give the names of the migrations that it took.

    Safe when several processes start at once: one does the work, the others wait. The SQLite file is made if need be.
    Raises `Unavailable`.
    """
    if dialect_of(settings.database_url) is Dialect.SQLITE:
        return await asyncio.to_thread(_migrate_sqlite, settings)
    return await _migrate_postgres(settings)


def _pending(dialect: Dialect, applied: Collection[str]) -> Iterator[tuple[str, str]]:
    """The names and texts of the migrations still to be applied, in order."""
    folder = files(__name__) / dialect.value
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        name = file.name.removesuffix(".sql")
        if name != file.name and name not in applied:
            yield name, file.read_text(encoding="utf-8")


def _migrate_sqlite(settings: Settings) -> list[str]:
    file = database_file(settings.database_url)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with closing(connect(file, create=True, patience=PATIENCE)) as connection:
            _use_wal(connection)
            return _migrated(connection)
    except (sqlite3.Error, OSError) as error:
        refusal = translated(error) if isinstance(error, sqlite3.Error) else error
        raise Unavailable(f"The database file {file} cannot be migrated: {refusal}") from error


def _use_wal(connection: sqlite3.Connection) -> None:
    """The file remembers it. The first change does not wait for another process that makes it too, so we do."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not isinstance(translated(error), Raced) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _migrated(connection: sqlite3.Connection) -> list[str]:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(KEPT)
    applied = {row[0] for row in connection.execute(APPLIED)}
    names = []
    for name, sql in _pending(Dialect.SQLITE, applied):
        for statement in _statements(sql):
            connection.execute(statement)
        connection.execute("INSERT INTO schema_migrations VALUES (?, strftime('%Y-%m-%dT%H:%M:%fZ'))", [name])
        names.append(name)
    connection.execute("COMMIT")
    return names


def _statements(sql: str) -> Iterator[str]:
    """One by one: `executescript` would commit before it begins."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


async def _migrate_postgres(settings: Settings) -> list[str]:
    try:
        connection = await asyncpg.connect(settings.database_url, timeout=PATIENCE)
    except ERRORS as error:
        raise Unavailable(f"PostgreSQL cannot be reached: {error}") from error
    try:
        async with connection.transaction():
            return await _migrated_postgres(connection)
    finally:
        await connection.close()


async def _migrated_postgres(connection: asyncpg.Connection) -> list[str]:
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    await connection.execute(KEPT)
    applied = {row[0] for row in await connection.fetch(APPLIED)}
    pending = list(_pending(Dialect.POSTGRES, applied))
    if pending:
        await _need_trigrams(connection)
    for name, sql in pending:
        await connection.execute(sql)
        await connection.execute("INSERT INTO schema_migrations VALUES ($1, now()::text)", name)
    return [name for name, _ in pending]


async def _need_trigrams(connection: asyncpg.Connection) -> None:
    """Search needs the extension pg_trgm, which comes with PostgreSQL, but may not be installed or allowed."""
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except asyncpg.PostgresError as error:
        raise Unavailable(
            "PostgreSQL's extension pg_trgm is needed for search, but cannot be created here "
            f"({error}). Install the server's contrib package, or have a superuser run: CREATE EXTENSION pg_trgm"
        ) from error
