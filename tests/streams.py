"""Event streams in tests: the program as it is called by a server, its answer read event by event."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import orjson

SOON = 60
"""Seconds after which a busy machine is given up."""


@dataclass
class Frame:
    """One block of an event stream, as the standard reads it."""

    id: str | None = None
    event: str | None = None
    text: str = ""
    comment: bool = False

    @property
    def data(self):
        return orjson.loads(self.text) if self.text else None


def frame_of(block):
    frame = Frame()
    for line in block.split("\n"):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not name:
            frame.comment = True
        elif name == "data":
            frame.text += value
        else:
            setattr(frame, name, value)
    return frame


@dataclass
class Stream:
    """An answer that goes on."""

    status: int = 0
    headers: dict = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    ended: bool = False
    """With a proper end."""
    more: asyncio.Event = field(default_factory=asyncio.Event)
    takes: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared: the reader takes nothing."""

    async def send(self, message):
        await self.takes.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message["body"]
            self.ended = not message.get("more_body")
        self.more.set()

    async def frame(self):
        """The next one, comments included; None at the end."""
        async with asyncio.timeout(SOON):
            while b"\n\n" not in self.body:
                if self.ended:
                    return None
                self.more.clear()
                await self.more.wait()
        block, _, rest = bytes(self.body).partition(b"\n\n")
        self.body = bytearray(rest)
        return frame_of(block.decode())

    async def event(self):
        """The next event."""
        while (frame := await self.frame()) is not None and frame.event is None:
            pass
        return frame

    async def events(self, count):
        return [await self.event() for _ in range(count)]


@asynccontextmanager
async def opened(app, path, headers, *, method="GET", query="", body=b""):
    """A stream, until the block ends; then its client has gone."""
    stream, sent = Stream(), False
    stream.takes.set()

    async def receive():
        nonlocal sent
        if sent:
            await asyncio.Event().wait()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "root_path": "",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [
            (name.lower().encode(), value.encode()) for name, value in ({"host": "testserver"} | headers).items()
        ],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
        "state": {},
    }
    stream.scope = scope
    stream.task = asyncio.create_task(app(scope, receive, stream.send))
    try:
        async with asyncio.timeout(SOON):
            await stream.more.wait()
        yield stream
    finally:
        scope["state"]["client_gone"] = True
        stream.task.cancel()
        with suppress(asyncio.CancelledError):
            await stream.task
