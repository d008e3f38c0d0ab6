"""PostgreSQL's connections: how they are made, kept, and told from lost ones."""

from __future__ import annotations

import asyncio
import socket
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
SETTLE_SECONDS = 3.0
"""Within which a connection must answer again after its statement was given up."""
RESERVED = 3
"""Of so many connections one is kept from transactions, so that those who wait for a lock cannot keep others from
their reads, and from being recognised."""
STATEMENTS_KEPT = 512
"""Prepared statements kept by a connection, of any length."""
SESSION = {
    "application_name": "abonent",
    "default_transaction_read_only": "on",  # Database.write() alone opens transactions that may write
    "idle_in_transaction_session_timeout": "60s",  # a stopped process must not hold its locks for ever
    "jit": "off",  # compiling costs more than these statements take
    "tcp_keepalives_idle": "30",  # and a machine that is gone must not either
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    "timezone": "UTC",
}
"""Settings of a session, made with the connection and never changed, so that nothing has to be reset."""

SOCKET = {"SO_KEEPALIVE": 1, "TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 10_000}
"""Options of a connection's socket, as far as the system has them, in seconds and, the last, milliseconds: a link that
has gone silent (a router forgot it, a cable is out) is noticed."""

BEGIN, COMMIT, ROLLBACK = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", "COMMIT", "ROLLBACK"
STILL_THERE = "SELECT 1"
UNMETERED = frozenset({BEGIN, COMMIT, ROLLBACK, STILL_THERE})

ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""All that the driver raises."""
DROPPED = (
    OSError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.IdleSessionTimeoutError,
    asyncpg.TransactionTimeoutError,
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

    def watch_link(self) -> None:
        """See to it that a link that has gone silent is noticed while a statement is on its way."""
        link: socket.socket | None = self._transport.get_extra_info("socket")
        if link is None or link.family not in {socket.AF_INET, socket.AF_INET6}:
            return
        for name, value in SOCKET.items():
            if hasattr(socket, name):
                level = socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP
                link.setsockopt(level, getattr(socket, name), value)

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
    ever has a state: a connection comes back in no transaction, or is ended. One whose statement was given up comes
    back once the server has stopped it and answers again; if that does not happen soon, the connection is ended.
    """

    def __init__(self, url: str, size: int) -> None:
        self._url = url
        self._size = size
        self.transactions = max(1, size - max(1, size // RESERVED))
        """So many connections may be in transactions at once."""
        self._turns = asyncio.Semaphore(size)
        self._turns_to_write = asyncio.Semaphore(self.transactions)
        self._writing: set[Wire] = set()
        self._settling: set[asyncio.Task[None]] = set()
        self._idle: list[Wire] = []
        self._closed = False
        self._loop = asyncio.get_running_loop()

    async def acquire_to_write(self) -> Wire:
        """As `acquire()`, from the share of transactions."""
        await self._turns_to_write.acquire()
        try:
            wire = await self.acquire()
        except BaseException:
            self._turns_to_write.release()
            raise
        self._writing.add(wire)
        return wire

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
        wire.watch_link()
        return wire

    def release(self, wire: Wire, error: BaseException | None = None) -> None:
        """Take a connection back, with the error of its last statement, if it had one.

        Where one is gone the others are not trusted either: the server has probably been restarted.
        """
        if isinstance(error, asyncio.CancelledError) and not wire.is_closed():
            task = self._loop.create_task(self._settle(wire))
            self._settling.add(task)
            task.add_done_callback(self._settling.discard)
            return
        if wire in self._writing:
            self._writing.discard(wire)
            self._turns_to_write.release()
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

    async def _settle(self, wire: Wire) -> None:
        """Give the server a while to stop the statement that nobody waits for any more."""
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                await wire.execute(STILL_THERE)
        except ERRORS as error:
            wire.terminate()
            self.release(wire, error)
        except asyncio.CancelledError:  # the loop ends
            wire.terminate()
            self.release(wire)
        else:
            self.release(wire)

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
