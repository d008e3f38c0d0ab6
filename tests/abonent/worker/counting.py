"""A kind of job for tests: it makes so many tariffs, some a batch. As a program: a worker that knows no other.

python -m tests.abonent.worker.counting DATABASE_URL SECONDS_AHEAD
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from abonent.worker.process import work_until_stopped
from abonent.worker.worker import Worker
from models.database import open_database
from models.settings import Settings
from models.tariffs import Tariff
from resolvers.jobs.kind import JobKind, enqueue
from resolvers.jobs.running import Progress
from resolvers.write.unit_of_work import Work


async def prepare(run):
    return Progress(state={"made": 0}, total=run.arguments["count"], result={"names": []})


async def step(run):
    """A batch of tariffs; their names are unique, so that one made twice would fail."""
    await asyncio.sleep(run.arguments.get("pause", 0))
    await run.batch("count", lambda work: _make(run, work))


async def rehearse(run):
    await run.rehearse("count", lambda work: _make(run, work))


async def _make(run, work):
    first, count = run.state["made"], run.arguments["count"]
    numbers = range(first, min(first + run.arguments.get("batch", 2), count))
    names = [f"{run.arguments.get('name', 'T')} {number}" for number in numbers]
    for name in names:
        tariff = Tariff(name=name, monthly_fee=100)
        tariff.search = tariff.searchable()
        await work.add(tariff)
    made = first + len(names)
    result = {"names": [*run.result["names"], *names]}
    return Progress(state={"made": made}, done=len(names), result=result, finished=made >= count)


COUNT = JobKind("count", step=step, prepare=prepare)
FREE = JobKind("count_free", step=step, prepare=prepare, alone=False)
REHEARSAL = JobKind("rehearsal", step=rehearse, prepare=prepare)
KINDS = (COUNT, FREE, REHEARSAL)


async def ask(context, kind=COUNT, **arguments):
    """Enqueue a job as the context's caller, and give its id."""

    async def body(tx):
        work = Work(context, tx, "create", context.clock())
        job = await enqueue(work, kind, {"count": 4, **arguments})
        await work.finish()
        return job.id

    return await context.database.write(body)


async def main(url, ahead):
    settings = Settings(url, ("",))
    database = await open_database(settings)
    worker = Worker(database, settings, lambda: datetime.now(UTC) + timedelta(seconds=ahead), KINDS, ())
    await work_until_stopped(worker)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
