"""An import that is killed goes on where it was, one that is called off stops after its batch (in-and-out.md §2)."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest

from abonent.worker.worker import Worker
from models.jobs import Job, JobStatus
from resolvers.imports import job as jobs
from resolvers.jobs.running import DEAD_AFTER
from tests.resolvers.imports.files import HEADINGS, as_csv, counts

pytestmark = pytest.mark.anyio

MANY = [("Осмонов", f"Айбек {n}", f"+99655{n:07d}", f"ID{n:07d}", "1990-05-17", f"дом {n}") for n in range(25)]


class Killed(BaseException):
    """Ends a worker as nothing else does."""


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(jobs, "BATCH", 4)
    monkeypatch.setattr(jobs, "READ", 7)


async def stored(database):
    return await database.fetch("SELECT phone, document_number, address, status FROM customers ORDER BY phone")


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("last", [2, 3, 5, 7, 9, 12, 14])
async def test_killed_anywhere_it_comes_to_the_same_end(door, api, database, monkeypatch, last):
    """Whichever transaction the worker dies in."""
    rows = [(*row, "suspended" if place % 5 == 0 else "active") for place, row in enumerate(MANY)]
    rows[9] = ("Никто", "", "", "", "", "", "active")
    answer = await door.start(as_csv(rows, (*HEADINGS, "status")))
    calls, write = 0, type(database).write

    async def dying(self, body):
        nonlocal calls
        calls += 1
        if calls == last:
            raise Killed
        return await write(self, body)

    monkeypatch.setattr(type(database), "write", dying)
    with suppress(Killed):
        await door.work()
    monkeypatch.setattr(type(database), "write", write)
    factory = api.factory
    later = Worker(factory.database, factory.settings, lambda: datetime.now(UTC) + 2 * DEAD_AFTER)
    await later.drain()
    told = (await api.get(f"/imports/{answer.json()['id']}/")).json()
    assert (told["status"], told["done"], told["failed"]) == ("done", 24, 1), told
    assert counts(told) == {"created": 24, "failed": 1}
    people = await stored(database)
    assert len(people) == 24
    assert sum(row[3] == "suspended" for row in people) == 5
    events = await database.fetch("SELECT count(*) FROM audit_events WHERE entity = 'cus' AND action = 'create'")
    assert events == [(24,)]


@pytest.mark.usefixtures("small_batches")
async def test_called_off_it_stops_after_its_batch(door, api, database, monkeypatch):
    answer = await door.start(as_csv(MANY))
    job_id, bring_in, batches = answer.json()["id"], jobs.Bringing.bring_in, 0

    async def counted(self, tx, rows, known=None):
        nonlocal batches
        batches += 1
        done = await bring_in(self, tx, rows, known)
        if batches == 2:
            await tx.fetch("UPDATE jobs SET cancel_requested = true WHERE id = $1", [job_id])
        return done

    monkeypatch.setattr(jobs.Bringing, "bring_in", counted)
    await door.work()
    job = await api.factory.get(Job, job_id)
    assert (job.status, job.done) == (JobStatus.CANCELLED, 8)
    assert len(await stored(database)) == 8
    result = (await door.result({"id": job_id})).decode().splitlines()
    assert [line.split(",")[-3] for line in result[1:10]] == ["created"] * 8 + [""]
