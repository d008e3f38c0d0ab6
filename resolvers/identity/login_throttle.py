"""Guessing passwords is slowed: for one username from one address, and far later for either alone (contract §3).

A stranger who tries one username slows nobody but his own address; only very many of them together slow the username,
and that for seconds. Failures are counted in the database, so that several workers slow the same guesser. An attempt is
written down as a failure, still pending, before the password is looked at, and taken back if it was right: however many
guesses arrive at once, each is counted before the next is let in. Whoever is kept out by pending ones alone waits for
them, so that those who know the password and come all at once are not taken for guessers. A username that nobody has is
counted like any other. What was refused for coming too soon is not counted.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from models.database import Dialect
from models.fields import MomentField
from models.texts import fold
from resolvers.clock import now
from resolvers.faults import Code, Fault
from resolvers.identity import passwords
from resolvers.words import Message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from models.database import Database, Reader, Transaction
    from resolvers.context import Context

WINDOW = timedelta(minutes=15)
"""Older failures are forgotten."""
LONGEST_WAIT = 60
"""Seconds."""
BUSY_WAIT = 5
"""Seconds after which to try again when too many passwords are being checked."""
COLUMN_WIDTH = 255
PATIENCE = 10.0
"""Seconds that one waits for pending attempts; each is over when its password has been looked at."""
LOOKS = (0.02, 0.05)
"""Seconds between two looks whether they are: at least, at most."""
ABANDONED = timedelta(seconds=30)
"""An attempt that is pending for so long has been left by a process that died, and is a failure."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many failures are free, and how many seconds the first wait after them is; each further one doubles it."""

    free: int
    first_wait: int
    longest_wait: int = LONGEST_WAIT

    def wait(self, failures: int) -> int:
        """Seconds to let pass since the last failure."""
        if failures < self.free:
            return 0
        return min(self.longest_wait, self.first_wait << min(failures - self.free, LONGEST_WAIT))


PAIR = Limit(free=5, first_wait=5)
"""Of one username from one address."""
USERNAME = Limit(free=100, first_wait=1, longest_wait=5)
"""Of one username from anywhere: an owner among many strangers must get in between them."""
ADDRESS = Limit(free=100, first_wait=1)


@dataclass(slots=True)
class Attempt:
    """A password about to be checked, already counted as a failure."""

    failure_id: int
    username: str
    address: str
    place: passwords.Place
    """Among the passwords that wait; `passwords.matches` takes it."""
    right: bool = False

    async def succeeded(self, tx: Transaction) -> None:
        """Take the failure back, within a transaction of the caller's, and give username and address their free ones.

        What the address has failed at for other usernames stays, or one good login would excuse a thousand guesses; and
        so does what others have failed at for this one.
        """
        self.right = True
        await tx.fetch("DELETE FROM login_failures WHERE id = $1", [self.failure_id])
        forget = "UPDATE login_failures SET username = '' WHERE username = $1 AND address = $2"
        await tx.fetch(forget, [self.username, self.address])

    async def failed(self, tx: Transaction) -> None:
        """It is no more pending."""
        await tx.fetch("UPDATE login_failures SET pending = false WHERE id = $1", [self.failure_id])


@asynccontextmanager
async def attempt(context: Context, username: str) -> AsyncIterator[Attempt]:
    """The right to check one password for this username. Raises `throttled`, with when to come back.

    So are those who come while too many passwords wait to be checked: nothing is counted against them. One's place
    among these is taken before anything is waited for. Attempts for one username from one address take turns within a
    process, so that they need not look for each other in the database.
    """
    place = passwords.place(context.settings)
    if place is None:
        raise throttled(BUSY_WAIT)
    key, address = fold(username)[:COLUMN_WIDTH], network(context.address)
    try:
        async with _turns.setdefault((context.database, key, address), asyncio.Lock()):
            admitted = await _admitted(context, key, address, place)
            try:
                yield admitted
            finally:
                if not admitted.right:
                    await context.database.write(admitted.failed)
    finally:
        place.give_up()


_turns: WeakValueDictionary[tuple[Database, str, str], asyncio.Lock] = WeakValueDictionary()
"""Of the usernames that somebody is trying right now."""


async def _admitted(context: Context, username: str, address: str, place: passwords.Place) -> Attempt:
    """Once it is let in. Raises `throttled`."""
    admit = partial(_admit, username, address)
    deadline = time.monotonic() + PATIENCE
    while True:
        verdict = await context.database.write(admit)
        if verdict.failure_id is not None:
            return Attempt(verdict.failure_id, username, address, place)
        if verdict.wait > 0:
            raise throttled(verdict.wait)
        if time.monotonic() > deadline:
            raise throttled(BUSY_WAIT)
        await asyncio.sleep(_CHANCE.uniform(*LOOKS))


_CHANCE = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The id of the failure that an attempt is for now; or seconds to wait; or neither, while it depends on others."""

    failure_id: int | None = None
    wait: float = 0


async def _admit(username: str, address: str, tx: Transaction) -> Verdict:
    moment = now()
    if tx.dialect is Dialect.POSTGRES:  # on SQLite the writer is alone anyway
        await tx.fetch("SELECT pg_advisory_xact_lock($1)", [_LOCK])
    await tx.fetch("DELETE FROM login_failures WHERE created_at < $1", [moment - WINDOW])
    given_up = "UPDATE login_failures SET pending = false WHERE pending AND created_at < $1"
    await tx.fetch(given_up, [moment - ABANDONED])
    # of a clock that has been set back, or of a machine whose clock is ahead: nobody is to wait until it is that late
    await tx.fetch("UPDATE login_failures SET created_at = $1 WHERE created_at > $1", [moment])
    tallies = (
        (await tally(tx, username=username, address=address), PAIR),
        (await tally(tx, username=username), USERNAME),
        (await tally(tx, address=address), ADDRESS),
    )
    wait = max(one.wait(limit, moment) for one, limit in tallies)
    if wait > 0:
        return Verdict(wait=wait)
    if any(one.undecided(limit) for one, limit in tallies):
        return Verdict()
    begun = "INSERT INTO login_failures (username, address, created_at, pending) VALUES ($1, $2, $3, $4) RETURNING id"
    ((failure_id,),) = await tx.fetch(begun, [username, address, moment, True])
    return Verdict(failure_id)


_LOCK = 0x6C6F67696E
"""Of PostgreSQL's advisory locks: between counting the failures and adding one, nobody else does."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Failures of a username, an address, or both together."""

    failures: int
    pending: int
    last: datetime | None
    """When the last one failed."""

    def wait(self, limit: Limit, moment: datetime) -> float:
        """Seconds still to wait."""
        return 0 if self.last is None else limit.wait(self.failures) - (moment - self.last).total_seconds()

    def undecided(self, limit: Limit) -> bool:
        """Whether one would have to wait if what is pending failed."""
        return self.pending > 0 and limit.wait(self.failures + self.pending) > 0


async def tally(reader: Reader, **scope: str) -> Tally:
    """The failures that are counted under all of these columns' values."""
    where = " AND ".join(f"{column} = ${place}" for place, column in enumerate(scope, 1))
    sql = (
        "SELECT count(*) FILTER (WHERE NOT pending), count(*) FILTER (WHERE pending),"
        f" max(created_at) FILTER (WHERE NOT pending) FROM login_failures WHERE {where}"
    )
    ((failures, pending, last),) = await reader.fetch(sql, list(scope.values()))
    return Tally(failures, pending, MomentField().to_python_value(last))


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
