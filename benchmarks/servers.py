"""The databases and the two servers that are measured, and the CPU that they take."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final

import asyncpg
import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET: Final = "benchmark-benchmark-benchmark-benchmark"  # noqa: S105 - of a database that lives for minutes
PASSWORD: Final = "benchmark-password"  # noqa: S105 - the same
START_SECONDS: Final = 30
TICKS: Final = os.sysconf("SC_CLK_TCK")
ABONENT: Final = (sys.executable, "-m", "abonent")
FLOOR: Final = (
    *(sys.executable, "-m", "uvicorn", "benchmarks.floor:app", "--loop", "uvloop", "--http", "httptools"),
    *("--no-access-log", "--log-level", "warning", "--port"),
)


def environment(url: str) -> dict[str, str]:
    """What a server of this database needs."""
    own = {"DATABASE_URL": url, "SECRET_KEY": SECRET, "ABONENT_ADMIN_PASSWORD": PASSWORD}
    return {**os.environ, **own}


async def prepare(server: str, scale: int) -> str:
    """The URL of a database of this scale, seeded if it is not there."""
    name, connection = f"abonent_bench_{scale}", await asyncpg.connect(f"{server}/postgres")
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        await connection.execute(f"CREATE DATABASE {name}")
        seed = [*ABONENT, "seed", "--scale", str(scale)]
        subprocess.run(seed, env=environment(f"{server}/{name}"), check=True, stdout=subprocess.DEVNULL)  # noqa: ASYNC221, S603
    await connection.close()
    return f"{server}/{name}"


async def drop(server: str, scale: int) -> None:
    """The database is not needed any more."""
    connection = await asyncpg.connect(f"{server}/postgres")
    await connection.execute(f"DROP DATABASE abonent_bench_{scale} WITH (FORCE)")
    await connection.close()


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    name: str
    port: int
    pid: int

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def running(name: str, command: tuple[str, ...], url: str) -> Iterator[Server]:
    """One worker, its log thrown away as it is written."""
    port = _free_port()
    process = subprocess.Popen(  # noqa: S603 - our own commands
        [*command, str(port)], env=environment(url), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port)
        yield Server(name, port, process.pid)
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
            httpx.get(f"http://127.0.0.1:{port}/healthz")
        except httpx.TransportError:
            sleep(0.1)
        else:
            return
    raise TimeoutError(f"nothing answers at port {port}")


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
