"""All rows of one statement, a batch at a time, each stream on a connection of its own that ends with it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from models.database.sqlite_worker import connect, translated

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from models.database.postgres_pool import Wire

T = TypeVar("T")

TOGETHER: Final = 100
"""Rows that are fetched together; with the longest texts they have 4 MB."""
PATIENCE: Final = "SET statement_timeout = '10min'; SET idle_in_transaction_session_timeout = '5min'"
"""Sorting a million rows takes its time, and so may whoever reads them; both are looked after elsewhere too."""


async def rows_of_postgres(
    connection: Callable[[], Awaitable[Wire]], sql: str, params: Sequence[object]
) -> AsyncGenerator[list[tuple[Any, ...]]]:
    """The rows by a portal of the server's; cancelling a fetch cancels the statement. Raises the driver's errors."""
    wire = await connection()
    try:
        await wire.execute(PATIENCE)
        async with wire.transaction(readonly=True):
            portal = await wire.cursor(sql, *params)
            while rows := await portal.fetch(TOGETHER):
                yield rows
    finally:
        wire.terminate()


async def rows_of_sqlite(file: Path, sql: str, params: Mapping[str, Any]) -> AsyncGenerator[list[tuple[Any, ...]]]:
    """The rows of one read transaction, fetched in threads; one that is cancelled is interrupted. Raises ours."""
    connection = await asyncio.to_thread(connect, file, read_only=True, one_thread=False)
    try:
        cursor = await _run(connection, partial(connection.execute, sql, params))
        while rows := await _run(connection, partial(cursor.fetchmany, TOGETHER)):
            yield rows
    finally:
        connection.close()


async def _run(connection: sqlite3.Connection, work: Callable[[], T]) -> T:
    """In a thread; if cancelled, the statement is stopped, and its thread waited for."""
    task = asyncio.create_task(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        connection.interrupt()
        await asyncio.wait([task])
        raise
    except Exception as error:
        raise translated(error) from error
