"""How far the journal has settled, so that no event ever appears before one that was told.

Ids are given before commit, and commits overtake each other. On PostgreSQL a look takes, together, the greatest id that
is there and a new transaction id: every transaction that was given an id up to that one has a smaller transaction id
(operations write, and so have one, before they write their events), and once the oldest transaction still open is no
older than the new one, all of them have ended: nothing up to that id can appear any more. `pg_snapshot_xmax` would not
do for the new one: it is only beyond what has *ended*. SQLite has one writer, whose ids are in the order of commits.

All readers of a process share one `Log`, and with it one look at a time. PostgreSQL is asked again and again, but only
while somebody waits: a NOTIFY in every write would make all of them commit one after the other. Those who follow the
log are told with each look what has settled since the one before, so that whoever wants none of it asks nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Protocol
from weakref import WeakKeyDictionary

from models.database import Dialect, Unavailable
from models.database.engine import give_longer
from resolvers.faults import Code, fault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from models.database import Database

LOOK_SECONDS: Final = 0.05
"""Between two looks, while somebody waits."""
FIRST_SECONDS: Final = 2.0
"""How long a process waits for what was under way when it first looked, before its first answer."""
KEPT_SECONDS: Final = 60.0
"""How long it is good to know which event is the oldest that is kept."""
MOST_SAMPLES: Final = 64
MOST_GLIMPSED: Final = 5_000
"""Events that those who follow are told of; where there were more since the last look, they look themselves."""
AGAIN_SECONDS: Final = 1.0
"""After which a database that is away is asked again."""

_LOOK: Final = {
    Dialect.POSTGRES: """
        SELECT last.id, pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
            CASE WHEN last.id > $1 THEN pg_current_xact_id()::text::bigint END
        FROM (SELECT coalesce(max(id), 0) AS id FROM audit_events) last""",
    Dialect.SQLITE: "SELECT coalesce(max(id), 0), 0, 0 FROM audit_events WHERE $1 = $1",
}


_GLANCE: Final = (
    "SELECT entity, action, entity_id, actor_id, request_id FROM audit_events WHERE id > $1 AND id <= $2 "
    f"ORDER BY id LIMIT {MOST_GLIMPSED + 1}"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """Of some events as much as says whether somebody may want one of them, however many they and those are."""

    kinds: frozenset[tuple[str, str]]
    """Entity and action."""
    rows: frozenset[tuple[str, int]]
    """Entity and its id."""
    ids: frozenset[int]
    actors: frozenset[int | None]
    requests: frozenset[str]


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What has settled between two looks: the events with ids greater than `after`, up to `upto`."""

    after: int
    upto: int
    seen: Seen | None
    """None: too many to be told."""


class Follower(Protocol):
    """Whoever is to be told whenever something has settled."""

    def glimpse(self, news: Glimpse) -> None:
        """Take it in; nothing may be waited for here."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Ids up to `id` have settled once no transaction older than `transaction` is open."""

    id: int
    transaction: int
    taken: float


class Log:
    """The journal of one database, as one process sees it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._samples: list[Sample] = []
        self._sampled = -1
        self._settled = 0
        self._known = False
        self._turn = asyncio.Lock()
        self._looks = 0
        self._waiting = 0
        self._moved = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._followers = set[Follower]()
        self._glimpsed = 0
        self._kept: tuple[float, int, int] = (float("-inf"), 0, 0)

    @property
    def delay(self) -> float:
        """Seconds for which open transactions have kept back what was written; 0 where nothing is kept back."""
        return monotonic() - self._samples[0].taken if self._samples else 0.0

    async def held_back(self) -> float:
        """The same after a look of its own: how long the feed is delayed by now."""
        await self._look()
        return self.delay

    @property
    def reached(self) -> int:
        """The greatest id that is known to have settled, without a look."""
        return self._settled

    def follow(self, follower: Follower) -> None:
        """Tell this one from now on what settles."""
        if not self._followers:
            self._glimpsed = self._settled
        self._followers.add(follower)
        self._see_to_looking()

    def leave(self, follower: Follower) -> None:
        """Tell this one no more."""
        self._followers.discard(follower)

    async def settled(self) -> int:
        """The greatest id that has settled, by a look that begins now; what is not yet known is waited for shortly."""
        settled = await self._look()
        if self._known:
            return settled
        deadline = monotonic() + FIRST_SECONDS
        while not self._known and monotonic() < deadline:
            await asyncio.sleep(LOOK_SECONDS)
            settled = await self._look()
        self._known = True
        return settled

    async def beyond(self, position: int, seconds: float) -> int:
        """The greatest id that has settled, as soon as it is beyond this position, or when the time is over."""
        deadline = monotonic() + seconds
        give_longer(seconds)
        self._waiting += 1
        try:
            self._see_to_looking()
            while self._settled <= position and (left := deadline - monotonic()) > 0:
                moved = self._moved
                try:
                    async with asyncio.timeout(left):
                        await moved.wait()
                except TimeoutError:
                    break
        finally:
            self._waiting -= 1
        return self._settled

    def _see_to_looking(self) -> None:
        if self._looking is None:
            self._looking = asyncio.create_task(self._keep_looking())

    async def _keep_looking(self) -> None:
        """Look for all who wait or follow, until there is nobody."""
        try:
            while self._waiting or self._followers:
                try:
                    await self._look()
                    await self._tell()
                    await asyncio.sleep(LOOK_SECONDS)
                except Unavailable:
                    await asyncio.sleep(AGAIN_SECONDS)
        finally:
            self._looking = None
            self._announce()  # whoever waits, after an error too, looks by itself or begins anew

    async def _tell(self) -> None:
        """Tell those who follow what has settled since they were told last."""
        after, upto = self._glimpsed, self._settled
        if not self._followers or upto <= after:
            return
        rows = await self._database.fetch(_GLANCE, [after, upto])
        news = Glimpse(after, upto, None if len(rows) > MOST_GLIMPSED else _seen(rows))
        self._glimpsed = upto
        for follower in tuple(self._followers):
            follower.glimpse(news)

    async def _look(self) -> int:
        """One look at a time; whoever asks while one is on its way gets the next, which begins after it asked."""
        before = self._looks
        async with self._turn:
            if self._looks == before:
                self._looks += 1
                rows = await self._database.fetch(_LOOK[self._database.dialect], [self._sampled])
                self._take(*rows[0])
        return self._settled

    def _take(self, last: int, oldest_open: int, transaction: int | None) -> None:
        if transaction is not None and last > self._sampled:
            self._sampled = last
            self._samples.append(Sample(last, transaction, monotonic()))
            if len(self._samples) > MOST_SAMPLES:
                del self._samples[-2]
        settled = self._settled
        while self._samples and self._samples[0].transaction <= oldest_open:
            settled, self._known = self._samples.pop(0).id, True
        if not self._samples:
            self._known = True
        if settled > self._settled:
            self._settled = settled
            self._announce()

    def _announce(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    async def oldest(self, days: int | None, now: datetime) -> int:
        """The position before the oldest event that is kept: that of the last one older than so many days."""
        if days is None:
            return 0
        asked, of_days, position = self._kept
        if of_days != days or monotonic() - asked > KEPT_SECONDS:
            position = await self._last_before(now - timedelta(days=days))
            self._kept = (monotonic(), days, position)
        return position

    async def _last_before(self, moment: datetime) -> int:
        """The greatest id of an event before the moment, by halving: ids and times grow together."""
        low, high = 0, await self.settled()
        while low < high:
            middle = (low + high + 1) // 2
            if await self._is_before(middle, moment):
                low = middle
            else:
                high = middle - 1
        return low

    async def _is_before(self, position: int, moment: datetime) -> bool:
        sql = "SELECT created_at < $2 FROM audit_events WHERE id <= $1 ORDER BY id DESC LIMIT 1"
        rows = await self._database.fetch(sql, [position, moment])
        return bool(rows and rows[0][0])


def _seen(rows: Sequence[tuple[Any, ...]]) -> Seen:
    return Seen(
        kinds=frozenset((row[0], row[1]) for row in rows),
        rows=frozenset((row[0], row[2]) for row in rows),
        ids=frozenset(row[2] for row in rows),
        actors=frozenset(row[3] for row in rows),
        requests=frozenset(row[4] for row in rows),
    )


_LOGS: Final[WeakKeyDictionary[Database, Log]] = WeakKeyDictionary()


def log_of(database: Database) -> Log:
    """The one log of this database in this process."""
    if database not in _LOGS:
        _LOGS[database] = Log(database)
    return _LOGS[database]


def expired() -> Exception:
    """The refusal of a cursor whose next events are no longer kept."""
    return fault(Code.CURSOR_EXPIRED)
