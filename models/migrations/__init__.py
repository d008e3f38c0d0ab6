"""The schema, as ordered files of SQL for each database: `sqlite/0001_tables.sql`, `postgres/0001_tables.sql` …

A file that has been released is never changed; what comes later is a new one. Those applied are named in
`schema_migrations`. Plain SQL rather than Tortoise's migrations: most of what is here (CHECK, partial unique indexes,
triggers, full text) those would carry as SQL text anyway, and they take no lock.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from contextlib import closing, suppress
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING

import asyncpg

from models.database import dialect_of, open_database
from models.database.engine import Dialect, Raced, Unavailable
from models.database.postgres_pool import ERRORS
from models.database.sqlite import database_file
from models.database.sqlite_worker import connect, translated
from models.migrations.clashes import BEFORE, refusal
from models.migrations.refusals import ANOTHERS, of_newer, of_postgres, of_sqlite
from models.texts import caseless, composed, document_key, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from models.migrations.clashes import Clash
    from models.settings import Settings

__all__ = ["make_private", "migrate", "need_migrated", "newer", "of_sqlite"]

LOCK = 0x6D696772617465
"""Of PostgreSQL's advisory locks: one process migrates at a time."""
PATIENCE = 60.0
"""Seconds to wait for another process that is migrating."""
CLOSING = 5.0
"""Seconds for taking leave of the server."""
OLDEST_POSTGRES = 130_000
OWNER_ONLY = 0o600
KEPT = "CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL)"
APPLIED = "SELECT name FROM schema_migrations"


async def migrate(settings: Settings) -> list[str]:
    """Bring the schema up to date, all or nothing, and give the names of the migrations that it took.

    Safe when several processes start at once: one does the work, the others wait. The SQLite file is made if need be,
    for its owner's eyes only. Raises `Unavailable`, with a sentence about whatever is wrong with the database.
    """
    if dialect_of(settings.database_url) is Dialect.SQLITE:
        return await asyncio.to_thread(_migrate_sqlite, settings)
    return await _migrate_postgres(settings)


def _pending(dialect: Dialect, applied: Collection[str], settings: Settings) -> list[tuple[str, str]]:
    """The names and texts of the migrations still to be applied, in order. Raises `Unavailable` for a newer schema."""
    unknown = newer(applied, dialect)
    if unknown and not settings.newer_schema:
        raise Unavailable(of_newer(unknown))
    known = _files(dialect)
    return [(name, known[name].read_text(encoding="utf-8")) for name in sorted(known) if name not in applied]


def newer(applied: Collection[str], dialect: Dialect = Dialect.SQLITE) -> set[str]:
    """Those of the applied migrations that this version does not know."""
    return set(applied) - set(_files(dialect))


async def need_migrated(settings: Settings) -> None:
    """Raise `Unavailable` unless the database is up to date; nothing is changed."""
    database = await open_database(settings)
    try:
        await database.ping()
        applied = [row[0] for row in await database.fetch(APPLIED)]
    finally:
        await database.close()
    if _pending(database.dialect, applied, settings):
        raise Unavailable("The database is of an older version: run `abonent migrate` on it first")


def _files(dialect: Dialect) -> dict[str, Traversable]:
    folder = files(__name__) / dialect.value
    return {file.name.removesuffix(".sql"): file for file in folder.iterdir() if file.name.endswith(".sql")}


# --- SQLite -------------------------------------------------------------------------------------------------------


def _migrate_sqlite(settings: Settings) -> list[str]:
    file = database_file(settings.database_url)
    try:
        make_private(file)
        with closing(connect(file, create=True, patience=PATIENCE)) as connection:
            _need_ours(connection, file)
            _use_wal(connection, file)
            _lend_functions(connection)
            return _migrated(connection, settings)
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(of_sqlite(error, file)) from error


def make_private(file: Path) -> None:
    """Make the file, if there is none, and see to it that its owner alone may read it and what SQLite keeps beside it.

    SQLite gives new files beside it the same rights. Raises `OSError`.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, OWNER_ONLY))
    for name in (file.name, f"{file.name}-wal", f"{file.name}-shm", f"{file.name}-journal"):
        with suppress(FileNotFoundError, PermissionError):  # another user's file is that user's to guard
            file.with_name(name).chmod(OWNER_ONLY)


def _need_ours(connection: sqlite3.Connection, file: Path) -> None:
    """Nothing is written into a file that another program keeps its tables in. Raises `Unavailable`."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and "schema_migrations" not in tables:
        raise Unavailable(f"The database file {file} cannot be used: {ANOTHERS}")
    (encoding,) = connection.execute("PRAGMA encoding").fetchone()
    if encoding != "UTF-8":
        raise Unavailable(f"The database file {file} keeps its texts in {encoding}: one in UTF-8 is needed")


def _use_wal(connection: sqlite3.Connection, file: Path) -> None:
    """The file remembers it. The first change does not wait for another process that makes it too, so we do."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if not isinstance(translated(error), Raced) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            if mode != "wal":
                raise Unavailable(f"The database file {file} must lie on a disk of this machine: WAL is not possible")
            return


def _lend_functions(connection: sqlite3.Connection) -> None:
    """The forms of texts, for migrations that carry rows over to them; NULL stays."""
    for form in (composed, caseless, fold, document_key):
        connection.create_function(form.__name__, 1, partial(_unless_null, form), deterministic=True)


def _unless_null(form: Callable[[str], str], text: str | None) -> str | None:
    return None if text is None else form(text)


def _migrated(connection: sqlite3.Connection, settings: Settings) -> list[str]:
    connection.execute("PRAGMA foreign_keys = OFF")  # a table that is made anew is gone for a moment
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(KEPT)
    applied = {row[0] for row in connection.execute(APPLIED)}
    names = []
    for name, sql in _pending(Dialect.SQLITE, applied, settings):
        found = [(clash, connection.execute(clash.sql).fetchall()) for clash in BEFORE.get(name, ())]
        _refuse_clashes(found)
        for statement in _statements(sql):
            connection.execute(statement)
        connection.execute("INSERT INTO schema_migrations VALUES (?, strftime('%Y-%m-%dT%H:%M:%fZ'))", [name])
        names.append(name)
    if names and (dangling := connection.execute("PRAGMA foreign_key_check").fetchone()):
        raise sqlite3.IntegrityError(f"a row of {dangling[0]} refers to one of {dangling[2]} that is not there")
    connection.execute("COMMIT")
    return names


def _refuse_clashes(found: Iterable[tuple[Clash, Sequence[Sequence[object]]]]) -> None:
    """Raises `Unavailable`, which undoes it all, for rows that the next migration's unique indexes would not take."""
    sentences = [clash.sentence(rows) for clash, rows in found if rows]
    if sentences:
        raise Unavailable(refusal(sentences))


def _statements(sql: str) -> Iterator[str]:
    """One by one: `executescript` would commit before it begins."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


# --- PostgreSQL ---------------------------------------------------------------------------------------------------


async def _migrate_postgres(settings: Settings) -> list[str]:
    try:
        connection = await asyncpg.connect(settings.database_url, timeout=PATIENCE)
        try:
            await _need_usable(connection)
            async with connection.transaction():
                return await _migrated_postgres(connection, settings)
        finally:
            await connection.close(timeout=CLOSING)
    except ERRORS as error:
        raise Unavailable(of_postgres(error)) from error


async def _need_usable(connection: asyncpg.Connection) -> None:
    """Raises `Unavailable` for a server or a database that cannot keep what it would have to."""
    version, encoding = await connection.fetchrow(
        "SELECT current_setting('server_version_num')::int, current_setting('server_encoding')"
    )
    if version < OLDEST_POSTGRES:
        raise Unavailable(f"PostgreSQL {OLDEST_POSTGRES // 10_000} or newer is needed; this one is {version // 10_000}")
    if encoding != "UTF8":
        raise Unavailable(
            f"The database keeps its texts in {encoding}, where many of them have no place. One in UTF8 is needed: "
            "createdb --encoding UTF8 --template template0 NAME"
        )


async def _migrated_postgres(connection: asyncpg.Connection, settings: Settings) -> list[str]:
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
    applied = set()
    if await connection.fetchval("SELECT to_regclass('schema_migrations') IS NOT NULL"):
        applied = {row[0] for row in await connection.fetch(APPLIED)}
    pending = _pending(Dialect.POSTGRES, applied, settings)
    if pending:
        await connection.execute(KEPT)
        await _need_trigrams(connection)
    for name, sql in pending:
        _refuse_clashes([(clash, await connection.fetch(clash.sql)) for clash in BEFORE.get(name, ())])
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
