"""Long work with progress, kept in the database: a worker does it in batches (resolvers/jobs)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from tortoise import fields

from models.entity import Entity
from models.fields import MomentField

if TYPE_CHECKING:
    from models.users import User


class JobStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED = (JobStatus.QUEUED, JobStatus.RUNNING)


class Job(Entity):
    prefix: ClassVar[str] = "job"
    secrets: ClassVar[frozenset[str]] = frozenset({"fence", "lane", "once", "state"})
    """What workers keep for themselves."""
    unjournaled: ClassVar[frozenset[str]] = (
        Entity.unjournaled | secrets | {"done", "failed", "heartbeat", "started_at", "finished_at", "total"}
    )

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(max_length=40)
    arguments: fields.JSONField[dict[str, object]] = fields.JSONField()
    status = fields.CharEnumField(JobStatus, max_length=20, default=JobStatus.QUEUED)
    total = fields.IntField(null=True, description="units of work; null until it is known")
    done = fields.IntField(default=0)
    failed = fields.IntField(default=0)
    result: fields.JSONField[dict[str, object]] = fields.JSONField(null=True)
    error = fields.TextField(null=True)
    cancel_requested = fields.BooleanField(default=False, description="a running one is to stop after its batch")
    created_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="jobs", on_delete=fields.RESTRICT, null=True
    )
    created_by_id: int | None
    started_at = MomentField(null=True)
    finished_at = MomentField(null=True)
    heartbeat = MomentField(null=True, description="when its worker last showed that it lives")
    state: fields.JSONField[dict[str, object]] = fields.JSONField(
        null=True, description="where the next batch begins; committed with the batch before; null: nothing is done"
    )
    fence = fields.BigIntField(default=0, description="grows with each worker that takes the job: an older one is out")
    lane = fields.CharField(max_length=40, null=True, description="of the jobs of one lane one runs at a time")
    once = fields.CharField(max_length=255, null=True, description="no two jobs have the same: `billing 2026-03-01`")

    class Meta:
        table = "jobs"
