"""`make bench`: the product beside the floor, case by case, in short rounds that take turns; prints the tables.

Every answer is compared first: what is not the same is not timed. Meanwhile a writer commits ten changes a second.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import sys
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import asyncpg
import httpx
import orjson

from benchmarks.cases import CASES, World
from benchmarks.servers import ABONENT, FLOOR, PASSWORD, Server, cpu_of, drop, memory_of, prepare, running
from models.fields import moment_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from benchmarks.cases import Case

RESULTS: Final = Path(__file__).with_name("RESULTS.md")
CHECKS: Final = 5
WRITES_A_SECOND: Final = 10
OF_THE_MOMENT: Final = {
    "old_balance",
    "new_balance",
    "message",
    "amount",
    "payment_id",
    "updated_at",
    "next",
    "previous",
}
"""What differs between two answers that are right: the state moves on, ports are two."""


@dataclass(slots=True)
class Measured:
    """One case's rounds at one server."""

    rate: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)

    def add(self, told: dict[str, float], server: float, database: float) -> None:
        """CPU in seconds, of all requests."""
        self.rate.append(told["requests"] / told["seconds"])
        self.p50.append(told["p50"] * 1000)
        self.p99.append(told["p99"] * 1000)
        self.server.append(server / told["requests"] * 1000)
        self.database.append(database / told["requests"] * 1000)


@dataclass(slots=True)
class Bench:
    """A database of one scale, and both servers on it."""

    product: Server
    floor: Server
    database: asyncpg.Connection
    token: str
    world: World
    seconds: float

    async def ask(self, server: Server, request: tuple[str, str, bytes]) -> Any:
        method, path, body = request
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        async with httpx.AsyncClient(base_url=server.base, headers=headers, timeout=60) as http:
            answer = await http.request(method, path, content=body or None)
        answer.raise_for_status()
        return answer.json()

    async def check(self, case: Case) -> None:
        """Raise unless product and floor answer the same."""
        for _ in range(CHECKS):
            request = case.make(self.world)
            ours, theirs = [_lasting(await self.ask(server, request)) for server in (self.product, self.floor)]
            if case.writes:
                ours, theirs = ours["data"]["number"], theirs["data"]["number"]
            if ours != theirs:
                raise AssertionError(f"{case.name}: {request}\n{str(ours)[:2000]}\n{str(theirs)[:2000]}")

    async def round(self, server: Server, case: Case, into: Measured) -> None:
        """Send requests for some seconds, and measure."""
        rows = await self.database.fetch("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        backends = [row[0] for row in rows if row[0] != self.database.get_server_pid()]
        before, before_server = cpu_of(backends), cpu_of([server.pid])
        told = await self._client(server, case)
        after, after_server = cpu_of(backends), cpu_of([server.pid])
        taken = sum(after[pid] - before[pid] for pid in after if pid in before)
        into.add(told, after_server[server.pid] - before_server[server.pid], taken)

    async def _client(self, server: Server, case: Case) -> dict[str, float]:
        client = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.client", str(server.port), str(self.seconds), case.name),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        world = {
            name: getattr(self.world, name) for name in ("customers", "contracts", "payments", "moments", "cursors")
        }
        out, _ = await client.communicate(orjson.dumps({"token": self.token, "world": world}))
        told: dict[str, float] = orjson.loads(out)
        if told["refused"]:
            raise AssertionError(f"{case.name}: {told['refused']} requests were refused by {server.name}")
        return told


def _lasting(answer: Any) -> Any:
    """The answer without what may differ."""
    if isinstance(answer, dict):
        return {name: _lasting(value) for name, value in answer.items() if name not in OF_THE_MOMENT}
    return [_lasting(one) for one in answer] if isinstance(answer, list) else answer


@asynccontextmanager
async def _bench(server: str, scale: int, seconds: float) -> AsyncIterator[Bench]:
    url = await prepare(server, scale)
    database = await asyncpg.connect(url)
    with ExitStack() as stack:
        product = stack.enter_context(running("product", (*ABONENT, "serve", "--port"), url))
        floor = stack.enter_context(running("floor", FLOOR, url))
        token = httpx.post(  # noqa: ASYNC210 - nothing else runs yet
            f"{product.base}/api/auth/login/", json={"username": "admin", "password": PASSWORD}
        ).json()["access"]
        yield Bench(product, floor, database, token, await _world(product, token, database), seconds)
    await database.close()


async def _world(product: Server, token: str, database: asyncpg.Connection) -> World:
    counts = [await database.fetchval(f"SELECT max(id) FROM {name}") for name in ("customers", "contracts", "payments")]
    document = "query { payments(first: 1) { pageInfo { endCursor } } }"
    answer = httpx.post(  # noqa: ASYNC210 - nothing else runs yet
        f"{product.base}/graphql", json={"query": document}, headers={"Authorization": f"Bearer {token}"}
    ).json()
    stamp = orjson.loads(bytes.fromhex(answer["data"]["payments"]["pageInfo"]["endCursor"]))[0]
    deep = await database.fetch(
        "SELECT created_at, id FROM payments ORDER BY created_at DESC, id DESC OFFSET $1 LIMIT 1000", counts[2] // 2
    )
    moments = await database.fetch("SELECT created_at FROM customers ORDER BY created_at OFFSET $1", counts[0] // 10)
    return World(
        customers=counts[0],
        contracts=counts[1],
        payments=counts[2],
        moments=[moment_text(row[0]) for row in moments[:: max(1, len(moments) // 1000)]],
        cursors=[orjson.dumps([stamp, moment_text(row[0]), row[1]]).hex() for row in deep],
    )


async def _write(bench: Bench) -> None:
    """Ten changes a second, as long as it lives."""
    case = next(case for case in CASES if case.writes)
    while True:
        await asyncio.sleep(1 / WRITES_A_SECOND)
        await bench.ask(bench.product, case.make(bench.world))


async def _measure(bench: Bench, cases: list[Case], rounds: int) -> dict[str, tuple[Measured, Measured]]:
    measured = {}
    for case in cases:
        await bench.check(case)
    writer = asyncio.create_task(_write(bench))
    for case in cases:
        product, floor = measured[case.name] = (Measured(), Measured())
        await bench.round(bench.product, case, Measured())  # connections are made, statements prepared
        await bench.round(bench.floor, case, Measured())
        for _ in range(rounds):
            await bench.round(bench.product, case, product)
            await bench.round(bench.floor, case, floor)
        print(_row(case, product, floor), flush=True)  # noqa: T201 - a program that prints
    writer.cancel()
    await asyncio.wait([writer])
    return measured


_COLUMNS: Final = (
    *("case", "product, 1/s", "floor, 1/s", "ratio", "by CPU", "must", "goal", "p50, ms", "p99, ms"),
    *("CPU server, ms", "CPU database, ms"),
)
HEAD: Final = f"| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}"


def _row(case: Case, product: Measured, floor: Measured) -> str:
    # of rounds beside each other: the machine is not always as quick
    ratio = median(ours / theirs for ours, theirs in zip(product.rate, floor.rate, strict=True))
    by_cpu = (median(floor.server) + median(floor.database)) / (median(product.server) + median(product.database))
    reached = "goal" if ratio >= case.goal else "must" if ratio >= case.must else "no"
    cpu = [
        f"{median(ours):.2f} ({median(theirs):.2f})"
        for ours, theirs in ((product.server, floor.server), (product.database, floor.database))
    ]
    rates = f"{median(product.rate):,.0f} | {median(floor.rate):,.0f}"
    return (
        f"| {case.name} | {rates} | **{ratio:.2f}** {reached} | {by_cpu:.2f} "
        f"| {case.must} | {case.goal} | {median(product.p50):.1f} | {median(product.p99):.1f} | {cpu[0]} | {cpu[1]} |"
    )


def _growth(by_scale: dict[int, dict[str, tuple[Measured, Measured]]]) -> list[str]:
    """The product's p50 at each scale, and how much slower the largest is than the smallest."""
    scales = sorted(by_scale)
    names = [case.name for case in CASES if case.name in by_scale[scales[0]]]
    lines = [
        f"| p50, ms | {' | '.join(f'{scale:,}' for scale in scales)} | growth |",
        f"|---|{'---|' * len(scales)}---|",
    ]
    for name in names:
        p50 = [median(by_scale[scale][name][0].p50) for scale in scales]
        lines.append(f"| {name} | {' | '.join(f'{one:.1f}' for one in p50)} | {p50[-1] / p50[0]:.2f} |")
    return lines


async def _main(asked: argparse.Namespace) -> None:
    cases = [case for case in CASES if asked.cases in case.name]
    scales = [int(scale) for scale in asked.scales.split(",")]
    by_scale, notes = {}, []
    for scale in scales:
        print(f"\n{scale:,} customers\n\n{HEAD}", flush=True)  # noqa: T201
        async with _bench(asked.postgres, scale, asked.seconds) as bench:
            by_scale[scale] = await _measure(bench, cases, asked.rounds)
            notes.append(f"Memory of the worker at {scale:,} customers: {memory_of(bench.product.pid)} MiB.")
        if not asked.keep:
            await drop(asked.postgres, scale)
    growth = _growth(by_scale)
    print("\n" + "\n".join(growth))  # noqa: T201
    if asked.write:
        RESULTS.write_text(_report(asked, by_scale, growth, notes), encoding="utf-8")


def _report(
    asked: argparse.Namespace,
    by_scale: dict[int, dict[str, tuple[Measured, Measured]]],
    growth: list[str],
    notes: list[str],
) -> str:
    """What is committed: the tables, and under which circumstances they came to be; what follows a mark is kept."""
    kept = RESULTS.read_text(encoding="utf-8").partition(MARK)[2] if RESULTS.exists() else "\n"
    lines = [
        "# What `make bench` printed",
        "",
        f"`{asked.command}`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC.",
        _machine(),
    ]
    for scale, measured in by_scale.items():
        rows = [_row(case, *measured[case.name]) for case in CASES if case.name in measured]
        lines += ["", f"## {scale:,} customers, {20 * scale:,} payments, PostgreSQL", "", HEAD, *rows]
    return "\n".join([*lines, "", "## Growth", "", *growth, "", *notes, "", MARK]) + kept


MARK: Final = "<!-- below this line: written by hand -->"


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown CPU")
    cores = sum(line.startswith("processor") for line in lines)
    return f"{model}, {cores} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}."


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--scales", default="5000,50000", help="customers, several by comma")
    parser.add_argument("--seconds", type=float, default=2.0, help="of a round")
    parser.add_argument("--rounds", type=int, default=3, help="of each server, for each case")
    parser.add_argument("--cases", default="", help="only those whose name contains this")
    parser.add_argument("--postgres", default="postgres://postgres@127.0.0.1:5432", help="a server of one's own")
    parser.add_argument("--keep", action="store_true", help="do not drop the databases; kept ones are used again")
    parser.add_argument("--write", action="store_true", help="put the tables into benchmarks/RESULTS.md")
    asked = parser.parse_args()
    asked.command = f'make bench ARGS="{" ".join(sys.argv[1:])}"'
    return asked


if __name__ == "__main__":
    asyncio.run(_main(_asked()))
