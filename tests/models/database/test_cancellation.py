"""Clients go away at any moment: nothing is lost by it, no connection, not the writer's turn, not half a write."""

from __future__ import annotations

import asyncio
import random

import pytest

from models.database import Dialect, Unavailable
from models.database.engine import DEADLINE, Deadline
from models.database.postgres_pool import RESERVED
from tests.conftest import opened
from tests.models.database.test_write import users
from tests.models.rows import added, insert

SLOW = {
    Dialect.POSTGRES: "SELECT count(*) FROM users, pg_sleep(0.02)",
    Dialect.SQLITE: "WITH RECURSIVE n AS (SELECT 1 UNION ALL SELECT 1 FROM n LIMIT 60000) SELECT count(*) FROM n",
}
"""Takes some 20 ms."""


async def two_rows(tx):
    """Two statements that belong together, with time to be cancelled between them."""
    await insert(tx, "users")
    await asyncio.sleep(0)
    await insert(tx, "users")


async def storm(work, count):
    """Start so many calls and cancel each at a moment of its own; gives how many had got to their end."""
    chance = random.Random(7)
    tasks = [asyncio.create_task(work()) for _ in range(count)]
    for task in tasks:
        if chance.random() < 0.5:
            await asyncio.sleep(chance.random() / 200)
        task.cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(end is None or isinstance(end, list | asyncio.CancelledError) for end in ends), ends
    return sum(not isinstance(end, asyncio.CancelledError) for end in ends)


def transactions_at_once(settings):
    """How many there may be."""
    size = settings.pool_size
    return 1 if settings.database_url.startswith("sqlite") else size - size // RESERVED


async def serves(database, settings):
    """As many transactions and reads at once as there are connections for them: none is missing."""
    at_once = transactions_at_once(settings)
    barrier = asyncio.Barrier(at_once)

    async def body(tx):
        await tx.fetch("SELECT 1")
        await barrier.wait()
        return await insert(tx, "users")

    async with asyncio.timeout(10):
        await asyncio.gather(*(database.write(body) for _ in range(at_once)))
        await asyncio.gather(*(database.fetch(SLOW[database.dialect]) for _ in range(settings.pool_size)))


async def test_a_storm_of_cancelled_writes(database, settings):
    finished = await storm(lambda: database.write(two_rows), 300)
    await serves(database, settings)
    count = await users(database)
    extra = transactions_at_once(settings)
    assert (count - extra) % 2 == 0  # each whole or not at all
    assert count - extra >= 2 * finished


async def test_a_storm_of_cancelled_reads(database, settings):
    await storm(lambda: database.fetch(SLOW[database.dialect]), 200)
    await serves(database, settings)


async def test_a_write_whose_caller_has_gone_is_done_all_the_same(database):
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def body(tx):
        await insert(tx, "users")
        begun.set()
        await go_on.wait()
        await insert(tx, "users")

    task = asyncio.create_task(database.write(body))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await users(database) == 0
    go_on.set()
    await added(database, "users")
    async with asyncio.timeout(5):
        while await users(database) < 3:
            await asyncio.sleep(0.01)


async def test_a_write_cancelled_before_its_turn_never_runs(sqlite_settings):
    async with opened(sqlite_settings) as database:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def first(tx):
            begun.set()
            await go_on.wait()
            await insert(tx, "users")

        holder = asyncio.create_task(database.write(first))
        await begun.wait()
        waiting = [asyncio.create_task(database.write(two_rows)) for _ in range(5)]
        await asyncio.sleep(0.01)
        for task in waiting:
            task.cancel()
        go_on.set()
        await holder
        await asyncio.gather(*waiting, return_exceptions=True)
        assert await users(database) == 1


async def test_a_failure_after_the_caller_has_gone_disturbs_nobody(database):
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def body(tx):
        await insert(tx, "users")
        begun.set()
        await go_on.wait()
        raise ZeroDivisionError

    task = asyncio.create_task(database.write(body))
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    go_on.set()
    assert await added(database, "users")
    assert await users(database) == 1


async def test_closing_waits_for_writes_whose_callers_have_gone(settings):
    async with opened(settings) as database:
        begun = asyncio.Event()

        async def body(tx):
            begun.set()
            await asyncio.sleep(0.05)
            await insert(tx, "users")

        task = asyncio.create_task(database.write(body))
        await begun.wait()
        task.cancel()
    async with opened(settings) as again:
        assert await users(again) == 1


ENDLESS = {
    Dialect.POSTGRES: "SELECT pg_sleep(60)",
    Dialect.SQLITE: "WITH RECURSIVE n AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT count(*) FROM n",
}


async def test_a_read_that_nobody_waits_for_is_stopped(database, settings):
    """Or else whoever comes later would wait for as long as it takes."""
    reads = [asyncio.create_task(database.fetch(ENDLESS[database.dialect])) for _ in range(settings.pool_size)]
    await asyncio.sleep(0.1)
    for read in reads:
        read.cancel()
    async with asyncio.timeout(2):
        assert await users(database) == 0


async def test_a_write_is_undone_when_its_callers_time_is_over(database, settings):
    begun = asyncio.get_running_loop().time()
    DEADLINE.set(Deadline(begun + 0.2, 0.2))

    async def body(tx):
        await insert(tx, "users")
        await tx.fetch(ENDLESS[database.dialect])

    with pytest.raises(Unavailable):
        await database.write(body)
    DEADLINE.set(None)
    assert asyncio.get_running_loop().time() - begun < 2
    assert await users(database) == 0
    await serves(database, settings)


async def test_transactions_leave_places_for_reads(postgres_settings):
    async with opened(postgres_settings) as database:
        go_on = asyncio.Event()

        async def body(tx):
            await insert(tx, "users")
            await go_on.wait()

        writers = [asyncio.create_task(database.write(body)) for _ in range(postgres_settings.pool_size * 2)]
        async with asyncio.timeout(2):
            await asyncio.gather(*(users(database) for _ in range(10)))
        go_on.set()
        await asyncio.gather(*writers)
        assert await users(database) == len(writers)
