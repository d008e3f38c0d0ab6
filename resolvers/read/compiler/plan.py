"""A compiled statement, ready to run for any request of its shape."""

from __future__ import annotations

import re
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

import orjson

from models.database import TooLarge
from resolvers.faults import Code, Fault
from resolvers.read.selection import CONTEXT
from resolvers.words import Message

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from models.database import Database, Reader
    from resolvers.read.selection import Bind, Variables


MARK: Final = token_hex(16)
"""The first key of an object that is not the answer itself: nobody's text can hold it."""
_MARKED: Final = re.compile(rb'\{"' + MARK.encode() + rb'":[^{}]*\}')
BIND: Final = 1_000
"""Bytes that a bind takes with all the functions that it is made of."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One SQL statement and where its parameters come from."""

    sql: str
    binds: tuple[Bind, ...]
    tellers: tuple[Callable[[Any, Mapping[str, Any]], object], ...] = ()
    """What makes something of values that have been read, by the number behind their mark."""

    @property
    def weight(self) -> int:
        """Bytes that it takes, those of the values that its binds may hold aside."""
        return len(self.sql) + BIND * len(self.binds)

    async def run(self, reader: Reader, variables: Variables) -> bytes:
        """The answer as JSON text in UTF-8, to be spliced as it is; `null` where there is no such row."""
        rows = await self._rows(reader, variables)
        body = _utf8(rows[0][0]) if rows else b"null"
        return _MARKED.sub(partial(self._told, variables), body) if self.tellers else body

    def _told(self, variables: Variables, marked: re.Match[bytes]) -> bytes:
        values = orjson.loads(marked[0])
        return orjson.dumps(self.tellers[values.pop(MARK)](variables[CONTEXT], values))

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
        try:
            return await reader.fetch(self.sql, [bind(variables) for bind in self.binds])
        except TooLarge as error:
            raise Fault(Code.LIMIT_EXCEEDED, Message("beyond_one_answer")) from error


def _utf8(text: str | None) -> bytes:
    return b"null" if text is None else text.encode()
