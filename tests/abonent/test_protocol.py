"""A connection beneath the application: offers to upgrade, answers that nobody reads, clients that go away."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from contextlib import asynccontextmanager

import pytest
import uvicorn
from uvicorn.server import ServerState

from abonent import protocol
from abonent.logs import ERRORS
from abonent.middleware import Observe
from abonent.protocol import GuardedProtocol
from models.database.engine import give_longer

OFFERS = {
    "h2c": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n",
    "websocket": b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
    "unknown": b"Upgrade: foo/2\r\nConnection: upgrade\r\nX-Empty:\r\n",
}
BIG = b"x" * 20_000_000
"""More than all buffers on the way take."""


async def echo(scope, receive, send):
    """Tells what it was asked."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    told = {"method": scope["method"], "path": scope["path"], "body": body.decode()}
    names = {name.decode() for name, _ in scope["headers"]}
    await answer(send, json.dumps(told | {"upgrade": "upgrade" in names, "empty": "x-empty" in names}).encode())


async def big(scope, receive, send):
    del scope, receive
    await answer(send, BIG)


async def answer(send, body):
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def served(app):
    """The port of a server with this application, and its state."""
    config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: GuardedProtocol(config, state, {}), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], state
    finally:
        server.close()
        for connection in tuple(state.connections):
            connection.transport.abort()


async def connected(port):
    """A connection whose own buffers are small."""
    link = socket.create_connection(("127.0.0.1", port))
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    return await asyncio.open_connection(sock=link, limit=4096)


async def exchanged(port, *pieces, answers=1):
    """The bodies that come back for what is sent piece by piece; and nothing comes beyond them."""
    reader, writer = await connected(port)
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(0.02)
    bodies = []
    for _ in range(answers):
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 2)
        assert head.startswith(b"HTTP/1.1 200"), head
        size = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        bodies.append(json.loads(await reader.readexactly(size)))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.05)
    writer.close()
    return bodies


SMUGGLED = b"DELETE /api/customers/1/ HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("method", [b"PATCH", b"POST"])
@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize("together", [True, False], ids=["in one packet", "in two"])
async def test_an_upgrade_that_is_not_taken_is_ignored_and_the_body_is_the_requests(method, offer, together):
    head = method + b" /a HTTP/1.1\r\nHost: x\r\n" + OFFERS[offer] + b"Content-Length: %d\r\n\r\n" % len(SMUGGLED)
    pieces = [head + SMUGGLED] if together else [head, SMUGGLED]
    async with served(echo) as (port, _):
        (told,) = await exchanged(port, *pieces)
    expected = {"method": method.decode(), "path": "/a", "body": SMUGGLED.decode()}
    assert told == expected | {"upgrade": False, "empty": offer == "unknown"}


async def test_an_offer_with_a_chunked_body_in_pieces_is_ignored_too():
    head = b"POST /a HTTP/1.1\r\nHost: x\r\n" + OFFERS["h2c"] + b"Transfer-Encoding: chunked\r\n\r\n"
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED)
    async with served(echo) as (port, _):
        (told,) = await exchanged(port, head[:20], head[20:60], head[60:] + chunks[:9], chunks[9:])
    assert told["body"] == SMUGGLED.decode()


async def test_requests_behind_an_offer_are_answered_in_their_order():
    offered = b"GET /1 HTTP/1.1\r\nHost: x\r\n" + OFFERS["h2c"] + b"\r\n"
    post = b"POST /2 HTTP/1.1\r\nHost: x\r\n" + OFFERS["websocket"] + b"Content-Length: 2\r\n\r\nab"
    async with served(echo) as (port, _):
        told = await exchanged(port, offered + post + b"GET /3 HTTP/1.1\r\nHost: x\r\n\r\n", answers=3)
    assert [one["path"] + one["body"] for one in told] == ["/1", "/2ab", "/3"]


async def test_a_flood_of_offers_in_one_packet_is_no_harm():
    offered = b"GET /1 HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"
    async with served(echo) as (port, _):
        await exchanged(port, offered * 1_500, answers=1_500)


async def test_a_tunnel_is_refused_and_what_follows_is_nobodys_request():
    async with served(echo) as (port, _):
        reader, writer = await connected(port)
        writer.write(b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n" + SMUGGLED)
        said = await asyncio.wait_for(reader.read(), 2)
        writer.close()
    assert said.startswith(b"HTTP/1.1 405")
    assert said.count(b"HTTP/1.1") == 1


ASKED = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
ASKED_LAST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("asked", [ASKED, ASKED_LAST, ASKED * 5], ids=["once", "for the last time", "in a row"])
async def test_an_answer_that_nobody_reads_does_not_keep_its_connection(monkeypatch, asked):
    monkeypatch.setattr(protocol, "UNREAD_SECONDS", 0.1)
    async with served(big) as (port, state):
        _, writer = await connected(port)
        writer.write(asked)
        await asyncio.sleep(0.05)
        assert len(state.connections) == 1
        async with asyncio.timeout(3):
            while state.connections or state.tasks:
                await asyncio.sleep(0.01)
        writer.transport.abort()


async def test_an_answer_that_is_read_slowly_comes_whole(monkeypatch):
    monkeypatch.setattr(protocol, "UNREAD_SECONDS", 0.5)
    async with served(big) as (port, _):
        # With buffers of 4 kB the system's delayed acknowledgements alone may take minutes.
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=400_000)
        writer.write(ASKED)
        size = 0
        while size < len(BIG):
            piece = await asyncio.wait_for(reader.read(400_000), 2)
            assert piece, f"the connection was closed after {size:,} bytes"
            size += len(piece)
            await asyncio.sleep(0.02)
        writer.close()


async def test_a_client_that_goes_takes_its_request_along_and_nothing_is_logged(caplog):
    begun, ended = asyncio.Event(), asyncio.Event()

    async def endless(scope, receive, send):
        del scope, receive
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()
            await answer(send, b"too late")

    async with served(Observe(endless, 60)) as (port, state):
        _, writer = await connected(port)
        writer.write(ASKED * 3)
        await begun.wait()
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        await asyncio.wait_for(ended.wait(), 2)
        await asyncio.sleep(0.02)
        assert not state.tasks
    assert [record for record in caplog.records if record.name in {"uvicorn.error", ERRORS.name}] == []


async def asked(app, seconds, pause=0.0):
    """The statuses of what an application answers that has so many seconds; its body comes after a pause."""
    sent = []

    async def receive():
        await asyncio.sleep(pause)
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "state": {}}
    await Observe(app, seconds)(scope, receive, send)
    return [message["status"] for message in sent if "status" in message]


@pytest.mark.parametrize("wait", [0.3, 0], ids=["asked to wait", "not asked"])
async def test_whoever_asked_to_wait_has_so_much_more_time(wait):
    async def patient(scope, receive, send):
        del scope, receive
        give_longer(wait)
        try:
            await asyncio.sleep(0.1)
        except asyncio.CancelledError:
            await send({"type": "http.response.start", "status": 503})
            raise
        await answer(send, b"")

    assert await asked(patient, 0.05) == [200 if wait else 503]


async def test_the_time_that_a_body_takes_to_come_is_not_counted():
    assert await asked(echo, 0.05, pause=0.1) == [200]
