"""A worker does what waits: batch by batch, each job once, going on where another stopped (billing.md §6)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from tortoise.exceptions import IntegrityError

from abonent.worker.worker import Worker
from models.database import Unavailable
from models.jobs import Job, JobStatus
from models.users import Role
from resolvers.faults import invalid
from resolvers.jobs.kind import JobKind, JobRun, Scheduled, at_work, enqueue_once
from resolvers.jobs.running import DEAD_AFTER, Lost, Progress, beat, claim, give_back, held
from tests.abonent.worker.counting import COUNT, FREE, KINDS, REHEARSAL, ask

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now

    def wait(self, seconds):
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def worker(database, settings, clock):
    return Worker(database, settings, clock, KINDS, ())


async def tariffs(database):
    return [name for (name,) in await database.fetch("SELECT name FROM tariffs ORDER BY id")]


async def claimed(database, clock):
    return await claim(database, [kind.name for kind in KINDS], clock())


async def run_of(factory, job, clock):
    context = await factory.context(None, job=at_work(job), clock=clock)
    return JobRun(context, job)


async def test_a_job_is_done_batch_by_batch(factory, database, worker, clock):
    job_id = await ask(await factory.context(Role.OPERATOR, clock=clock), count=5)
    await worker.drain()
    job = await factory.get(Job, job_id)
    assert (job.status, job.total, job.done, job.failed) == (JobStatus.DONE, 5, 5, 0)
    assert job.result == {"names": ["T 0", "T 1", "T 2", "T 3", "T 4"]}
    assert (job.started_at, job.finished_at, job.heartbeat) == (NOON, NOON, NOON)
    assert job.created_by_id == factory.callers[Role.OPERATOR].user_id
    assert await tariffs(database) == job.result["names"]


async def test_its_history_says_who_asked_and_its_events_name_it(factory, database, worker, clock):
    job_id = await ask(await factory.context(Role.OPERATOR, clock=clock), count=1)
    await worker.drain()
    asker = factory.callers[Role.OPERATOR].user_id
    rows = await database.fetch("SELECT entity, action, actor_id, job_id FROM audit_events ORDER BY id")
    assert rows == [
        ("job", "create", asker, None),
        ("trf", "create", asker, job_id),
        ("job", "finish", asker, job_id),
    ]


async def test_a_job_that_nobody_asked_for_has_no_actor(factory, database, worker, clock):
    await ask(await factory.context(None, clock=clock), count=1)
    await worker.drain()
    assert set(await database.fetch("SELECT actor_id FROM audit_events")) == {(None,)}


async def test_a_rehearsal_keeps_its_progress_alone(factory, database, worker, clock):
    job_id = await ask(await factory.context(clock=clock), REHEARSAL, count=3)
    events = await database.fetch("SELECT COUNT(*) FROM audit_events")
    await worker.drain()
    job = await factory.get(Job, job_id)
    assert (job.status, job.done, len(job.result["names"])) == (JobStatus.DONE, 3, 3)
    assert await tariffs(database) == []
    assert await database.fetch("SELECT COUNT(*) - 1 FROM audit_events") == events  # the job's own end


async def test_of_one_kind_one_runs_at_a_time_in_the_order_of_asking(factory, database, clock):
    first, second = [await ask(await factory.context(clock=clock), name=name) for name in ("A", "B")]
    assert (await claimed(database, clock)).id == first
    assert await claimed(database, clock) is None
    assert (await factory.get(Job, second)).status is JobStatus.QUEUED


async def test_the_database_itself_keeps_two_of_one_kind_apart(factory, database, clock):
    for name in ("A", "B"):
        await ask(await factory.context(clock=clock), name=name)
    with pytest.raises(IntegrityError):
        await database.write(lambda tx: tx.fetch(_ALL_RUN[tx.dialect], [NOON]))


_ALL_RUN = {
    "sqlite": "UPDATE jobs SET status = 'running', started_at = $1, heartbeat = $1",
    "postgres": "UPDATE jobs SET status = 'running', started_at = $1, heartbeat = $1",
}


async def test_kinds_that_may_overlap_do(factory, database, clock):
    ids = [await ask(await factory.context(clock=clock), FREE, name=name) for name in ("A", "B")]
    assert [(await claimed(database, clock)).id for _ in ids] == ids


async def test_a_kind_that_a_worker_does_not_know_is_left_to_others(factory, database, clock):
    await ask(await factory.context(clock=clock), COUNT)
    assert await claim(database, ["another"], clock()) is None


async def test_two_workers_share_the_work_and_do_each_job_once(factory, database, settings, clock):
    ids = [await ask(await factory.context(clock=clock), FREE, name=f"N{n}", count=3) for n in range(8)]
    ids += [await ask(await factory.context(clock=clock), COUNT, name=f"C{n}", count=3) for n in range(4)]
    workers = [Worker(database, settings, clock, KINDS, ()) for _ in range(2)]
    await asyncio.gather(*(worker.drain() for worker in workers))
    for worker in workers:
        await worker.drain()  # one whose last look found a lane taken
    assert {(await factory.get(Job, job_id)).status for job_id in ids} == {JobStatus.DONE}
    assert {(await factory.get(Job, job_id)).fence for job_id in ids} == {1}
    assert len(await tariffs(database)) == 36


# --- workers that die -----------------------------------------------------------------------------------------------


async def test_a_living_workers_job_is_left_alone(factory, database, clock):
    await ask(await factory.context(clock=clock))
    job = await claimed(database, clock)
    clock.wait(29)
    assert await claimed(database, clock) is None
    await beat(database, job, clock())
    clock.wait(29)
    assert await claimed(database, clock) is None


async def test_a_dead_workers_job_goes_on_where_it_was(factory, database, worker, clock):
    await ask(await factory.context(clock=clock), count=5)
    dead = await claimed(database, clock)
    run = await run_of(factory, dead, clock)
    await database.write(lambda tx: run.save(tx, Progress({"made": 0}, total=5, result={"names": []})))
    await COUNT.step(await run_of(factory, await held(database, dead), clock))
    clock.wait(DEAD_AFTER.total_seconds() + 1)
    await worker.drain()
    job = await factory.get(Job, dead.id)
    assert (job.status, job.done, job.fence, job.started_at) == (JobStatus.DONE, 5, 2, NOON)
    assert await tariffs(database) == [f"T {number}" for number in range(5)]


async def test_a_worker_that_was_thought_dead_commits_nothing(factory, database, clock):
    await ask(await factory.context(clock=clock))
    zombie = await claimed(database, clock)
    clock.wait(31)
    assert (await claimed(database, clock)).id == zombie.id
    zombie.result = {"names": []}
    zombie.state = {"made": 0}
    with pytest.raises(Lost):
        await COUNT.step(await run_of(factory, zombie, clock))
    with pytest.raises(Lost):
        await beat(database, zombie, clock())
    with pytest.raises(Lost):
        await give_back(database, zombie, clock())
    with pytest.raises(Lost):
        await held(database, zombie)
    assert await tariffs(database) == []


async def test_a_stopped_worker_leaves_its_job_after_the_batch(factory, database, settings, clock):
    job_id = await ask(await factory.context(clock=clock), count=6)

    async def one_batch(run):
        await COUNT.step(run)
        stopped.stop()

    stopping_kind = JobKind("count", step=one_batch, prepare=COUNT.prepare)
    stopped = Worker(database, settings, clock, (stopping_kind,), ())
    await stopped.drain()
    job = await factory.get(Job, job_id)
    assert (job.status, job.done) == (JobStatus.QUEUED, 2)
    await Worker(database, settings, clock, KINDS, ()).drain()
    job = await factory.get(Job, job_id)
    assert (job.status, job.done, len(await tariffs(database))) == (JobStatus.DONE, 6, 6)


# --- what ends one early --------------------------------------------------------------------------------------------


async def test_a_running_job_that_is_called_off_stops_after_its_batch(factory, database, settings, clock):
    job_id = await ask(await factory.context(clock=clock), count=6)

    async def called_off(run):
        await factory.run("job.cancel", run.job.id, context=await factory.context(clock=clock))
        await COUNT.step(run)

    await Worker(database, settings, clock, (JobKind("count", step=called_off, prepare=COUNT.prepare),), ()).drain()
    job = await factory.get(Job, job_id)
    assert (job.status, job.done, job.finished_at) == (JobStatus.CANCELLED, 2, NOON)
    assert len(await tariffs(database)) == 2


async def test_a_dead_workers_job_that_is_called_off_ends(factory, database, worker, clock):
    job_id = await ask(await factory.context(clock=clock))
    await claimed(database, clock)
    await factory.run("job.cancel", job_id, context=await factory.context(clock=clock))
    clock.wait(31)
    await worker.drain()
    assert (await factory.get(Job, job_id)).status is JobStatus.CANCELLED
    assert await tariffs(database) == []


@pytest.mark.parametrize(
    ("raised", "told"),
    [(RuntimeError("secret"), "internal_error"), (invalid("name", "required"), "validation: ")],
)
async def test_an_error_ends_it_as_failed_and_tells_no_secret(factory, database, settings, clock, raised, told):
    job_id = await ask(await factory.context(clock=clock))

    async def broken(run):
        del run
        raise raised

    await Worker(database, settings, clock, (JobKind("count", step=broken),), ()).drain()
    job = await factory.get(Job, job_id)
    assert (job.status, job.finished_at) == (JobStatus.FAILED, NOON)
    assert job.error.startswith(told)
    assert "secret" not in job.error


async def test_a_step_that_saves_nothing_does_not_run_for_ever(factory, database, settings, clock):
    job_id = await ask(await factory.context(clock=clock))

    async def idle(run):
        del run

    await Worker(database, settings, clock, (JobKind("count", step=idle),), ()).drain()
    assert (await factory.get(Job, job_id)).status is JobStatus.FAILED


async def test_a_database_that_is_away_for_a_moment_is_no_failure(factory, database, settings, clock, monkeypatch):
    monkeypatch.setattr("abonent.worker.worker.UNAVAILABLE_SECONDS", 0.001)
    job_id = await ask(await factory.context(clock=clock))
    answers = iter([Unavailable("away"), None, Unavailable("away"), None])

    async def unlucky(run):
        if error := next(answers):
            raise error
        await COUNT.step(run)

    await Worker(database, settings, clock, (JobKind("count", step=unlucky, prepare=COUNT.prepare),), ()).drain()
    assert (await factory.get(Job, job_id)).status is JobStatus.DONE


# --- the clock ------------------------------------------------------------------------------------------------------


async def test_what_the_clock_starts_is_started_once_whoever_is_up(database, settings, clock):
    async def at_noon(context):
        if context.clock() >= NOON:
            await enqueue_once(context, COUNT, {"count": 1}, f"count {context.clock().date()}")

    schedule = (Scheduled("noon", at_noon),)
    clock.wait(-1)
    workers = [Worker(database, settings, clock, KINDS, schedule) for _ in range(3)]
    await asyncio.gather(*(worker.drain() for worker in workers))
    assert await database.fetch("SELECT COUNT(*) FROM jobs") == [(0,)]
    clock.wait(1)
    await asyncio.gather(*(worker.drain() for worker in workers))
    clock.wait(3_600)
    await workers[0].drain()
    assert await database.fetch("SELECT status, created_by_id FROM jobs") == [("done", None)]


# --- as it lives ----------------------------------------------------------------------------------------------------


async def test_it_wakes_for_a_new_job_and_ends_when_it_is_told_to(factory, database, settings):
    ended = asyncio.Event()
    worker = Worker(database, settings, kinds=KINDS, schedule=(), told=lambda _: ended.set())
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.05)  # it waits for word by now
    await ask(await factory.context())
    async with asyncio.timeout(3):
        await ended.wait()
        worker.stop()
        await running
    assert len(await tariffs(database)) == 4
