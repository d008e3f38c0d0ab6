"""The example that keeps a copy: whatever is done to the original, the copy is the same in the end, deletions too."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from examples.copy_in_step import KEPT, Copy, follow, load
from examples.rest_client import Abonent
from models.users import Role
from resolvers.events.feed import position_of
from tests.browser import serving
from tests.feed import caught_up
from tests.properties.scripts import LIVELY, PLAIN, WITH_ARGUMENTS, Step, World

pytestmark = pytest.mark.anyio

OPERATIONS = 1_000
OF_OTHERS = {
    *("customer_name", "contract_number", "tariff_name", "sim"),
    *("contracts_count", "tickets_count", "payments_count", "active_contracts_count", "is_overdue"),
}
"""Told of a row, but stored with others: when these change, it is they that have an event."""


@pytest.fixture
def database(app):
    return app.state.database


def step(chance):
    what = chance.choice([*PLAIN, *WITH_ARGUMENTS, *LIVELY * 3])
    return Step(what, chance.randrange(100), chance.randrange(100), chance.randint(-5_000, 9_000))


@asynccontextmanager
async def following(api, copy):
    task = asyncio.create_task(follow(api, copy))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def own(row):
    return {name: value for name, value in row.items() if name not in OF_OTHERS}


async def in_step(database, copy):
    settled = await caught_up(database)
    async with asyncio.timeout(60):
        while position_of(copy.cursor) < settled:
            await asyncio.sleep(0.02)


async def test_after_a_thousand_random_operations_the_copy_is_the_original(app, factory, tmp_path):
    chance, world = random.Random(11), await World.made(factory)
    user = await factory.user(role=Role.OPERATOR)
    async with serving(app) as address, httpx.AsyncClient(base_url=address, timeout=60) as http:
        api, file = Abonent(http, user.username, "correct horse 1"), str(tmp_path / "copy.sqlite3")
        await load(api, Copy(file))
        for part in range(4):  # each time by another process, which goes on where the one before was
            copy = Copy(file)
            async with following(api, copy):
                for _ in range(OPERATIONS // 4):
                    await world.take(step(chance))
                if part == 3:
                    await in_step(factory.database, copy)
        for entity, path in KEPT.items():
            listed = (await api.get(f"/{path}/", page_size="1000"))["results"]
            kept = copy.rows(entity)
            assert sorted(kept) == sorted(row["id"] for row in listed), entity
            assert [own(kept[row["id"]]) for row in listed] == [own(row) for row in listed], entity
    assert len(listed) > 5
