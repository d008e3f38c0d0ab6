"""How the floor asks each database: asyncpg's pool as it comes; for SQLite threads with a connection each."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

import asyncpg

from models.fields import moment_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

READERS = 3


class Write(Protocol):
    """A transaction's statements."""

    async def row(self, statement: str, *values: object) -> Any: ...


class Store(Protocol):
    """A database."""

    async def value(self, statement: str, *values: object) -> Any:
        """The one value that a statement answers."""

    async def both(
        self, first: str, second: str, one: tuple[object, ...], other: tuple[object, ...]
    ) -> tuple[Any, Any]:
        """The values of two statements, on one connection."""

    async def write(self, work: Callable[..., Any]) -> Any:
        """`work`, given a function that runs a statement and gives its row, in a transaction."""

    def moment(self, at: datetime) -> object:
        """A moment as a parameter."""


class Postgres:
    """A pool."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    async def value(self, statement: str, *values: object) -> Any:
        return await self.pool.fetchval(statement, *values)

    async def both(
        self, first: str, second: str, one: tuple[object, ...], other: tuple[object, ...]
    ) -> tuple[Any, Any]:
        async with self.pool.acquire() as connection:
            return await connection.fetchval(first, *one), await connection.fetchval(second, *other)

    async def write(self, work: Callable[..., Any]) -> Any:
        async with self.pool.acquire() as connection, connection.transaction():
            return await work(connection.fetchrow)

    def moment(self, at: datetime) -> object:
        return at


class Sqlite:
    """A few threads that read, and one that writes, each statement a turn of its own."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.own = threading.local()
        self.readers = ThreadPoolExecutor(READERS)
        self.writer = ThreadPoolExecutor(1)
        self.turn = asyncio.Lock()

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self.own, "connection"):
            self.own.connection = sqlite3.connect(self.file, isolation_level=None, cached_statements=512)
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536", "foreign_keys = ON"):
                self.own.connection.execute(f"PRAGMA {pragma}")
        connection: sqlite3.Connection = self.own.connection
        return connection

    def _row(self, statement: str, *values: object) -> Any:
        numbered = {str(number): value for number, value in enumerate(values, 1)} if "?1" in statement else values
        return self._connection().execute(statement, numbered).fetchone()

    async def _in(self, threads: ThreadPoolExecutor, statement: str, *values: object) -> Any:
        return await asyncio.get_running_loop().run_in_executor(threads, self._row, statement, *values)

    async def value(self, statement: str, *values: object) -> Any:
        return (await self._in(self.readers, statement, *values))[0]

    async def both(
        self, first: str, second: str, one: tuple[object, ...], other: tuple[object, ...]
    ) -> tuple[Any, Any]:
        def read() -> tuple[Any, Any]:
            return self._row(first, *one)[0], self._row(second, *other)[0]

        return await asyncio.get_running_loop().run_in_executor(self.readers, read)

    async def write(self, work: Callable[..., Any]) -> Any:
        async with self.turn:
            await self._in(self.writer, "BEGIN IMMEDIATE")
            done = await work(self._written)
            await self._in(self.writer, "COMMIT")
            return done

    async def _written(self, statement: str, *values: object) -> Any:
        return await self._in(self.writer, statement, *values)

    def moment(self, at: datetime) -> object:
        return moment_text(at)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    """The database of a URL."""
    if url.startswith("sqlite"):
        yield Sqlite(url.removeprefix("sqlite://"))
        return
    settings = {"jit": "off", "timezone": "UTC"}
    async with asyncpg.create_pool(url, min_size=10, max_size=10, server_settings=settings, reset=_keep) as pool:
        yield Postgres(pool)


async def _keep(_: object) -> None:
    """Sessions have no state to reset."""
