"""SQLite's connections, each in a thread of its own: how they are opened, what they take, how they fail."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
import time
from contextlib import suppress
from datetime import date, datetime
from enum import Enum
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote
from uuid import UUID

from tortoise.exceptions import IntegrityError, OperationalError

from models.database.engine import Raced, TooLarge, Unavailable
from models.fields import moment_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")
Queue = SimpleQueue["tuple[asyncio.Future[Any], Callable[..., Any], tuple[object, ...]] | None"]

BUSY_SECONDS = 2.0
"""How long a statement waits for another process's; a BEGIN is tried again a few times (`engine.ATTEMPTS`)."""
LOOKS = (0.0005, 0.003)
"""Seconds between two looks whether another process's transaction is over: at least, at most."""
CLOSING_SECONDS = 1.5
"""How long the end waits for statements that run; a longer one is interrupted."""
STATEMENTS_KEPT = 512
"""Prepared statements kept by a connection."""
PRAGMAS = ("foreign_keys = ON", "synchronous = FULL", "temp_store = MEMORY", "cache_size = -16000")
OLDEST = (3, 38, 0)
"""The operator `->`; STRICT tables, RETURNING and the trigram tokenizer are older."""

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


def connect(
    file: Path,
    *,
    create: bool = False,
    read_only: bool = False,
    patience: float = BUSY_SECONDS,
    one_thread: bool = True,
    longest: int | None = None,
) -> sqlite3.Connection:
    """A connection that commits by itself; `longest`: bytes of any value that it makes.

    Raises `sqlite3.OperationalError` where there is no such file.
    """
    if sqlite3.sqlite_version_info < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        raise Unavailable(f"SQLite {wanted} or newer is needed; this Python has {sqlite3.sqlite_version}.")
    connection = sqlite3.connect(
        f"file:{quote(str(file.absolute()))}?mode={'rwc' if create else 'rw'}",
        uri=True,
        timeout=patience,
        isolation_level=None,
        cached_statements=STATEMENTS_KEPT,
        check_same_thread=one_thread,
    )
    try:
        connection.create_function("casefold", 1, _casefold, deterministic=True)
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if longest is not None:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)
        connection.execute(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _casefold(text: str | None) -> str | None:
    """For orderings by casefolded text: SQLite's own lower() knows ASCII alone."""
    return None if text is None else text.casefold()


def begin(connection: sqlite3.Connection) -> None:
    """Become the one writer, on a connection without patience of its own.

    SQLite looks ever more seldom whether its turn has come, at last every 100 ms: with two processes that write all the
    time one write in a hundred would take a quarter of a second.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not isinstance(translated(error), Raced) or time.monotonic() > deadline:
                raise
        else:
            return
        time.sleep(_CHANCE.uniform(*LOOKS))


_CHANCE = random.SystemRandom()


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


def translated(error: BaseException) -> BaseException:
    """The driver's error as the rest of the program knows it, and as its cause."""
    refusal = _translated(error)
    if refusal is not error:
        refusal.__cause__ = error
    return refusal


def _translated(error: BaseException) -> BaseException:
    if isinstance(error, OSError):
        return Unavailable(str(error))
    if not isinstance(error, sqlite3.Error):
        return error
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_TOOBIG:
        return TooLarge(str(error))
    if code in BUSY:
        return Raced(str(error))
    if code in BROKEN or code == sqlite3.SQLITE_INTERRUPT:
        return Unavailable(str(error))
    return IntegrityError(error) if isinstance(error, sqlite3.IntegrityError) else OperationalError(error)


class Threads:
    """Threads with a connection each, which take turns at one queue of work.

    With a `ThreadPoolExecutor` in their place a statement takes twice the CPU (30 µs for 15).
    """

    def __init__(self, count: int, opening: Callable[[], sqlite3.Connection], file: Path) -> None:
        self._closed = False
        self._queue: Queue = SimpleQueue()
        self._workers = [Worker(self._queue, opening, file) for _ in range(count)]
        for worker in self._workers:
            worker.start()

    async def run(self, work: Callable[..., T], *args: object) -> T:
        """`work(connection, *args)` in a free thread. Cancelled, it never starts, or its statement is interrupted."""
        if self._closed:
            raise Unavailable("The database is closed.")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.put((future, work, args))
        try:
            return await future
        except asyncio.CancelledError:
            for worker in self._workers:
                worker.interrupt(future)
            raise

    def close(self) -> None:
        """Let the threads finish what they were given, for a while, and end them."""
        self._closed = True
        for _ in self._workers:
            self._queue.put(None)
        until = time.monotonic() + CLOSING_SECONDS
        for worker in self._workers:
            worker.join(max(0.0, until - time.monotonic()))
        for worker in self._workers:
            worker.interrupt()
            worker.join()


class Worker(threading.Thread):
    """A connection and its thread; opened when first needed, and anew once the file is another or was unusable."""

    def __init__(self, queue: Queue, opening: Callable[[], sqlite3.Connection], file: Path) -> None:
        super().__init__(name="sqlite", daemon=True)
        self._queue = queue
        self._opening = opening
        self._file = file
        self._open: sqlite3.Connection | None = None
        self._changing = threading.Lock()
        self._current: asyncio.Future[Any] | None = None
        """Whoever waits for what runs now."""
        self._identity = (0, 0)
        """Device and inode of the open file."""

    def run(self) -> None:
        while (item := self._queue.get()) is not None:
            future, work, args = item
            if not future.cancelled():
                self._current = future
                self._answer(future, work, args)
                with self._changing:  # from here on nobody may interrupt: it would meet another's statement
                    self._current = None
            del item, future, work, args  # nothing is kept alive while the thread waits
        self._drop()

    def interrupt(self, future: asyncio.Future[Any] | None = None) -> None:
        """Stop what runs for this one, if it still does; without one, whatever runs. For other threads to call."""
        with self._changing, suppress(sqlite3.Error):
            runs = self._current is not None and future in {None, self._current}
            if runs and self._open is not None:
                self._open.interrupt()

    def _answer(self, future: asyncio.Future[Any], work: Callable[..., Any], args: tuple[object, ...]) -> None:
        try:
            answer = partial(_resolve, future, work(self._connection(), *args))
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the caller's
            answer = partial(_reject, future, self._refusal(error))
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            future.get_loop().call_soon_threadsafe(answer)

    def _refusal(self, error: BaseException) -> BaseException:
        refusal = translated(error)
        if isinstance(refusal, Unavailable):
            self._drop()
        return refusal

    def _connection(self) -> sqlite3.Connection:
        if self._open is not None and self._open.in_transaction:
            return self._open
        now = self._file.stat()
        if self._open is None or self._identity != (now.st_dev, now.st_ino):
            self._drop()
            self._open = self._opening()
            self._identity = (now.st_dev, now.st_ino)
        return self._open

    def _drop(self) -> None:
        if self._open is not None:
            connection, self._open = self._open, None
            with suppress(sqlite3.Error):
                connection.close()


def _resolve(future: asyncio.Future[Any], answer: object) -> None:
    if not future.done():
        future.set_result(answer)


def _reject(future: asyncio.Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
