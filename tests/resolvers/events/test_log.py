"""Nothing is lost or told twice: writers pause inside their transactions, readers do not (events.md §2)."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from models.database import Dialect
from models.journal import AuditEvent
from resolvers.events import log as log_module
from resolvers.events.log import Log
from resolvers.write.unit_of_work import Work
from tests.feed import SOON, caught_up

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def event(entity_id, at=NOON):
    return AuditEvent(
        entity="cus", entity_id=entity_id, action="update", request_id="r", changes={}, created_at=at, actor_id=None
    )


async def written(database, entity_id, at=NOON, pause=None):
    """One event of this entity, in a transaction that pauses before and after it got its id."""

    async def body(tx):
        work = Work(None, tx, "update", at)
        await tx.fetch(_TOUCH[tx.dialect], [])  # as every operation does: first its row, then its event
        if pause:
            await asyncio.sleep(pause())
        work.events.append(event(entity_id, at))
        await work.finish()
        if pause:
            await asyncio.sleep(pause())

    await database.write(body)


_TOUCH = {
    Dialect.POSTGRES: "INSERT INTO login_failures (username, address, created_at) VALUES ('', '', now())",
    Dialect.SQLITE: "INSERT INTO login_failures (username, address, created_at) VALUES ('', '', '')",
}


async def seen_beyond(database, position, settled):
    sql = "SELECT id, entity_id FROM audit_events WHERE id > $1 AND id <= $2 ORDER BY id"
    return await database.fetch(sql, [position, settled])


async def follow(database, seen, done):
    """Read as fast as one can, each time beyond what was read before."""
    log, position = Log(database), 0
    while not done.is_set() or position < await log.settled():
        settled = await log.settled()
        seen += await seen_beyond(database, position, settled)
        position = max(position, settled)
        await asyncio.sleep(0.001)


async def test_of_many_writers_with_pauses_each_event_is_seen_once(database):
    chance, seen, done = random.Random(7), [], asyncio.Event()
    pauses = 0.02 if database.dialect is Dialect.POSTGRES else 0.0005  # SQLite's writers wait for each other

    async def writer(number):
        for _ in range(6):
            await written(database, number, pause=lambda: chance.uniform(0, pauses))

    reader = asyncio.create_task(follow(database, seen, done))
    await asyncio.gather(*(writer(number) for number in range(1, 41)))
    done.set()
    await reader
    ids = [row[0] for row in seen]
    assert ids == sorted(set(ids))
    assert ids == [row[0] for row in await database.fetch("SELECT id FROM audit_events ORDER BY id")]
    assert len(ids) == 240


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
async def test_an_event_whose_transaction_is_still_open_holds_back_those_behind_it(database, settings):
    """A transaction with the later transaction id and the earlier event is what an order by those ids would lose."""
    log = Log(database)
    assert await log.settled() == 0
    early, late = [await asyncpg.connect(settings.database_url) for _ in range(2)]
    try:
        for connection in (early, late):
            await connection.execute("BEGIN; SELECT pg_current_xact_id()")
        slow = await late.fetchval(_INSERT)
        quick = await early.fetchval(_INSERT)
        await early.execute("COMMIT")
        assert slow < quick
        assert [await log.settled() for _ in range(3)] == [0, 0, 0]
        assert log.delay > 0
        await late.execute("COMMIT")
        assert await caught_up(database, log) == quick
    finally:
        for connection in (early, late):
            await connection.close()


_INSERT = """INSERT INTO audit_events (entity, entity_id, action, request_id, changes, created_at)
    VALUES ('cus', 1, 'update', 'r', '{}', now()) RETURNING id"""


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
async def test_a_process_that_begins_while_others_write_waits_for_them_only(database, settings, monkeypatch):
    monkeypatch.setattr(log_module, "LOOK_SECONDS", 0.005)
    await written(database, 1)
    other = await asyncpg.connect(settings.database_url)
    try:
        await other.execute("BEGIN; SELECT pg_current_xact_id()")
        first = asyncio.create_task(Log(database).settled())
        await asyncio.sleep(0.03)
        assert not first.done()
        await other.execute("COMMIT")
        assert await first in {0, 1}  # 0 only where others on the server hold it back for longer than it waits
    finally:
        await other.close()


async def test_who_waits_is_told_as_soon_as_there_is_something(database):
    log = Log(database)
    await written(database, 1)
    position = await caught_up(database, log)
    waiting = asyncio.create_task(log.beyond(position, SOON))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    await written(database, 2)
    assert await waiting > position


async def test_who_waits_in_vain_is_told_so(database):
    assert await Log(database).beyond(0, 0.01) == 0


async def test_many_who_wait_look_together(database, monkeypatch):
    log = Log(database)
    await log.settled()
    looks = []
    fetch = database.fetch

    async def counted(sql, params=()):
        looks.append(sql)
        return await fetch(sql, params)

    monkeypatch.setattr(database, "fetch", counted)
    await asyncio.gather(*(log.beyond(0, 0.03) for _ in range(100)))
    assert len(looks) <= 3


@pytest.mark.parametrize("days", [1, 3, 10, None])
async def test_the_oldest_that_is_kept_is_found_without_reading_all(database, days):
    for number in range(20):
        await written(database, number + 1, NOON - timedelta(days=5) + timedelta(hours=6 * number))
    ids = [(row[0], row[1]) for row in await database.fetch("SELECT id, entity_id FROM audit_events ORDER BY id")]
    older = [row_id for row_id, number in ids if days and timedelta(hours=6 * (number - 1)) < timedelta(days=5 - days)]
    log = Log(database)
    await caught_up(database, log)
    assert await log.oldest(days, NOON) == max(older, default=0)
