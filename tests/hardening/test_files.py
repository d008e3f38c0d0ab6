"""What a live server does while it sends a whole list as a file."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from pathlib import Path

import httpx
import pytest

from tests.conftest import _execute

ROWS = 3_000
COLUMNS = (
    "document_type, customer_type, status, first_name, last_name, phone, document_number, document_key, notes, search, "
    "created_at, updated_at"
)
VALUES = (
    "'passport', 'individual', 'active', 'А', 'Б', '+996' || (500000000 + n), 'M' || n, 'm' || n, '{notes}', 'а б', "
    "{moment}, {moment}"
)
PATIENCE = 10.0


def fill(settings):
    """Many customers, whose file is of some 30 MB."""
    notes = "x" * 9_999
    if settings.database_url.startswith("sqlite"):
        values = VALUES.format(notes=notes, moment="'2026-01-01T00:00:00.000000Z'")
        numbers = f"WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {ROWS})"
        with sqlite3.connect(settings.database_url.removeprefix("sqlite://")) as connection:
            connection.create_function("casefold", 1, str.casefold, deterministic=True)
            connection.execute(f"{numbers} INSERT INTO customers ({COLUMNS}) SELECT {values} FROM r")
        connection.close()
        return
    values = VALUES.format(notes=notes, moment="now()")
    asyncio.run(
        _execute(
            settings.database_url,
            f"INSERT INTO customers ({COLUMNS}) SELECT {values} FROM generate_series(1, {ROWS}) n",
        )
    )


@pytest.fixture
def filled(live, settings):
    fill(settings)
    return live


def memory(live):
    """Resident memory of the server, its peak, in MB."""
    text = Path(f"/proc/{live.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", text)[1]) / 1024


def test_a_file_of_any_size_takes_little_memory(filled):
    with filled.client() as client:
        client.get("/api/customers/?format=ndjson&search=nobody")
        before, received = memory(filled), 0
        with client.stream("GET", "/api/customers/?format=ndjson") as response:
            for piece in response.iter_bytes():
                received += piece.count(b"\n")
        assert received == ROWS
        assert memory(filled) - before <= 30


def test_clients_that_leave_leave_no_query_behind(filled):
    with filled.client() as client:
        for _ in range(6):
            with client.stream("GET", "/api/customers/?format=csv") as response:
                next(response.iter_bytes())
        until = time.monotonic() + PATIENCE
        while (answer := client.head("/api/customers/?format=csv")).status_code == 503 and time.monotonic() < until:
            time.sleep(0.05)
        assert answer.status_code == 200
    assert "Traceback" not in filled.said()


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
def test_a_query_that_fails_midway_breaks_the_file_off(filled, settings):
    mine = "datname = current_database() AND pid <> pg_backend_pid()"
    ending = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%birth_date%' AND {mine}"
    with filled.client() as client, client.stream("GET", "/api/customers/?format=csv") as response:
        pieces = response.iter_bytes()
        next(pieces)
        asyncio.run(_execute(settings.database_url, ending))
        with pytest.raises(httpx.RemoteProtocolError):
            list(pieces)
    assert "Traceback" not in filled.said()
