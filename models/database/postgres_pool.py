"""PostgreSQL's connections: how they are made, kept, and told from lost ones."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import asyncpg

from models.database.meter import metered

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CONNECT_SECONDS = 5.0
IDLE_SECONDS = 300.0
"""A connection that was idle for longer is not trusted: something between here and there may have forgotten it."""
CLOSING_SECONDS = 5.0
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

ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""All that the driver raises."""
DROPPED = (
    OSError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)


def dropped(error: BaseException) -> bool:
    """Whether the connection is gone.

    asyncpg has one class for that and for its own misuse, and an internal error for a connection that the server ends
    while it is idle.
    """
    closed = isinstance(error, asyncpg.InterfaceError) and "closed" in str(error)
    return closed or isinstance(error, DROPPED)


class Wire(asyncpg.Connection):  # type: ignore[misc]
    """A connection whose statements are metered, but for those that begin and end transactions."""

    idle_since = 0.0

    async def fetch(self, *args: Any, **kwargs: Any) -> Any:
        return await metered(super().fetch(*args, **kwargs))

    async def fetchrow(self, *args: Any, **kwargs: Any) -> Any:
        return await metered(super().fetchrow(*args, **kwargs))

    async def execute(self, query: str, *args: Any, **kwargs: Any) -> Any:
        execution = super().execute(query, *args, **kwargs)
        return await (execution if query in UNMETERED else metered(execution))

    async def executemany(self, *args: Any, **kwargs: Any) -> Any:
        return await metered(super().executemany(*args, **kwargs))


class Pool:
    """At most `size` connections, made when they are needed; the one used last is used first.

    asyncpg's own pool takes 33 µs of CPU for each statement (a task, two timers and a proxy), which is more than the
    statement's own 17, and a good part of a request's 250; this one takes 2. It can be so simple because no session
    ever has a state: a connection comes back in no transaction, or is ended. One with a cancelled statement comes back
    too: asyncpg itself lets the next statement wait until the server has stopped the old one.
    """

    def __init__(self, url: str, size: int) -> None:
        self._url = url
        self._size = size
        self._turns = asyncio.Semaphore(size)
        self._idle: list[Wire] = []
        self._closed = False
        self._loop = asyncio.get_running_loop()

    async def acquire(self) -> Wire:
        """A connection, once one is free; raises what the driver raises when none can be made."""
        await self._turns.acquire()
        if self._closed:
            self._turns.release()
            raise asyncpg.InterfaceError("The pool is closed.")
        oldest = self._loop.time() - IDLE_SECONDS
        while self._idle:
            wire = self._idle.pop()
            if wire.is_closed():
                continue
            if wire.idle_since > oldest:
                return wire
            wire.terminate()
        try:
            return await self.connect()
        except BaseException:
            self._turns.release()
            raise

    async def connect(self) -> Wire:
        """A new connection, which is none of the pool's until it is released to it."""
        wire: Wire = await asyncpg.connect(
            self._url,
            connection_class=Wire,
            server_settings=SESSION,
            timeout=CONNECT_SECONDS,
            statement_cache_size=STATEMENTS_KEPT,
            max_cacheable_statement_size=0,
        )
        return wire

    def release(self, wire: Wire, error: BaseException | None = None) -> None:
        """Take a connection back, with the error of its last statement, if it had one.

        Where one is gone the others are not trusted either: the server has probably been restarted.
        """
        self._turns.release()
        if error is not None and dropped(error):
            self._idle.append(wire)
            self._end_idle()
        elif not wire.is_closed():
            if self._closed or wire.is_in_transaction():
                wire.terminate()
            else:
                wire.idle_since = self._loop.time()
                self._idle.append(wire)

    def _end_idle(self) -> None:
        idle, self._idle = self._idle, []
        for wire in idle:
            wire.terminate()

    @asynccontextmanager
    async def borrowed(self) -> AsyncIterator[Wire]:
        """A connection for a while."""
        wire = await self.acquire()
        try:
            yield wire
        except BaseException as error:
            self.release(wire, error)
            raise
        self.release(wire)

    async def close(self) -> None:
        """Wait a while for the statements under way, and end every connection; none can be had afterwards."""
        self._closed = True
        taken = 0
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                while taken < self._size:
                    await self._turns.acquire()
                    taken += 1
                while self._idle:
                    await self._idle.pop().close()
        finally:
            self._end_idle()
            for _ in range(taken):  # whoever still waits for a turn is told that there is none
                self._turns.release()
