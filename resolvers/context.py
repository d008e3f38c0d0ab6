"""What an operation or a read knows of the request that it serves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from resolvers.clock import now
from resolvers.faults import hold

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date, datetime

    from models.database import Database, Reader
    from models.settings import Settings
    from resolvers.identity.optimistic_caller import Guard
    from resolvers.identity.permissions import Caller
    from resolvers.words import Language


@dataclass(slots=True)
class Told:
    """What a request has been answered so far."""

    bytes: int = 0


@dataclass(frozen=True, slots=True)
class JobAtWork:
    """The job whose work something is: its events name it, and, as their actor, whoever started it."""

    id: int
    actor_id: int | None
    """Null: nobody started it, but the clock."""


@dataclass(frozen=True, slots=True)
class Context:
    """One request, whichever door it came through."""

    database: Database
    settings: Settings
    caller: Caller | None
    language: Language
    request_id: str
    address: str
    """Of the client, for slowing guesses."""
    token_refused: bool = False
    """A token was sent, but is not valid: nobody is calling, and the refusal says why."""
    guard: Guard | None = None
    """The caller is only presumed: what counts is what is read through this."""
    job: JobAtWork | None = None
    """A worker is doing this job; nobody is calling, and permissions were asked of whoever started it."""
    clock: Callable[[], datetime] = now
    """The moment at which a write happens; the demo data's lie in the past."""

    selection_fault: Callable[[str, Language], Awaitable[str | None]] | None = None
    """What is wrong with a text as a GraphQL selection on `Event`, if something is; asked where one is written."""

    told: Told = field(default_factory=Told)

    def weighed(self, body: bytes) -> bytes:
        """The same part of the answer, unless with it the answer gets too large. Raises `LimitExceeded`."""
        self.told.bytes += len(body)
        hold("answer", self.told.bytes, self.settings.answer_bytes)
        return body

    @property
    def reader(self) -> Reader:
        """What reads outside transactions."""
        return self.guard or self.database

    def today(self, moment: datetime) -> date:
        """The business day of a moment, in the operator's time zone."""
        return moment.astimezone(self.settings.time_zone).date()
