"""Server-sent events: how they are written, and the response that goes on for as long as somebody listens."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from models.database import Unavailable
from resolvers.faults import Code, Fault, fault
from web.negotiation import STREAM

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from starlette.types import Receive, Scope, Send

    from resolvers.events.lines import Line, Lines

LAST_ID: Final = "last-event-id"
ON_STOP: Final = "on_stop"
"""Under which a request's state says what to call when the process is to stop."""
PIECE: Final = 32_768
"""Bytes that are sent together: of so many a reader must have taken something in its time."""
HEADERS: Final = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
"""What lies between must keep nothing back."""
_log = logging.getLogger("abonent.streams")


def event(name: str, data: str, cursor: str | None = None) -> bytes:
    """An event; `data` is JSON, whose line breaks, if it has any, mean nothing."""
    known = f"id: {cursor}\n" if cursor else ""
    return f"{known}event: {name}\ndata: {data.replace(chr(10), ' ')}\n\n".encode()


def sign_of_life(cursor: str) -> bytes:
    """A comment, which is no event; but whoever comes back later comes back with this id."""
    return f":\nid: {cursor}\n\n".encode()


class EventStream(Response):
    """What a generator writes, until it ends, or the line does: then what `told` makes of the fault comes last.

    A reader who takes nothing for too long is cut off, without a proper end.
    """

    media_type = STREAM

    def __init__(
        self,
        lines: Lines,
        line: Line,
        frames: AsyncGenerator[bytes, None],
        told: Callable[[Fault], bytes],
        language: str,
    ) -> None:
        """Raises `service_unavailable` where there are as many lines as may be."""
        super().__init__(headers={**HEADERS, "Content-Language": language, "Vary": "Accept, Accept-Language"})
        del self.headers["content-length"]
        lines.open(line)
        self._lines = lines
        self._line = line
        self._frames = frames
        self._told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send all of it."""
        del receive
        scope["state"][ON_STOP] = self._line.stop
        try:
            async with aclosing(self._frames):
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                await self._send_all(send)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            _log.warning("cut off: a reader took nothing for %s s", self._line.pace.stalled)
        finally:
            self._lines.close(self._line)

    async def _send_all(self, send: Send) -> None:
        try:
            async for frame in self._frames:
                await self._send(frame, send)
        except Unavailable as error:
            _log.warning("ended: %s", error)
            await self._send(self._told(fault(Code.SERVICE_UNAVAILABLE)), send)
        except Fault as why:
            await self._send(self._told(why), send)

    async def _send(self, frame: bytes, send: Send) -> None:
        for start in range(0, len(frame), PIECE):
            async with asyncio.timeout(self._line.pace.stalled):
                await send({"type": "http.response.body", "body": frame[start : start + PIECE], "more_body": True})
