"""SQLite: one connection that writes and a few that only read, each in a thread of its own.

The file is in WAL mode, so that readers neither wait for a writer nor make it wait, and several processes may share
it. `synchronous = FULL`: a commit is on the disk before it is acknowledged. A process that is killed loses nothing
either way (what it wrote is in the system's cache), but with NORMAL a machine that loses power would.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote
from uuid import UUID

from tortoise.backends.sqlite.client import SqliteClient
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from models.engine import CONNECTION, Database, Dialect, Raced, Transaction, Unavailable
from models.fields import moment_text
from models.meter import metered

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from models.settings import Settings

T = TypeVar("T")
Params = tuple[Any, ...]

BUSY_SECONDS = 2.0
"""How long one BEGIN waits for another process's transaction; it is tried again a few times (`engine.ATTEMPTS`)."""
STATEMENTS_KEPT = 512
"""Prepared statements kept by a connection."""
OLDEST = (3, 37, 0)
"""STRICT tables; RETURNING and the trigram tokenizer are older."""

BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
BROKEN = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
"""Primary result codes of a file that cannot be used, for now at least."""


def database_file(url: str) -> Path:
    """The file of `sqlite://FILE`; three slashes make it absolute."""
    return Path(url.removeprefix("sqlite://"))


def connect(file: Path, *, create: bool = False, read_only: bool = False) -> sqlite3.Connection:
    """A connection that commits by itself. Raises `sqlite3.OperationalError` where there is no such file."""
    if sqlite3.sqlite_version_info < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        raise Unavailable(f"SQLite {wanted} or newer is needed; this Python has {sqlite3.sqlite_version}.")
    connection = sqlite3.connect(
        f"file:{quote(str(file.absolute()))}?mode={'rwc' if create else 'rw'}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,  # the thread that closes is another one
        cached_statements=STATEMENTS_KEPT,
    )
    connection.create_function("casefold", 1, _casefold, deterministic=True)
    for pragma in ("foreign_keys = ON", "synchronous = FULL", "temp_store = MEMORY", "cache_size = -16000"):
        connection.execute(f"PRAGMA {pragma}")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    return connection


def _casefold(text: str | None) -> str | None:
    """For orderings by casefolded text: SQLite's own lower() knows ASCII alone."""
    return None if text is None else text.casefold()


def adapted(value: object) -> object:
    """A parameter in one of SQLite's own types; text forms sort as their values do."""
    if value is None or type(value) in (int, str, float, bytes):
        return value
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, UUID) else value


def translated(error: sqlite3.Error) -> Exception:
    """The driver's error as the rest of the program knows it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in BUSY:
        return Raced(str(error))
    if code in BROKEN:
        return Unavailable(str(error))
    return IntegrityError(error) if isinstance(error, sqlite3.IntegrityError) else OperationalError(error)


class Threads:
    """Threads with a connection each, opened when first needed, and anew once the file is another or was unusable."""

    def __init__(self, file: Path, count: int, *, read_only: bool) -> None:
        self._file = file
        self._read_only = read_only
        self._own = threading.local()
        self._open: set[sqlite3.Connection] = set()
        self._executor = ThreadPoolExecutor(count, thread_name_prefix="sqlite")

    async def run(self, work: Callable[..., T], *args: object) -> T:
        """`work(connection, *args)` in a free thread. If cancelled, it never starts, or runs to its end unheard."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, self._work, work, args)

    def close(self) -> None:
        """Wait for the statements under way and close the connections."""
        self._executor.shutdown(wait=True)
        for connection in self._open:
            connection.close()

    def _work(self, work: Callable[..., T], args: tuple[object, ...]) -> T:
        try:
            return work(self._connection(), *args)
        except (sqlite3.Error, OSError) as error:
            refusal = translated(error) if isinstance(error, sqlite3.Error) else Unavailable(str(error))
            if isinstance(refusal, Unavailable):
                self._drop()
            raise refusal from error

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is not None and connection.in_transaction:
            return connection
        now = self._file.stat()
        identity = (now.st_dev, now.st_ino)
        if connection is None or self._own.identity != identity:
            self._drop()
            connection = self._own.connection = connect(self._file, read_only=self._read_only)
            self._own.identity = identity
            self._open.add(connection)
        return connection

    def _drop(self) -> None:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is not None:
            self._own.connection = None
            self._open.discard(connection)
            connection.close()


def _rows(connection: sqlite3.Connection, sql: str, params: Params) -> list[tuple[Any, ...]]:
    return connection.execute(sql, params).fetchall()


def _dicts(connection: sqlite3.Connection, sql: str, params: Params) -> tuple[int, list[dict[str, Any]]]:
    """Rows changed, or else rows found; and the rows."""
    cursor = connection.execute(sql, params)
    names = [column[0] for column in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor]
    return (cursor.rowcount if cursor.rowcount >= 0 else len(rows)), rows


def _insert(connection: sqlite3.Connection, sql: str, params: Params) -> int | None:
    return connection.execute(sql, params).lastrowid


def _many(connection: sqlite3.Connection, sql: str, params: list[Params]) -> None:
    connection.executemany(sql, params)


def _script(connection: sqlite3.Connection, sql: str) -> None:
    connection.executescript(sql)


class SqliteOrm(SqliteClient):
    """Tortoise's client over `run`, which knows the connection: a reader, or the transaction's."""

    def __init__(self, run: Callable[..., Awaitable[Any]], connection_name: str = CONNECTION) -> None:
        super().__init__("", connection_name=connection_name)
        self._run = run

    def _in_transaction(self) -> Any:
        raise TransactionManagementError("Database.write() is the only way into a transaction.")

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        return await self._run(_insert, query, _adapted(values))  # type: ignore[no-any-return]

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        await self._run(_many, query, [_adapted(row) for row in values])

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, list[dict[str, Any]]]:
        return await self._run(_dicts, query, _adapted(values or ()))  # type: ignore[no-any-return]

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        return (await self.execute_query(query, values))[1]

    async def execute_script(self, query: str) -> None:
        await self._run(_script, query)

    async def close(self) -> None:
        """The connections belong to the `Database`."""


client_class = SqliteOrm
"""What Tortoise looks for in an engine's module."""


def _adapted(values: Sequence[object]) -> Params:
    return tuple(map(adapted, values))


class SqliteTransaction(Transaction):
    """BEGIN IMMEDIATE: the one writer of the whole file, from the first statement on."""

    dialect = Dialect.SQLITE

    def __init__(self, writer: Threads, turn: asyncio.Lock) -> None:
        super().__init__()
        self._writer = writer
        self._turn = turn

    async def fetch(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return await self._run(_rows, sql, _adapted(params))

    def orm(self) -> SqliteOrm:
        return SqliteOrm(self._run)

    async def _run(self, work: Callable[..., T], *args: object) -> T:
        self.check_open()
        return await metered(self._writer.run(_within, work, args))

    async def begin(self) -> None:
        await self._writer.run(sqlite3.Connection.execute, "BEGIN IMMEDIATE")

    async def commit(self) -> None:
        await self._writer.run(_within, sqlite3.Connection.commit, ())

    async def rollback(self) -> None:
        try:
            await self._writer.run(sqlite3.Connection.rollback)
        except Unavailable:
            return  # the connection has been dropped, and the transaction with it

    async def release(self) -> None:
        self._turn.release()


def _within(connection: sqlite3.Connection, work: Callable[..., T], args: tuple[object, ...]) -> T:
    """A full disk ends a transaction by itself: what follows must not be committed statement by statement."""
    if not connection.in_transaction:
        raise Unavailable("The database has ended the transaction.")
    return work(connection, *args)


class SqliteDatabase(Database):
    """The file, shared with whoever else has it open."""

    dialect = Dialect.SQLITE

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        file = database_file(settings.database_url)
        self._readers = Threads(file, settings.readers, read_only=True)
        self._writer = Threads(file, 1, read_only=False)
        self._turn = asyncio.Lock()

    @classmethod
    async def opened(cls, settings: Settings) -> SqliteDatabase:
        database = cls(settings)
        await database.bind_models(__name__, {"run": database._read})
        return database

    async def fetch(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return await self._read(_rows, sql, _adapted(params))

    async def _read(self, work: Callable[..., T], *args: object) -> T:
        try:
            return await metered(self._readers.run(work, *args))
        except Raced as error:
            raise Unavailable(str(error)) from error

    async def acquire(self) -> SqliteTransaction:
        await self._turn.acquire()
        return SqliteTransaction(self._writer, self._turn)

    async def _close(self) -> None:
        for threads in (self._readers, self._writer):
            await asyncio.to_thread(threads.close)
