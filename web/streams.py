"""Answers of any length, sent piece by piece while they are made."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from starlette.responses import StreamingResponse

from models.database import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from starlette.types import Send

STALLED_SECONDS: Final = 60.0
"""Whoever takes nothing for so long has left."""
_log = logging.getLogger("abonent.streams")


class PieceByPiece(StreamingResponse):
    """The pieces of a generator as a body.

    Where the generator fails, or the client takes nothing for `STALLED_SECONDS`, the body is broken off without its
    proper end, so that nobody takes a part for the whole. A client that leaves ends the generator.
    """

    def __init__(self, pieces: AsyncGenerator[bytes], headers: Mapping[str, str], media_type: str) -> None:
        super().__init__(pieces, headers=headers, media_type=media_type)
        self._pieces = pieces

    async def stream_response(self, send: Send) -> None:
        """Send the whole answer, or break it off."""
        try:
            async with aclosing(self._pieces) as pieces:
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                async for piece in pieces:
                    async with asyncio.timeout(STALLED_SECONDS):
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
        except (Unavailable, TimeoutError) as error:
            _log.warning("broken off: %s", str(error) or type(error).__name__)
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def begun(batches: AsyncGenerator[list[str]]) -> AsyncGenerator[list[str]]:
    """The same batches, the first of which is there already: what goes wrong at once can still be answered properly."""
    first = await anext(batches, None)
    return _going_on(first, batches)


async def _going_on(first: list[str] | None, batches: AsyncGenerator[list[str]]) -> AsyncGenerator[list[str]]:
    async with aclosing(batches):
        if first is not None:
            yield first
        async for rows in batches:
            yield rows
