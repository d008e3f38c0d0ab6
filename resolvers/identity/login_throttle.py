"""Guessing passwords is slowed, for one username and for one address (contract §3).

Failures are counted in the database, so that several workers slow the same guesser. An attempt is written down as a
failure before the password is looked at, and taken back if it was right: however many guesses arrive at once, each is
counted before the next is let in. A username that nobody has is counted like any other. What was refused for coming
too soon is not counted, so that a guesser cannot keep the owner waiting for longer than a minute at a time.
"""

from __future__ import annotations

import asyncio
import math
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from models.database import Dialect
from models.entity import fold
from models.fields import MomentField
from models.users import LoginFailure
from resolvers.context import now
from resolvers.faults import Code, Fault
from resolvers.identity import passwords
from resolvers.statements import spelt
from resolvers.words import Message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from models.database import Database, Transaction
    from resolvers.context import Context

WINDOW = timedelta(minutes=15)
"""Older failures are forgotten."""
LONGEST_WAIT = 60
"""Seconds."""
BUSY_WAIT = 5
"""Seconds after which to try again when too many passwords are being checked."""
COLUMN_WIDTH = 255


@dataclass(frozen=True, slots=True)
class Limit:
    """How many failures are free, and how many seconds the first wait after them is; each further one doubles it."""

    free: int
    first_wait: int

    def wait(self, failures: int) -> int:
        """Seconds to let pass since the last failure."""
        if failures < self.free:
            return 0
        return min(LONGEST_WAIT, self.first_wait << min(failures - self.free, LONGEST_WAIT))


USERNAME = Limit(free=5, first_wait=5)
ADDRESS = Limit(free=100, first_wait=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A password about to be checked, already counted as a failure."""

    failure_id: int
    username: str

    async def succeeded(self, _: Transaction) -> None:
        """Take the failure back, within a transaction of the caller's, and give the username all its free ones again.

        What the address has failed at for other usernames stays, or one good login would excuse a thousand guesses.
        """
        await LoginFailure.filter(id=self.failure_id).delete()
        await LoginFailure.filter(username=self.username).update(username="")


@asynccontextmanager
async def attempt(context: Context, username: str) -> AsyncIterator[Attempt]:
    """The right to check one password for this username. Raises `throttled`, with when to come back.

    So are those who come while too many passwords wait to be checked: nothing is counted against them.

    Attempts for one username wait for each other within a process, so that those who know the password and come all at
    once are not taken for guessers.
    """
    if passwords.busy(context.settings):
        raise throttled(BUSY_WAIT)
    key = fold(username)[:COLUMN_WIDTH]
    turn = _turns.setdefault((context.database, key), asyncio.Lock())
    async with turn:
        yield await _admitted(context, key)


_turns: WeakValueDictionary[tuple[Database, str], asyncio.Lock] = WeakValueDictionary()
"""Of the usernames that somebody is trying right now."""


async def _admitted(context: Context, username: str) -> Attempt:
    address = network(context.address)

    async def body(tx: Transaction) -> Attempt:
        moment = now()
        if tx.dialect is Dialect.POSTGRES:  # on SQLite the writer is alone anyway
            await tx.fetch("SELECT pg_advisory_xact_lock($1)", [_LOCK])
        await LoginFailure.filter(created_at__lt=moment - WINDOW).delete()
        wait = max(
            await _wait(tx, "username", username, USERNAME, moment),
            await _wait(tx, "address", address, ADDRESS, moment),
        )
        if wait > 0:
            raise throttled(wait)
        row = await LoginFailure.create(username=username, address=address, created_at=moment)
        return Attempt(row.id, username)

    return await context.database.write(body)


_LOCK = 0x6C6F67696E
"""Of PostgreSQL's advisory locks: between counting the failures and adding one, nobody else does."""


async def _wait(tx: Transaction, column: str, value: str, limit: Limit, moment: datetime) -> float:
    """Seconds still to wait for this username or address."""
    sql = f"SELECT count(*), max(created_at) FROM login_failures WHERE {column} = $1"
    ((failures, last),) = await tx.fetch(spelt(tx.dialect, sql), [value])
    since = MomentField().to_python_value(last)
    return 0 if since is None else limit.wait(failures) - (moment - since).total_seconds()


def throttled(wait: float) -> Fault:
    seconds = max(1, min(LONGEST_WAIT, math.ceil(wait)))
    return Fault(Code.THROTTLED, Message("throttled", {"seconds": seconds}), retry_after=seconds)


def network(address: str) -> str:
    """Whom an address stands for: an IPv6 subscriber has a whole /64 of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:COLUMN_WIDTH]
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed.packed[:8] + bytes(8), 64)))
