"""What `abonent check` says, and faults that are planted for it past everything that would forbid them."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import asyncpg

from abonent.check.run import check
from models.database import Dialect, dialect_of
from models.database.sqlite import database_file

if TYPE_CHECKING:
    from models.database import Database
    from models.settings import Settings


async def told(database: Database, settings: Settings) -> list[str]:
    return [sentence async for verdict in check(database, settings) for sentence in verdict.told]


async def plant(settings: Settings, sql: str) -> None:
    """Run it past everything that would forbid it."""
    if dialect_of(settings.database_url) is Dialect.SQLITE:
        connection = sqlite3.connect(database_file(settings.database_url))
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(sql)
        connection.commit()
        connection.close()
        return
    connection = await asyncpg.connect(settings.database_url)
    await connection.execute("SET session_replication_role = replica")
    await connection.execute(sql)
    await connection.close()
