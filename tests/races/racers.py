"""Two real processes, each with its own connections, that call operations at the same moment."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from models.database import open_database
from models.settings import Settings
from resolvers.faults import Fault
from tests.factories import Factory

if TYPE_CHECKING:
    from resolvers.identity.permissions import Caller

PROCESSES = 2
HEAD_START = 0.5
"""Seconds in which both processes open the database and get ready."""


@dataclass(frozen=True)
class Attempt:
    """One call of an operation."""

    name: str
    target: int | None
    raw: dict[str, Any]
    key: str | None = None


@dataclass(frozen=True)
class Finish:
    """How an attempt ended: `ok`, `replayed`, or the code of its refusal; the answer, and which process made it."""

    result: str
    body: bytes
    process: int


class Racers:
    """Processes that stay for several races, as starting them takes longer than the race."""

    def __init__(self) -> None:
        self.pool = ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn"))

    async def run(self, factory: Factory, caller: Caller, attempts: list[Attempt]) -> list[Finish]:
        """All attempts at once, half of them in each process, in the order given."""
        start = time.time() + HEAD_START
        shares = [attempts[number::PROCESSES] for number in range(PROCESSES)]
        settings = (factory.settings.database_url, factory.settings.secret_keys)
        loop = asyncio.get_running_loop()
        race = partial(loop.run_in_executor, self.pool, _race)
        halves = await asyncio.gather(*(race(settings, caller, share, start) for share in shares))
        finishes = [finish for half in halves for finish in half]
        assert len({finish.process for finish in finishes}) == PROCESSES
        return finishes

    def close(self) -> None:
        self.pool.shutdown()


def _race(settings: tuple[str, tuple[str, ...]], caller: Caller, attempts: list[Attempt], start: float) -> list[Finish]:
    return asyncio.run(_attempt_all(Settings(*settings), caller, attempts, start))


async def _attempt_all(settings: Settings, caller: Caller, attempts: list[Attempt], start: float) -> list[Finish]:
    database = await open_database(settings)
    try:
        factory = Factory(database, settings)
        factory.callers[caller.role] = caller
        await database.ping()
        await asyncio.sleep(start - time.time())
        return await asyncio.gather(*(_attempt(factory, caller, attempt) for attempt in attempts))
    finally:
        await database.close()


async def _attempt(factory: Factory, caller: Caller, attempt: Attempt) -> Finish:
    try:
        call = factory.run(attempt.name, attempt.target, role=caller.role, key=attempt.key, **attempt.raw)
        answer = await call
    except Fault as refusal:
        return Finish(refusal.code.value, b"", os.getpid())
    return Finish("replayed" if answer.replayed else "ok", answer.body, os.getpid())
