"""What people may do with a job, and how the list of jobs can be asked (billing.md §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.jobs import Job, JobStatus
from resolvers.identity.permissions import Permission, require
from resolvers.read.columns import column, orderable
from resolvers.read.selection import Filter, ListSpec, Term
from resolvers.read.tables import JOBS
from resolvers.write.guards import Guard, Held, Seen
from resolvers.write.operation import Effect, operation

if TYPE_CHECKING:
    from resolvers.write.unit_of_work import Work

LIST = ListSpec(
    table=JOBS,
    filters=(
        Filter("status", column(Job, "status"), "Jobs in this state."),
        Filter("kind", column(Job, "kind"), "Jobs of this kind, such as `billing_run`."),
        Filter("created_by", column(Job, "created_by_id"), "Jobs that this user started.", "User"),
        Filter("created", column(Job, "created_at"), "By the time at which it was asked for."),
        Filter("started", column(Job, "started_at"), "By the time at which a worker began it."),
        Filter("finished", column(Job, "finished_at"), "By the time at which it ended."),
        Filter("updated", column(Job, "updated_at"), "By the time of the last change."),
    ),
    default_order=(Term(column(Job, "created_at"), descending=True), Term(column(Job, "id"), descending=True)),
    orderable=orderable(Job),
    searchable=False,
)


async def _lock_permitted(work: Work, target: int, data: object) -> Job:
    """The job, if the caller may call it off; that is told before its state."""
    del data
    job = await work.lock(Job, target)
    _require_own(Seen(work.context, work.now, job))
    return job


def _require_own(seen: Seen) -> None:
    caller = seen.context.caller
    if caller is None or seen.row.created_by_id != caller.user_id:
        require(seen.context, Permission.CANCEL_JOBS)


@operation(
    "job.cancel",
    entity=Job,
    effect=Effect.ACTION,
    graphql="cancelJob",
    rest="cancel",
    may=Permission.CANCEL_OWN_JOB,
    moves={JobStatus.QUEUED: None, JobStatus.RUNNING: None},
    guards=(Guard(_require_own, ("created_by_id",), held=Held.LOCK),),
    lock=_lock_permitted,
    says="job_cancelled",
)
async def cancel_job(work: Work, job: Job) -> Job:
    """Call a job off: one's own, or, for supervisors, any.

    One that waits is cancelled at once; one that runs stops after its batch, and what it has done stays.
    """
    if job.status is JobStatus.QUEUED:
        job.status, job.finished_at = JobStatus.CANCELLED, work.now
    job.cancel_requested = True
    return job


OPERATIONS = (cancel_job,)
