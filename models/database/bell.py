"""Waiting until another process has something to say, without asking the database over and over."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Protocol

from models.database.postgres_pool import ERRORS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg

SQLITE_SECONDS: Final = 0.5
"""SQLite tells nobody anything: one looks again after so long."""
RETRY_SECONDS: Final = 1.0
"""Without a connection to listen on one looks again after so long."""


class Bell(Protocol):
    """Rung by whoever commits a `pg_notify` on its channel; it may ring for nothing."""

    async def wait(self, seconds: float) -> None:
        """Return once it has rung since the last time, or the time is over."""

    async def close(self) -> None:
        """Listen no more."""


class Pause:
    """For SQLite: a short pause, and one looks by oneself."""

    async def wait(self, seconds: float) -> None:
        """As of `Bell`."""
        await asyncio.sleep(min(seconds, SQLITE_SECONDS))

    async def close(self) -> None:
        """There is nothing to close."""


class Listener:
    """For PostgreSQL: LISTEN on a connection of its own, made anew when it is lost; meanwhile one looks by oneself."""

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]], channel: str) -> None:
        self._connect = connect
        self._channel = channel
        self._rung = asyncio.Event()
        self._wire: asyncpg.Connection | None = None

    async def wait(self, seconds: float) -> None:
        """As of `Bell`."""
        if self._wire is None or self._wire.is_closed():
            if await self._listen():
                return  # what was said before this moment was not heard
            seconds = min(seconds, RETRY_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        self._rung.clear()

    async def _listen(self) -> bool:
        try:
            self._wire = await self._connect()
            self._wire.add_termination_listener(self._ring)
            await self._wire.add_listener(self._channel, self._ring)
        except ERRORS:
            return False
        return True

    def _ring(self, *_told: Any) -> None:
        self._rung.set()

    async def close(self) -> None:
        """As of `Bell`."""
        if self._wire is not None:
            with suppress(*ERRORS, TimeoutError):
                await self._wire.close(timeout=RETRY_SECONDS)
