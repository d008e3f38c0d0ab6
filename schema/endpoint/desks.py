"""Threads for what would hold the event loop up: one for callers, one for strangers, whose queue is short."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar, TypeVarTuple, Unpack

from resolvers.faults import Code, Fault
from resolvers.words import Message

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
Args = TypeVarTuple("Args")

WAITING_STRANGERS: Final = 20
"""Whoever comes beyond so many is asked to come again."""
COME_AGAIN: Final = 2
"""Seconds after which."""


class Desks:
    """Two threads that take what they are given one by one."""

    def __init__(self, name: str) -> None:
        self._callers = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._strangers = ThreadPoolExecutor(1, thread_name_prefix=f"{name}-strangers")
        self._waiting = 0

    async def run(self, work: Callable[[Unpack[Args]], T], *args: *Args, stranger: bool) -> T:
        """What the work answers or raises; `throttled` where too many strangers wait."""
        loop = asyncio.get_running_loop()
        if not stranger:
            return await loop.run_in_executor(self._callers, work, *args)
        if self._waiting >= WAITING_STRANGERS:
            raise Fault(Code.THROTTLED, Message("too_busy", {"seconds": COME_AGAIN}), retry_after=COME_AGAIN)
        self._waiting += 1
        try:
            return await loop.run_in_executor(self._strangers, work, *args)
        finally:
            self._waiting -= 1
