"""Nothing waits without end, and who waits keeps nobody else from what can be had (contract §4)."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager

import asyncpg
import pytest

from tests.conftest import settings_for
from tests.hardening.live import Live, a_contract
from tests.hardening.test_faults import PATIENCE, Server

SECONDS = 2
"""What a request of these servers has, in place of 15."""
AT_ONCE = 1.0
"""Seconds in which a read is answered on a busy machine, whoever waits for whatever."""
WRITERS = 30
"""More than there are connections."""


class Session:
    """A session of psql's kind, with a loop of its own, for a test that is no coroutine."""

    def __init__(self, url):
        self.loop = asyncio.new_event_loop()
        self.connection = self.do(asyncpg.connect(url))

    def do(self, work):
        return self.loop.run_until_complete(work)

    def run(self, sql):
        return self.do(self.connection.fetch(sql))

    def close(self):
        self.do(self.connection.close())
        self.loop.close()


@contextmanager
def row_locked(settings):
    """The first customer's row, or in SQLite the whole file, in another program's transaction."""
    if settings.database_url.startswith("sqlite"):
        other = sqlite3.connect(settings.database_url.removeprefix("sqlite://"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
    else:
        other = Session(settings.database_url)
        other.run("BEGIN")
        other.run("SELECT * FROM customers FOR UPDATE")
    try:
        yield
    finally:
        other.close()


@pytest.fixture
def served(settings, tmp_path):
    """A server whose requests have little time."""
    server = Live(settings, tmp_path, ABONENT_REQUEST_SECONDS=str(SECONDS))
    yield server
    server.kill()


def timed(call, *arguments, **more):
    """The answer, and after how many seconds it came."""
    begun = time.monotonic()
    answer = call(*arguments, **more)
    return answer, time.monotonic() - begun


def test_writers_that_wait_for_one_row_keep_nobody_from_reading_and_are_told_in_time(served, settings):
    with served.client() as client, ThreadPoolExecutor(WRITERS) as others:
        a_contract(client)
        with row_locked(settings):
            change = {"json": {"notes": "changed"}}
            waiting = [others.submit(timed, client.patch, "/api/customers/1/", **change) for _ in range(WRITERS)]
            until = time.monotonic() + SECONDS / 2
            while time.monotonic() < until:
                for path in ("/api/customers/", "/readyz", "/api/users/me/"):
                    answer, seconds = timed(client.get, path)
                    assert (answer.status_code, seconds < AT_ONCE) == (200, True), (path, seconds)
            answers = [one.result() for one in waiting]
        assert {answer.status_code for answer, _ in answers} == {503}
        assert all(int(answer.headers["retry-after"]) > 0 for answer, _ in answers)
        assert max(seconds for _, seconds in answers) < SECONDS + AT_ONCE
        assert client.patch("/api/customers/1/", json={"notes": "free again"}).status_code == 200
        assert client.get("/api/customers/1/history/").json()["count"] == 2  # what was given up left no trace
    assert "Traceback" not in served.said()


def test_the_graphql_door_gives_up_in_time_too(served, settings):
    with served.client() as client:
        a_contract(client)
        change = {"query": 'mutation { updateCustomer(input: {id: "cus_1", notes: "x"}) { errors { code } } }'}
        with row_locked(settings):
            answer, seconds = timed(
                client.post, "/graphql", json=change, headers={"Accept": "application/graphql-response+json"}
            )
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (503, "SERVICE_UNAVAILABLE")
        assert int(answer.headers["retry-after"]) > 0
        assert seconds < SECONDS + AT_ONCE


WAITING = """
    SELECT count(*) AS statements FROM pg_stat_activity
    WHERE application_name = 'abonent' AND datname = current_database() AND state = 'active'
"""
READERS = 12
"""More than there are connections."""


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
def test_readers_who_vanish_leave_no_query_running(served, settings):
    with served.client() as client, closing(Session(settings.database_url)) as other, ExitStack() as readers:
        head = f"GET /api/sims/ HTTP/1.1\r\nHost: x\r\nAuthorization: {client.headers['Authorization']}\r\n\r\n"
        other.run("BEGIN")
        other.run("LOCK TABLE sims IN ACCESS EXCLUSIVE MODE")
        for _ in range(READERS):
            reader = readers.enter_context(socket.create_connection(("127.0.0.1", served.port)))
            reader.sendall(head.encode())
        assert reached(lambda: waiting(settings) == settings.pool_size)
        readers.close()
        answer, seconds = timed(client.get, "/api/tariffs/")
        assert (answer.status_code, seconds < AT_ONCE) == (200, True), seconds
        assert reached(lambda: waiting(settings) == 0)
    assert "Traceback" not in served.said()


def waiting(settings):
    """How many statements of the server run, or wait for a lock."""
    with closing(Session(settings.database_url)) as keeper:
        return keeper.run(WAITING)[0]["statements"]


def reached(state):
    """Whether it gets there in a while."""
    until = time.monotonic() + 5
    while not state() and time.monotonic() < until:
        time.sleep(0.02)
    return state()


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
def test_a_link_to_the_database_that_falls_silent_is_noticed_and_found_again(settings, tmp_path):
    database = Server(settings.database_url)
    served = Live(settings_for(database.gate.url), tmp_path, ABONENT_REQUEST_SECONDS=str(SECONDS))
    try:
        with served.client() as client, ThreadPoolExecutor(READERS) as others:
            database.gate.silent = True
            asked = [others.submit(timed, client.get, "/api/customers/") for _ in range(READERS)]
            answers = [one.result() for one in asked]
            assert {answer.status_code for answer, _ in answers} == {503}
            assert max(seconds for _, seconds in answers) < SECONDS + AT_ONCE
            database.gate.silent = False
            until = time.monotonic() + PATIENCE
            while client.get("/readyz").status_code != 200 and time.monotonic() < until:
                time.sleep(0.05)
            assert [client.get("/api/customers/").status_code for _ in range(READERS)] == [200] * READERS
        assert "Traceback" not in served.said()
    finally:
        served.kill()
        database.close()
