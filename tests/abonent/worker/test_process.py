"""Workers as processes of their own: killed at any moment, stopped, several at once (billing.md §6)."""

from __future__ import annotations

import asyncio
import signal
from functools import partial

from models.jobs import Job, JobStatus
from models.users import Role
from tests.abonent.worker.counting import COUNT, FREE, ask
from tests.processes import running

SOON = 30
"""Seconds after which a process of a busy machine is given up."""


worker = partial(running, "tests.abonent.worker.counting")


async def until(factory, job_id, holds):
    """The job, as soon as this holds of it."""
    async with asyncio.timeout(SOON):
        while not holds(job := await factory.get(Job, job_id)):
            await asyncio.sleep(0.005)
    return job


def is_done(job):
    return job.status is JobStatus.DONE


async def names(database):
    return [name for (name,) in await database.fetch("SELECT name FROM tariffs ORDER BY id")]


async def test_a_job_whose_worker_is_killed_goes_on_with_another_and_nothing_is_done_twice(factory, settings):
    job_id = await ask(await factory.context(Role.OPERATOR), count=40, batch=1, pause=0.01)
    async with worker(settings) as first:
        await until(factory, job_id, lambda job: job.done >= 5)
        first.send_signal(signal.SIGKILL)
        await first.wait()
    left = await factory.get(Job, job_id)
    assert (left.status, left.done < 40) == (JobStatus.RUNNING, True)
    async with worker(settings, ahead=31):
        job = await until(factory, job_id, is_done)
    assert (job.done, job.fence) == (40, 2)
    assert await names(factory.database) == [f"T {number}" for number in range(40)]
    events = await factory.database.fetch("SELECT COUNT(*) FROM audit_events WHERE entity = 'trf'")
    assert events == [(40,)]


async def test_two_processes_do_each_job_once_and_sigterm_ends_one_after_its_batch(factory, settings):
    context = await factory.context()
    long = await ask(context, COUNT, name="L", count=200, batch=1, pause=0.01)
    many = [await ask(context, FREE, name=f"M{n}", count=2) for n in range(10)]
    async with worker(settings) as first, worker(settings) as second:
        for job_id in many:
            assert (await until(factory, job_id, is_done)).fence == 1
        await until(factory, long, lambda job: job.done >= 1)
        for process in (first, second):  # one of them has the long job
            process.terminate()
        async with asyncio.timeout(10):
            assert {await first.wait(), await second.wait()} <= {0, -signal.SIGTERM}
    job = await factory.get(Job, long)
    assert (job.status, job.done < 200) == (JobStatus.QUEUED, True)
    assert len(await names(factory.database)) == job.done + 20
