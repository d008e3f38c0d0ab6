"""What both databases have in common: the interface, and `write()`, the one way into a transaction.

    Raced         another transaction was faster: the whole write runs anew, a bounded number of times
    Unavailable   the database cannot be reached, or cannot be written: what doors answer 503 to
    TooLarge      what is asked for is more than the database makes one value of

A broken constraint is Tortoise's `IntegrityError` on both databases (`models.database.constraints` names it), anything
else that the database refuses Tortoise's `OperationalError`.
"""

from __future__ import annotations

import asyncio
import random
from abc import ABC, abstractmethod
from contextlib import aclosing
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from tortoise.exceptions import TransactionManagementError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from models.database.bell import Bell

T = TypeVar("T")

ATTEMPTS = 12
"""How often a write is tried. Of racers for one row at least one gets through each time."""
LONGEST_PAUSE = 0.05
"""Seconds, before a write is tried again."""
_CHANCE = random.SystemRandom()
STREAMS = 4
"""Streams of rows that a process has under way at once, each on a connection of its own."""
CLOSING_PATIENCE = 10.0
"""Seconds that `close()` waits for transactions under way."""
COMMIT_SHARE = 0.1
"""Of the caller's whole time: what a transaction leaves of it for the commit and the answer."""


class Dialect(StrEnum):
    SQLITE = "sqlite"
    POSTGRES = "postgres"


class Raced(Exception):
    """Another transaction was faster: rows glimpsed without a lock have changed, or the database broke a deadlock."""


class Unavailable(Exception):
    """The database cannot be reached or cannot be written; its cause says why. Trying again later may help."""


class TooLarge(Exception):
    """What a statement asks for would be larger than one value may be."""


@dataclass(slots=True)
class Deadline:
    """How long a caller waits."""

    at: float | None
    """By the event loop's clock; None: without end."""
    whole: float = 0.0
    """The seconds that it had from the beginning."""
    timer: asyncio.Timeout | None = None
    """What cancels the caller then."""

    def move(self, at: float | None) -> None:
        """Wait until then instead."""
        if self.timer is not None and not self.timer.expired():
            self.at = at
            self.timer.reschedule(at)

    def for_commit(self) -> float | None:
        """When a transaction must have come to its commit."""
        return None if self.at is None else self.at - self.whole * COMMIT_SHARE


DEADLINE: ContextVar[Deadline | None] = ContextVar("deadline", default=None)
"""Set by whoever waits only so long, and cancels a read by himself. A write runs on if it is cancelled, but not beyond
this: it is undone, and `Unavailable`. Without it (commands, workers) nothing is cut short."""


def give_longer(seconds: float) -> None:
    """Let the caller wait for so much longer than it would: it has asked to be told once something happens."""
    deadline = DEADLINE.get()
    if deadline is not None and deadline.at is not None:
        deadline.move(asyncio.get_running_loop().time() + seconds + deadline.whole)


class Reader(Protocol):
    """Whatever can be asked."""

    @property
    def dialect(self) -> Dialect: ...

    async def fetch(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of one statement, their values by position; parameters are `$1`, `$2` …

        Raises `Unavailable`, and Tortoise's `IntegrityError` and `OperationalError`.
        """


class Transaction(ABC):
    """One transaction on its own connection.

    Once it has ended, it refuses every statement, so that nothing left running in the background can join a stranger's.
    """

    def __init__(self) -> None:
        self.ended = False

    @property
    @abstractmethod
    def dialect(self) -> Dialect: ...

    @abstractmethod
    async def fetch(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """As of `Reader`."""

    async def fetch_all(self, statements: Sequence[tuple[str, Sequence[object]]]) -> list[tuple[Any, ...]]:
        """The rows of statements with their parameters, one after the other."""
        return [row for sql, params in statements for row in await self.fetch(sql, params)]

    @abstractmethod
    async def begin(self) -> None: ...

    @abstractmethod
    async def commit(self) -> None: ...

    @abstractmethod
    async def rollback(self) -> None:
        """Undo whatever there is; a connection that is lost has done so already."""

    @abstractmethod
    async def release(self) -> None:
        """Give the connection back."""

    def check_open(self) -> None:
        if self.ended:
            raise TransactionManagementError("The transaction has ended.")


class Database(ABC):
    """An open database. Its own `fetch()` reads outside transactions, and cannot write."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[Any]] = set()
        self._streams = 0

    @property
    @abstractmethod
    def dialect(self) -> Dialect: ...

    @abstractmethod
    async def fetch(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """As of `Reader`."""

    async def stream(self, sql: str, params: Sequence[object] = ()) -> AsyncGenerator[list[tuple[Any, ...]]]:
        """All rows of one statement, however many, a batch at a time, from one snapshot.

        Closing the generator ends the statement. At most `STREAMS` are under way at once: raises `Unavailable` for one
        more, and else as `fetch()`.
        """
        if self._streams >= STREAMS:
            raise Unavailable(f"{STREAMS} streams of rows are under way; another may begin when one has ended.")
        self._streams += 1
        try:
            async with aclosing(self._stream(sql, params)) as batches:
                async for rows in batches:
                    yield rows
        finally:
            self._streams -= 1

    @abstractmethod
    def _stream(self, sql: str, params: Sequence[object]) -> AsyncGenerator[list[tuple[Any, ...]]]:
        """On a connection of its own."""

    @abstractmethod
    async def acquire(self) -> Transaction:
        """A transaction that has not begun, once there is a connection for it; may be cancelled. For `write()`."""

    @abstractmethod
    def bell(self, channel: str) -> Bell:
        """What waits for others to commit a `pg_notify` on the channel; to be closed after use."""

    @abstractmethod
    async def _close(self) -> None: ...

    async def ping(self) -> None:
        """Raises `Unavailable` unless the database answers and is migrated."""
        try:
            await self.fetch("SELECT 1 FROM schema_migrations LIMIT 1")
        except Unavailable:
            raise
        except Exception as error:
            raise Unavailable(f"The database is not migrated: run `abonent migrate` ({error})") from error

    async def write(self, body: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `body` in one transaction and commit; any exception undoes it all.

        A `body` must be able to run more than once: it does when it was raced. It runs in a task of its own, and to
        its end even if the caller is cancelled, so that it is done whole or not at all, and gives its connection back;
        not beyond the caller's `DEADLINE`, though. Raises what `body` raises, and `Unavailable`.
        """
        raced: Raced | None = None
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(_CHANCE.uniform(0, LONGEST_PAUSE))
            try:
                return await self._write_once(body)
            except Raced as error:
                raced = error
        raise Unavailable(f"Raced by other transactions {ATTEMPTS} times.") from raced

    async def _write_once(self, body: Callable[[Transaction], Awaitable[T]]) -> T:
        transaction = await self.acquire()
        task = asyncio.create_task(self._run(transaction, body))
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        await asyncio.wait([task])  # unlike awaiting the task, cancels nothing when it is cancelled itself
        return task.result()

    async def _run(self, transaction: Transaction, body: Callable[[Transaction], Awaitable[T]]) -> T:
        try:
            result = await self._within_time(transaction, body)
            transaction.ended = True  # what is left running must not get in before, or beside, the commit
            await transaction.commit()
        except BaseException:
            await transaction.rollback()
            raise
        else:
            return result
        finally:
            transaction.ended = True
            await transaction.release()

    async def _within_time(self, transaction: Transaction, body: Callable[[Transaction], Awaitable[T]]) -> T:
        deadline = DEADLINE.get()
        try:
            async with asyncio.timeout_at(deadline.for_commit() if deadline else None) as timer:
                await transaction.begin()
                return await body(transaction)
        except TimeoutError as error:
            if not timer.expired():
                raise
            raise Unavailable("The transaction did not come to its end in the time that its caller had.") from error

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # its caller may have gone: nobody else looks

    async def close(self) -> None:
        """Wait a while for transactions under way, then close every connection."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=CLOSING_PATIENCE)
        await self._close()
