"""Event streams of a real server with two workers: each event once, whatever is killed; many idle ones cost little."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from statistics import quantiles

import httpx
import orjson
import pytest

from models.database import Dialect
from resolvers.events.feed import position_of
from tests.conftest import opened
from tests.hardening.live import Live, a_contract
from tests.resolvers.events.test_log import written

WRITERS, EACH = 100, 4
READERS = 4
PATIENCE = 90
"""Seconds after which a busy machine is given up."""
STREAMS = 2_000
MEGABYTES = 100


class Reader:
    """Reads a stream and comes back whenever it ends, behind what it had."""

    def __init__(self, url, access, begin):
        self.url = url
        self.headers = {"Authorization": f"Bearer {access}", "Accept": "text/event-stream"}
        self.last = begin
        self.ids = []
        self.entities = []

    async def read(self):
        while True:
            with suppress(httpx.TransportError):
                async with httpx.AsyncClient(timeout=httpx.Timeout(5, read=20)) as http:
                    await self._once(http)
            await asyncio.sleep(0.05)

    async def _once(self, http):
        headers = {**self.headers, "Last-Event-ID": self.last}
        async with http.stream("GET", f"{self.url}/api/events/", headers=headers) as answer:
            assert answer.status_code in {200, 503}, answer.status_code
            fields = {}
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                if line:
                    fields[name] = value
                    continue
                if "data" in fields and fields["event"] != "end":
                    event = orjson.loads(fields["data"])
                    assert position_of(fields["id"]) == event["id"]
                    self.ids.append(event["id"])
                    self.entities.append(event["entity_id"])
                self.last, fields = fields.get("id", self.last), {}


async def told_once(live, settings, access, begin, between):
    """Many writers with pauses inside their transactions, some readers, and what happens between."""
    chance = random.Random(5)
    readers = [Reader(live.url, access, begin) for _ in range(READERS)]
    reading = [asyncio.create_task(reader.read()) for reader in readers]
    async with opened(settings) as database:
        pause = 0.1 if database.dialect is Dialect.POSTGRES else 0.0005  # SQLite's writers wait for each other

        async def writer(number):
            for _ in range(EACH):
                await written(database, number, pause=lambda: chance.uniform(0, pause))
                await asyncio.sleep(chance.uniform(0, 1))

        writing = asyncio.gather(*(writer(1_000_000 + number) for number in range(WRITERS)))
        await asyncio.to_thread(between)
        await writing
        sql = "SELECT id FROM audit_events WHERE id > $1 ORDER BY id"
        expected = [row[0] for row in await database.fetch(sql, [position_of(begin)])]
    async with asyncio.timeout(PATIENCE):
        while any(not reader.ids or reader.ids[-1] < expected[-1] for reader in readers):
            await asyncio.sleep(0.05)
    for task in reading:
        task.cancel()
    await asyncio.gather(*reading, return_exceptions=True)
    for reader in readers:
        assert reader.ids == expected
        assert len([one for one in reader.entities if one >= 1_000_000]) == WRITERS * EACH


def test_of_a_hundred_writers_each_event_is_told_once_though_the_server_is_killed(settings, tmp_path):
    live = Live(settings, tmp_path, ABONENT_WORKERS="2", ABONENT_WORKER="off")
    try:
        httpx.get(f"{live.url}/healthz", timeout=PATIENCE)  # two workers take their time to start
        with live.client() as client:
            begin = client.get("/api/events/?after=now").json()["next"]
        access = live.tokens()["access"]

        def killed():
            time.sleep(1)
            for worker in workers_of(live.process):  # others take their places
                os.kill(worker, signal.SIGKILL)
            time.sleep(1)
            live.stop()
            live.start()

        asyncio.run(told_once(live, settings, access, begin, killed))
    finally:
        live.stop()


def workers_of(process):
    """The ids of a server's worker processes."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


@pytest.mark.long
def test_from_commit_to_client_takes_a_fifth_of_a_second_at_most(live, settings):
    """Where no older write is open on the server: one on which others write most of the time tells nothing.

    The answer to the write stands for its commit.
    """

    async def measured():
        seconds = []
        headers = {"Authorization": f"Bearer {live.tokens()['access']}"}
        async with (
            opened(settings) as database,
            httpx.AsyncClient(base_url=live.url, headers=headers, timeout=20) as http,
            http.stream("GET", "/api/events/?type=contract.*", headers={"Accept": "text/event-stream"}) as answer,
        ):
            lines = answer.aiter_lines()
            await anext(lines)
            for _ in range(100):
                told = asyncio.create_task(data(lines))
                await http.post(f"/api/contracts/{contract}/add_balance/", json={"amount": 1})
                committed, quiet = time.perf_counter(), await nobody_writes(database)
                taken = max(0.0, await told - committed)
                seconds += [taken] if quiet else []
                await asyncio.sleep(random.uniform(0, 0.05))
        return seconds

    with live.client() as client:
        contract = a_contract(client)
    seconds = asyncio.run(measured())
    assert len(seconds) < 50 or quantiles(seconds, n=20)[-1] <= 0.2


async def nobody_writes(database):
    """Whether no transaction is open in any database of the server that could hold the feed back."""
    if database.dialect is Dialect.SQLITE:
        return True
    sql = "SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL"
    return (await database.fetch(sql))[0][0] == 0


async def data(lines):
    """When the next event has come."""
    while not (await anext(lines)).startswith("data"):
        pass
    return time.perf_counter()


def memory(process):
    """Its resident megabytes."""
    (line,) = re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
    return int(line) / 1024


@pytest.mark.long
def test_two_thousand_idle_streams_take_little(live):
    access = live.tokens()["access"]
    headers = f"Host: a\r\nAccept: text/event-stream\r\nAuthorization: Bearer {access}\r\n"
    head = f"GET /api/events/?type=ticket.* HTTP/1.1\r\n{headers}\r\n"
    before, connections = memory(live.process), []
    try:
        for _ in range(STREAMS):
            connection = socket.create_connection(("127.0.0.1", live.port), timeout=20)
            connection.sendall(head.encode())
            assert b"200 OK" in connection.recv(4096)
            connections.append(connection)
        taken = memory(live.process) - before
        assert taken <= MEGABYTES
        with live.client() as client:
            refused = client.get("/api/events/", headers={"Accept": "text/event-stream"})
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")
            assert client.get("/healthz").elapsed.total_seconds() < 1
    finally:
        for connection in connections:
            connection.close()
