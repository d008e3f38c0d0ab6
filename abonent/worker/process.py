"""`abonent work`: a process that does nothing but jobs, and delivers to webhooks."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Final

from abonent.courier.courier import Courier
from abonent.worker.worker import Worker

if TYPE_CHECKING:
    from models.database import Database
    from models.settings import Settings

STOP_SECONDS: Final = 8.0
"""How long the batches in hand may take after SIGTERM; what is not committed by then is undone, and done by another."""


async def work(database: Database, settings: Settings) -> None:
    """Do jobs until SIGTERM or Ctrl+C, and end within 10 s of it."""
    await work_until_stopped(Worker(database, settings, courier=Courier(database, settings)))


async def work_until_stopped(worker: Worker) -> None:
    """The same with any worker."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.stop)
    await run_until_stopped(worker, STOP_SECONDS)


async def run_until_stopped(worker: Worker, patience: float) -> None:
    """Run the worker until it is told to stop, and then for at most `patience` seconds more."""
    running = asyncio.create_task(worker.run())
    stopping = asyncio.create_task(worker.stopping.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    await asyncio.wait({running}, timeout=patience)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
