"""Sends requests over some connections for some seconds, from a process of its own, and tells how it went.

`python -m benchmarks.client PORT SECONDS CONNECTIONS` with the token and the requests as JSON on the standard input.
They are put together before the clock starts, so that little of the machine is spent on this side.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import perf_counter
from typing import Any, Final

import httptools
import orjson
import uvloop

OK: Final = 200


def raw(request: tuple[str, str, bytes], token: str, port: int) -> bytes:
    """A request as it goes over the wire."""
    method, path, body = request
    head = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nauthorization: Bearer {token}\r\n"
    if body:
        head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return f"{head}\r\n".encode() + body


@dataclass(slots=True)
class Load:
    """What all connections share."""

    requests: list[bytes]
    until: float
    open: int
    """Connections that have not finished."""
    done: asyncio.Event = field(default_factory=asyncio.Event)
    sent: int = 0
    times: list[float] = field(default_factory=list)
    refused: int = 0

    def next(self) -> bytes | None:
        """The next request, while there is time."""
        if perf_counter() > self.until:
            self.open -= 1
            if not self.open:
                self.done.set()
            return None
        self.sent += 1
        return self.requests[self.sent % len(self.requests)]


class Connection(asyncio.Protocol):
    """One request after the other."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.started = 0.0
        self.transport: Any = None
        self.parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        """Called by the parser."""
        self.load.times.append(perf_counter() - self.started)
        self.load.refused += self.parser.get_status_code() != OK
        self.parser = httptools.HttpResponseParser(self)
        self._send()

    def _send(self) -> None:
        request = self.load.next()
        if request is not None:
            self.started = perf_counter()
            self.transport.write(request)


async def _run(port: int, seconds: float, connections: int) -> dict[str, float]:
    given = orjson.loads(sys.stdin.buffer.read())
    requests = [raw((method, path, body.encode()), given["token"], port) for method, path, body in given["requests"]]
    load = Load(requests, perf_counter() + seconds, connections)
    loop, started = asyncio.get_running_loop(), perf_counter()
    for _ in range(connections):
        await loop.create_connection(lambda: Connection(load), "127.0.0.1", port)
    await load.done.wait()
    elapsed = perf_counter() - started
    p99 = quantiles(load.times, n=100)[98]
    return {
        "requests": len(load.times),
        "seconds": elapsed,
        "p50": median(load.times),
        "p99": p99,
        "refused": load.refused,
    }


if __name__ == "__main__":
    outcome = uvloop.run(_run(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
    sys.stdout.buffer.write(orjson.dumps(outcome))
