"""How much one may ask for in a minute: by a key, or by a user over all sessions (events.md §5).

The minute's budget is one number in the database, and each process takes a hundredth of it at a time, which it then
spends by itself: so a request writes nothing, as a rule, and what idle processes hold unspent is what the sum over all
of them may fall short of the budget; more than the budget is never spent.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from models.database import Dialect
from models.fields import MomentField
from resolvers.faults import LimitExceeded

if TYPE_CHECKING:
    from models.database import Database, Transaction
    from models.settings import Settings
    from resolvers.identity.permissions import Caller

PARTS: Final = 100
"""Into how many a budget is divided: a process takes one of them at a time."""
MINUTE: Final = timedelta(minutes=1)
MOST: Final = 10_000
"""Owners whose purses are kept."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a minute's budget has come to, as an answer tells it."""

    limit: int
    remaining: int
    reset: int
    """Seconds until the next minute."""
    refused: bool


@dataclass(slots=True)
class Purse:
    """What one process holds of an owner's budget in a minute."""

    minute: datetime | None = None
    held: int = 0
    left: int | None = None
    """What nobody has taken yet, as far as is known."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def turn(self, minute: datetime) -> None:
        """Begin anew in another minute."""
        if self.minute != minute:
            self.minute, self.held, self.left = minute, 0, None


_PURSES: Final[WeakKeyDictionary[Database, dict[str, Purse]]] = WeakKeyDictionary()


def budget_of(caller: Caller, settings: Settings) -> tuple[str, int] | None:
    """Whose budget a caller spends, and how much it is; None where there is none."""
    if caller.key is not None:
        limit = caller.key.cost_per_minute or settings.cost_per_minute
        return (f"key {caller.key.id}", limit) if limit else None
    return (f"user {caller.user_id}", settings.cost_per_minute) if settings.cost_per_minute else None


async def spend(database: Database, owner: str, limit: int, cost: int, moment: datetime) -> Budget:
    """Take the cost of a request from the budget of this minute; `refused` where there is not so much left.

    Raises `LimitExceeded` for what no minute's budget is enough for.
    """
    if cost > limit:
        raise LimitExceeded("cost_per_minute", cost, limit)
    purse = _purse(database, owner)
    minute = moment.replace(second=0, microsecond=0)
    async with purse.lock:
        purse.turn(minute)
        if purse.held < cost and purse.left != 0:
            wanted = max(cost - purse.held, -(-limit // PARTS))
            given, purse.left = await database.write(partial(_take, owner, minute, limit, wanted))
            purse.held += given
        refused = purse.held < cost
        purse.held -= 0 if refused else cost
        reset = max(1, -(-(minute + MINUTE - moment) // timedelta(seconds=1)))
        return Budget(limit, purse.held + (purse.left or 0), reset, refused)


def _purse(database: Database, owner: str) -> Purse:
    purses = _PURSES.setdefault(database, {})
    if len(purses) >= MOST and owner not in purses:
        purses.clear()
    return purses.setdefault(owner, Purse())


async def _take(owner: str, minute: datetime, limit: int, wanted: int, tx: Transaction) -> tuple[int, int]:
    """A part of what is left: how much, and what remains then for everybody."""
    begun = "INSERT INTO budgets (owner, minute, taken) VALUES ($1, $2, 0) ON CONFLICT (owner) DO NOTHING"
    await tx.fetch(begun, [owner, minute])
    lock = " FOR UPDATE" if tx.dialect is Dialect.POSTGRES else ""
    ((kept, taken),) = await tx.fetch(f"SELECT minute, taken FROM budgets WHERE owner = $1{lock}", [owner])
    since = MomentField().to_python_value(kept)
    if since is None or since < minute:
        since, taken = minute, 0
    given = max(0, min(wanted, limit - taken))
    sql = "UPDATE budgets SET minute = $1, taken = $2 WHERE owner = $3"
    await tx.fetch(sql, [since, taken + given, owner])
    return given, max(0, limit - taken - given)
