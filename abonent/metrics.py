"""What Prometheus may read at `/metrics`, when it is switched on."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.responses import Response

from models.database import Unavailable
from resolvers.events.log import log_of
from resolvers.webhooks.keeping import how_webhooks_do

if TYPE_CHECKING:
    from starlette.requests import Request

    from abonent.middleware import Seen
    from models.database import Database
    from models.jobs import Job
    from resolvers.webhooks.keeping import Tried

SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Set, it names the folder through which several workers add their numbers up."""
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
STATEMENTS: Final = (1, 2, 3, 5, 8, 13, 21, 50)
MOST_OPERATIONS: Final = 500
"""Operations that are counted by name: documents of many fields could make up ever more."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """The counters of one application."""

    registry: CollectorRegistry
    requests: Counter
    seconds: Histogram
    statements: Histogram
    jobs: Counter
    events_delay: Gauge
    streams: Gauge
    stream_lag: Histogram
    tries: Counter
    webhooks: Gauge
    webhook_lag: Gauge
    named: set[str] = field(default_factory=set)

    def count(self, seen: Seen) -> None:
        """Count a finished request."""
        operation = self._named(seen.operation or "none")
        self.requests.labels(seen.method, operation, str(seen.status)).inc()
        self.seconds.labels(operation).observe(seen.seconds)
        self.statements.labels(operation).observe(seen.meter.statements)

    def count_job(self, job: Job) -> None:
        """Count a job that this process has done to its end, whatever that was."""
        self.jobs.labels(job.kind, job.status.value).inc()

    def count_try(self, webhook_id: int, tried: Tried) -> None:
        """Count a try to deliver an event to a webhook."""
        del webhook_id
        self.tries.labels("taken" if tried.taken else "failed").inc()

    async def _look(self, database: Database) -> None:
        """What the database tells, at the moment of asking."""
        self.events_delay.set(await log_of(database).held_back())
        for status, count, lag in await how_webhooks_do(database):
            self.webhooks.labels(status).set(count)
            self.webhook_lag.labels(status).set(lag)

    def _named(self, operation: str) -> str:
        if operation in self.named:
            return operation
        if len(self.named) >= MOST_OPERATIONS:
            return "other"
        self.named.add(operation)
        return operation

    async def show(self, request: Request) -> Response:
        """All numbers in Prometheus's text format."""
        with suppress(Unavailable):
            await self._look(request.app.state.database)
        registry = self.registry
        if SHARED_FOLDER in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library leaves it untyped
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def make_metrics() -> Metrics:
    registry = CollectorRegistry()
    return Metrics(
        registry,
        Counter("abonent_requests", "Finished requests.", ("method", "operation", "status"), registry=registry),
        Histogram("abonent_request_seconds", "Time to answer.", ("operation",), registry=registry, buckets=SECONDS),
        Histogram(
            "abonent_request_statements", "SQL statements.", ("operation",), registry=registry, buckets=STATEMENTS
        ),
        Counter("abonent_jobs", "Jobs that have ended.", ("kind", "status"), registry=registry),
        Gauge(
            "abonent_events_delay_seconds",
            "How long open transactions have held the event feed back.",
            registry=registry,
            multiprocess_mode="max",
        ),
        Gauge("abonent_event_streams", "Event streams that are open.", registry=registry, multiprocess_mode="livesum"),
        Histogram(
            "abonent_event_stream_lag_seconds",
            "From when events could be told to when a stream has told them.",
            registry=registry,
            buckets=SECONDS,
        ),
        Counter("abonent_webhook_tries", "Tries to deliver an event.", ("outcome",), registry=registry),
        Gauge(
            "abonent_webhooks",
            "Webhooks that are switched on.",
            ("status",),
            registry=registry,
            multiprocess_mode="mostrecent",
        ),
        Gauge(
            "abonent_webhook_lag_events",
            "How far the last of them is behind the log.",
            ("status",),
            registry=registry,
            multiprocess_mode="mostrecent",
        ),
    )
