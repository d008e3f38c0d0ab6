"""The job as people see it."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models import jobs as model
from resolvers import journal
from resolvers.read.columns import column
from resolvers.read.tables import JOBS
from schema.types.available import AvailableAction
from schema.types.connections import Connection
from schema.types.enums import JobStatus
from schema.types.field_sources import actions, global_id, stored, to_many, to_one
from schema.types.links import EventLink, StaffLink
from schema.types.node import Node
from schema.types.scalars import JSON

_ROW = model.Job


@strawberry.type(description="Long work with progress, done by a worker in batches: a billing run, an import.")
class Job(Node):
    """Long work with progress."""

    id: strawberry.ID = global_id(JOBS)
    database_id: int = stored(column(_ROW, "id"), "The number in the global id; the `id` in REST.")
    kind: str = stored(column(_ROW, "kind"), "What kind of work it is, such as `billing_run`.")
    arguments: JSON = stored(column(_ROW, "arguments"), "What was asked for, as a JSON object.")
    status: JobStatus = stored(column(_ROW, "status"), "Where the work stands.")
    cancel_requested: bool = stored(
        column(_ROW, "cancel_requested"), "Whether it was called off; one that runs stops after its batch."
    )
    total: int | None = stored(column(_ROW, "total"), "Units of work in all; null until they have been counted.")
    done: int = stored(column(_ROW, "done"), "Units of work that have been done so far.")
    failed: int = stored(column(_ROW, "failed"), "Units of work that could not be done; the result names them.")
    result: JSON | None = stored(column(_ROW, "result"), "What has come out so far, by the kind of work.")
    error: str | None = stored(column(_ROW, "error"), "Why it has failed; null unless it has.")
    created_by: StaffLink | None = to_one(
        "Staff", column(_ROW, "created_by_id"), "Who started it; null where the clock did."
    )
    started_at: datetime | None = stored(column(_ROW, "started_at"), "When a worker began it; null while it waits.")
    finished_at: datetime | None = stored(column(_ROW, "finished_at"), "When it ended, in whatever way.")
    heartbeat: datetime | None = stored(
        column(_ROW, "heartbeat"), "When its worker last showed that it lives; after 30 s another one takes over."
    )
    available_actions: list[AvailableAction] = actions()
    created_at: datetime = stored(column(_ROW, "created_at"), "When it was asked for.")
    updated_at: datetime = stored(column(_ROW, "updated_at"), "When anything about the job last changed.")
    history: Connection[EventLink] = to_many(
        journal.HISTORY, "entity_id", "Every change of the job, newest first.", entity=_ROW.prefix
    )
