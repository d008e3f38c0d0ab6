"""SQLite: one connection that writes and a few that only read.

The file is in WAL mode, so that readers neither wait for a writer nor make it wait, and several processes may share
it. `synchronous = FULL`: a commit is on the disk before it is acknowledged. A process that is killed loses nothing
either way (what it wrote is in the system's cache), but with NORMAL a machine that loses power would.
"""

from __future__ import annotations

import asyncio
import sqlite3
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from models.database.bell import Pause
from models.database.engine import Database, Dialect, Raced, Transaction, Unavailable
from models.database.meter import metered
from models.database.sqlite_worker import Threads, adapted, begin, connect
from models.database.streams import rows_of_sqlite

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from models.settings import Settings

T = TypeVar("T")


def database_file(url: str) -> Path:
    """The file of `sqlite://FILE`; three slashes make it absolute, and four, as other programs want it, do too."""
    file = url.removeprefix("sqlite://")
    return Path(file.removeprefix("/") if file.startswith("//") else file)


def _rows(connection: sqlite3.Connection, sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    return connection.execute(sql, params).fetchall()


def _rows_of_all(
    connection: sqlite3.Connection, statements: Sequence[tuple[str, Sequence[object]]]
) -> list[tuple[Any, ...]]:
    return [row for sql, values in statements for row in connection.execute(sql, _numbered(values))]


def _numbered(values: Sequence[object]) -> dict[str, Any]:
    """The parameters `$1`, `$2` …, which are named ones to SQLite."""
    return {str(number): adapted(value) for number, value in enumerate(values, 1)}


class SqliteTransaction(Transaction):
    """BEGIN IMMEDIATE: the one writer of the whole file, from the first statement on."""

    dialect = Dialect.SQLITE

    def __init__(self, writer: Threads, turn: asyncio.Lock) -> None:
        super().__init__()
        self._writer = writer
        self._turn = turn

    async def fetch(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return await self._run(_rows, sql, _numbered(params))

    async def fetch_all(self, statements: Sequence[tuple[str, Sequence[object]]]) -> list[tuple[Any, ...]]:
        """As of `Transaction`, in one visit to the writer's thread."""
        return await self._run(_rows_of_all, statements)

    async def _run(self, work: Callable[..., T], *args: object) -> T:
        self.check_open()
        return await metered(self._writer.run(_within, work, args))

    async def begin(self) -> None:
        await self._writer.run(begin)

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
        file = self._file = database_file(settings.database_url)
        reading = partial(connect, file, read_only=True, longest=settings.answer_bytes)
        self._readers = Threads(settings.readers, reading, file)
        self._writer = Threads(1, partial(connect, file, patience=0), file)
        self._turn = asyncio.Lock()

    async def fetch(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return await self._read(_rows, sql, _numbered(params))

    async def _read(self, work: Callable[..., T], *args: object) -> T:
        try:
            return await metered(self._readers.run(work, *args))
        except Raced as error:
            raise Unavailable(str(error)) from error

    def _stream(self, sql: str, params: Sequence[object]) -> AsyncGenerator[list[tuple[Any, ...]]]:
        return rows_of_sqlite(self._file, sql, _numbered(params))

    async def acquire(self) -> SqliteTransaction:
        await self._turn.acquire()
        return SqliteTransaction(self._writer, self._turn)

    def bell(self, channel: str) -> Pause:
        del channel
        return Pause()

    async def _close(self) -> None:
        for threads in (self._readers, self._writer):
            await asyncio.to_thread(threads.close)
