"""How many files and calls of ours a warm request passes through: what a newcomer has to read to follow it.

    python -m benchmarks.hops

Each request is sent several times to the program in this process, over ASGI, then once more under a profile that
counts every function of ours that is entered, wherever it waits in between; a comprehension is no call.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx

from abonent.app import create_app
from abonent.people import STAFF
from abonent.seed.demo import load_demo
from models.database import open_database
from models.migrations import migrate
from models.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

ROOT: Final = Path(__file__).parents[1]
ROOMS: Final = tuple(f"{ROOT}/{room}/" for room in ("models", "resolvers", "web", "schema", "rest_compat", "abonent"))
WARM: Final = 5
PASSWORD: Final = "hops and nothing else"  # noqa: S105 - of a database that is gone in a moment


@dataclass
class Passed:
    """The calls of one request, by file and function."""

    frames: list[FrameType] = field(default_factory=list)
    """Held, so that a coroutine that goes on is not taken for another."""
    known: set[int] = field(default_factory=set)

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        """As `sys.setprofile` wants it."""
        code = frame.f_code
        if event != "call" or id(frame) in self.known or not code.co_filename.startswith(ROOMS):
            return
        if code.co_name.startswith("<") and code.co_name != "<lambda>":
            return
        self.known.add(id(frame))
        self.frames.append(frame)

    def by_file(self) -> Counter[str]:
        """Calls by file."""
        return Counter(str(Path(frame.f_code.co_filename).relative_to(ROOT)) for frame in self.frames)


@contextmanager
def profiled() -> Iterator[Passed]:
    """Counts what is entered meanwhile, in this thread."""
    passed = Passed()
    sys.setprofile(passed)
    try:
        yield passed
    finally:
        sys.setprofile(None)


@dataclass(frozen=True)
class Case:
    """A request that is sent again and again."""

    name: str
    method: str
    path: str
    body: dict[str, Any] | None = None


TOP_UP: Final = (
    "mutation ($id: ID!) { addContractBalance(input: {id: $id, amount: 1}) { newBalance contract { balance } } }"
)
CASES: Final = (
    Case(
        "GraphQL read by id",
        "POST",
        "/graphql",
        {"query": "query ($id: ID!) { customer(id: $id) { id fullName phone } }", "variables": {"id": "cus_1"}},
    ),
    Case("REST read by id", "GET", "/api/customers/1/"),
    Case("REST list", "GET", "/api/customers/?status=active"),
    Case("addContractBalance", "POST", "/graphql", {"query": TOP_UP, "variables": {"id": "ctr_1"}}),
    Case("add_balance/", "POST", "/api/contracts/1/add_balance/", {"amount": "1.00"}),
)


async def counted(database_url: str) -> dict[str, Counter[str]]:
    """The calls of each case by file, on a database that is made for it."""
    settings = Settings(database_url, ("a secret of benchmarks, of 32 bytes",), argon2_time_cost=1, argon2_memory_kib=8)
    await migrate(settings)
    database = await open_database(settings)
    await load_demo(database, settings, {person.username: PASSWORD for person in STAFF})
    await database.close()
    app = create_app(settings)
    found = {}
    async with app.router.lifespan_context(app), _client(app) as client:
        await _log_in(client)
        for case in CASES:
            for _ in range(WARM):
                (await client.request(case.method, case.path, json=case.body)).raise_for_status()
            with profiled() as passed:
                await client.request(case.method, case.path, json=case.body)
            found[case.name] = passed.by_file()
    return found


def _client(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hops")


async def _log_in(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/auth/login/", json={"username": "admin", "password": PASSWORD})
    client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access']}"


def main() -> None:
    """Print the table; with `-v` the files of each case too."""
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(counted(f"sqlite://{folder}/hops.sqlite3"))
    print("| request | files | calls |\n|---|---|---|")  # noqa: T201 - what is printed is the result
    for name, by_file in found.items():
        print(f"| {name} | {len(by_file)} | {by_file.total()} |")  # noqa: T201
    if "-v" in sys.argv:
        for name, by_file in found.items():
            print(f"\n{name}")  # noqa: T201
            for file, calls in by_file.most_common():
                print(f"{calls:5} {file}")  # noqa: T201


if __name__ == "__main__":
    main()
