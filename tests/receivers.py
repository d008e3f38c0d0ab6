"""Receivers of webhooks for tests: small HTTP servers on this machine that answer as they are told."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def status(code: int, body: bytes = b"no", *headers: str) -> bytes:
    """An answer with this status."""
    lines = "".join(f"{line}\r\n" for line in headers)
    return f"HTTP/1.1 {code} X\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body


@dataclass
class Got:
    """A request that came."""

    headers: dict[str, str]
    body: bytes

    @property
    def event_id(self) -> int:
        return int(self.headers["webhook-id"].removeprefix("evt_"))

    @property
    def told(self) -> dict[str, Any]:
        return orjson.loads(self.body)


@dataclass
class Receiver:
    """What came, in order; `answer` says what to each: bytes, or None for never."""

    url: str = ""
    answer: Callable[[Got], bytes | None] = lambda _: OK
    got: list[Got] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    endless: bool = False
    """After the head it sends on and on."""
    closes: bool = False
    """It closes each connection after its answer, and does not say so."""
    connections: int = 0

    @property
    def event_ids(self) -> list[int]:
        return [one.event_id for one in self.got]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._one(reader, writer) and not self.closes:
                pass
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        pairs = (line.partition(": ") for line in head.split("\r\n")[1:] if line)
        headers = {name.lower(): value for name, _, value in pairs}
        got = Got(headers, await reader.readexactly(int(headers["content-length"])))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            answer = self.answer(got)
            self.got.append(got)
            await asyncio.sleep(0)
            if answer is None:
                await reader.read()  # until the other side has had enough
                return False
            writer.write(answer)
            await writer.drain()
            while self.endless:
                writer.write(b"x" * 10_000)
                await writer.drain()
        finally:
            self.at_once -= 1
        return True


@asynccontextmanager
async def receiving(answer: Callable[[Got], bytes | None] = lambda _: OK, **how: Any):
    """A receiver that listens."""
    receiver = Receiver(answer=answer, **how)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    receiver.url = f"http://127.0.0.1:{port}/hook"
    try:
        yield receiver
    finally:
        server.close()
