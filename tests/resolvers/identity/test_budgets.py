"""A minute's budget: exact over all processes within 10 %, without a write for each request (events.md §5)."""

from __future__ import annotations

import random
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from models.database.meter import METER, Meter
from resolvers.faults import LimitExceeded
from resolvers.identity.budgets import spend
from tests.conftest import opened

pytestmark = pytest.mark.anyio
MOMENT = datetime(2026, 3, 1, 12, 0, 20, tzinfo=UTC)
LIMIT = 10_000


async def processes(stack: AsyncExitStack, settings, count: int):
    """As many processes on one database: each has its own connections, and its own purses."""
    return [await stack.enter_async_context(opened(settings)) for _ in range(count)]


async def test_what_all_processes_spend_is_the_budget_within_a_tenth(settings):
    chance, spent, requests = random.Random(1), 0, 0
    meter = Meter()
    async with AsyncExitStack() as stack:
        several = await processes(stack, settings, 5)
        token = METER.set(meter)
        refused = 0
        while refused < 200:
            cost = chance.choice((1, 1, 2, 10))
            told = await spend(chance.choice(several), "key 1", LIMIT, cost, MOMENT)
            requests += 1
            spent += 0 if told.refused else cost
            refused += told.refused
        METER.reset(token)
    assert 0.9 * LIMIT <= spent <= LIMIT
    assert meter.statements < requests / 2


async def test_idle_processes_hold_little_of_it_back(settings):
    async with AsyncExitStack() as stack:
        busy, *idle = await processes(stack, settings, 6)
        for one in idle:
            await spend(one, "key 1", LIMIT, 1, MOMENT)
        spent = 0
        while not (await spend(busy, "key 1", LIMIT, 10, MOMENT)).refused:
            spent += 10
    assert 0.9 * LIMIT <= spent <= LIMIT


async def test_the_next_minute_begins_anew(database):
    assert not (await spend(database, "user 1", 100, 100, MOMENT)).refused
    told = await spend(database, "user 1", 100, 1, MOMENT)
    assert (told.refused, told.remaining, told.reset) == (True, 0, 40)
    told = await spend(database, "user 1", 100, 1, MOMENT + timedelta(seconds=40))
    assert (told.refused, told.remaining, told.reset) == (False, 99, 60)


async def test_budgets_of_others_are_others(database):
    assert not (await spend(database, "user 1", 10, 10, MOMENT)).refused
    assert not (await spend(database, "user 2", 10, 10, MOMENT)).refused


async def test_what_no_minute_is_enough_for_is_no_matter_of_waiting(database):
    with pytest.raises(LimitExceeded):
        await spend(database, "user 1", 10, 11, MOMENT)
