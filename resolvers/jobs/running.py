"""What a worker does with a job. Every change here is one conditional statement, so that two workers cannot both do it.

A worker that takes a job makes its `fence` grow by one, and each later change asks for that very number: one that was
thought dead, and goes on, changes nothing, and its batch, in whose transaction the progress is saved, is undone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from models.database import Dialect
from models.database.rows import insert
from models.jobs import Job, JobStatus
from models.journal import AuditEvent
from resolvers.write.unit_of_work import select

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from models.database import Database, Transaction

DEAD_AFTER: Final = timedelta(seconds=30)
"""A worker that has not shown itself for so long is dead, and another takes its job."""
CHANNEL: Final = "abonent_jobs"
"""PostgreSQL's, on which waiting workers are told that there is a new job."""


class Lost(Exception):
    """Another worker has the job: whoever is told so stops at once, and commits nothing."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What one batch added."""

    state: Mapping[str, object]
    """Where the next one begins: a JSON object of a few values (a cursor)."""
    done: int = 0
    failed: int = 0
    """Units of work that this batch did, and those that it could not do."""
    total: int | None = None
    """The number of all units, where it is known better than before."""
    result: Mapping[str, object] | None = None
    """The whole result so far, where it has changed."""
    finished: bool = False
    """There is nothing left to do: the job is done with this batch."""


async def waiting(database: Database, now: datetime) -> bool:
    """Whether there may be a job to take: a cheap look, before `claim` asks for a write transaction."""
    sql = f"SELECT 1 FROM jobs WHERE {_FREE.replace('$2', '$1')} LIMIT 1"
    return bool(await database.fetch(sql, [now - DEAD_AFTER]))


_FREE: Final = "(status = 'queued' OR (status = 'running' AND heartbeat < $2))"


async def claim(database: Database, kinds: Sequence[str], now: datetime) -> Job | None:
    """Take the oldest job of these kinds that waits, or whose worker died; None if there is none.

    May raise the driver's `IntegrityError`, where another worker takes one of the same lane at the same moment.
    """
    return await database.write(lambda tx: _claim(tx, kinds, now))


async def _claim(tx: Transaction, kinds: Sequence[str], now: datetime) -> Job | None:
    postgres = tx.dialect is Dialect.POSTGRES
    among = "= ANY($3::text[])" if postgres else "IN (SELECT value FROM json_each($3))"
    sql = f"""
        UPDATE jobs SET status = 'running', fence = fence + 1, heartbeat = $1, updated_at = $1,
            started_at = COALESCE(started_at, $1)
        WHERE id = (
            SELECT id FROM jobs j WHERE {_FREE} AND kind {among} AND NOT EXISTS (
                SELECT 1 FROM jobs other WHERE other.lane = j.lane AND other.status = 'running' AND other.id <> j.id
            ) ORDER BY id LIMIT 1 {"FOR UPDATE SKIP LOCKED" if postgres else ""}
        ) RETURNING id"""
    wanted: object = list(kinds) if postgres else json.dumps(list(kinds))
    taken = await tx.fetch(sql, [now, now - DEAD_AFTER, wanted])
    if not taken:
        return None
    (job,) = await select(tx, Job, [taken[0][0]])
    if job.cancel_requested:  # its worker died before it could stop
        await _end(tx, job, JobStatus.CANCELLED, now)
        return await _claim(tx, kinds, now)
    return job


async def held(database: Database, job: Job) -> Job:
    """The job as it is now; it may have ended. Raises `Lost` where another worker took it."""
    rows = await select(database, Job, [job.id])
    if not rows or rows[0].fence != job.fence:
        raise Lost
    return rows[0]


async def beat(database: Database, job: Job, now: datetime) -> None:
    """Show that the job's worker lives. Raises `Lost`."""
    await database.write(lambda tx: _change(tx, job, {"heartbeat": now}))


async def save(tx: Transaction, job: Job, progress: Progress, now: datetime) -> None:
    """Keep a batch's progress, in the batch's own transaction. Raises `Lost`, with which all of it is undone."""
    told: dict[str, object] = {"state": _json(progress.state), "heartbeat": now, "updated_at": now}
    told |= {"done": job.done + progress.done, "failed": job.failed + progress.failed}
    if progress.total is not None:
        told["total"] = progress.total
    if progress.result is not None:
        told["result"] = _json(progress.result)
    cancel_requested = await _change(tx, job, told)
    if progress.finished:
        await _end(tx, job, JobStatus.DONE, now)
    elif cancel_requested:
        await _end(tx, job, JobStatus.CANCELLED, now)


async def give_back(database: Database, job: Job, now: datetime) -> None:
    """Leave a job that is not finished to any other worker, which goes on after its last batch. Raises `Lost`."""

    async def body(tx: Transaction) -> None:
        if await _change(tx, job, {"updated_at": now}):
            await _end(tx, job, JobStatus.CANCELLED, now)
            return
        await _change(tx, job, {"status": JobStatus.QUEUED})
        await ring(tx)

    await database.write(body)


async def fail(database: Database, job: Job, error: str, now: datetime) -> None:
    """End a job that cannot go on. Raises `Lost`."""

    async def body(tx: Transaction) -> None:
        await _change(tx, job, {"error": error, "updated_at": now})
        await _end(tx, job, JobStatus.FAILED, now, error=[None, error])

    await database.write(body)


async def ring(tx: Transaction) -> None:
    """Wake the workers that wait, once the transaction has committed. On SQLite they look by themselves."""
    if tx.dialect is Dialect.POSTGRES:
        await tx.fetch("SELECT pg_notify($1, '')", [CHANNEL])


async def _change(tx: Transaction, job: Job, values: Mapping[str, object]) -> bool:
    """Change the job if it is still this worker's, and tell whether it is to stop. Raises `Lost`."""
    setting = ", ".join(f"{name} = ${place}" for place, name in enumerate(values, 3))
    sql = f"UPDATE jobs SET {setting} WHERE id = $1 AND fence = $2 AND status = 'running' RETURNING cancel_requested"
    found = await tx.fetch(sql, [job.id, job.fence, *values.values()])
    if not found:
        raise Lost
    return bool(found[0][0])


_VERBS: Final = {JobStatus.DONE: "finish", JobStatus.FAILED: "fail", JobStatus.CANCELLED: "cancel"}


async def _end(tx: Transaction, job: Job, status: JobStatus, now: datetime, **changes: list[Any]) -> None:
    """Give a running job its last status, and its history the event that says so."""
    await _change(tx, job, {"status": status, "finished_at": now, "updated_at": now})
    event = AuditEvent(
        entity=Job.prefix,
        entity_id=job.id,
        action=_VERBS[status],
        actor_id=job.created_by_id,
        request_id=request_id(job),
        changes={"status": [JobStatus.RUNNING.value, status.value], **changes},
        job_id=job.id,
        created_at=now,
    )
    await insert(tx, event)


def request_id(job: Job) -> str:
    """What the events of all of a job's batches share."""
    return f"job-{job.id}"


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False)
