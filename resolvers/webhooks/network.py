"""Connections to receivers: to the very address that was resolved and allowed, and kept open for a while.

httpcore speaks HTTP, on which httpx stands too; which address is connected to, and which connection is used again, is
ours. A connection belongs to the name in the url, not to an address: TLS and `Host` are of that name, and two receivers
behind one address never share one.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

import httpcore

from resolvers.webhooks.addresses import resolve

if TYPE_CHECKING:
    import ssl

IDLE_SECONDS: Final = 30.0
MOST_IDLE: Final = 64
BUFFER: Final = 65_536
_DROPPED: Final = (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError)
"""What becomes of a request on a connection that the other side has closed meanwhile."""


class Stream(httpcore.AsyncNetworkStream):
    """A connection of asyncio's. Who waits bounds the time: the timeouts here are not looked at."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        """What has come, nothing at the end."""
        del timeout
        try:
            return await self._reader.read(max_bytes)
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        """Send it; what is sent in one go leaves together."""
        del timeout
        if not buffer:
            return
        try:
            self._writer.write(buffer)
            await self._writer.drain()
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        """Close it, whatever the other side makes of that."""
        with suppress(OSError):
            self._writer.close()

    def get_extra_info(self, info: str) -> Any:
        """Whether there is something to read, though nothing was asked: the end."""
        return self._reader.at_eof() if info == "is_readable" else None


@dataclass(slots=True)
class Network:
    """The connections of one worker."""

    private: bool
    idle: dict[str, list[httpcore.AsyncHTTP11Connection]] = field(default_factory=dict)
    """By scheme, name and port: open, and of use to nobody at the moment."""

    async def ask(self, request: httpcore.Request) -> tuple[httpcore.AsyncHTTP11Connection, httpcore.Response]:
        """The head of the answer, and the connection, to be given back. Raises what the way there can do."""
        kept = await self._kept(request.url.origin)
        if kept is not None:
            with suppress(*_DROPPED):  # before any answer: it is asked again, as the same message
                return kept, await kept.handle_async_request(request)
        fresh = await self._connect(request.url.origin)
        return fresh, await fresh.handle_async_request(request)

    async def give_back(self, connection: httpcore.AsyncHTTP11Connection, origin: httpcore.Origin) -> None:
        """Keep it for the next one, if it is good for that."""
        if not connection.is_idle() or sum(map(len, self.idle.values())) >= MOST_IDLE:
            await connection.aclose()
            return
        self.idle.setdefault(str(origin), []).append(connection)

    async def aclose(self) -> None:
        """Close all that are kept."""
        for connections in self.idle.values():
            for connection in connections:
                await connection.aclose()
        self.idle.clear()

    async def _kept(self, origin: httpcore.Origin) -> httpcore.AsyncHTTP11Connection | None:
        connections = self.idle.get(str(origin), [])
        while connections:
            connection = connections.pop()
            if not connections:
                del self.idle[str(origin)]
            if connection.is_available() and not connection.has_expired():
                return connection
            await connection.aclose()
        return None

    async def _connect(self, origin: httpcore.Origin) -> httpcore.AsyncHTTP11Connection:
        host, tls = origin.host.decode(), _tls() if origin.scheme == b"https" else None
        streams = await _open(await resolve(host, origin.port, private=self.private), origin.port, host, tls)
        return httpcore.AsyncHTTP11Connection(origin, Stream(*streams), IDLE_SECONDS)


async def _open(
    addresses: list[str], port: int, host: str, tls: ssl.SSLContext | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the first of the addresses that answers; the certificate must be the host's."""
    connect = partial(asyncio.open_connection, port=port, limit=BUFFER, ssl=tls, server_hostname=host if tls else None)
    for address in addresses[:-1]:
        with suppress(ConnectionError):
            return await connect(address)
    return await connect(addresses[-1])


@cache
def _tls() -> ssl.SSLContext:
    """Trusts what the system trusts, and what Mozilla does."""
    context = httpcore.default_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
