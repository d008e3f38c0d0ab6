"""A billing run beside a script of set-based SQL, a deposit that resumes beside a plain one, reads beside a run."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import asyncpg
import httpx

from benchmarks.beside import bench_of
from benchmarks.billing_sql import POSTGRES, PREPARE, SAME, SCRIPT, SQLITE
from benchmarks.cases import BY_NAME
from benchmarks.servers import ABONENT, VACUUM, Server, Store, drop, environment, running
from models.database.sqlite_worker import connect
from resolvers.billing.months import DAY, months_after

if TYPE_CHECKING:
    from collections.abc import Sequence

DEPOSITS: Final = 300
ZONE: Final = ZoneInfo("Asia/Bishkek")
_FIRST: Final = f"SELECT id FROM contracts WHERE status = 'active' ORDER BY id LIMIT {DEPOSITS}"
BROKE: Final = (
    f"UPDATE sims SET status = 'suspended' WHERE contract_id IN ({_FIRST})",
    f"""UPDATE contracts SET status = 'suspended', suspension_reason = 'insufficient_funds', balance = 0,
        suspended_on = {{day}}'{{today}}' WHERE id IN ({_FIRST})""",
    f"UPDATE contracts SET next_billing_date = {{day}}'{{next}}' WHERE id IN ({_FIRST})",
)
"""Some who were stopped for lack of money today, and some whose next month has time."""
QUIET: Final = ("serve", "--port", "PORT", "--no-worker")


async def billing(store: Store, seconds: float) -> list[str]:
    """All of it, each part on a copy of the database of its own."""
    await _run_all(store, _spelt(store, PREPARE))
    ((due,),) = await store.rows("SELECT count(*) FROM contracts WHERE next_billing_date = anchor_date")
    copies = [await _copied(store, name) for name in ("script", "run", "beside")]
    try:
        script, run = await _script(copies[0]), await _run(copies[1])
        await _require_same(*copies[:2])
        plain, resuming = await _deposits(copies[2])
        alone, beside = await _reads(copies[2], seconds)
    finally:
        for one in copies:
            await drop(one, store.url.rpartition("/")[0])
    rows = (
        (
            f"a run of {due:,} due contracts",
            f"{run:,.1f} s",
            f"the script: {script:,.1f} s",
            run / script,
            "2" if _is_sqlite(store) else "2.5",
        ),
        ("a deposit that resumes, p50", f"{resuming:.1f} ms", f"a plain one: {plain:.1f} ms", resuming / plain, "2"),
        ("`GraphQL by id` beside a run, p99", f"{beside:.1f} ms", f"alone: {alone:.1f} ms", beside / alone, "50 ms"),
    )
    told = (f"| {what} | {took} | {floor} | **{ratio:.2f}** | {must} |" for what, took, floor, ratio, must in rows)
    return ["| what | took | beside it | ratio | must |", "|---|---|---|---|---|", *told]


def _is_sqlite(store: Store) -> bool:
    return store.url.startswith("sqlite")


def _spelt(store: Store, statements: Sequence[str]) -> list[str]:
    """Statements of today, in the database's words."""
    today = datetime.now(UTC).astimezone(ZONE).date()
    following = months_after(today, 1)
    days = {"today": today, "next": following, "last": following - DAY}
    words = {name: day.isoformat() for name, day in days.items()} | (SQLITE if _is_sqlite(store) else POSTGRES)
    return [statement.format(**words) for statement in statements]


async def _run_all(store: Store, statements: Sequence[str]) -> float:
    """In one transaction; the seconds that it took."""
    started = perf_counter()
    if _is_sqlite(store):
        await asyncio.to_thread(_run_sqlite, Path(store.url.removeprefix("sqlite://")), statements)
        return perf_counter() - started
    connection = await asyncpg.connect(store.url)
    try:
        async with connection.transaction():
            for statement in statements:
                await connection.execute(statement)
    finally:
        await connection.close()
    return perf_counter() - started


def _run_sqlite(file: Path, statements: Sequence[str]) -> None:
    with closing(connect(file)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for statement in statements:
            connection.execute(statement)
        connection.execute("COMMIT")


async def _copied(store: Store, name: str) -> Store:
    """A copy of the database, as it is."""
    if _is_sqlite(store):
        file = Path(store.url.removeprefix("sqlite://"))
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        target = file.with_name(f"{file.stem}_{name}.sqlite3")
        shutil.copyfile(file, target)
        return Store(f"sqlite://{target}")
    server, _, source = store.url.rpartition("/")
    await Store(f"{server}/postgres").rows(f"DROP DATABASE IF EXISTS {source}_{name}")
    await Store(f"{server}/postgres").rows(f"CREATE DATABASE {source}_{name} TEMPLATE {source}")
    copy = Store(f"{server}/{source}_{name}")
    await copy.rows(VACUUM)
    return copy


async def _script(store: Store) -> float:
    return await _run_all(store, _spelt(store, SCRIPT))


async def _run(store: Store) -> float:
    """Seconds from the first batch to the last, by the job's own times; of one worker."""
    await _abonent_bill(store)
    ((begun, ended),) = await store.rows("SELECT started_at, finished_at FROM jobs ORDER BY id DESC LIMIT 1")
    if isinstance(begun, str):
        begun, ended = datetime.fromisoformat(begun), datetime.fromisoformat(ended)
    return float((ended - begun).total_seconds())


async def _abonent_bill(store: Store) -> None:
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        *ABONENT, "bill", env=environment(store.url), stdout=quiet, stderr=quiet
    )
    if await process.wait():
        raise AssertionError("abonent bill failed")


async def _require_same(script: Store, run: Store) -> None:
    """Raise unless both have written the same."""
    for sql in SAME:
        ours, theirs = await run.rows(sql), await script.rows(sql)
        if ours != theirs:
            raise AssertionError(f"{sql}: the run has {ours}, the script {theirs}")


async def _deposits(store: Store) -> tuple[float, float]:
    """p50 in milliseconds of plain deposits and of those that resume, which take turns."""
    await _run_all(store, _spelt(store, BROKE))
    suspended = await store.rows("SELECT id FROM contracts WHERE suspension_reason = 'insufficient_funds' ORDER BY id")
    active = await store.rows(_FIRST)
    took: tuple[list[float], list[float]] = ([], [])
    with running("product", (*ABONENT, *QUIET), store.url) as server:
        async with _client(server) as http:
            for pair in zip(active, suspended, strict=False):
                for (contract,), times in zip(pair, took, strict=True):
                    started = perf_counter()
                    answer = await http.post(f"/api/contracts/{contract}/add_balance/", json={"amount": "1000.00"})
                    times.append(perf_counter() - started)
                    answer.raise_for_status()
    plain, resuming = (median(times) * 1000 for times in took)
    return plain, resuming


def _client(server: Server) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {server.token()}"}
    return httpx.AsyncClient(base_url=server.base, headers=headers, timeout=30)


async def _reads(store: Store, seconds: float) -> tuple[float, float]:
    """p99 in milliseconds of reads one after the other, alone and beside a run of another process."""
    with running("product", (*ABONENT, *QUIET), store.url) as server:
        bench, case = await bench_of(store, server, seconds), BY_NAME["GraphQL by id"]
        alone = [(await bench.send(server, case, 1))["p99"] * 1000 for _ in range(3)]
        beside: list[float] = []
        run = asyncio.create_task(_abonent_bill(store))
        await asyncio.sleep(2)  # until it has started
        while not run.done() or not beside:
            beside.append((await bench.send(server, case, 1))["p99"] * 1000)
        await run
    return median(alone), median(beside)
