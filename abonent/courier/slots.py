"""How many tries are under way at once: few each, few together, and room for those that answer.

A receiver that took the last event in time may have four tries at once, any other one (a new one too, of which nothing
is known) a single one; and tries of such leave a quarter of all room to the others. What goes beyond one's first try
gives way once half of the room is taken. So receivers that never answer, however many, hold nobody up who does.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from resolvers.webhooks.sending import MOST_TOGETHER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MOST_EACH: Final = 4
MOST_UNPROVEN: Final = MOST_TOGETHER * 3 // 4
CROWDED: Final = MOST_TOGETHER // 2
QUICK_SECONDS: Final = 2.0
"""Within which a receiver has to take an event to count as one that answers."""


@dataclass(slots=True)
class Slots:
    """The tries that are under way, of all webhooks of one worker."""

    together: int = 0
    unproven: int = 0
    each: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    proven: set[int] = field(default_factory=set)
    """Webhooks whose receivers took the last event in time."""
    freed: asyncio.Event = field(default_factory=asyncio.Event)

    def most(self, webhook_id: int) -> int:
        """How many tries this webhook may have at once."""
        return MOST_EACH if webhook_id in self.proven else 1

    @asynccontextmanager
    async def one(self, webhook_id: int) -> AsyncIterator[None]:
        """Room for a try, as soon as there is some."""
        while not self._has_room(webhook_id):
            self.freed.clear()
            await self.freed.wait()
        proven = webhook_id in self.proven
        self.together += 1
        self.each[webhook_id] += 1
        self.unproven += not proven
        try:
            yield
        finally:
            self.together -= 1
            self.each[webhook_id] -= 1
            self.unproven -= not proven
            self.freed.set()

    def _has_room(self, webhook_id: int) -> bool:
        mine = self.each[webhook_id]
        if mine >= self.most(webhook_id) or self.together >= MOST_TOGETHER:
            return False
        if webhook_id not in self.proven:
            return self.unproven < MOST_UNPROVEN
        return mine == 0 or self.together < CROWDED

    def judge(self, webhook_id: int, *, taken: bool, seconds: float) -> None:
        """Remember how a receiver did."""
        if taken and seconds <= QUICK_SECONDS:
            self.proven.add(webhook_id)
        else:
            self.proven.discard(webhook_id)
        self.freed.set()
