"""Mixed REST and GraphQL load by 32 clients on a server of its own: `make soak ARGS="--seconds 120 --database sqlite"`.

Bounded in clients and time, on the loopback only. Prints for each half minute requests, errors, p50, p99 and the
server's memory; exits with 1 if anything but a success was answered.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx

from models.migrations import migrate
from tests.conftest import POSTGRES_URL, _execute, settings_for
from tests.hardening.live import Live, a_contract, post

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.settings import Settings

CLIENTS = 32
LONGEST = 600
"""Seconds that a soak may take at most."""
PERIOD = 30.0
"""Seconds between lines of the report."""
QUERY = "query($n: Int!) { contracts(first: $n) { totalCount nodes { id number balance customer { fullName } } } }"
DEPOSIT = 'mutation($id: ID!) { addContractBalance(input: {id: $id, amount: "1"}) { newBalance errors { code } } }'


@dataclass
class Soak:
    """What was seen; `times` since the last line of the report."""

    answers: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    deposits: Counter[int] = field(default_factory=Counter)
    """Acknowledged ones, by contract."""
    memory: list[int] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)

    def report(self, pid: int, second: float) -> None:
        taken, self.times = self.times, []
        cuts = quantiles(taken, n=100) if len(taken) > 1 else [0.0] * 99
        self.memory.append(memory_of(pid))
        self.p99.append(cuts[98] * 1000)
        print(  # noqa: T201 - a report is what this program is for
            f"{second:5.0f} s: {len(taken):6} requests, {len(self.errors)} errors, "
            f"p50 {median(taken or [0]) * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms, memory {self.memory[-1]} MiB",
            flush=True,
        )


def memory_of(pid: int) -> int:
    """Resident MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


async def client_of(soak: Soak, http: httpx.AsyncClient, contract: int, until: float, chance: random.Random) -> None:
    """One request after the other, in a mix of both doors: two writes in five."""
    while perf_counter() < until:
        kind = chance.choice(("list", "detail", "query", "deposit", "mutation"))
        begun = perf_counter()
        answer = await _one(http, kind, contract)
        soak.times.append(perf_counter() - begun)
        soak.answers[kind] += 1
        if answer.status_code != 200 or '"errors":[{' in answer.text:
            soak.errors.append(f"{kind}: {answer.status_code} {answer.text[:200]}")
        soak.deposits[contract] += kind in {"deposit", "mutation"}


async def _one(http: httpx.AsyncClient, kind: str, contract: int) -> httpx.Response:
    key = {"Idempotency-Key": uuid4().hex}
    if kind == "list":
        return await http.get("/api/contracts/?search=A&page_size=20")
    if kind == "detail":
        return await http.get(f"/api/contracts/{contract}/")
    if kind == "query":
        return await http.post("/graphql", json={"query": QUERY, "variables": {"n": 20}})
    if kind == "deposit":
        return await http.post(f"/api/contracts/{contract}/add_balance/", json={"amount": "1"}, headers=key)
    return await http.post("/graphql", json={"query": DEPOSIT, "variables": {"id": f"ctr_{contract}"}}, headers=key)


async def soaked(live: Live, seconds: float, period: float = PERIOD) -> Soak:
    """The load, each client on a contract of its own, and then the balances compared with what was acknowledged."""
    with live.client() as admin:
        first, headers = a_contract(admin), dict(admin.headers)
        more = [post(admin, "/api/contracts/", customer=1, tariff=1)["id"] for _ in range(CLIENTS - 1)]
    soak, begun = Soak(), perf_counter()
    async with httpx.AsyncClient(base_url=live.url, headers=headers, timeout=30) as http:
        until = begun + seconds
        clients = [client_of(soak, http, one, until, random.Random(one)) for one in (first, *more)]
        load = asyncio.gather(*clients)
        while not load.done():
            await asyncio.wait([load], timeout=period)
            soak.report(live.process.pid, perf_counter() - begun)
        await load
        balances = {row["id"]: row["balance"] for row in (await http.get("/api/contracts/")).json()["results"]}
    wrong = {one: balance for one, balance in balances.items() if balance != f"{soak.deposits[one]}.00"}
    soak.errors += [f"{soak.deposits[one]} deposits of 1 were acknowledged, not {told}" for one, told in wrong.items()]
    return soak


@contextmanager
def _database(kind: str, folder: str) -> Iterator[Settings]:
    """An empty database, which is gone afterwards."""
    if kind == "sqlite":
        yield settings_for(f"sqlite://{folder}/abonent.sqlite3")
        return
    name = f"abonent_soak_{uuid4().hex[:8]}"
    asyncio.run(_execute(POSTGRES_URL, f"CREATE DATABASE {name}"))
    try:
        yield settings_for(f"{POSTGRES_URL.rpartition('/')[0]}/{name}")
    finally:
        asyncio.run(_execute(POSTGRES_URL, f"DROP DATABASE {name} WITH (FORCE)"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="make soak")
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, _database(asked.database, folder) as settings:
        asyncio.run(migrate(settings))
        live = Live(settings, Path(folder))
        try:
            soak = asyncio.run(soaked(live, min(asked.seconds, LONGEST)))
        finally:
            live.stop()
    print(f"{sum(soak.answers.values())} requests, {len(soak.errors)} errors", *soak.errors[:5], sep="\n")  # noqa: T201
    return 1 if soak.errors else 0


if __name__ == "__main__":
    sys.exit(main())
