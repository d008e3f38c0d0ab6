"""Copies of an SQLite database, made while it is in use, and put in its place again.

A copy is a whole database in one file. It is put back under the database's name only when it is finished, and what was
there is moved aside together with its `-wal`: SQLite would take an old one for the new file's, and break it.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from models.database import Unavailable
from models.migrations import newer, of_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

BESIDE: Final = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database file."""


def back_up(file: Path, copy: Path) -> None:
    """Write a copy, of mode 0600, of the database as it is at one moment; others may go on with it.

    Raises `Unavailable`: also where there is something under the copy's name.
    """
    if copy.exists():
        raise Unavailable(f"{copy} is there already; name a file that is not")
    if not file.is_file():
        raise Unavailable(f"There is no database file {file}")
    try:
        _copy(file, copy)
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(of_sqlite(error, file)) from error


def restore(copy: Path, file: Path) -> Path | None:
    """Put a copy in the place of the database; gives the name under which what was there is kept, if anything was.

    Raises `Unavailable` for a copy that is damaged or not of this program, and while anybody has the database open.
    """
    if copy.exists() and file.exists() and copy.samefile(file):
        raise Unavailable(f"{copy} is the database itself")
    _need_sound(copy)
    aside = file.with_name(f"{file.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = _draft(copy, file)
        try:
            moved = _move_aside(file, aside)
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(of_sqlite(error, file)) from error
    return aside if moved else None


def _copy(source: Path, target: Path) -> None:
    _draft(source, target).rename(target)


def _draft(source: Path, target: Path) -> Path:
    """A finished copy under a temporary name beside the target; such files are made with mode 0600."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(descriptor)
    draft = Path(name)
    try:
        with _read_only(source) as original, closing(sqlite3.connect(draft)) as copy:
            original.backup(copy)
        with draft.open("rb") as written:
            os.fsync(written.fileno())
    except BaseException:
        for path in _with_beside(draft):
            path.unlink(missing_ok=True)
        raise
    return draft


def _read_only(file: Path) -> AbstractContextManager[sqlite3.Connection]:
    return closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True))


def _need_sound(copy: Path) -> None:
    """Raises `Unavailable` for what is no sound database of this version or an older one."""
    if not copy.is_file():
        raise Unavailable(f"There is no file {copy}")
    try:
        with _read_only(copy) as connection:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            applied = [row[0] for row in connection.execute("SELECT name FROM schema_migrations")]
    except sqlite3.DatabaseError as error:
        raise Unavailable(f"{copy} is no sound copy of a database of this program ({error})") from error
    if verdict != "ok":
        raise Unavailable(f"{copy} is damaged ({verdict})")
    unknown = newer(applied)
    if unknown:
        raise Unavailable(f"{copy} is of a newer version ({', '.join(sorted(unknown))}): install that one first")


def _move_aside(file: Path, aside: Path) -> bool:
    """Give the database, and what is beside it, another name; says whether there was anything."""
    if file.exists():
        _need_alone(file)
    moved = False
    for path, suffix in zip(_with_beside(file), ("", *BESIDE), strict=True):
        with suppress(FileNotFoundError):
            path.rename(aside.with_name(aside.name + suffix))
            moved = True
    return moved


def _with_beside(file: Path) -> Iterator[Path]:
    return (file.with_name(file.name + suffix) for suffix in ("", *BESIDE))


def _need_alone(file: Path) -> None:
    """Raises `Unavailable` while another process has the file open; one that is damaged cannot be in use."""
    try:
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise Unavailable(f"The database file {file} is in use: stop the server first") from error
    except sqlite3.DatabaseError:
        return
