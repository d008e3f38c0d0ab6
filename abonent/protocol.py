"""Uvicorn's HTTP protocol with what it leaves out: limits on a request's head and on an unread answer, and upgrades.

It also takes request lines with raw UTF-8 in them (`curl '…/api/customers/?search=Иван'`), which the parser refuses.
"""

from __future__ import annotations

import re
from math import inf
from typing import TYPE_CHECKING, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from abonent.middleware import GONE
from web.event_streams import ON_STOP

if TYPE_CHECKING:
    from asyncio import Task, TimerHandle, Transport
    from collections.abc import Iterator

    from uvicorn._types import ASGI3Application
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

HEAD_BYTES: Final = 65_536
"""A request line and headers may take this much."""
HEAD_SECONDS: Final = 15.0
"""They must have come within this time; the body's time is the doors' to watch."""
UNREAD_SECONDS: Final = 20.0
"""An answer that waits to be read must move on in each such time."""
UNREAD_BYTES: Final = 16_384
"""By so much at least, or to its end. A bad mobile connection takes far more."""
PIPELINED: Final = 16
"""So many requests may wait behind the one that is being answered before the connection is read no further."""
TOO_LARGE: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
NO_TUNNEL: Final = b"HTTP/1.1 405 Method Not Allowed\r\nconnection: close\r\nallow: \r\ncontent-length: 0\r\n\r\n"


class GuardedProtocol(HttpToolsProtocol):
    """One connection."""

    between = True
    """No request is on its way in."""
    in_head = False
    """A request's head has come in part."""
    head_bytes = 0
    head_timer: TimerHandle | None = None
    unread_timer: TimerHandle | None = None
    running: tuple[RequestResponseCycle, Task[None]] | None = None
    """The request that is being answered."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as in uvicorn's own
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._stop_watching()
        super().connection_lost(exc)
        self.pipeline.clear()
        if self.running is not None:
            self._give_up(*self.running)

    def _give_up(self, cycle: RequestResponseCycle, task: Task[None]) -> None:
        """Stop what nobody waits for any more: a query of seconds would else be worked out for who has gone.

        A write that has begun is done all the same (`models.database.engine.Database.write`).
        """
        cycle.disconnected = True
        if not task.done():
            cycle.scope["state"][GONE] = True
            task.cancel()

    def shutdown(self) -> None:
        """The process stops: what would go on without end is told so, the rest may finish."""
        super().shutdown()
        if self.running is not None and not self.running[1].done():
            self.running[0].scope["state"].get(ON_STOP, _nothing)()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        task = self.loop.create_task(cycle.run_asgi(app))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)
        self.running = (cycle, task)

    # --- what comes in --------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        self._feed(_ascii_line(data) if self.between and not data.isascii() else data)
        if not self.in_head:
            return
        self.head_bytes += len(data)
        if self.head_bytes > HEAD_BYTES:
            self._refuse(TOO_LARGE)
        elif self.head_timer is None:
            self._start_timer()

    def _feed(self, data: bytes | memoryview) -> None:
        rest: bytes | memoryview | None = data
        try:
            while rest is not None:
                rest = self._fed(rest)
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")
            self._watch()

    def _fed(self, data: bytes | memoryview) -> memoryview | None:
        """Let the parser have the data; what is left of it where an upgrade was offered."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offered:
            if self.scope["method"] == "CONNECT":
                self._refuse(NO_TUNNEL)
                return None
            self._decline()
            return memoryview(data)[offered.args[0] :]
        return None

    def _decline(self) -> None:
        """Go on as if no upgrade had been offered (RFC 9110 §7.8): h2c, websocket, whatever it is.

        The parser has stopped behind the head, and takes what follows for another protocol's. So a new one gets the
        head once more, without the offer, and then the body.
        """
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        scope = self.scope
        head = [b"%s %s HTTP/%s" % (scope["method"].encode(), self.url, scope["http_version"].encode())]
        head += [b"%s: %s" % header for header in _without_offer(self.headers)]
        self.parser.feed_data(b"\r\n".join(head) + b"\r\n\r\n")

    def _should_upgrade(self) -> bool:
        """Whether the request that is coming in is not to be served yet, because `_decline` will send it in anew."""
        return True

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.between, self.in_head, self.head_bytes = False, True, 0

    def on_headers_complete(self) -> None:
        self.in_head = False
        self._stop_timer()
        super().on_headers_complete()
        if 0 < len(self.pipeline) <= PIPELINED:  # a connection that is not read does not tell that its client has gone
            self.flow.resume_reading()

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
            self._watch()

    # --- what goes out --------------------------------------------------------------------------------------------

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.transport.is_closing():
            self._stop_watching()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._watch()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._watch()

    def _watch(self, before: float = inf) -> None:
        """See to it that what waits to be read gets read; a transport that is closed waits for that without end."""
        if self.unread_timer is None:
            self.unread_timer = self.loop.call_later(UNREAD_SECONDS, self._look, before)

    def _look(self, before: float) -> None:
        self.unread_timer = None
        waiting = self.transport.get_write_buffer_size()
        if waiting > max(0, before - UNREAD_BYTES):
            self.transport.abort()
        elif waiting:
            self._watch(waiting)

    def _stop_watching(self) -> None:
        if self.unread_timer is not None:
            self.unread_timer.cancel()
            self.unread_timer = None


def _nothing() -> None:
    """Most requests have nothing to be told."""


def _ascii_line(data: bytes) -> bytes:
    """The same with the request line's non-ASCII bytes percent-encoded, as they should have come."""
    line, end, rest = data.partition(b"\r\n")
    return re.sub(rb"[\x80-\xff]", lambda byte: f"%{byte[0][0]:02X}".encode(), line) + end + rest


def _without_offer(headers: list[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """The headers without what belongs to an offered upgrade."""
    for name, value in headers:
        if name == b"connection":
            options = (option.strip() for option in value.split(b","))
            yield name, b", ".join(option for option in options if option.lower() != b"upgrade")
        elif name != b"upgrade":
            yield name, value
