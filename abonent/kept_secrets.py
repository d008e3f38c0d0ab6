"""Small secrets that the program makes once and keeps beside the database, readable by their owner only."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from models.database import Dialect, dialect_of
from models.database.sqlite import database_file

if TYPE_CHECKING:
    from collections.abc import Callable

OWNER_ONLY: Final = 0o600


def keep_once(path: Path, make: Callable[[], str]) -> str:
    """What the file says; if there is none yet, what `make` gives, written with mode 0600.

    Of several processes that start at once, all get the same. Raises `OSError`.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _written(path, make())
    try:
        os.link(draft, path)
    except FileExistsError:
        return path.read_text(encoding="utf-8")
    finally:
        draft.unlink()
    return path.read_text(encoding="utf-8")


def keep(path: Path, text: str) -> None:
    """Write the file anew, with mode 0600, at one stroke. Raises `OSError`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _written(path, text).replace(path)


def _written(beside: Path, text: str) -> Path:
    """A finished file under a temporary name in the same folder; such files are made with mode 0600."""
    descriptor, name = tempfile.mkstemp(prefix=f".{beside.name}.", dir=beside.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return Path(name)


def beside(database_url: str, folder: Path, suffix: str) -> Path:
    """Where something that belongs to this database is kept: beside its file; for a server's, in `folder`."""
    if dialect_of(database_url) is Dialect.SQLITE:
        file = database_file(database_url)
        return file.with_name(file.name + suffix)
    parts = urlsplit(database_url)
    return folder / f"{parts.hostname}-{parts.path.strip('/')}{suffix}"
