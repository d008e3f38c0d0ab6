"""One worker: it takes the jobs that wait, does them batch by batch, and shows that it lives (billing.md §6)."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tortoise.exceptions import IntegrityError

from models.database import Unavailable
from models.jobs import Job, JobStatus
from resolvers.clock import now
from resolvers.context import Context
from resolvers.faults import Fault
from resolvers.jobs.kind import JobRun, at_work
from resolvers.jobs.kinds import KINDS, SCHEDULE
from resolvers.jobs.running import (
    CHANNEL,
    DEAD_AFTER,
    Lost,
    beat,
    claim,
    fail,
    give_back,
    held,
    request_id,
    waiting,
)
from resolvers.words import Language, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from abonent.courier.courier import Courier
    from models.database import Database
    from models.settings import Settings
    from resolvers.jobs.kind import JobKind, Scheduled

LOG: Final = logging.getLogger("abonent.worker")
AT_ONCE: Final = 2
"""Jobs that one worker does side by side, so that a long import does not hold up the night's billing."""
LOOK_SECONDS: Final = 5.0
"""After so long without a word a worker looks for jobs of the clock's and of dead workers."""
BEAT_SECONDS: Final = DEAD_AFTER.total_seconds() / 6
UNAVAILABLE_SECONDS: Final = 1.0
"""Before a step is tried again that the database did not answer."""
SYSTEM: Final = "worker"
"""In the place of a client's address, and of the request id of what the clock starts."""


@dataclass(slots=True)
class Worker:
    """One of any number that share a database. `run()` works until `stop()` is called."""

    database: Database
    settings: Settings
    clock: Callable[[], datetime] = now
    kinds: Sequence[JobKind] = KINDS
    schedule: Sequence[Scheduled] = SCHEDULE
    told: Callable[[Job], None] | None = None
    """Is told of each job that has ended."""
    courier: Courier | None = None
    """Delivers to webhooks beside the jobs."""
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """Begin nothing more: jobs in hand are left to others after the batch that they are at."""
        self.stopping.set()

    async def run(self) -> None:
        """Work until stopped; then end after the batches in hand. A database that is away is waited for."""
        bell = self.database.bell(CHANNEL)
        in_hand: set[asyncio.Task[None]] = set()
        delivering = asyncio.create_task(self.courier.run(self.stopping)) if self.courier else None
        try:
            while not self.stopping.is_set():
                await self._begin_all(in_hand)
                await self._wait(asyncio.create_task(bell.wait(LOOK_SECONDS)), in_hand)
                in_hand = {task for task in in_hand if not task.done()}
            if still := {*in_hand, *([delivering] if delivering else [])}:
                await asyncio.wait(still)
        finally:
            for task in in_hand:
                task.cancel()
            if delivering:
                delivering.cancel()
                await asyncio.gather(delivering, return_exceptions=True)
            await bell.close()

    async def drain(self) -> None:
        """Do what the clock and the queue have to do, one job after the other, until there is nothing."""
        await self._look_at_the_clock()
        while not self.stopping.is_set() and (job := await self._claim()):
            await self._carry_out(job)

    async def _begin_all(self, in_hand: set[asyncio.Task[None]]) -> None:
        try:
            await self._look_at_the_clock()
            while len(in_hand) < AT_ONCE and not self.stopping.is_set() and (job := await self._claim()):
                in_hand.add(asyncio.create_task(self._carry_out(job)))
        except Unavailable as error:
            LOG.warning("The database cannot be used: %s", error)
        except Exception:
            LOG.exception("The worker goes on after an error that nobody expected.")

    async def _wait(self, bell: asyncio.Task[None], in_hand: set[asyncio.Task[None]]) -> None:
        """Until there may be something to do: a word from others, a job that has ended, or the stop."""
        stop = asyncio.create_task(self.stopping.wait())
        await asyncio.wait({bell, stop, *in_hand}, return_when=asyncio.FIRST_COMPLETED)
        for task in (bell, stop):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await bell

    async def _look_at_the_clock(self) -> None:
        for scheduled in self.schedule:
            context = Context(self.database, self.settings, None, Language.RU, SYSTEM, SYSTEM, clock=self.clock)
            await scheduled.look(context)

    async def _claim(self) -> Job | None:
        if not await waiting(self.database, self.clock()):
            return None
        with suppress(IntegrityError):  # another worker took one of the same lane
            return await claim(self.database, [kind.name for kind in self.kinds], self.clock())
        return None

    # --- one job --------------------------------------------------------------------------------------------------

    async def _carry_out(self, job: Job) -> None:
        """Do the job to its end, or until the worker is stopped or the job is another's."""
        LOG.info("job taken", extra={"facts": _facts(job)})
        beating = asyncio.create_task(self._keep(job))
        try:
            while not self.stopping.is_set() and job.status is JobStatus.RUNNING:
                job = await self._step(job)
            if job.status is JobStatus.RUNNING:
                await give_back(self.database, job, self.clock())
        except Lost:
            LOG.warning("job lost to another worker", extra={"facts": _facts(job)})
        except Unavailable as error:  # its heartbeat ends with us: another worker goes on
            LOG.warning("job left: %s", error, extra={"facts": _facts(job)})
        else:
            LOG.info("job left" if job.status is JobStatus.RUNNING else "job ended", extra={"facts": _facts(job)})
            if self.told and job.status is not JobStatus.RUNNING:
                self.told(job)
        finally:
            beating.cancel()

    async def _step(self, job: Job) -> Job:
        """Do one batch, and give the job as it is then; one that cannot go on has failed.

        Raises `Lost`, and `Unavailable` where not even the failure could be told.
        """
        try:
            await self._batch(job)
            after = await held(self.database, job)
        except Unavailable as error:
            LOG.warning("A batch is tried again: %s", error, extra={"facts": _facts(job)})
            await self._pause()
            return job
        except Lost:
            raise
        except Exception as error:
            LOG.exception("A job has failed.", extra={"facts": _facts(job)})
            await fail(self.database, job, _reason(error), self.clock())
            return await held(self.database, job)
        if after.status is JobStatus.RUNNING and _standing(after) == _standing(job):
            LOG.error("A step has saved no progress.", extra={"facts": _facts(job)})
            await fail(self.database, job, "internal_error", self.clock())
            return await held(self.database, job)
        return after

    async def _batch(self, job: Job) -> None:
        kind = next(kind for kind in self.kinds if kind.name == job.kind)
        context = Context(
            self.database,
            self.settings,
            None,
            Language.RU,
            request_id(job),
            SYSTEM,
            job=at_work(job),
            clock=self.clock,
        )
        run = JobRun(context, job)
        if job.state is None and kind.prepare is not None:
            progress = await kind.prepare(run)
            await self.database.write(lambda tx: run.save(tx, progress))
        else:
            await kind.step(run)

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(UNAVAILABLE_SECONDS):
                await self.stopping.wait()

    async def _keep(self, job: Job) -> None:
        """Show every few seconds that the job's worker lives, also while a batch takes long."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            try:
                await beat(self.database, job, self.clock())
            except Lost:
                return
            except Exception as error:  # noqa: BLE001 - whatever it is, the next beat may do
                LOG.warning("A heartbeat has failed: %s", error, extra={"facts": _facts(job)})


def _standing(job: Job) -> tuple[object, ...]:
    """What a step must have changed."""
    return job.state, job.done, job.failed, job.updated_at


def _reason(error: Exception) -> str:
    """What people are told of a failure: a refusal in full, of what nobody expected only that it is in the log."""
    if isinstance(error, Fault):
        return f"{error.code}: {say(error.message, Language.RU)} / {say(error.message, Language.EN)}"
    return "internal_error"


def _facts(job: Job) -> dict[str, object]:
    return {"job": job.id, "kind": job.kind, "status": job.status.value, "done": job.done, "failed": job.failed}
