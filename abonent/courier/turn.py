"""One webhook's turn: from the log to rows that wait, from there to the receiver, until nothing is due.

What is sent is read anew at each try, and so is the webhook itself, as often as twice a second: whoever switches it
off, moves it or gives it a new secret need not wait for what was prepared.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import SystemRandom
from time import monotonic
from typing import TYPE_CHECKING, Final

from abonent.courier.reading import Unreadable, bodies, next_events
from resolvers.events.log import log_of
from resolvers.webhooks.keeping import Lost, Tried, Waiting, behind, due, record, take_in, view_of
from resolvers.webhooks.sending import Message, Sent, send

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from abonent.courier.slots import Slots
    from resolvers.context import Context
    from resolvers.webhooks.keeping import View
    from resolvers.webhooks.network import Network
    from schema.endpoint.selections import Selections

FRESH_SECONDS: Final = 0.5
"""For which the webhook, and what is sent, are taken to be as they were read."""
LOOK_SECONDS: Final = 0.25
"""Between two looks for more, while something is under way."""
RECORD_SECONDS: Final = 0.05
"""For which outcomes are collected, to be kept together."""
CHUNK: Final = 200
"""Events that are taken in, and deliveries that are prepared, together."""
KEPT_TOGETHER: Final = 50
READ_AT_ONCE: Final = 32
GONE: Final = 410
SPREAD: Final = 0.1
"""Of each wait, more or less: receivers that failed together are not tried together."""
_CHANCE: Final = SystemRandom()


@dataclass(frozen=True, slots=True)
class Means:
    """What every turn needs."""

    context: Context
    """Of the worker: nobody calls, its clock tells the time."""
    selections: Selections
    network: Network
    slots: Slots
    stopping: asyncio.Event
    told: Callable[[int, Tried], None] | None = None
    """Is told of each try, with the webhook's id."""


@dataclass(slots=True)
class Turn:
    """The turn of one webhook; `run()` ends when nothing is due. Raises `Lost` where it is void."""

    means: Means
    view: View
    seen: float = field(default_factory=monotonic)
    """When the view was read."""
    looked: float = float("-inf")
    kept: float = field(default_factory=monotonic)
    """When it was last looked for more, and when outcomes were last kept."""
    chains: deque[list[Waiting]] = field(default_factory=deque)
    """What is to be sent: of each entity in order."""
    hand: set[tuple[str, int]] = field(default_factory=set)
    """The entities of which something is prepared, under way, or not yet kept."""
    ended: set[tuple[str, int]] = field(default_factory=set)
    """Those of which nothing more is under way."""
    tried: list[Tried] = field(default_factory=list)
    under_way: set[asyncio.Task[None]] = field(default_factory=set)
    known: dict[int, tuple[float, bytes | str | None]] = field(default_factory=dict)
    """When it was read what is sent of an event, and that, or why it cannot be; None where it is for others only."""
    turnstile: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self) -> None:
        """Take in, send, keep what has come of it, until there is nothing more."""
        try:
            while True:
                behind_the_log = await self._look() if self._may_look() else False
                self._begin()
                if self.under_way:
                    await self._some_done()
                    await self._keep()
                elif not self.chains and not behind_the_log:
                    return
        finally:
            for task in self.under_way:
                task.cancel()
            await asyncio.gather(*self.under_way, return_exceptions=True)

    @property
    def _goes_on(self) -> bool:
        return self.view.delivers and not self.means.stopping.is_set()

    def _may_look(self) -> bool:
        """Ask for more where little is prepared; at the end at once, so that what has come meanwhile is not left."""
        if not self._goes_on or len(self.chains) > CHUNK // 4:
            return False
        return not self.under_way or monotonic() - self.looked >= LOOK_SECONDS

    def _begin(self) -> None:
        if not self._goes_on:
            self.chains.clear()
        most = self.means.slots.most(self.view.id)
        while self.chains and len(self.under_way) < most:
            self.under_way.add(asyncio.create_task(self._send_chain(self.chains.popleft())))

    async def _some_done(self) -> None:
        done, self.under_way = await asyncio.wait(
            self.under_way, timeout=RECORD_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        for task in done:
            task.result()

    # --- what there is to send ----------------------------------------------------------------------------------------

    async def _look(self) -> bool:
        """Take in what has settled, prepare what is due; whether there is more in the log already."""
        self.looked = monotonic()
        await self._refresh()
        context, database = self.means.context, self.means.context.database
        settled, now = await log_of(database).settled(), context.clock()
        if self.view.delivers and self.view.position < settled:
            taken = await next_events(database, self.view, self.view.position, settled, CHUNK)
            await take_in(database, self.view, taken.event_ids, taken.upto, now)
            self.view = replace(self.view, position=taken.upto)
        await self._prepare(await due(database, self.view, now, 2 * CHUNK))
        return self.view.position < settled

    async def _prepare(self, rows: Sequence[Waiting]) -> None:
        first = dict[tuple[str, int], Waiting]()
        for row in rows:
            if row.key not in self.hand:
                first.setdefault(row.key, row)
        rest = await behind(self.means.context.database, self.view, list(first.values()), 2 * CHUNK)
        for key, row in first.items():
            self.chains.append([row, *(one for one in rest if one.key == key)])
        self.hand |= first.keys()

    async def _refresh(self) -> None:
        """The webhook as it is now. Raises `Lost` where what is prepared is void."""
        context, before = self.means.context, self.view
        self.view = await view_of(context.database, before.id, before.holder, context.clock())
        self.seen = monotonic()
        if self.view.epoch != before.epoch:
            raise Lost

    # --- sending ------------------------------------------------------------------------------------------------------

    async def _send_chain(self, rows: Sequence[Waiting]) -> None:
        """Send one entity's events one after the other, as long as they are taken."""
        for row in rows:
            async with self.means.slots.one(self.view.id):
                if not self._goes_on or not await self._fresh(row):
                    break
                tried = await self._try(row)
            self.tried.append(tried)
            if self.means.told:
                self.means.told(self.view.id, tried)
            if not tried.taken:
                break
        self.ended.add(rows[0].key)

    async def _fresh(self, row: Waiting) -> bool:
        """Whether the webhook still delivers, with what is sent of the event at hand."""
        async with self.turnstile:
            now = monotonic()
            if now - self.seen > FRESH_SECONDS:
                await self._refresh()
            known = self.known.get(row.event_id)
            if known is None or now - known[0] > FRESH_SECONDS:
                await self._read(row)
        return self.view.delivers

    async def _read(self, row: Waiting) -> None:
        """What is sent of this event, and of those that come next."""
        soon = [chain[0].event_id for chain in list(self.chains)[: READ_AT_ONCE - 1]]
        wanted = list(dict.fromkeys((row.event_id, *soon)))
        means, now = self.means, monotonic()
        self.known = {one: kept for one, kept in self.known.items() if now - kept[0] <= FRESH_SECONDS}
        try:
            found = await bodies(means.context, means.selections, self.view, wanted)
        except Unreadable as reason:
            self.known |= {event_id: (now, str(reason)) for event_id in wanted}
        else:
            self.known |= {event_id: (now, found.get(event_id)) for event_id in wanted}

    async def _try(self, row: Waiting) -> Tried:
        body = self.known[row.event_id][1]
        if body is None:  # the role may not see it any more: it is for this webhook no longer
            return Tried(row, True, None, None, None, 0, None)
        if isinstance(body, str):
            return self._judged(row, Sent(None, None, f"query_invalid: {body[:200]}", 0.0))
        view, means = self.view, self.means
        message = Message(f"evt_{row.event_id}", body)
        sent = await send(means.network, view.url, message, view.secrets, means.context.clock())
        means.slots.judge(view.id, taken=sent.taken, seconds=sent.seconds)
        return self._judged(row, sent)

    def _judged(self, row: Waiting, sent: Sent) -> Tried:
        """What has come of it: when it is tried again, or why the webhook is paused."""
        now, retries = self.means.context.clock(), self.means.context.settings.webhook_retries
        next_at, pauses = None, None
        if not sent.taken and not row.again:
            gone = sent.http_status == GONE
            if gone or row.attempts >= len(retries):
                next_at, pauses = now, sent.error
            else:
                wait = retries[row.attempts] * _CHANCE.uniform(1 - SPREAD, 1 + SPREAD)
                next_at = now + timedelta(seconds=wait)
        milliseconds = round(sent.seconds * 1000)
        return Tried(row, sent.taken, sent.http_status, sent.answer, sent.error, milliseconds, next_at, pauses)

    # --- what has come of it ------------------------------------------------------------------------------------------

    async def _keep(self) -> None:
        """Keep the outcomes that there are, some together, and be free for what waits behind them. Raises `Lost`."""
        if self.under_way and len(self.tried) < KEPT_TOGETHER and monotonic() - self.kept < RECORD_SECONDS:
            return
        tried, ended = self.tried, self.ended
        self.tried, self.ended, self.kept = [], set(), monotonic()
        if tried:
            await record(self.means.context, self.view, tried)
        for one in tried:
            self.known.pop(one.row.event_id, None)
        self.hand -= ended
        if any(one.pauses for one in tried):
            await self._refresh()
