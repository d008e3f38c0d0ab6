"""Processes of the tests' own, that may be killed at any moment."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


@contextlib.asynccontextmanager
async def running(module, settings, ahead=0):
    """The module as a program on the settings' database, its clock `ahead` by seconds; killed, if it still is there."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, settings.database_url, str(ahead), cwd=ROOT
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
