"""A compiled statement, ready to run for any request of its shape."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from models.database import Database, Reader
    from resolvers.read.selection import Bind, Variables


@dataclass(frozen=True, slots=True)
class Plan:
    """One SQL statement and where its parameters come from."""

    sql: str
    binds: tuple[Bind, ...]

    async def run(self, reader: Reader, variables: Variables) -> bytes:
        """The answer as JSON text in UTF-8, to be spliced as it is; `null` where there is no such row."""
        rows = await self._rows(reader, variables)
        return _utf8(rows[0][0]) if rows else b"null"

    async def page(self, reader: Reader, variables: Variables) -> tuple[int, bytes]:
        """For a `Numbered` root: the count of all rows, and the page's objects as a JSON array."""
        ((count, text),) = await self._rows(reader, variables)
        return count, _utf8(text)

    async def stream(self, database: Database, variables: Variables) -> AsyncGenerator[list[str]]:
        """For a `Streamed` root: the rows' objects as JSON texts, a batch at a time, from one snapshot."""
        async with aclosing(database.stream(self.sql, [bind(variables) for bind in self.binds])) as batches:
            async for rows in batches:
                yield [row[0] for row in rows]

    async def _rows(self, reader: Reader, variables: Variables) -> list[tuple[Any, ...]]:
        return await reader.fetch(self.sql, [bind(variables) for bind in self.binds])


def _utf8(text: str | None) -> bytes:
    return b"null" if text is None else text.encode()
