"""A real server for a test."""

from __future__ import annotations

import asyncio

import pytest

from tests.conftest import CLEAN, _execute, settings_for
from tests.hardening.live import Live


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request):
    """Settings of an empty, migrated database; these tests are clients, and have no event loop."""
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_settings")
    url = request.getfixturevalue("postgres_url")
    asyncio.run(_execute(url, "SET lock_timeout = '10s'", CLEAN))
    return settings_for(url)


@pytest.fixture
def live(settings, tmp_path):
    """`abonent serve` on each of the two databases."""
    server = Live(settings, tmp_path)
    yield server
    if server.process.poll() is None:
        server.kill()
