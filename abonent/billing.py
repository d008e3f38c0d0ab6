"""`abonent bill`: a billing run in this process, with a bar, and what has come out of it as a table."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, NoReturn

from tqdm import tqdm

from abonent.people import console
from abonent.worker.worker import Worker
from models.jobs import Job, JobStatus
from resolvers.billing.run import BILLING_RUN, COUNTED, enqueue_run
from resolvers.faults import Code, fault
from resolvers.write.unit_of_work import Work, select

if TYPE_CHECKING:
    from datetime import date

    from models.database import Database, Transaction
    from models.settings import Settings

LOOK_SECONDS: Final = 0.2
UNFINISHED: Final = (JobStatus.QUEUED, JobStatus.RUNNING)


async def bill_everybody(database: Database, settings: Settings, day: date | None, *, dry_run: bool) -> dict[str, Any]:
    """Start a run and do it here, or wait for the worker that has taken it; gives its result. Raises its fault."""
    context = console(database, settings)

    async def start(tx: Transaction) -> int:
        work = Work(context, tx, "create")
        job = await enqueue_run(work, day or work.today, dry_run=dry_run)
        await work.finish()
        return int(job.id)

    job_id = await database.write(start)
    worker = Worker(database, settings, context.clock, (BILLING_RUN,), ())
    with tqdm(unit=" contracts", disable=None) as bar:  # on a terminal only
        job = await _ended(worker, job_id, bar)
    if job.status is not JobStatus.DONE:
        raise fault(Code.INTERNAL_ERROR)
    return dict(job.result or {})


async def _ended(worker: Worker, job_id: int, bar: tqdm[NoReturn]) -> Job:
    """The job when it has ended, done here or by another worker that was quicker; the bar follows it."""
    while True:
        working = asyncio.create_task(worker.drain())
        while not working.done():
            await asyncio.wait({working}, timeout=LOOK_SECONDS)
            job = await _shown(worker.database, job_id, bar)
        await working
        if job.status not in UNFINISHED:
            return job
        await asyncio.sleep(LOOK_SECONDS)


async def _shown(database: Database, job_id: int, bar: tqdm[NoReturn]) -> Job:
    (job,) = await select(database, Job, [job_id])
    bar.total = job.total
    bar.update(job.done + job.failed - bar.n)
    return job


def table_of_run(result: dict[str, Any]) -> str:
    """The figures of a run, then those of each tariff."""
    figures = [f"{name.replace('_', ' '):<14}{result[name]:>10}" for name in COUNTED]
    tariffs = [f"{row['name']:<40}{row['due']:>8}{row['charged']:>9}{row['amount']:>16}" for row in result["by_tariff"]]
    heading = f"{'tariff':<40}{'due':>8}{'charged':>9}{'amount':>16}"
    failures = [f"contract {one['contract']}: {one['message']}" for one in result["failures"]]
    return "\n".join([*figures, f"{'amount':<14}{result['amount']:>10}", "", heading, *tariffs, *failures])
