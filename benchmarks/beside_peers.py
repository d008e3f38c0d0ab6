"""What people would pick instead, each in an environment of its own that is made when it is asked for.

PostGraphile 5, Django REST framework, Strawberry with strawberry-django's optimizer: on the product's own tables in
PostgreSQL, one process each. Each is asked for the same rows in its own words; what tells rows apart must be equal.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import httpx
import orjson

from benchmarks.beside import bench_of
from benchmarks.cases import BY_NAME
from benchmarks.rounds import Measured
from benchmarks.servers import ABONENT, DATA, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.cases import Case, Request, World
    from benchmarks.rounds import Bench
    from benchmarks.servers import Server, Store

HERE: Final = Path(__file__).parent / "peers"
ROUNDS: Final = 3
TELLING: Final = {"number", "phone", "msisdn", "transactionId", "transaction_id", "count", "total_amount", "deposits"}
"""Keys whose values tell one row or answer from another, however it is spelt otherwise."""
NEWEST: Final = "orderBy: [CREATED_AT_DESC, ROW_ID_DESC]"
NEWEST_DJANGO: Final = "ordering: [{createdAt: DESC}, {id: DESC}]"

PG_NESTED: Final = f"""query Nested($before: Datetime) {{ allCustomers(first: 50, {NEWEST},
filter: {{createdAt: {{lessThanOrEqualTo: $before}}}}) {{ nodes {{ id lastName firstName middleName phone
contractsByCustomerId(first: 2, {NEWEST}) {{ nodes {{ number status balance tariffByTariffId {{ name monthlyFee }}
simsByContractId(first: 1) {{ nodes {{ msisdn status }} }} paymentsByContractId(first: 5, {NEWEST}) {{
nodes {{ amount status paymentDate }} }} }} }} }} }} }}"""
PG_FLAT: Final = f"""query Flat($before: Datetime) {{ allContracts(first: 100, {NEWEST},
filter: {{createdAt: {{lessThanOrEqualTo: $before}}}}) {{ nodes {{ id rowId number status balance creditLimit
signedDate activationDate nextBillingDate createdAt }} }} }}"""
PG_ONE: Final = """query One($id: Int!) { contractByRowId(rowId: $id) { id number status balance
customerByCustomerId { lastName firstName middleName phone } } }"""
PG_DEEP: Final = f"""query Deep($after: Cursor) {{ allPayments(first: 50, after: $after, {NEWEST}) {{
nodes {{ id transactionId amount status createdAt }} pageInfo {{ hasNextPage }} }} }}"""
PG_CURSORS: Final = (
    f"query ($offset: Int) {{ allPayments(first: 1000, offset: $offset, {NEWEST}) {{ edges {{ cursor }} }} }}"
)
SB_NESTED: Final = f"""query Nested($before: DateTime!) {{ customers(pagination: {{limit: 50}}, {NEWEST_DJANGO},
filters: {{createdAt: {{lte: $before}}}}) {{ id fullName phone contracts(pagination: {{limit: 2}}, {NEWEST_DJANGO}) {{
number status balance tariff {{ name monthlyFee }} sim {{ msisdn status }}
payments(pagination: {{limit: 5}}, {NEWEST_DJANGO}) {{ amount status paymentDate }} }} }} }}"""
SB_FLAT: Final = f"""query Flat($before: DateTime!) {{ contracts(pagination: {{limit: 100}}, {NEWEST_DJANGO},
filters: {{createdAt: {{lte: $before}}}}) {{ id number status balance creditLimit signedDate activationDate
nextBillingDate createdAt }} }}"""
SB_ONE: Final = "query One($id: ID!) { contract(pk: $id) { id number status balance customer { fullName phone } } }"
SB_DEEP: Final = f"""query Deep($offset: Int!) {{ payments(pagination: {{limit: 50, offset: $offset}}, {NEWEST_DJANGO})
{{ id transactionId amount status createdAt }} }}"""


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody else's way to answer some of the cases."""

    name: str
    prepare: Callable[[], tuple[str, ...]]
    """Makes its environment if need be; gives the command that serves."""
    documents: dict[str, str]
    """By the case's name; nothing where the same path is asked."""

    def case(self, case: Case, cursors: list[str]) -> Case:
        """The same case in the peer's words."""
        document = self.documents[case.name]

        def make(world: World) -> Request:
            method, path, body = case.make(world)
            if not document:
                return method, path, body
            asked = orjson.loads(body)
            given = _variables(self.name, asked["variables"], world, cursors)
            told = {"query": document, "operationName": asked["operationName"], "variables": given}
            return method, path, orjson.dumps(told)

        return replace(case, make=make)


def _variables(peer: str, given: dict[str, Any], world: World, cursors: list[str]) -> dict[str, Any]:
    """The same parameters in the peer's words."""
    if "id" in given:
        number = given["id"].removeprefix("ctr_")
        return {"id": int(number) if peer == "PostGraphile" else number}
    if "after" not in given:
        return given
    return {"after": world.random.choice(cursors)} if cursors else {"offset": _deep(world)}


def _deep(world: World) -> int:
    return min(500_000, world.payments // 2) + world.random.randrange(1000)


def _postgraphile() -> tuple[str, ...]:
    folder = HERE / "postgraphile"
    if not (folder / "node_modules").exists():
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=folder, check=True)  # noqa: S607
    return ("node", str(folder / "server.mjs"), "PORT")


def _django() -> tuple[str, ...]:
    folder = DATA / "django"
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)  # noqa: S603
        install = ("-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", HERE / "requirements.txt")
        subprocess.run([python, *install], check=True)  # noqa: S603
    site = "benchmarks.peers.django_site:application"
    options = ("--worker-class", "gthread", "--threads", "4", "--keep-alive", "60")
    return (str(python), "-m", "gunicorn", *options, site, "--bind", "127.0.0.1:PORT")


REST: Final = tuple(name for name in BY_NAME if not name.startswith("GraphQL"))
PEERS: Final = (
    Peer(
        "PostGraphile",
        _postgraphile,
        {
            "GraphQL nested": PG_NESTED,
            "GraphQL flat": PG_FLAT,
            "GraphQL by id": PG_ONE,
            "GraphQL deep page": PG_DEEP,
        },
    ),
    Peer(
        "Strawberry",
        _django,
        {
            "GraphQL nested": SB_NESTED,
            "GraphQL flat": SB_FLAT,
            "GraphQL by id": SB_ONE,
            "GraphQL deep page": SB_DEEP,
        },
    ),
    Peer("Django REST framework", _django, dict.fromkeys(REST, "")),
)


async def peers(store: Store, seconds: float) -> list[str]:
    """The product beside each peer, case by case, in rounds that take turns."""
    lines = ["| case | peer | product, 1/s | peer, 1/s | ratio | CPU server, ms |", "|---|---|---|---|---|---|"]
    for peer in PEERS:
        with ExitStack() as stack:
            product = stack.enter_context(running("product", (*ABONENT, "serve", "--port", "PORT"), store.url))
            other = stack.enter_context(running(peer.name, peer.prepare(), store.url))
            bench = await bench_of(store, product, seconds)
            cursors = _cursors(other, bench.world) if peer.name == "PostGraphile" else []
            for name in peer.documents:
                ours, theirs = BY_NAME[name], peer.case(BY_NAME[name], cursors)
                await _check(bench, other, ours, theirs)
                lines.append(await _line(bench, other, ours, theirs))
                print(lines[-1], flush=True)  # noqa: T201 - a program that prints
    return lines


async def _line(bench: Bench, other: Server, ours: Case, theirs: Case) -> str:
    product, peer = Measured(), Measured()
    await bench.round(bench.product, ours, Measured())
    await bench.round(other, theirs, Measured())
    for _ in range(ROUNDS):
        await bench.round(bench.product, ours, product)
        await bench.round(other, theirs, peer)
    ratio = median(one / two for one, two in zip(product.rate, peer.rate, strict=True))
    cpu = f"{median(product.server):.2f} ({median(peer.server):.2f})"
    rates = f"{median(product.rate):,.0f} | {median(peer.rate):,.1f}"
    return f"| {ours.name} | {other.name} | {rates} | **{ratio:.1f}** | {cpu} |"


async def _check(bench: Bench, other: Server, ours: Case, theirs: Case) -> None:
    """Raise unless both answer the same rows; of a deep page, as many."""
    for seed in range(3):
        told = []
        for server, case in ((bench.product, ours), (other, theirs)):
            bench.world.random = Random(seed)
            told.append(list(_telling(await bench.ask(server, case.make(bench.world)))))
        if ours.name == "GraphQL deep page":
            told = [[str(len(one))] for one in told]
        if told[0] != told[1] and not ours.writes:
            raise AssertionError(f"{ours.name}: {told[0][:20]}, but {other.name}: {told[1][:20]}")
    bench.world.random = Random()


def _telling(answer: Any) -> Iterator[str]:
    """Values that tell rows apart, in the order of the answer."""
    if isinstance(answer, dict):
        yield from (str(value) for key, value in answer.items() if key in TELLING)
        for value in answer.values():
            yield from _telling(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from _telling(value)


def _cursors(other: Server, world: World) -> list[str]:
    """PostGraphile's own, of payments far down the list."""
    asked = {"query": PG_CURSORS, "variables": {"offset": min(500_000, world.payments // 2)}}
    answer = httpx.post(f"{other.base}/graphql", json=asked, timeout=60).json()
    return [edge["cursor"] for edge in answer["data"]["allPayments"]["edges"]]
