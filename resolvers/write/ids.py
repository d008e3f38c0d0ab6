"""The ids of rows to come: each row has its own as soon as an operation makes it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from models.database.rows import ids_ahead, new_ids

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models.database import Transaction
    from models.entity import Entity


@dataclass(slots=True)
class Ids:
    """Ids that are good for new rows of this transaction."""

    tx: Transaction
    rehearsal: bool
    """All will be undone: no number is taken that would not come back."""
    kept: dict[type[Entity], list[int]] = field(default_factory=dict)
    passed: Counter[type[Entity]] = field(default_factory=Counter)
    """How many ids a rehearsal has looked at."""

    async def take(self, model: type[Entity], spare: int) -> int:
        """The id of one new row; where none is at hand, `spare` are reserved."""
        if not self.kept.get(model):
            await self.reserve(model, spare)
        return self.kept[model].pop()

    async def reserve(self, model: type[Entity], count: int) -> None:
        """Take ids for this many rows that are to be added, by one statement."""
        if self.rehearsal:
            fresh = await ids_ahead(self.tx, model, self.passed[model], count)
            self.passed[model] += count
        else:
            fresh = await new_ids(self.tx, model, count)
        self.keep(model, fresh)

    def keep(self, model: type[Entity], fresh: Iterable[int]) -> None:
        """Ids that were taken elsewhere."""
        self.kept[model] = sorted((*fresh, *self.kept.get(model, ())), reverse=True)
