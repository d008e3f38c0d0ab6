"""When keys were last used, to the minute: noted once a minute by each process, after the call that it was used for."""

from __future__ import annotations

import asyncio
from contextvars import Context as Variables
from functools import partial
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from tortoise.exceptions import IntegrityError

from models.database import Unavailable
from resolvers.clock import now

if TYPE_CHECKING:
    from datetime import datetime

    from models.database import Database, Transaction
    from resolvers.identity.permissions import Caller

MOST: Final = 10_000
"""Keys whose minutes are remembered."""
_NOTE: Final = """
INSERT INTO api_key_uses (key_id, used_at) VALUES ($1, $2)
ON CONFLICT (key_id) DO UPDATE SET used_at = excluded.used_at WHERE api_key_uses.used_at < excluded.used_at
"""


class Uses:
    """What one process has noted in one database."""

    def __init__(self) -> None:
        self.minutes: dict[int, datetime] = {}
        """By key the last minute that was noted."""
        self.pending: set[asyncio.Task[None]] = set()

    def note(self, database: Database, key_id: int) -> None:
        """Note a use, if it is the first of its minute; nobody waits for that."""
        minute = now().replace(second=0, microsecond=0)
        if self.minutes.get(key_id) == minute:
            return
        if len(self.minutes) >= MOST:
            self.minutes.clear()
        self.minutes[key_id] = minute
        # without the request's own variables: what is written here is none of its statements, nor bound by its time
        task = asyncio.get_running_loop().create_task(self._write(database, key_id, minute), context=Variables())
        self.pending.add(task)
        task.add_done_callback(self.pending.discard)

    async def _write(self, database: Database, key_id: int, minute: datetime) -> None:
        try:
            await database.write(partial(_noted, key_id, minute))
        except (Unavailable, IntegrityError):  # the next call notes it, if there is still such a key
            self.minutes.pop(key_id, None)

    async def settled(self) -> None:
        """Wait until all that was noted is written."""
        await asyncio.gather(*self.pending)


async def _noted(key_id: int, minute: datetime, tx: Transaction) -> None:
    await tx.fetch(_NOTE, [key_id, minute])


_OF: Final[WeakKeyDictionary[Database, Uses]] = WeakKeyDictionary()


def uses_of(database: Database) -> Uses:
    """What this process has noted in a database."""
    return _OF.setdefault(database, Uses())


def note_use(database: Database, caller: Caller | None) -> None:
    """The caller has been found to be who it is: if by a key, the key was used."""
    if caller is not None and caller.key is not None:
        uses_of(database).note(database, caller.key.id)
