"""A courier that is killed may send an event again, with the same id; it never loses one."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from functools import partial

import pytest

from tests.factories import Factory
from tests.feed import caught_up
from tests.processes import running
from tests.receivers import receiving

pytestmark = pytest.mark.anyio

SOON = 60
"""Seconds after which a process of a busy machine is given up."""


courier = partial(running, "tests.abonent.courier.process")


async def until(holds):
    async with asyncio.timeout(SOON):
        while not holds():
            await asyncio.sleep(0.002)


async def test_killed_at_any_moment_it_loses_nothing_and_keeps_the_order(database, settings):
    factory = await Factory(database, replace(settings, webhook_private=True)).prepare()
    async with receiving() as receiver:
        await caught_up(database)
        await factory.run("webhook.create", url=receiver.url, types=["customer.*"])
        customers = [await factory.customer() for _ in range(6)]
        for step in range(120):
            await factory.patch(customers[step % 6], first_name=f"Имя{step}")
        for killed, seen in enumerate((5, 40, 90)):
            async with courier(settings, ahead=killed * 31):
                await until(lambda least=seen: len(set(receiver.event_ids)) >= least)
        found = await database.fetch("SELECT id, entity_id FROM audit_events WHERE entity = 'cus' ORDER BY id")
        async with courier(settings, ahead=3 * 31):
            await until(lambda: len(set(receiver.event_ids)) == len(found))
    wanted, first = defaultdict(list), defaultdict(list)
    for event_id, entity_id in found:
        wanted[entity_id].append(event_id)
    for got in receiver.got:
        mine = first[got.told["data"]["entity_id"]]
        if got.event_id not in mine:
            mine.append(got.event_id)
    assert first == wanted
