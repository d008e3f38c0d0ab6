"""Many calls lock their rows at the same time: one statement a table, in the order of locks, for all of them.

What a call locks is said by its operation's own function, row by row. Here those functions run side by side, each until
it waits for a row; when all of them wait (or have ended), the rows of the first table in the order are fetched at once.
So a thousand calls lock as few do, and in the same order as one.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from resolvers.faults import Fault
from resolvers.write.locks import Direct, Lock, rank

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Sequence

    from models.entity import Entity
    from resolvers.write.locks import Rows
    from resolvers.write.unit_of_work import Work

E = TypeVar("E", bound="Entity")


@dataclass(frozen=True, slots=True)
class _Request:
    """Rows that one of the calls waits for."""

    model: type[Entity]
    ids: Sequence[int]
    mode: Lock
    answer: asyncio.Future[list[Any]]

    @property
    def place(self) -> tuple[bool, int]:
        """Glimpses come first, as what is locked depends on them."""
        return self.mode is not Lock.NONE, rank(self.model)


@dataclass(slots=True)
class _Gathered:
    """`Rows` that are fetched when everybody waits."""

    source: Rows
    running: int
    """Calls that have not ended."""
    requests: list[_Request] = field(default_factory=list)
    all_wait: asyncio.Event = field(default_factory=asyncio.Event)

    async def get(self, model: type[E], ids: Sequence[int], mode: Lock) -> list[E]:
        request = _Request(model, ids, mode, asyncio.get_running_loop().create_future())
        self.requests.append(request)
        self.look()
        return await request.answer

    def ended(self, _: asyncio.Task[Any]) -> None:
        self.running -= 1
        self.look()

    def look(self) -> None:
        if len(self.requests) == self.running:
            self.all_wait.set()

    async def serve(self) -> None:
        """Fetch what is first in the order, again and again, until all calls have ended."""
        while True:
            await self.all_wait.wait()
            self.all_wait.clear()
            if not self.running:
                return
            first = min(request.place for request in self.requests)
            served = [request for request in self.requests if request.place == first]
            self.requests = [request for request in self.requests if request.place != first]
            await self._answer(served)

    async def _answer(self, served: Sequence[_Request]) -> None:
        ids = sorted({row_id for request in served for row_id in request.ids})
        mode = Lock.CHANGE if any(request.mode is Lock.CHANGE for request in served) else served[0].mode
        found = {row.id: row for row in await self.source.get(served[0].model, ids, mode)}
        for request in served:
            request.answer.set_result([found[row_id] for row_id in request.ids if row_id in found])


async def side_by_side(work: Work, calls: Iterable[Awaitable[Any]]) -> list[Any]:
    """What each of the calls gives, or the `Fault` that it raises, in their order; the rows that they ask for together.

    Raises what else any of them raises.
    """
    tasks = [asyncio.ensure_future(call) for call in calls]
    gathered = _Gathered(Direct(work.tx), len(tasks))
    work.rows = gathered
    for task in tasks:
        task.add_done_callback(gathered.ended)
    try:
        if tasks:
            await gathered.serve()
    finally:
        work.rows = Direct(work.tx)
        for task in tasks:
            task.cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException) and not isinstance(end, Fault):
            raise end
    return ends
