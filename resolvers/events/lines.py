"""Who listens to the log: a line each, woken when there is something for it, and ended with its session (events.md §3).

A line stands somewhere in the log and reads on from there, page by page. While it waits it costs nothing but its place:
what settles is shown to all lines of a process at once, and who wants none of it moves on without a statement.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from math import inf
from time import monotonic, time
from typing import TYPE_CHECKING, Final, TypeVar

from models.database import Unavailable
from resolvers.context import Told as Weight
from resolvers.events.feed import bounded
from resolvers.events.log import log_of
from resolvers.faults import Code, Fault, fault
from resolvers.identity.callers import caller_now, callers_now
from resolvers.identity.optimistic_caller import Guard, UnprovenError
from resolvers.words import Message

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

    from models.database import Database
    from resolvers.context import Context
    from resolvers.events.feed import Told, Window
    from resolvers.events.log import Glimpse, Seen
    from resolvers.identity.permissions import Caller

T = TypeVar("T")
EntityId = tuple[str, int]
"""A prefix and a row's id."""

PAGE: Final = 100
"""Events that are read together."""
TRIES: Final = 3
"""How often a read is begun for a caller who changes meanwhile."""
FULL_SECONDS: Final = 30
"""After which whoever finds all lines taken may try again."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds."""

    beat: float = 15.0
    """Between two signs of life."""
    sessions: float = 2.0
    """Between two looks whether sessions live."""
    stalled: float = 30.0
    """After which a reader who takes nothing is cut off."""


class Line:
    """One who listens: where it stands in the log, and what there is to wake up for."""

    def __init__(
        self,
        context: Context,
        position: int,
        may_want: Callable[[Seen], bool],
        ends: float | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.context = context
        """Of the request, with the caller as it was last seen."""
        self.position = position
        self.pace = pace or Pace()
        self._may_want = may_want
        self._ends = inf if ends is None else ends
        self._stirred = asyncio.Event()
        self._rests = False
        self._fault: Fault | None = None
        self._since: float | None = None
        self.behind: Callable[[float], None] | None = None
        """Told how long it took to tell what had settled."""

    # --- what wakes it --------------------------------------------------------------------------------------------

    def glimpse(self, news: Glimpse) -> None:
        """As of `Follower`: wake up, unless there is nothing in it for this line."""
        if self._passes(news):
            self.position = max(self.position, news.upto)
        else:
            self._stir()

    def _stir(self) -> None:
        self._since = self._since or monotonic()
        self._stirred.set()

    def _passes(self, news: Glimpse) -> bool:
        known = self._rests and not self._stirred.is_set() and self.position >= news.after
        return known and news.seen is not None and not self._may_want(news.seen)

    def end(self, why: Fault) -> None:
        """Let it end, as soon as what it does now is done."""
        self._fault = self._fault or why
        self._stirred.set()

    def stop(self) -> None:
        """The process stops."""
        self.end(fault(Code.SERVICE_UNAVAILABLE))

    # --- what it does ---------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Raise the fault with which it ends, if it is to."""
        if self._fault is None and time() >= self._ends:
            self._fault = fault(Code.TOKEN_NOT_VALID)
        if self._fault is not None:
            raise self._fault

    def calm(self) -> None:
        """Whatever happened until now will be seen."""
        self._stirred.clear()

    async def rest(self, until: float) -> None:
        """Wait for something to happen, until a moment of the loop's clock. Raises as `check`."""
        if self._since is not None and self.behind is not None and not self._stirred.is_set():
            self.behind(monotonic() - self._since)
            self._since = None
        left = self._ends - time()
        self._rests = True
        try:
            async with asyncio.timeout_at(min(until, asyncio.get_running_loop().time() + left)):
                await self._stirred.wait()
        except TimeoutError:
            pass
        finally:
            self._rests = False
        self.check()

    async def ask(self, read: Callable[[Context], Awaitable[T]]) -> T:
        """What a read answers to the caller as it is at that moment. Raises `token_not_valid` for one who has gone."""
        for _ in range(TRIES):
            try:
                return await read(self._context())
            except UnprovenError:
                await self._renew()
        raise fault(Code.SERVICE_UNAVAILABLE)

    def _context(self) -> Context:
        context, caller = self.context, self.context.caller
        guard = None if caller is None or caller.called_with is None else Guard(context.database, caller)
        return replace(context, guard=guard, told=Weight())

    async def _renew(self) -> None:
        caller = self.context.caller
        if caller is not None and caller.called_with is not None:
            self.see(await caller_now(self.context.database, caller))
        self.check()

    def see(self, caller: Caller | None) -> None:
        """Take in who the session, or the key, belongs to now."""
        if caller is None:
            self.end(fault(Code.TOKEN_NOT_VALID))
        elif caller != self.context.caller:
            self.context = replace(self.context, caller=caller)


class Watch(Line):
    """One who listens to some entities: which of them have changed since they were read."""

    def __init__(
        self,
        context: Context,
        position: int,
        ids: Iterable[EntityId],
        ends: float | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._ids = dict.fromkeys(ids)
        super().__init__(context, position, lambda seen: not seen.rows.isdisjoint(self._ids), ends, pace)
        self._changed = set(self._ids)

    def glimpse(self, news: Glimpse) -> None:
        """As of `Follower`: note what has changed; all of them may have, where not everything was seen."""
        if news.seen is None or self.position < news.after:
            self._changed = set(self._ids)
        else:
            self._changed |= news.seen.rows & self._ids.keys()
        self.position = max(self.position, news.upto)
        if self._changed:
            self._stir()

    def take(self) -> list[EntityId]:
        """What is to be read, in the order in which it was asked for; at first that is all."""
        taken, self._changed = self._changed, set()
        return [one for one in self._ids if one in taken]


async def watch(
    line: Watch, read: Callable[[Context, list[EntityId]], Awaitable[list[str]]]
) -> AsyncGenerator[tuple[EntityId, str] | None, None]:
    """What is told of changes, entity by entity; None: a sign of life is due. Ends with a fault only."""
    clock = asyncio.get_running_loop().time
    beat = clock() + line.pace.beat
    while True:
        line.calm()
        if ids := line.take():
            found = await line.ask(lambda context, ids=ids: read(context, ids))  # type: ignore[misc]
            for one, text in zip(ids, found, strict=True):
                yield one, text
            beat = clock() + line.pace.beat
            line.check()
        await line.rest(beat)
        if clock() >= beat:
            yield None
            beat = clock() + line.pace.beat


async def listen(
    line: Line, read: Callable[[Context, Window], Awaitable[list[Told]]], size: int | None = None
) -> AsyncGenerator[Told | None, None]:
    """What is told to a line, event by event; None: a sign of life is due. Ends with a fault only.

    The line's position is moved behind each event before it is told. At most `size` events are read together.
    """
    log, clock = log_of(line.context.database), asyncio.get_running_loop().time
    beat = clock() + line.pace.beat
    while True:
        line.calm()
        while line.position < log.reached:
            page = bounded(line.position, log.reached, size or PAGE)
            told = await line.ask(lambda context, page=page: read(context, page))  # type: ignore[misc]
            for one in told:
                line.position = one.position
                yield one
            if len(told) < page.size:
                line.position = page.upto
            beat = clock() + line.pace.beat if told else beat
            line.check()
            if clock() >= beat:
                break
        else:
            await line.rest(beat)
        if clock() >= beat:
            yield None
            beat = clock() + line.pace.beat


class Lines:
    """All lines of a process: counted, and their sessions kept an eye on by one statement for all."""

    def __init__(
        self,
        database: Database,
        most: int,
        pace: Pace | None = None,
        count: Callable[[int], None] | None = None,
        behind: Callable[[float], None] | None = None,
    ) -> None:
        """`count` is told how many there are, `behind` how long it takes each time to tell what has settled."""
        self._behind = behind
        self._database = database
        self._most = most
        self._open = set[Line]()
        self._count = count
        self._watching: asyncio.Task[None] | None = None
        self.pace = pace or Pace()

    def __len__(self) -> int:
        return len(self._open)

    def open(self, line: Line) -> None:
        """Let it be told; raises `service_unavailable` where there are as many as may be. To be closed again."""
        if len(self._open) >= self._most:
            message = Message("too_many_streams", {"limit": self._most})
            raise Fault(Code.SERVICE_UNAVAILABLE, message, retry_after=FULL_SECONDS)
        line.behind = self._behind
        self._open.add(line)
        log_of(self._database).follow(line)
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())
        self._counted()

    def close(self, line: Line) -> None:
        """It has ended, whyever."""
        self._open.discard(line)
        log_of(self._database).leave(line)
        self._counted()

    def _counted(self) -> None:
        if self._count is not None:
            self._count(len(self._open))

    async def _watch(self) -> None:
        """Keep an eye on the sessions and keys of all, until there are none."""
        try:
            while self._open:
                await asyncio.sleep(self.pace.sessions)
                await self._look()
        finally:
            self._watching = None

    async def _look(self) -> None:
        called = [(line, line.context.caller) for line in self._open]
        watched = [(line, caller) for line, caller in called if caller is not None and caller.called_with is not None]
        try:
            living = await callers_now(self._database, [caller for _, caller in watched])
        except Unavailable:
            return
        for line, caller in watched:
            line.see(living.get(caller.called_with))
