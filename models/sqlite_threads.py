"""SQLite's connections, each in a thread of its own: how they are opened, what they take, how they fail."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote
from uuid import UUID

from tortoise.exceptions import IntegrityError, OperationalError

from models.engine import Raced, Unavailable
from models.fields import moment_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

BUSY_SECONDS = 2.0
"""How long one BEGIN waits for another process's transaction; it is tried again a few times (`engine.ATTEMPTS`)."""
STATEMENTS_KEPT = 512
"""Prepared statements kept by a connection."""
PRAGMAS = ("foreign_keys = ON", "synchronous = FULL", "temp_store = MEMORY", "cache_size = -16000")
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
    try:
        connection.create_function("casefold", 1, _casefold, deterministic=True)
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
    except sqlite3.Error:
        connection.close()
        raise
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
