"""Wrong keys are slowed by the address that they come from (events.md §5). A right key never is.

Nobody guesses 256 bits; what is slowed is the work that wrong ones make. They are counted beside failed logins, under
the address's own name, so that a program with a wrong key keeps nobody there from logging in.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from resolvers.clock import now
from resolvers.identity.login_throttle import WINDOW, Limit, network, tally, throttled

if TYPE_CHECKING:
    from models.database import Database, Transaction

LIMIT: Final = Limit(free=20, first_wait=1)
NOBODY: Final = ""
"""Whose failures they are: no user's."""


async def wrong_key(database: Database, address: str) -> None:
    """Note that a wrong key has come. Raises `throttled` where it came too soon after too many others."""
    source = f"key {network(address)}"
    wait = (await tally(database, address=source)).wait(LIMIT, now())
    if wait > 0:
        raise throttled(wait)
    await database.write(partial(_note, source))


async def _note(source: str, tx: Transaction) -> None:
    moment = now()
    await tx.fetch("DELETE FROM login_failures WHERE created_at < $1", [moment - WINDOW])
    failed = "INSERT INTO login_failures (username, address, created_at, pending) VALUES ($1, $2, $3, $4)"
    await tx.fetch(failed, [NOBODY, source, moment, False])
