"""What is measured beside the cases: two workers, logins under way, starting, other versions of Python."""

from __future__ import annotations

import asyncio
import subprocess
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import httpx

from benchmarks.cases import BY_NAME
from benchmarks.rounds import Bench, Measured, world
from benchmarks.servers import ABONENT, PASSWORD, Server, memory_of, running

if TYPE_CHECKING:
    from benchmarks.servers import Store

CASES: Final = ("GraphQL by id", "customer", "contracts?status=active")
LOGINS: Final = 4
ROUNDS: Final = 3
ROOT: Final = Path(__file__).parent.parent


async def bench_of(store: Store, product: Server, seconds: float) -> Bench:
    token = product.token()
    return Bench(store, product, product, token, await world(store, product, token), seconds)


async def _rates(benches: dict[str, Bench], name: str) -> dict[str, Measured]:
    """Rounds of several servers that take turns at one case."""
    case, measured = BY_NAME[name], {told: Measured() for told in benches}
    for told, bench in benches.items():
        await bench.round(bench.product, case, Measured())
        del told
    for _ in range(ROUNDS):
        for told, bench in benches.items():
            await bench.round(bench.product, case, measured[told])
    return measured


async def workers(store: Store, seconds: float) -> list[str]:
    """Two workers against one."""
    with ExitStack() as stack:
        benches = {}
        for count in (1, 2):
            command = (*ABONENT, "serve", "--workers", str(count), "--port", "PORT")
            server = stack.enter_context(running(f"{count} workers", command, store.url))
            await asyncio.sleep(3)  # the second one starts after the first has answered
            benches[str(count)] = await bench_of(store, server, seconds)
        lines = ["| case | one worker, 1/s | two workers, 1/s | ratio |", "|---|---|---|---|"]
        for name in CASES:
            one, two = (await _rates(benches, name)).values()
            ratio = median(b / a for a, b in zip(one.rate, two.rate, strict=True))
            lines.append(f"| {name} | {median(one.rate):,.0f} | {median(two.rate):,.0f} | **{ratio:.2f}** |")
    return [*lines, "", "Client, database and workers share the machine's two cores."]


async def logins(store: Store, seconds: float) -> list[str]:
    """Other requests' latency while logins are under way, with the usual cost of a password's hash."""
    lines = ["| case | p99 alone, ms | p99 beside logins, ms | logins, 1/s |", "|---|---|---|---|"]
    with running("product", (*ABONENT, "serve", "--port", "PORT"), store.url) as server:
        bench = await bench_of(store, server, seconds)
        for name in CASES[:2]:
            case, alone, beside, count = BY_NAME[name], [], [], 0
            for _ in range(ROUNDS):
                alone.append((await bench.send(server, case, 1))["p99"] * 1000)
                over = asyncio.Event()
                tasks = [asyncio.create_task(_logins(server, over)) for _ in range(LOGINS)]
                beside.append((await bench.send(server, case, 1))["p99"] * 1000)
                over.set()
                count += sum(await asyncio.gather(*tasks))
            rate = count / ROUNDS / seconds
            lines.append(f"| {name} | {median(alone):.1f} | **{median(beside):.1f}** | {rate:.1f} |")
    return [*lines, "", f"{LOGINS} clients log in one after the other; one connection asks beside them. Must: 50 ms."]


async def _logins(server: Server, over: asyncio.Event) -> int:
    """How many there were until it was over."""
    count = 0
    async with httpx.AsyncClient(base_url=server.base, timeout=30) as http:
        while not over.is_set():
            answer = await http.post("/api/auth/login/", json={"username": "admin", "password": PASSWORD})
            answer.raise_for_status()
            count += 1
    return count


async def starting(store: Store, seconds: float) -> list[str]:
    """From the command until it is ready, on a database that is migrated already, and what it holds then."""
    del seconds
    took, memory = [], []
    for _ in range(ROUNDS):
        with running("product", (*ABONENT, "serve", "--port", "PORT"), store.url) as server:
            took.append(server.started_in)
            memory.append(memory_of(server.pid))
    return [f"`abonent serve` answers `/readyz` after {median(took):.2f} s, and then holds {median(memory):.0f} MiB."]


async def versions(store: Store, seconds: float, pythons: tuple[str, ...]) -> list[str]:
    """The same server on several versions of Python, each in an environment of its own from the pinned requirements."""
    with TemporaryDirectory() as folder, ExitStack() as stack:
        benches = {}
        for python in pythons:
            binary = _environment(python, Path(folder) / python)
            version = subprocess.run([binary, "-V"], check=True, capture_output=True, text=True).stdout.split()[1]  # noqa: ASYNC221, S603
            command = (str(binary), "-m", "abonent", "serve", "--port", "PORT")
            server = stack.enter_context(running(version, command, store.url, PYTHONPATH=str(ROOT)))
            benches[version] = await bench_of(store, server, seconds)
        lines = [
            f"| case | {' | '.join(f'{version}, 1/s' for version in benches)} | {' | '.join(_cpu(benches))} |",
            f"|---|{'---|' * 2 * len(benches)}",
        ]
        for name in (*CASES, "add_balance"):
            measured = await _rates(benches, name)
            rates = (f"{median(one.rate):,.0f}" for one in measured.values())
            cpu = (f"{median(one.server):.2f}" for one in measured.values())
            lines.append(f"| {name} | {' | '.join(rates)} | {' | '.join(cpu)} |")
    return lines


def _cpu(benches: dict[str, Any]) -> list[str]:
    return [f"CPU {version}, ms" for version in benches]


def _environment(python: str, folder: Path) -> Path:
    """Its interpreter."""
    subprocess.run([python, "-m", "venv", folder], check=True)  # noqa: S603
    binary = folder / "bin" / "python"
    install = ("-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", "requirements.txt")
    subprocess.run([binary, *install], check=True, cwd=ROOT)  # noqa: S603
    return binary
