"""Uvicorn's HTTP protocol with what it leaves out: limits on a request's head, in size and in time.

It also takes request lines with raw UTF-8 in them (`curl '…/api/customers/?search=Иван'`), which the parser refuses.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from asyncio import TimerHandle, Transport

HEAD_BYTES: Final = 65_536
"""A request line and headers may take this much."""
HEAD_SECONDS: Final = 15.0
"""They must have come within this time; the body's time is the doors' to watch."""
TOO_LARGE: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class GuardedProtocol(HttpToolsProtocol):
    """One connection."""

    between = True
    """No request is on its way in."""
    in_head = False
    """A request's head has come in part."""
    head_bytes = 0
    head_timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as in uvicorn's own
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(_ascii_line(data) if self.between and not data.isascii() else data)
        if not self.in_head:
            return
        self.head_bytes += len(data)
        if self.head_bytes > HEAD_BYTES:
            self._refuse(TOO_LARGE)
        elif self.head_timer is None:
            self._start_timer()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.between, self.in_head, self.head_bytes = False, True, 0

    def on_headers_complete(self) -> None:
        self.in_head = False
        self._stop_timer()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self.between = True
        super().on_message_complete()

    def _start_timer(self) -> None:
        self.head_timer = self.loop.call_later(HEAD_SECONDS, self._refuse, TOO_SLOW)

    def _stop_timer(self) -> None:
        if self.head_timer is not None:
            self.head_timer.cancel()
            self.head_timer = None

    def _refuse(self, answer: bytes) -> None:
        self._stop_timer()
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()


def _ascii_line(data: bytes) -> bytes:
    """The same with the request line's non-ASCII bytes percent-encoded, as they should have come."""
    line, end, rest = data.partition(b"\r\n")
    return re.sub(rb"[\x80-\xff]", lambda byte: f"%{byte[0][0]:02X}".encode(), line) + end + rest
