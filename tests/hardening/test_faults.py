"""What a live server does when something around it fails: the database, its disk, a client, an order to stop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import select
import signal
import socket
import struct
import threading
import time
from pathlib import Path

import pytest

from tests.conftest import settings_for
from tests.hardening.live import PASSWORD, Live, a_contract
from tests.models.database.test_unavailable import Gate

PATIENCE = 15.0
"""Seconds within which service must have returned by itself."""
ASKED = {"query": "{ customers { totalCount } }"}
GRAPHQL = {"Accept": "application/graphql-response+json"}


class Server:
    """PostgreSQL behind a gate that a test can shut and open; the gate's event loop has a thread of its own."""

    def __init__(self, url):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.gate = Gate(url)
        self.open()

    def _do(self, work):
        asyncio.run_coroutine_threadsafe(work, self.loop).result(5)

    def open(self):
        self._do(self.gate.open())

    def shut(self):
        self._do(self.gate.shut())

    def close(self):
        with contextlib.suppress(OSError, AttributeError):
            self.shut()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


class File:
    """A SQLite file that a test can take away and bring back."""

    def __init__(self, url):
        self.file = Path(url.removeprefix("sqlite://"))
        self.away = self.file.with_name("away")

    def open(self):
        self.away.rename(self.file)

    def shut(self):
        self.file.rename(self.away)

    def close(self):
        pass


@pytest.fixture
def database(settings):
    """What stands between the server and its data."""
    sqlite = settings.database_url.startswith("sqlite")
    kept = File(settings.database_url) if sqlite else Server(settings.database_url)
    yield kept
    kept.close()


@pytest.fixture
def served(database, settings, tmp_path):
    """A server whose database can go away."""
    url = database.gate.url if isinstance(database, Server) else settings.database_url
    server = Live(settings_for(url), tmp_path)
    yield server
    if server.process.poll() is None:
        server.kill()


def asked(client):
    """Both doors, a read and a write each, and the question whether it is ready."""
    customer = {"first_name": "A", "last_name": "B", "document_number": "1", "phone": "+996550000001"}
    yield client.get("/api/customers/")
    yield client.post("/api/customers/", json=customer)
    yield client.post("/graphql", json=ASKED, headers=GRAPHQL)
    yield client.post(
        "/graphql", json={"query": 'mutation { blockSim(input: {id: "sim_1"}) { errors { code } } }'}, headers=GRAPHQL
    )
    yield client.get("/readyz")


def test_a_database_that_goes_away_is_told_at_both_doors_and_service_returns_with_it(served, database):
    with served.client() as client:
        assert client.get("/api/customers/").status_code == 200
        database.shut()
        for answer in asked(client):
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["retry-after"]) > 0
        assert client.get("/healthz").status_code == 200
        database.open()
        until = time.monotonic() + PATIENCE
        while client.get("/readyz").status_code != 200 and time.monotonic() < until:
            time.sleep(0.05)
        assert [answer.status_code for answer in asked(client)] == [200, 201, 200, 200, 200]
        assert client.get("/api/customers/").json()["count"] == 1
    assert "Traceback" not in served.said()


def largest_file(pid, size):
    """No file of the process may grow beyond this, as on a disk that is full."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_full_disk_is_told_undoes_the_write_and_is_no_trouble_once_there_is_room(sqlite_settings, tmp_path):
    server = Live(sqlite_settings, tmp_path)
    file = Path(sqlite_settings.database_url.removeprefix("sqlite://"))
    try:
        with server.client() as client:
            a_contract(client)
            used = max(one.stat().st_size for one in file.parent.glob(f"{file.name}*"))
            largest_file(server.process.pid, used + 30_000)
            answers = [client.patch("/api/customers/1/", json={"notes": f"{n}".ljust(9_000, "x")}) for n in range(15)]
            kept = sum(answer.status_code == 200 for answer in answers)
            assert [answer.status_code for answer in answers] == [200] * kept + [503] * (15 - kept)
            assert 0 < kept < 15, "the disk was never full"
            assert int(answers[-1].headers["retry-after"]) > 0
            assert client.get("/api/customers/1/").json()["notes"].startswith(f"{kept - 1}x")
            assert client.get("/api/customers/1/history/").json()["count"] == kept + 1
            largest_file(server.process.pid, resource.RLIM_INFINITY)
            assert client.patch("/api/customers/1/", json={"notes": "there is room again"}).status_code == 200
        assert "Traceback" not in server.said()
        assert server.check().returncode == 0
    finally:
        server.kill()


LOGIN = json.dumps({"username": "admin", "password": PASSWORD}).encode()
HEAD = b"POST /api/auth/login/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


def ordered_to_stop_with_a_request_under_way(live):
    """The request's connection, and the moment of the order."""
    connection = socket.create_connection(("127.0.0.1", live.port), timeout=10)
    connection.sendall(HEAD % len(LOGIN) + LOGIN[:10])
    time.sleep(0.2)
    live.process.terminate()
    return connection, time.monotonic()


def test_sigterm_lets_a_running_request_finish_and_is_obeyed_at_once_then(live):
    connection, begun = ordered_to_stop_with_a_request_under_way(live)
    with connection:
        time.sleep(0.2)
        connection.sendall(LOGIN[10:])
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
        assert live.process.wait(15) in {0, -signal.SIGTERM}
    assert time.monotonic() - begun < 5
    live.stop()
    live.start()
    assert live.tokens()


def test_sigterm_gives_a_stuck_request_up_and_stops_in_time(sqlite_settings, tmp_path):
    server = Live(sqlite_settings, tmp_path)
    connection, begun = ordered_to_stop_with_a_request_under_way(server)
    with connection:
        assert server.process.wait(15) in {0, -signal.SIGTERM}
    assert time.monotonic() - begun < 10
    server.kill()


def test_a_body_that_does_not_come_is_given_up_after_its_time(sqlite_settings, tmp_path):
    server = Live(sqlite_settings, tmp_path, ABONENT_BODY_SECONDS="1")
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
            connection.sendall(HEAD % 1000)
            begun = time.monotonic()
            while time.monotonic() - begun < 3 and not select.select([connection], [], [], 0.2)[0]:
                connection.sendall(b" ")
            assert connection.recv(65_536).startswith(b"HTTP/1.1 400")
    finally:
        server.kill()


def held(live):
    """The server's open files, and how many connections it has to PostgreSQL."""
    files = [str(file.readlink()) for file in Path(f"/proc/{live.process.pid}/fd").iterdir() if file.is_symlink()]
    sockets = sum(file.startswith("socket:") for file in files)
    return len(files) - sockets, sockets


def test_clients_that_vanish_leave_no_open_file_and_no_connection(live):
    with live.client() as client:
        contract = a_contract(client)
        body = b'{"amount": "1"}'
        head = (
            f"POST /api/contracts/{contract}/add_balance/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Authorization: {client.headers['Authorization']}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()

        def vanish():
            for _ in range(30):  # all at once, so that every connection to the database is in use
                connection = socket.create_connection(("127.0.0.1", live.port))
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.sendall(head + body)
                connection.close()
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                balance = client.get(f"/api/contracts/{contract}/").json()["balance"]
                time.sleep(0.1)
                if client.get(f"/api/contracts/{contract}/").json()["balance"] == balance:
                    return held(live)
            raise AssertionError("deposits are still under way")

        for _ in range(3):  # until the pool is as large as it gets
            vanish()
        first, after = [vanish() for _ in range(3)], [vanish() for _ in range(3)]
        for kind in (0, 1):
            assert min(held[kind] for held in after) <= max(held[kind] for held in first)
