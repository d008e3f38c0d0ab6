"""The event feed in tests: whatever else is open on the server (other tests' transactions) delays it for a moment."""

from __future__ import annotations

import asyncio

from resolvers.events.log import log_of

SOON = 60
"""Seconds after which a busy server is given up."""


async def caught_up(database, log=None):
    """Wait until all that has been written is in the feed."""
    log = log or log_of(database)
    ((last,),) = await database.fetch("SELECT coalesce(max(id), 0) FROM audit_events")
    async with asyncio.timeout(SOON):
        while (settled := await log.settled()) < last:
            await asyncio.sleep(0.005)
    return settled
