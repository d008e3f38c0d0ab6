"""Who may call a job off, and what becomes of it (billing.md §6)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.jobs import Job, JobStatus
from models.users import Role
from resolvers.faults import Code, Fault
from resolvers.jobs.running import Progress, claim, save
from tests.abonent.worker.counting import ask

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def asked(factory, role=Role.OPERATOR):
    return await ask(await factory.context(role))


async def taken(factory):
    return await claim(factory.database, ["count"], NOON)


async def test_a_waiting_job_is_cancelled_at_once_and_says_so_in_its_history(factory, database):
    job_id = await asked(factory)
    await factory.run("job.cancel", job_id, role=Role.OPERATOR)
    job = await factory.get(Job, job_id)
    assert (job.status, job.cancel_requested, job.finished_at is not None) == (JobStatus.CANCELLED, True, True)
    assert await taken(factory) is None
    events = await database.fetch("SELECT entity, action, actor_id, job_id FROM audit_events ORDER BY id")
    asker = factory.callers[Role.OPERATOR].user_id
    assert events == [("job", "create", asker, None), ("job", "cancel", asker, None)]


async def test_a_running_job_goes_on_to_the_end_of_its_batch(factory, database):
    await asked(factory)
    job = await taken(factory)
    await factory.run("job.cancel", job.id)
    await factory.run("job.cancel", job.id)  # asking again is no error
    job = await factory.get(Job, job.id)
    assert (job.status, job.cancel_requested) == (JobStatus.RUNNING, True)
    await database.write(lambda tx: save(tx, job, Progress({}, done=2), NOON))
    job = await factory.get(Job, job.id)
    assert (job.status, job.done, job.finished_at) == (JobStatus.CANCELLED, 2, NOON)


async def test_one_whose_last_batch_it_was_is_done(factory, database):
    await asked(factory)
    job = await taken(factory)
    await factory.run("job.cancel", job.id)
    await database.write(lambda tx: save(tx, job, Progress({}, done=2, finished=True), NOON))
    assert (await factory.get(Job, job.id)).status is JobStatus.DONE


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.OPERATOR])
async def test_anothers_job_is_not_for_these_roles(factory, role):
    others = await asked(factory, Role.SUPERVISOR)
    with pytest.raises(Fault) as refused:
        await factory.run("job.cancel", others, role=role)
    assert refused.value.code is Code.PERMISSION_DENIED


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMIN])
async def test_it_is_for_these(factory, role):
    for others in (await asked(factory, Role.OPERATOR), await asked(factory, None)):
        await factory.run("job.cancel", others, role=role)
        assert (await factory.get(Job, others)).status is JobStatus.CANCELLED


async def test_who_may_not_is_told_so_before_that_it_is_too_late(factory):
    others = await asked(factory, Role.SUPERVISOR)
    await factory.run("job.cancel", others)
    for role, code in ((Role.OPERATOR, Code.PERMISSION_DENIED), (Role.SUPERVISOR, Code.INVALID_TRANSITION)):
        with pytest.raises(Fault) as refused:
            await factory.run("job.cancel", others, role=role)
        assert refused.value.code is code
    with pytest.raises(Fault) as refused:
        await factory.run("job.cancel", others + 1, role=Role.EMPLOYEE)
    assert refused.value.code is Code.NOT_FOUND
