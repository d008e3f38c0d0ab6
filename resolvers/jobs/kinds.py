"""Every kind of job that a worker knows, and what the clock starts: a new one is added here, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from resolvers.jobs.kind import JobKind, Scheduled

KINDS: Final[tuple[JobKind, ...]] = ()
SCHEDULE: Final[tuple[Scheduled, ...]] = ()
