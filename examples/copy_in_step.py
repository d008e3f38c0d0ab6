"""A copy of an operator's data that stays in step: loaded once, and then told every change as it happens.

    ABONENT_USER=operator ABONENT_PASSWORD=… python examples/copy_in_step.py copy.sqlite3

The copy is a SQLite file with the REST representation of each row, and the cursor up to which it is right: whatever is
told is done and noted in one transaction, so the program may be killed at any moment, and goes on where it was.
The load begins by taking the feed's cursor; what changes meanwhile is told again afterwards, which harms nobody, since
a row is always read anew.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
from typing import Any, Final

import httpx

if __package__:
    from examples.rest_client import Abonent, Refused
else:
    from rest_client import Abonent, Refused


KEPT: Final = {
    "customer": "customers",
    "sim": "sims",
    "tariff": "tariffs",
    "contract": "contracts",
    "payment": "payments",
    "ticket": "tickets",
}
"""What is copied: an event's entity, and the path where it is read."""
TABLES: Final = """
CREATE TABLE IF NOT EXISTS rows (entity TEXT, id INTEGER, body TEXT NOT NULL, PRIMARY KEY (entity, id));
CREATE TABLE IF NOT EXISTS place (only INTEGER PRIMARY KEY CHECK (only = 1), cursor TEXT NOT NULL);
"""
AGAIN_SECONDS: Final = 2.0
"""After which a lost connection is made again."""
SILENT_SECONDS: Final = 40.0
"""The stream shows a sign of life every 15 s: one that has been silent for so long is lost."""


class Copy:
    """The file."""

    def __init__(self, file: str) -> None:
        self._file = sqlite3.connect(file, isolation_level=None)
        self._file.executescript(TABLES)

    @property
    def cursor(self) -> str | None:
        """Up to where it is right; None for an empty one."""
        found = self._file.execute("SELECT cursor FROM place").fetchone()
        return found[0] if found else None

    def rows(self, entity: str) -> dict[int, dict[str, Any]]:
        """All rows of an entity, by id."""
        found = self._file.execute("SELECT id, body FROM rows WHERE entity = ?", [entity])
        return {row_id: json.loads(body) for row_id, body in found}

    def take(self, cursor: str, rows: list[tuple[str, int, dict[str, Any] | None]]) -> None:
        """Rows as they are now (None: there is none), and up to where the copy is right with them."""
        self._file.execute("BEGIN")
        for entity, row_id, body in rows:
            if body is None:
                self._file.execute("DELETE FROM rows WHERE entity = ? AND id = ?", [entity, row_id])
            else:
                self._file.execute("REPLACE INTO rows VALUES (?, ?, ?)", [entity, row_id, json.dumps(body)])
        self._file.execute("REPLACE INTO place VALUES (1, ?)", [cursor])
        self._file.execute("COMMIT")


async def load(api: Abonent, copy: Copy) -> None:
    """Fill an empty copy."""
    begin = (await api.get("/events/", after="now"))["next"]
    rows: list[tuple[str, int, dict[str, Any] | None]] = []
    for entity, path in KEPT.items():
        page, more = 1, True
        while more:
            told = await api.get(f"/{path}/", page=str(page), page_size="1000", ordering="id")
            rows += [(entity, row["id"], row) for row in told["results"]]
            page, more = page + 1, told["next"] is not None
    copy.take(begin, rows)


async def follow(api: Abonent, copy: Copy) -> None:
    """Do whatever is told, until this is cancelled; a connection that ends is made again."""
    while True:
        try:
            async for cursor, event in api.stream("/events/", copy.cursor):
                copy.take(cursor, [await _now(api, event)] if event and event["entity"] in KEPT else [])
        except httpx.TransportError:
            pass
        except Refused as refused:
            if refused.told.get("code") == "cursor_expired":  # it slept for longer than events are kept
                raise
        await asyncio.sleep(AGAIN_SECONDS)


async def _now(api: Abonent, event: dict[str, Any]) -> tuple[str, int, dict[str, Any] | None]:
    """What an event is about, as it is by now: perhaps further than the event, which is then told once more."""
    entity, row_id = event["entity"], event["entity_id"]
    try:
        return entity, row_id, await api.get(f"/{KEPT[entity]}/{row_id}/")
    except Refused as refused:
        if refused.status != httpx.codes.NOT_FOUND:
            raise
        return entity, row_id, None


async def main(file: str) -> None:
    """Load a copy, unless it is there, and keep it in step."""
    url = os.environ.get("ABONENT_URL", "http://localhost:8000")
    async with httpx.AsyncClient(base_url=url, timeout=httpx.Timeout(10, read=SILENT_SECONDS)) as http:
        api, copy = Abonent(http, os.environ["ABONENT_USER"], os.environ["ABONENT_PASSWORD"]), Copy(file)
        if copy.cursor is None:
            await load(api, copy)
        print(json.dumps({entity: len(copy.rows(entity)) for entity in KEPT}))
        await follow(api, copy)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
