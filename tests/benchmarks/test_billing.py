"""The script that a billing run is measured beside writes what the run writes."""

from __future__ import annotations

import pytest

from benchmarks import servers
from benchmarks.billing import billing
from benchmarks.servers import drop, prepare
from tests.conftest import POSTGRES_URL

SCALE = 400


@pytest.fixture(params=["sqlite", "postgres"])
def database(request, monkeypatch, tmp_path):
    """Both kinds; nothing that is kept for measuring is touched."""
    if request.param == "postgres":
        request.getfixturevalue("postgres_url")  # skipped where there is none
    monkeypatch.setattr(servers, "DATA", tmp_path)
    return request.param


@pytest.mark.long
async def test_a_run_and_the_script_write_the_same(database):
    server = POSTGRES_URL.rpartition("/")[0]
    store = await prepare(database, server, SCALE)
    try:
        lines = await billing(store, seconds=0.2)
    finally:
        await drop(store, server)
    assert [line.count("|") for line in lines] == [6, 6, 6, 6, 6]
