"""What `make bench` times is right, and takes no more statements than it did."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest

from benchmarks import servers
from benchmarks.cases import CASES
from benchmarks.rounds import bench
from benchmarks.servers import drop
from tests.conftest import POSTGRES_URL

SCALE = 40
"""Customers: 800 payments, eight pages of them."""
WRITE = {"sqlite": 6, "postgres": 5}
"""Statements of a change of a balance, with the look-up of its caller; a read by a known caller is one."""


@pytest.fixture(params=["sqlite", "postgres"])
def database(request, monkeypatch, tmp_path):
    """Both kinds; nothing that is kept for measuring is touched."""
    if request.param == "postgres":
        request.getfixturevalue("postgres_url")  # skipped where there is none
    monkeypatch.setattr(servers, "DATA", tmp_path)
    return request.param


async def statements(benched, case):
    """As the answer tells it."""
    method, path, body = case.make(benched.world)
    headers = {"Authorization": f"Bearer {benched.token}", "Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=benched.product.base, headers=headers, verify=False) as http:  # noqa: S501 - plain HTTP
        answer = await http.request(method, path, content=body or None)
    return int(re.search(r'statements;desc="([0-9]+)"', answer.headers["server-timing"])[1])


def test_product_and_floor_answer_the_same_and_the_product_in_as_many_statements(database):
    async def compare():
        async with bench(database, POSTGRES_URL.rpartition("/")[0], SCALE, 0.1) as benched:
            for case in CASES:
                await benched.check(case)
                assert await statements(benched, case) == (WRITE[database] if case.writes else 1), case.name
        await drop(benched.store, POSTGRES_URL.rpartition("/")[0])

    asyncio.run(compare())
