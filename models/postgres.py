"""PostgreSQL: asyncpg's pool. Sessions are read-only but for the READ COMMITTED transactions of `write()`."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from models.engine import CONNECTION, Database, Dialect, Raced, Transaction, Unavailable
from models.meter import metered

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from models.settings import Settings

CONNECT_SECONDS = 5.0
NOTICE_SECONDS = 0.02
"""Time for the pool to notice which of its other connections have been closed by the server."""
STATEMENTS_KEPT = 512
"""Prepared statements kept by a connection, of any length."""
SESSION = {
    "application_name": "abonent",
    "default_transaction_read_only": "on",  # Database.write() alone opens transactions that may write
    "idle_in_transaction_session_timeout": "60s",  # a stopped process must not hold its locks for ever
    "jit": "off",  # compiling costs more than these statements take
    "timezone": "UTC",
}
"""Settings of a session, made with the connection and never changed, so that nothing has to be reset."""

BEGIN, COMMIT, ROLLBACK = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", "COMMIT", "ROLLBACK"
UNMETERED = frozenset({BEGIN, COMMIT, ROLLBACK})

DROPPED = (
    OSError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
"""Errors of a connection that is gone; another one may work."""
UNUSABLE = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.PostgresSystemError,
)
"""Errors of a server that cannot work for now."""
AGAIN = (asyncpg.TransactionRollbackError, asyncpg.InvalidCachedStatementError)
"""Errors that do not happen a second time: deadlock, serialization failure, a statement prepared before a migration."""
ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


def dropped(error: BaseException) -> bool:
    """Whether the connection is gone.

    asyncpg has one class for that and for its own misuse (a lost one is at once "released back to the pool"), and an
    internal error for a connection that the server ends while it is idle.
    """
    if isinstance(error, asyncpg.InterfaceError):
        return "clos" in str(error) or "released" in str(error)
    return isinstance(error, DROPPED)


def translated(error: BaseException) -> Exception:
    """The driver's error as the rest of the program knows it."""
    if isinstance(error, AGAIN):
        return Raced(str(error))
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        return IntegrityError(error)
    if isinstance(error, UNUSABLE) or dropped(error):
        return Unavailable(str(error) or type(error).__name__)
    return OperationalError(error)


def translated_uncommitted(error: BaseException) -> Exception:
    """The same within a transaction: with its connection all its work is gone, and can be done anew on another one."""
    return Raced(str(error)) if dropped(error) else translated(error)


class Wire(asyncpg.Connection):  # type: ignore[misc]
    """A connection whose statements are metered, but for those that begin and end transactions."""

    def get_reset_query(self) -> str:
        """Nothing: no session-level state is ever made. Saves a round trip for every release to the pool."""
        return ""

    async def fetch(self, *args: Any, **kwargs: Any) -> Any:
        return await metered(super().fetch(*args, **kwargs))

    async def fetchrow(self, *args: Any, **kwargs: Any) -> Any:
        return await metered(super().fetchrow(*args, **kwargs))

    async def execute(self, query: str, *args: Any, **kwargs: Any) -> Any:
        execution = super().execute(query, *args, **kwargs)
        return await (execution if query in UNMETERED else metered(execution))

    async def executemany(self, *args: Any, **kwargs: Any) -> Any:
        return await metered(super().executemany(*args, **kwargs))


class _Translating:
    """Tortoise's clients, with our translation of errors in the place of theirs."""

    _translated = staticmethod(translated)

    async def _translate_exceptions(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return await func(self, *args, **kwargs)
        except ERRORS as error:
            raise self._translated(error) from error

    def _in_transaction(self) -> Any:
        raise TransactionManagementError("Database.write() is the only way into a transaction.")


class PostgresOrm(_Translating, AsyncpgDBClient):
    """Tortoise's client over our pool, for reads outside transactions."""

    def __init__(self, pool: asyncpg.Pool, connection_name: str) -> None:
        super().__init__(connection_name=connection_name)
        self._pool = pool

    async def close(self) -> None:
        """The pool belongs to the `Database`."""


client_class = PostgresOrm
"""What Tortoise looks for in an engine's module."""


class TransactionOrm(_Translating, TransactionWrapper):
    """Tortoise's client on a transaction's connection."""

    _translated = staticmethod(translated_uncommitted)

    def __init__(self, parent: AsyncpgDBClient, transaction: PostgresTransaction) -> None:
        super().__init__(parent)
        self._connection = transaction.connection
        self._lock = transaction.turn
        self._transaction = transaction

    def acquire_connection(self) -> Any:
        self._transaction.check_open()
        return super().acquire_connection()


class PostgresTransaction(Transaction):
    """READ COMMITTED: operations lock the rows that they decide on."""

    dialect = Dialect.POSTGRES

    def __init__(self, pool: asyncpg.Pool, connection: Any, orm: AsyncpgDBClient) -> None:
        super().__init__()
        self._pool = pool
        self._parent = orm
        self.connection = connection
        self.turn = asyncio.Lock()

    async def fetch(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        self.check_open()
        try:
            async with self.turn:
                return await self.connection.fetch(sql, *params)  # type: ignore[no-any-return]
        except ERRORS as error:
            raise translated_uncommitted(error) from error

    def orm(self) -> TransactionOrm:
        return TransactionOrm(self._parent, self)

    async def begin(self) -> None:
        """A connection found dead is no reason to give up; whatever else is wrong here, nothing can be written."""
        try:
            await self.connection.execute(BEGIN)
        except ERRORS as error:
            raise Raced(str(error)) if dropped(error) else Unavailable(str(error)) from error

    async def commit(self) -> None:
        """Never tried again: if the connection is lost meanwhile, nobody knows whether it was done."""
        try:
            done = await self.connection.execute(COMMIT)
        except ERRORS as error:
            raise translated(error) from error
        if done != COMMIT:  # the server's word for what it did
            raise TransactionManagementError("A statement had failed, and so nothing was committed.")

    async def rollback(self) -> None:
        try:
            await self.connection.execute(ROLLBACK)
        except ERRORS:
            with suppress(asyncpg.InterfaceError):  # closed already, and so out of the pool
                self.connection.terminate()

    async def release(self) -> None:
        await self._pool.release(self.connection)


class PostgresDatabase(Database):
    """The server, through a pool that makes its connections when they are needed, and anew after they were lost."""

    dialect = Dialect.POSTGRES

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__()
        self._pool = pool
        self._orm = PostgresOrm(pool, CONNECTION)

    @classmethod
    async def opened(cls, settings: Settings) -> PostgresDatabase:
        pool = asyncpg.create_pool(
            settings.database_url,
            min_size=0,
            max_size=settings.pool_size,
            connection_class=Wire,
            server_settings=SESSION,
            timeout=CONNECT_SECONDS,
            statement_cache_size=STATEMENTS_KEPT,
            max_cacheable_statement_size=0,
        )
        database = cls(await pool)
        await database.bind_models(__name__, {"pool": pool})
        return database

    async def fetch(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """As of `Reader`; a connection that has died unnoticed is replaced once."""
        try:
            return await self._pool.fetch(sql, *params)  # type: ignore[no-any-return]
        except ERRORS as error:
            if not dropped(error):
                raise translated(error) from error
        await asyncio.sleep(NOTICE_SECONDS)
        try:
            return await self._pool.fetch(sql, *params)  # type: ignore[no-any-return]
        except ERRORS as error:
            raise translated(error) from error

    async def acquire(self) -> PostgresTransaction:
        try:
            connection = await self._pool.acquire()
        except ERRORS as error:
            raise Unavailable(str(error) or type(error).__name__) from error
        return PostgresTransaction(self._pool, connection, self._orm)

    async def _close(self) -> None:
        try:
            await asyncio.wait_for(self._pool.close(), timeout=5)
        except TimeoutError:
            self._pool.terminate()
