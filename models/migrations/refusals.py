"""Why a database cannot be brought up to date, in a sentence that says what is wrong and what to do about it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

import asyncpg

from models.database.sqlite_worker import BUSY

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

ANOTHERS: Final = (
    "it holds tables of another program, or was not left as a version of this one leaves it. An empty database is "
    "needed: name another one in DATABASE_URL"
)
POSTGRES: Final[tuple[tuple[tuple[type[BaseException], ...], str], ...]] = (
    (
        (asyncpg.InvalidAuthorizationSpecificationError,),
        "PostgreSQL does not let this user in. Check the user and the password in DATABASE_URL",
    ),
    (
        (asyncpg.InvalidCatalogNameError,),
        "PostgreSQL has no such database. Make it (createdb), or name another one in DATABASE_URL",
    ),
    (
        (asyncpg.InsufficientPrivilegeError,),
        "The user in DATABASE_URL lacks a right. Let them make tables (GRANT CREATE, USAGE ON SCHEMA public TO …)",
    ),
    (
        (asyncpg.InvalidSchemaNameError,),
        "There is no schema to make tables in, or none for this user (GRANT CREATE, USAGE ON SCHEMA public TO …)",
    ),
    (
        (asyncpg.ReadOnlySQLTransactionError,),
        "This PostgreSQL only reads: it is a standby, or default_transaction_read_only is set. Name the primary",
    ),
    (
        (asyncpg.DuplicateTableError, asyncpg.DuplicateObjectError, asyncpg.DuplicateFunctionError),
        f"The database cannot be used: {ANOTHERS}",
    ),
    (
        (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError, asyncpg.WrongObjectTypeError),
        f"The database cannot be used: {ANOTHERS}",
    ),
    (
        (asyncpg.InsufficientResourcesError,),
        "PostgreSQL has no room left: connections (max_connections), memory or disk",
    ),
    (
        (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError),
        "PostgreSQL broke it off. Try again when others are idle, or lengthen statement_timeout and lock_timeout",
    ),
    ((asyncpg.ClientConfigurationError,), "DATABASE_URL cannot be used. Check what follows its question mark"),
    ((asyncpg.PostgresError,), "PostgreSQL refuses"),
)
"""What stands in front of the server's own words, by the kind of error: the first that fits."""
UNREACHED: Final = "PostgreSQL cannot be reached. Check host and port in DATABASE_URL, and that the server runs"

SQLITE: Final = {
    sqlite3.SQLITE_NOTADB: "is no SQLite database. Name another file in DATABASE_URL, or move it away",
    sqlite3.SQLITE_CORRUPT: "is damaged. Put a copy in its place: abonent restore COPY",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened. Check that it is a file, and the rights on it and its folder",
    sqlite3.SQLITE_READONLY: "cannot be written. Check the rights on it and its folder",
    sqlite3.SQLITE_PERM: "cannot be written. Check the rights on it and its folder",
    sqlite3.SQLITE_AUTH: "cannot be written. Check the rights on it and its folder",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk fails, or is none of this machine's own",
    sqlite3.SQLITE_ERROR: f"cannot be used: {ANOTHERS}",
}
"""What is said of the file, by SQLite's primary result code."""


def of_postgres(error: BaseException) -> str:
    """The sentence for what the driver raised."""
    words = str(error).strip() or type(error).__name__
    told = next((sentence for kinds, sentence in POSTGRES if isinstance(error, kinds)), UNREACHED)
    return f"{told} ({words})"


def of_sqlite(error: sqlite3.Error | OSError, file: Path) -> str:
    """The sentence for what SQLite or the system says of the file."""
    if isinstance(error, OSError):
        return f"The database file {file} cannot be made: {error.strerror or error}. Name another one in DATABASE_URL"
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in BUSY:
        return f"The database file {file} is in use: another process has been writing for too long ({error})"
    return f"The database file {file} {SQLITE.get(code, 'cannot be used')} ({error})"


def of_newer(names: Collection[str]) -> str:
    """The sentence for migrations that this version does not know."""
    return (
        f"The database was migrated by a newer version ({', '.join(sorted(names))}). Install that version; or, while "
        "machines are being upgraded one after the other, set ABONENT_NEWER_SCHEMA=true"
    )
