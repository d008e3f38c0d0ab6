"""PostgreSQL. Sessions are read-only but for the READ COMMITTED transactions of `write()`."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any

import asyncpg
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from models.database.bell import Listener
from models.database.engine import Database, Dialect, Raced, TooLarge, Transaction, Unavailable
from models.database.postgres_pool import BEGIN, COMMIT, ERRORS, ROLLBACK, SETTLE_SECONDS, Pool, Wire, dropped
from models.database.streams import rows_of_postgres

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from models.settings import Settings

COMMIT_SECONDS = 10.0
"""Within which the server must have answered to a COMMIT. It takes milliseconds, however much was written."""
UNUSABLE = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.PostgresSystemError,
    asyncpg.LockNotAvailableError,
)
"""Errors of a server that cannot work for now, or was told to give up after a while (`lock_timeout` and the like)."""
AGAIN = (asyncpg.TransactionRollbackError, asyncpg.InvalidCachedStatementError)
"""Errors that do not happen a second time: deadlock, serialization failure, a statement prepared before a migration."""


def translated(error: BaseException) -> Exception:
    """The driver's error as the rest of the program knows it."""
    if isinstance(error, AGAIN):
        return Raced(str(error))
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return IntegrityError(error)
    if isinstance(error, asyncpg.ProgramLimitExceededError):
        return TooLarge(str(error))
    if isinstance(error, UNUSABLE) or dropped(error):
        return Unavailable(str(error) or type(error).__name__)
    return OperationalError(error)


def translated_uncommitted(error: BaseException) -> Exception:
    """The same within a transaction: with its connection all its work is gone, and can be done anew on another one."""
    return Raced(str(error)) if dropped(error) else translated(error)


class PostgresTransaction(Transaction):
    """READ COMMITTED: operations lock the rows that they decide on."""

    dialect = Dialect.POSTGRES

    def __init__(self, pool: Pool, wire: Wire) -> None:
        super().__init__()
        self._pool = pool
        self._failure: BaseException | None = None
        self.wire = wire
        self.turn = asyncio.Lock()

    async def fetch(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        self.check_open()
        try:
            async with self.turn:
                return await self.wire.fetch(sql, *params)  # type: ignore[no-any-return]
        except ERRORS as error:
            raise translated_uncommitted(error) from error

    async def begin(self) -> None:
        """A connection found dead is no reason to give up; whatever else is wrong here, nothing can be written."""
        try:
            await self.wire.execute(BEGIN)
        except ERRORS as error:
            self._failure = error
            raise Raced(str(error)) if dropped(error) else Unavailable(str(error)) from error

    async def commit(self) -> None:
        """Never tried again: if the connection is lost meanwhile, nobody knows whether it was done."""
        try:
            async with asyncio.timeout(COMMIT_SECONDS):
                done = await self.wire.execute(COMMIT)
        except ERRORS as error:
            if isinstance(error, TimeoutError):
                self.wire.terminate()
            raise translated(error) from error
        if done != COMMIT:  # the server's word for what it did
            raise TransactionManagementError("A statement had failed, and so nothing was committed.")

    async def rollback(self) -> None:
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                await self.wire.execute(ROLLBACK)
        except ERRORS as error:  # with the connection all its work is gone
            self._failure = error
            self.wire.terminate()

    async def release(self) -> None:
        self._pool.release(self.wire, self._failure)


class PostgresDatabase(Database):
    """The server."""

    dialect = Dialect.POSTGRES

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._pool = Pool(settings.database_url, settings.pool_size)

    async def fetch(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """As of `Reader`; a connection that has died unnoticed is replaced once."""
        try:
            return await self._fetch(sql, params)
        except ERRORS as error:
            if not dropped(error):
                raise translated(error) from error
        try:
            return await self._fetch(sql, params)
        except ERRORS as error:
            raise translated(error) from error

    async def _fetch(self, sql: str, params: Sequence[object]) -> list[tuple[Any, ...]]:
        wire = await self._pool.acquire()
        try:
            rows: list[tuple[Any, ...]] = await wire.fetch(sql, *params)
        except BaseException as error:
            self._pool.release(wire, error)
            raise
        self._pool.release(wire)
        return rows

    async def _stream(self, sql: str, params: Sequence[object]) -> AsyncGenerator[list[tuple[Any, ...]]]:
        try:
            async with aclosing(rows_of_postgres(self._pool.connect, sql, params)) as batches:
                async for rows in batches:
                    yield rows
        except ERRORS as error:
            raise translated(error) from error

    async def acquire(self) -> PostgresTransaction:
        try:
            return PostgresTransaction(self._pool, await self._pool.acquire_to_write())
        except ERRORS as error:
            raise Unavailable(str(error) or type(error).__name__) from error

    def bell(self, channel: str) -> Listener:
        return Listener(self._pool.connect, channel)

    async def _close(self) -> None:
        with suppress(TimeoutError):
            await self._pool.close()
