"""What can be configured. `abonent/` fills it from the environment; nothing else reads the environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from models.tickets import TicketPriority

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """What a GraphQL document may ask for (contract §5)."""

    depth: int = 15
    aliases: int = 30
    tokens: int = 2_000
    fields: int = 1_000
    cost: int = 100_000
    conflicts: int = 5_000
    """Pairs of fields that are answered under one key: validation compares every two of them."""
    values: int = 10_000
    """In the variables and the document, each counted as often as it is used."""


def _due_hours() -> Mapping[TicketPriority, int]:
    return MappingProxyType(
        {TicketPriority.CRITICAL: 4, TicketPriority.HIGH: 8, TicketPriority.MEDIUM: 24, TicketPriority.LOW: 72}
    )


def _first_response_hours() -> Mapping[TicketPriority, int]:
    return MappingProxyType(
        {TicketPriority.CRITICAL: 1, TicketPriority.HIGH: 2, TicketPriority.MEDIUM: 4, TicketPriority.LOW: 8}
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an operator of the system can set; defaults are those of `contract.md`."""

    database_url: str
    secret_keys: tuple[str, ...] = field(repr=False)
    """The first signs tokens; all of them verify, so that a key can be changed without logging everybody out."""
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Bishkek"))
    """Of business dates: signed, activation, billing, a bare date in a filter."""
    access_lifetime: timedelta = timedelta(hours=1)
    refresh_lifetime: timedelta = timedelta(days=7)
    refresh_grace: timedelta = timedelta(seconds=30)
    """For which a refresh token that has been used may be used again: by another tab, after a lost answer."""
    due_hours: Mapping[TicketPriority, int] = field(default_factory=_due_hours)
    first_response_hours: Mapping[TicketPriority, int] = field(default_factory=_first_response_hours)
    number_quarantine_days: int = 0
    """For which the number of a closed SIM is given to no other."""
    query_limits: QueryLimits = field(default_factory=QueryLimits)
    max_body_bytes: int = 1_048_576
    import_bytes: int = 104_857_600
    """Of an uploaded file."""
    answer_bytes: int = 33_554_432
    """Of one answer, at either door."""
    body_seconds: float = 30
    """Within which a request's body must have come whole."""
    newer_schema: bool = False
    """Whether to serve on a database that a newer version has migrated, as in a rolling upgrade."""
    request_seconds: float = 15
    """Within which an answer must begin, once the request has come whole; then it is given up (contract §4)."""
    pool_size: int = 10
    """PostgreSQL connections of one worker."""
    readers: int = 3
    """SQLite connections of one worker that only read."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses whose `X-Forwarded-For` is believed."""
    root_path: str = ""
    """The prefix under which a proxy serves it (`/crm`): in front of every address that is told."""
    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may call; `*` is any, `localhost` any port of this machine."""
    cors_headers: tuple[str, ...] = ("baggage", "sentry-trace", "traceparent", "tracestate")
    """Headers that they may send, beside those that the API reads."""
    argon2_time_cost: int = 3
    argon2_memory_kib: int = 65_536
    hash_threads: int = 2
    hash_queue: int = 40
    """Passwords that may be in hand or wait at once; whoever comes beyond that is asked to come again."""
    cost_per_minute: int | None = None
    """What a key, or a user over all sessions, may ask for in a minute, in the unit that documents are priced with."""
    events_days: int | None = None
    """How many days back the event feed reaches; None: to the beginning."""
    streams: int = 2_000
    """Event streams that one process keeps open at once."""
    webhook_private: bool = False
    """Whether webhooks may go to private networks and this machine, and without TLS."""
    webhook_retries: tuple[int, ...] = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
    """Seconds before each further try of an event that a webhook's receiver did not take."""
    worker: bool = True
    """Whether a process that serves does jobs too; not where workers run by themselves."""
    log_level: str = "INFO"
    metrics: bool = False
