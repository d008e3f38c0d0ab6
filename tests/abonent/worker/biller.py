"""A worker that bills, as a process of its own: `python -m tests.abonent.worker.biller URL SECONDS_AHEAD`."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from abonent.worker.process import work_until_stopped
from abonent.worker.worker import Worker
from models.database import open_database
from models.settings import Settings
from resolvers.billing.run import BILLING_RUN, REPRICE


async def main(url: str, ahead: float) -> None:
    settings = Settings(url, ("",))
    database = await open_database(settings)
    clock = lambda: datetime.now(UTC) + timedelta(seconds=ahead)  # noqa: E731
    await work_until_stopped(Worker(database, settings, clock, (BILLING_RUN, REPRICE), ()))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
