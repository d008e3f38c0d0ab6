"""Rounds: a case's requests at one server for some seconds, measured from outside."""

from __future__ import annotations

import asyncio
import sys
from contextlib import ExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import httpx
import orjson

from benchmarks.cases import CASES, World
from benchmarks.servers import ABONENT, FLOOR, Server, Store, cpu_of, family, memory_of, prepare, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from benchmarks.cases import Case, Request

CHECKS: Final = 5
CONNECTIONS: Final = 16
WRITES_A_SECOND: Final = 10
OF_THE_MOMENT: Final = {
    *("old_balance", "new_balance", "message", "amount", "payment_id", "updated_at", "next", "previous"),
}
"""What differs between two answers that are right: the state moves on, ports are two."""
COUNTED: Final = ("customers", "contracts", "payments")
PREPARED: Final = 3_000


@dataclass(slots=True)
class Measured:
    """One case's rounds at one server."""

    rate: list[float] = field(default_factory=list)
    """Requests in a second."""
    p50: list[float] = field(default_factory=list)
    """Milliseconds, as all that follow."""
    p99: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    """CPU of a request."""
    database: list[float] = field(default_factory=list)

    def add(self, told: dict[str, float], server: float, database: float) -> None:
        """A round; CPU in seconds, of all requests."""
        self.rate.append(told["requests"] / told["seconds"])
        self.p50.append(told["p50"] * 1000)
        self.p99.append(told["p99"] * 1000)
        self.server.append(server / told["requests"] * 1000)
        self.database.append(database / told["requests"] * 1000)


@dataclass(slots=True)
class Bench:
    """A database of one scale, and the servers on it."""

    store: Store
    product: Server
    floor: Server
    token: str
    world: World
    seconds: float

    async def ask(self, server: Server, request: tuple[str, str, bytes]) -> Any:
        method, path, body = request
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        async with httpx.AsyncClient(base_url=server.base, headers=headers, timeout=60, verify=False) as http:  # noqa: S501 - plain HTTP
            answer = await http.request(method, path, content=body or None)
        if not answer.is_success or "errors" in answer.json():
            raise AssertionError(f"{server.name}: {answer.status_code} {answer.text[:1000]}")
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

    async def round(self, server: Server, case: Case, into: Measured, connections: int = CONNECTIONS) -> None:
        """Send requests for some seconds, and measure."""
        backends = await self.store.backends()
        served = family(server.pid)
        before, before_server = cpu_of(backends), sum(cpu_of(served).values())
        told = await self.send(server, case, connections)
        after, after_server = cpu_of(backends), sum(cpu_of(served).values())
        taken = sum(after[pid] - before[pid] for pid in after if pid in before)
        into.add(told, after_server - before_server, taken)

    def _made(self, case: Case) -> list[Request]:
        """So many that hardly one is sent twice in a round."""
        return [case.make(self.world) for _ in range(PREPARED)]

    async def send(self, server: Server, case: Case, connections: int = CONNECTIONS) -> dict[str, float]:
        """What the client, a process of its own, tells of a round. Raises if a request was refused."""
        client = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.client"),
            *(str(server.port), str(self.seconds), str(connections)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        requests = [(method, path, body.decode()) for method, path, body in self._made(case)]
        out, _ = await client.communicate(orjson.dumps({"token": self.token, "requests": requests}))
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
async def bench(database: str, server: str, scale: int, seconds: float) -> AsyncIterator[Bench]:
    """Product and floor, on a database of this scale."""
    store = await prepare(database, server, scale)
    with ExitStack() as stack:
        product = stack.enter_context(running("product", (*ABONENT, "serve", "--port", "PORT"), store.url))
        floor = stack.enter_context(running("floor", FLOOR, store.url))
        token = product.token()
        yield Bench(store, product, floor, token, await world(store, product, token), seconds)


async def world(store: Store, product: Server, token: str) -> World:
    """What the requests' parameters are drawn from."""
    counts = [(await store.rows(f"SELECT max(id) FROM {name}"))[0][0] for name in COUNTED]
    document = "query { payments(first: 1) { pageInfo { endCursor } } }"
    answer = httpx.post(  # noqa: ASYNC210 - nothing else runs yet
        f"{product.base}/graphql", json={"query": document}, headers={"Authorization": f"Bearer {token}"}
    ).json()
    stamp = orjson.loads(bytes.fromhex(answer["data"]["payments"]["pageInfo"]["endCursor"]))[0]
    deep = await store.rows(
        "SELECT created_at, id FROM payments ORDER BY created_at DESC, id DESC "
        f"LIMIT 1000 OFFSET {min(500_000, counts[2] // 2)}"
    )
    moments = await store.rows(
        f"SELECT created_at FROM customers ORDER BY created_at LIMIT {counts[0]} OFFSET {counts[0] // 10}"
    )
    return World(
        customers=counts[0],
        contracts=counts[1],
        payments=counts[2],
        moments=[_text(row[0]) for row in moments[:: max(1, len(moments) // 1000)]],
        cursors=[orjson.dumps([stamp, _text(row[0]), row[1]]).hex() for row in deep],
    )


def _text(moment: Any) -> str:
    """A moment as the API shows it, which is how SQLite keeps it."""
    return moment if isinstance(moment, str) else moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


async def _write(bench: Bench) -> None:
    """Ten changes a second, as long as it lives."""
    case = next(case for case in CASES if case.writes)
    while True:
        await asyncio.sleep(1 / WRITES_A_SECOND)
        await bench.ask(bench.product, case.make(bench.world))


@asynccontextmanager
async def beside_a_writer(bench: Bench) -> AsyncIterator[None]:
    """Meanwhile a writer commits ten changes a second."""
    writer = asyncio.create_task(_write(bench))
    try:
        yield
    finally:
        writer.cancel()
        await asyncio.wait([writer])


async def measure(bench: Bench, case: Case, rounds: int) -> dict[str, Any]:
    """Rounds of product and floor that take turns, and the product's p50 with one connection alone."""
    product, floor, alone = Measured(), Measured(), Measured()
    await bench.round(bench.product, case, Measured())  # connections are made, statements prepared
    await bench.round(bench.floor, case, Measured())
    for _ in range(rounds):
        await bench.round(bench.product, case, product)
        await bench.round(bench.floor, case, floor)
        await bench.round(bench.product, case, alone, connections=1)
    return {
        "product": asdict(product),
        "floor": asdict(floor),
        "alone": median(alone.p50),
        "memory": memory_of(bench.product.pid),
    }
