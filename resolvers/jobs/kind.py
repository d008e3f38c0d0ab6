"""What a kind of job is, and how one is enqueued.

    BILLING_RUN = JobKind("billing_run", step=settle_batch, prepare=count_due)

    async def count_due(run: JobRun) -> Progress:          # once, before the first step
        total = …                                          # read through run.context.database
        return Progress(state={"after": 0}, total=total, result={"due": 0})

    async def settle_batch(run: JobRun) -> None:           # one batch; the worker calls it until a progress is finished
        async def body(work: Work) -> Progress:
            rows = await work.lock_all(Contract, ids)      # changes of tracked rows are saved, with their events
            return Progress(state={"after": rows[-1].id}, done=len(rows), finished=not rows)
        await run.batch("bill", body)                      # changes, events and progress in one transaction

A step does exactly one batch and saves exactly one `Progress`, in the transaction that the batch itself commits in:
`run.batch()` does both; `run.rehearse()` keeps the progress and undoes the rest (a dry run); code that has its own
transaction (`perform_batch`) awaits `run.save(tx, progress)` in it. Killed anywhere, a job goes on after its last
committed batch, with another worker if need be, and one that was thought dead can commit nothing any more: `save`
raises `Lost` there, which a step lets through.

What a step raises besides ends the job as `failed`: a row that cannot be done is the kind's own to leave out and to
count (`Progress.failed`, the result). `Unavailable` is no failure: the step is tried again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tortoise.exceptions import IntegrityError

from models.jobs import Job
from resolvers.context import JobAtWork
from resolvers.jobs.running import Progress, ring, save
from resolvers.write.unit_of_work import Work

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from models.database import Transaction
    from resolvers.context import Context


class _Undone(Exception):
    """Ends a rehearsal's transaction."""


@dataclass(frozen=True, slots=True)
class JobRun:
    """One step's view of its job, as it was committed last."""

    context: Context
    """Of the job: `context.job` names it, its actor is whoever started it, its clock is the worker's."""
    job: Job

    @property
    def arguments(self) -> Mapping[str, object]:
        """What it was enqueued with."""
        return self.job.arguments

    @property
    def state(self) -> Mapping[str, object]:
        """Where the next batch begins: the state of the last progress, or of `prepare`; empty without either."""
        return self.job.state or {}

    @property
    def result(self) -> Mapping[str, object]:
        """What has come out so far; empty at first."""
        return self.job.result or {}

    @property
    def now(self) -> datetime:
        """The present moment."""
        return self.context.clock()

    async def save(self, tx: Transaction, progress: Progress) -> None:
        """Keep the progress in the transaction of its batch. Raises `Lost` where another worker has the job."""
        await save(tx, self.job, progress, self.context.clock())

    async def batch(self, action: str, body: Callable[[Work], Awaitable[Progress]]) -> Progress:
        """Run one batch in one transaction; `action` names the audit event of rows that have no other.

        `body` may run more than once, as that of every `Database.write()`.
        """

        async def whole(tx: Transaction) -> Progress:
            work = Work(self.context, tx, action)
            progress = await body(work)
            await work.finish()
            await self.save(tx, progress)
            return progress

        return await self.context.database.write(whole)

    async def rehearse(self, action: str, body: Callable[[Work], Awaitable[Progress]]) -> Progress:
        """Run one batch, undo all that it did, and keep its progress alone: for dry runs."""
        made: list[Progress] = []

        async def undone(tx: Transaction) -> None:
            work = Work(self.context, tx, action)
            made.append(await body(work))
            await work.finish()
            raise _Undone

        try:
            await self.context.database.write(undone)
        except _Undone:
            progress = made[-1]
        await self.context.database.write(lambda tx: self.save(tx, progress))
        return progress


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of long work. `kinds.py` lists them all."""

    name: str
    """`billing_run`; kept with each job, and so never changed."""
    step: Callable[[JobRun], Awaitable[object]]
    prepare: Callable[[JobRun], Awaitable[Progress]] | None = None
    """Gives the total and the first state; changes nothing itself."""
    alone: bool = True
    """Two of this kind never run at once: the second waits as `queued`."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What the clock starts, whichever worker is up."""

    name: str
    look: Callable[[Context], Awaitable[object]]
    """Sees by `context.clock()` whether its hour has come, and if so calls `enqueue_once`.

    Every worker calls it several times a minute: where nothing is due it costs one read at most, and writes nothing.
    """


async def enqueue(work: Work, kind: JobKind, arguments: Mapping[str, object], *, once: str | None = None) -> Job:
    """A new job, in the transaction of whoever asks for it; `create` stands in its history.

    `arguments` is a JSON object. With `once`, a text, no second job with the same one is ever made: the driver's
    `IntegrityError` is raised, and the transaction is lost.
    """
    job = Job(
        kind=kind.name,
        arguments=dict(arguments),
        created_by_id=work.actor_id,
        lane=kind.name if kind.alone else None,
        once=once,
    )
    await work.add(job)
    await ring(work.tx)
    return job


async def enqueue_once(context: Context, kind: JobKind, arguments: Mapping[str, object], once: str) -> bool:
    """A job of the clock's, in a transaction of its own; False if any worker has made the one called `once` already."""

    async def body(tx: Transaction) -> bool:
        work = Work(context, tx, "create")
        if await work.exists(Job, "once", once):
            return False
        await enqueue(work, kind, arguments, once=once)
        return await work.finish()

    try:
        return await context.database.write(body)
    except IntegrityError:  # another worker was as quick
        return False


def at_work(job: Job) -> JobAtWork:
    """What the events of its batches say of the job."""
    return JobAtWork(job.id, job.created_by_id)
