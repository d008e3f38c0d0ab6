"""Which webhooks are this worker's, and which have something to do: each gets its turn, side by side."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from abonent.courier.slots import Slots
from abonent.courier.turn import Means, Turn
from models.database import Unavailable
from resolvers.clock import now
from resolvers.context import Context
from resolvers.events.log import log_of
from resolvers.webhooks.keeping import AT_ONCE, DEAD_AFTER, Lost, forget, hold, let_go, view_of, with_work
from resolvers.webhooks.network import Network
from resolvers.words import Language
from schema.endpoint.selections import selections

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from models.database import Database
    from models.settings import Settings
    from resolvers.webhooks.keeping import Tried

LOG: Final = logging.getLogger("abonent.courier")
LOOK_SECONDS: Final = 0.2
"""Between two looks for what has happened, or is due again."""
HOLD_SECONDS: Final = DEAD_AFTER.total_seconds() / 6
"""Between two signs of life, each with a look for webhooks that nobody holds."""
FORGET_SECONDS: Final = 600.0
FAILED_SECONDS: Final = 2.0
"""After which a webhook's turn comes again that ended by an error of ours or the database's."""
STOP_SECONDS: Final = 3.0
"""How long tries under way may take once it is told to stop; those that take longer are made again by another."""
SYSTEM: Final = "courier"


@dataclass(slots=True)
class Courier:
    """Delivers to the webhooks that it holds, of any number of couriers that share a database."""

    database: Database
    settings: Settings
    clock: Callable[[], datetime] = now
    told: Callable[[int, Tried], None] | None = None
    """Is told of each try, with the webhook's id."""
    holder: str = field(default_factory=lambda: uuid4().hex)
    held: set[int] = field(default_factory=set)
    turns: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    resting: dict[int, float] = field(default_factory=dict)
    """Until when a webhook whose turn has failed is left alone."""
    slots: Slots = field(default_factory=Slots)

    async def run(self, stopping: asyncio.Event) -> None:
        """Deliver until stopped; then finish what is under way. A database that is away is waited for."""
        means = self._means(stopping)
        beaten = forgotten = float("-inf")
        try:
            while not stopping.is_set():
                try:
                    if monotonic() - beaten >= HOLD_SECONDS:
                        await self._hold()
                        beaten = monotonic()
                    if monotonic() - forgotten >= FORGET_SECONDS and self.held:
                        forgotten = monotonic()
                        await self._forget()
                    await self._begin(means)
                except Unavailable as error:
                    LOG.warning("The database cannot be used: %s", error)
                except Exception:
                    LOG.exception("The courier goes on after an error that nobody expected.")
                await _rest(stopping, LOOK_SECONDS if self.held else HOLD_SECONDS)
            if self.turns:
                await asyncio.wait(self.turns.values(), timeout=STOP_SECONDS)
        finally:
            await self._leave(means)

    async def drain(self) -> None:
        """Deliver all that is due at this moment, and come back."""
        means = self._means(asyncio.Event())
        try:
            await self._hold()
            await self._begin(means)
            await asyncio.gather(*self.turns.values())
        finally:
            await means.network.aclose()

    def _means(self, stopping: asyncio.Event) -> Means:
        context = Context(self.database, self.settings, None, Language.EN, SYSTEM, SYSTEM, clock=self.clock)
        network = Network(self.settings.webhook_private)
        return Means(context, selections(self.settings.query_limits), network, self.slots, stopping, self.told)

    async def _leave(self, means: Means) -> None:
        for task in self.turns.values():
            task.cancel()
        await asyncio.gather(*self.turns.values(), return_exceptions=True)
        await means.network.aclose()
        try:
            await let_go(self.database, self.holder)
        except Unavailable as error:  # they are taken for dead soon
            LOG.warning("The webhooks are still held: %s", error)

    # --- whose turn it is ---------------------------------------------------------------------------------------------

    async def _hold(self) -> None:
        self.held = await hold(self.database, self.holder, self.clock())
        for webhook_id in self.turns.keys() - self.held:
            self.turns[webhook_id].cancel()  # another worker has it, or it is gone

    async def _begin(self, means: Means) -> None:
        """Begin the turns of those that have something to do."""
        self.turns = {webhook_id: task for webhook_id, task in self.turns.items() if not task.done()}
        if not self.held:
            return
        settled = await log_of(self.database).settled()
        moment = monotonic()
        self.resting = {webhook_id: until for webhook_id, until in self.resting.items() if until > moment}
        for webhook_id in await with_work(self.database, self.holder, settled, self.clock()):
            if webhook_id not in self.turns and webhook_id not in self.resting:
                self.turns[webhook_id] = asyncio.create_task(self._turn(means, webhook_id))

    async def _turn(self, means: Means, webhook_id: int) -> None:
        try:
            view = await view_of(self.database, webhook_id, self.holder, self.clock())
            await Turn(means, view).run()
        except Lost:
            return
        except Unavailable as error:
            self.resting[webhook_id] = monotonic() + FAILED_SECONDS
            LOG.warning("The database cannot be used: %s", error)
        except Exception:
            self.resting[webhook_id] = monotonic() + FAILED_SECONDS
            LOG.exception("A webhook's turn has failed.", extra={"facts": {"webhook": webhook_id}})

    async def _forget(self) -> None:
        while await forget(self.database, self.clock()) == AT_ONCE:
            continue


async def _rest(stopping: asyncio.Event, seconds: float) -> None:
    """Until there may be something to do."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stopping.wait()
