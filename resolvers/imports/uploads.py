"""Uploaded files: kept in the database in pieces, called by their content, read and written a piece at a time."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from models.database.engine import give_longer
from resolvers.faults import Code, fault, invalid

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from models.database import Database, Transaction
    from resolvers.context import Context

PIECE: Final = 262_144
"""Bytes of a piece."""
STORING_SECONDS: Final = 120.0
"""As long may it take to put a large file into the database."""
NAME: Final = 255
KEPT: Final = timedelta(days=7)
"""An uploaded file is kept so long, and as long as an import of it is not done."""
RESULT_KEPT: Final = timedelta(days=30)
"""And so long the rows of an import that has ended, of which its result is made."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is kept."""

    id: str
    """The SHA-256 of its content: the same file is kept once, and a retry finds it."""
    name: str
    size: int


async def keep(context: Context, name: str, file: IO[bytes], actor_id: int | None) -> Upload:
    """Put an open file into the database. Raises `payload_too_large`, and `Invalid` for an empty one."""
    upload = await asyncio.to_thread(_measured, name, file)
    if upload.size > context.settings.import_bytes:
        raise fault(Code.PAYLOAD_TOO_LARGE, limit=context.settings.import_bytes)
    if not upload.size:
        raise invalid("file", "file_empty")
    give_longer(STORING_SECONDS)

    async def body(tx: Transaction) -> None:
        await _forget(tx, context.clock())
        known = await tx.fetch(
            "UPDATE uploads SET created_at = $2 WHERE id = $1 RETURNING id", [upload.id, context.clock()]
        )
        if not known:
            await _store(tx, upload, file, context, actor_id)

    await context.database.write(body)
    return upload


async def _forget(tx: Transaction, now: datetime) -> None:
    """Let go of what has done its work: it is personal data. A little at a time, with each file that comes."""
    unfinished = """SELECT 1 FROM jobs j WHERE j.kind = 'import' AND j.status IN ('queued', 'running')
        AND j.arguments->>'file' = u.id"""
    old = (
        f"SELECT u.id FROM uploads u WHERE u.created_at < $1 AND NOT EXISTS ({unfinished}) ORDER BY created_at LIMIT 5"
    )
    await tx.fetch(f"DELETE FROM uploads WHERE id IN ({old})", [now - KEPT])
    read = """SELECT j.id FROM jobs j WHERE j.kind = 'import' AND j.finished_at < $1
        AND EXISTS (SELECT 1 FROM import_rows r WHERE r.job_id = j.id) ORDER BY j.id LIMIT 1"""
    for (job_id,) in await tx.fetch(read, [now - RESULT_KEPT]):
        await tx.fetch("DELETE FROM import_results WHERE job_id = $1", [job_id])
        await tx.fetch("DELETE FROM import_rows WHERE job_id = $1", [job_id])


def _measured(name: str, file: IO[bytes]) -> Upload:
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while piece := file.read(PIECE):
        digest.update(piece)
        size += len(piece)
    return Upload(digest.hexdigest(), name[-NAME:], size)


async def _store(tx: Transaction, upload: Upload, file: IO[bytes], context: Context, actor_id: int | None) -> None:
    sql = """INSERT INTO uploads (id, created_at, name, size, created_by_id) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (id) DO NOTHING RETURNING id"""
    if not await tx.fetch(sql, [upload.id, context.clock(), upload.name, upload.size, actor_id]):
        return  # somebody has stored the same meanwhile
    await asyncio.to_thread(file.seek, 0)
    place = 0
    while piece := await asyncio.to_thread(file.read, PIECE):
        await tx.fetch(
            "INSERT INTO upload_pieces (upload_id, place, content) VALUES ($1, $2, $3)", [upload.id, place, piece]
        )
        place += 1


async def found(database: Database, upload_id: str) -> Upload | None:
    """A kept file by its id."""
    rows = await database.fetch("SELECT id, name, size FROM uploads WHERE id = $1", [upload_id])
    return Upload(*rows[0]) if rows else None


@asynccontextmanager
async def on_disk(database: Database, upload_id: str) -> AsyncIterator[Path]:
    """The file on this machine's disk, for as long as it is used."""
    with tempfile.TemporaryDirectory(prefix="abonent-import-") as folder:
        path = Path(folder) / "file"
        with path.open("wb") as copy:
            place = 0
            while piece := await _piece(database, upload_id, place):
                await asyncio.to_thread(copy.write, piece)
                place += 1
        yield path


async def _piece(database: Database, upload_id: str, place: int) -> bytes:
    sql = "SELECT content FROM upload_pieces WHERE upload_id = $1 AND place = $2"
    rows = await database.fetch(sql, [upload_id, place])
    return bytes(rows[0][0]) if rows else b""
