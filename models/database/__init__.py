"""The database: what the rest of the program knows of it, whichever of the two it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.database.engine import Database, Dialect, Raced, Reader, TooLarge, Transaction, Unavailable
from models.database.postgres import PostgresDatabase
from models.database.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from models.settings import Settings

__all__ = [
    "Database",
    "Dialect",
    "Raced",
    "Reader",
    "TooLarge",
    "Transaction",
    "Unavailable",
    "dialect_of",
    "open_database",
]


def dialect_of(url: str) -> Dialect:
    """Which database a `DATABASE_URL` names."""
    return Dialect.SQLITE if url.startswith("sqlite:") else Dialect.POSTGRES


async def open_database(settings: Settings) -> Database:
    """Open the database in the running event loop. It must have been migrated (`models.migrations.migrate`).

    Connections are made when they are first needed: a database that does not answer yet is no error here (`ping()`
    asks it).
    """
    if dialect_of(settings.database_url) is Dialect.SQLITE:
        return SqliteDatabase(settings)
    return PostgresDatabase(settings)
