"""The databases and the servers that are measured, and the CPU that they take."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import TYPE_CHECKING, Any, Final

import asyncpg
import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET: Final = "benchmark-benchmark-benchmark-benchmark"  # noqa: S105 - of a database that lives for minutes
PASSWORD: Final = "benchmark-password"  # noqa: S105 - the same
START_SECONDS: Final = 30
TICKS: Final = os.sysconf("SC_CLK_TCK")
DATA: Final = Path(__file__).with_name(".data")
"""SQLite files that are kept, and what was measured."""
ABONENT: Final = (sys.executable, "-m", "abonent")
FLOOR: Final = (
    *(sys.executable, "-m", "uvicorn", "benchmarks.floor:app", "--loop", "uvloop", "--http", "httptools"),
    *("--no-access-log", "--log-level", "warning", "--port", "PORT"),
)
VACUUM: Final = "VACUUM (ANALYZE)"


def environment(url: str) -> dict[str, str]:
    """What a server of this database needs."""
    own = {"DATABASE_URL": url, "SECRET_KEY": SECRET, "ABONENT_ADMIN_PASSWORD": PASSWORD}
    return {**os.environ, **own}


def abonent(url: str, *arguments: str) -> None:
    """Run the product's command line."""
    subprocess.run([*ABONENT, *arguments], env=environment(url), check=True, stdout=subprocess.DEVNULL)  # noqa: S603


@dataclass(frozen=True, slots=True)
class Store:
    """A seeded database, asked beside the servers."""

    url: str

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Of a statement without parameters."""
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.url.removeprefix("sqlite://"))) as file:
                return file.execute(sql).fetchall()
        connection = await asyncpg.connect(self.url)
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()

    async def backends(self) -> list[int]:
        """The database's own processes that serve it; SQLite has none."""
        if self.url.startswith("sqlite"):
            return []
        sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        return [pid for (pid,) in await self.rows(sql)]


async def prepare(database: str, server: str, scale: int) -> Store:
    """A database of this scale: a kept one, brought to the present schema, or one that is seeded now."""
    store, is_there = await _found(database, server, scale)
    if is_there:
        abonent(store.url, "migrate")
    else:
        abonent(store.url, "seed", "--scale", str(scale))
        if database == "postgres":
            await store.rows(VACUUM)
    return store


async def _found(database: str, server: str, scale: int) -> tuple[Store, bool]:
    if database == "sqlite":
        file = DATA / f"abonent_bench_{scale}.sqlite3"
        file.parent.mkdir(exist_ok=True)
        return Store(f"sqlite://{file}"), file.exists()
    name, root = f"abonent_bench_{scale}", Store(f"{server}/postgres")
    is_there = bool(await root.rows(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))
    if not is_there:
        await root.rows(f"CREATE DATABASE {name}")
    return Store(f"{server}/{name}"), is_there


async def drop(store: Store, server: str) -> None:
    """The database is not needed any more."""
    if store.url.startswith("sqlite"):
        file = Path(store.url.removeprefix("sqlite://"))
        for one in file.parent.glob(f"{file.name}*"):
            one.unlink()
        return
    await Store(f"{server}/postgres").rows(f"DROP DATABASE {store.url.rpartition('/')[2]} WITH (FORCE)")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    name: str
    port: int
    pid: int
    started_in: float
    """Seconds until it answered that it is ready."""

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def token(self) -> str:
        """Of the admin."""
        login = {"username": "admin", "password": PASSWORD}
        return str(httpx.post(f"{self.base}/api/auth/login/", json=login).json()["access"])


@contextmanager
def running(name: str, command: tuple[str, ...], url: str, **more: str) -> Iterator[Server]:
    """A server, `PORT` in whose command becomes a free one; its log is thrown away as it is written."""
    port, started = _free_port(), perf_counter()
    spelt = [part.replace("PORT", str(port)) for part in command]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(spelt, env=environment(url) | more, **quiet)  # type: ignore[call-overload]  # noqa: S603
    try:
        _wait(port)
        yield Server(name, port, process.pid, perf_counter() - started)
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def _wait(port: int) -> None:
    deadline = monotonic() + START_SECONDS
    while monotonic() < deadline:
        try:
            httpx.get(f"http://127.0.0.1:{port}/readyz")
        except httpx.TransportError:
            sleep(0.02)
        else:
            return
    raise TimeoutError(f"nothing answers at port {port}")


def family(pid: int) -> list[int]:
    """A process and its children: a server may have its work done by them."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *map(int, children)]


def cpu_of(pids: list[int]) -> dict[int, float]:
    """Seconds of CPU that each process has taken so far."""
    taken = {}
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        taken[pid] = (int(fields[11]) + int(fields[12])) / TICKS
    return taken


def memory_of(pid: int) -> int:
    """MiB of memory that a process holds."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") // 2**20
