"""Every kind of job that a worker knows, and what the clock starts: a new one is added here, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from resolvers.billing.run import BILLING_HOUR, BILLING_RUN, REPRICE
from resolvers.imports.job import IMPORT
from resolvers.registers.job import POSTING, REGISTER

if TYPE_CHECKING:
    from resolvers.jobs.kind import JobKind, Scheduled

KINDS: Final[tuple[JobKind, ...]] = (BILLING_RUN, REPRICE, IMPORT, REGISTER, POSTING)
SCHEDULE: Final[tuple[Scheduled, ...]] = (BILLING_HOUR,)
