"""Where the demo is played: staff who call operations at moments of the past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from abonent.people import STAFF, nothing
from resolvers.clock import now
from resolvers.context import Context
from resolvers.identity.permissions import Caller
from resolvers.operations import OPERATIONS
from resolvers.words import Language
from resolvers.write.operation import Call, perform

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.database import Database
    from models.settings import Settings

BY_NAME: Final = {operation.name: operation for operation in OPERATIONS}
ROLES: Final = {person.username: person.role for person in STAFF}


@dataclass(slots=True)
class Stage:
    """Calls operations as one of the staff, at the moment to which the story has come."""

    database: Database
    settings: Settings
    staff: Mapping[str, int]
    """Ids by username."""
    moment: datetime

    def set(self, days_ago: int, clock: str = "10:00") -> None:
        """Go to a time of day, in the operator's time zone, so many days before today."""
        self.moment = datetime.combine(self.day(days_ago), time.fromisoformat(clock), self.settings.time_zone)

    def day(self, days_ago: int) -> date:
        """The operator's day, so many days before today."""
        return now().astimezone(self.settings.time_zone).date() - timedelta(days=days_ago)

    def set_hours_ago(self, hours: float) -> None:
        self.moment = now() - timedelta(hours=hours)

    async def do(self, username: str, operation: str, target: int | None = None, **arguments: object) -> int:
        """Perform the operation; gives its entity's id. The next call happens five minutes later."""
        answer = await perform(self._context(username), Call(BY_NAME[operation], target, arguments, nothing))
        self.moment += timedelta(minutes=5)
        return answer.outcome.id

    def _context(self, username: str) -> Context:
        caller = Caller(self.staff[username], username, ROLES[username], session_id=None)  # nobody logged in for it
        at = self.moment
        return Context(self.database, self.settings, caller, Language.RU, uuid4().hex, "demo", clock=lambda: at)
