"""A courier as a process of its own, whose clock goes ahead: python -m tests.abonent.courier.process URL SECONDS."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from abonent.courier.courier import Courier
from models.database import open_database
from tests.conftest import settings_for


async def main(url, ahead):
    settings = settings_for(url, webhook_private=True)
    database = await open_database(settings)
    await Courier(database, settings, lambda: datetime.now(UTC) + timedelta(seconds=ahead)).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
