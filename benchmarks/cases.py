"""What is timed: twelve requests, each made with new parameters every time."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Final

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable

NESTED: Final = """query Nested($before: DateTime) { customers(first: 50, filter: {createdBefore: $before}) { nodes {
id fullName phone contracts(first: 2) { nodes { number status balance tariff { name monthlyFee }
sim { msisdn status } payments(first: 5) { nodes { amount status paymentDate } } } } } } }"""
FLAT: Final = """query Flat($before: DateTime) { contracts(first: 100, filter: {createdBefore: $before}) { nodes {
id databaseId number status balance creditLimit signedDate activationDate nextBillingDate createdAt } } }"""
ONE: Final = "query One($id: ID!) { contract(id: $id) { id number status balance customer { fullName phone } } }"
DEEP: Final = """query Deep($after: String) { payments(first: 50, after: $after) {
nodes { id transactionId amount status createdAt } pageInfo { hasNextPage } } }"""


@dataclass(slots=True)
class World:
    """What parameters are drawn from. JSON goes in and comes out, since another process sends the requests."""

    customers: int
    contracts: int
    payments: int
    moments: list[str]
    """Times at which customers and contracts were made."""
    cursors: list[str]
    """Of payments halfway down the list, or 500,000 down it."""
    random: Random = field(default_factory=Random)

    @property
    def deep_page(self) -> int:
        """About the thousandth, or one about the middle of a shorter list."""
        return min(1_000, self.payments // 200) + self.random.randrange(min(50, self.payments // 400))


Request = tuple[str, str, bytes]
"""Method, path and body."""


def _graphql(document: str, name: str, **variables: Any) -> Request:
    body = {"query": document, "operationName": name, "variables": variables}
    return "POST", "/graphql", orjson.dumps(body)


def _get(path: str) -> Request:
    return "GET", f"/api/{path}", b""


def _ignored(world: World) -> str:
    """A parameter that no list has, so that no two requests for a first page are alike."""
    return f"_={world.random.randrange(10**9)}"


def _add_balance(world: World) -> Request:
    amount = f"{world.random.randrange(1, 100_000) / 100:.2f}"
    path = f"/api/contracts/{world.random.randint(1, world.contracts)}/add_balance/"
    return "POST", path, orjson.dumps({"amount": amount})


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of request."""

    name: str
    make: Callable[[World], Request]
    must: float
    """Of the floor's rate, by issue 5; for GraphQL what PostGraphile reached there."""
    goal: float
    writes: bool = False

    @property
    def is_list(self) -> bool:
        """Whether it is a page of a REST list, which may grow a little with the table: it is counted."""
        return self.name in {"contracts?status=active", "customers", "payments?page=1000", "customers?search="}


CASES: Final = (
    Case("GraphQL nested", lambda w: _graphql(NESTED, "Nested", before=w.random.choice(w.moments)), 0.26, 0.8),
    Case("GraphQL flat", lambda w: _graphql(FLAT, "Flat", before=w.random.choice(w.moments)), 0.39, 0.8),
    Case("GraphQL by id", lambda w: _graphql(ONE, "One", id=f"ctr_{w.random.randint(1, w.contracts)}"), 0.41, 0.8),
    Case("GraphQL deep page", lambda w: _graphql(DEEP, "Deep", after=w.random.choice(w.cursors)), 0.47, 0.85),
    Case("contracts?status=active", lambda w: _get(f"contracts/?status=active&{_ignored(w)}"), 0.9, 3),
    Case("customers", lambda w: _get(f"customers/?{_ignored(w)}"), 0.9, 2.3),
    Case("customer", lambda w: _get(f"customers/{w.random.randint(1, w.customers)}/"), 0.4, 0.8),
    Case("payments?contract=N", lambda w: _get(f"payments/?contract={w.random.randint(1, w.contracts)}"), 0.4, 0.8),
    Case("payments?page=1000", lambda w: _get(f"payments/?page={w.deep_page}"), 1, 5),
    Case(
        "customers?search=",
        lambda w: _get(f"customers/?search=kr{w.random.randint(1, w.customers) // 10:06d}"),
        0.9,
        1.5,
    ),
    Case("payments/statistics", lambda w: _get(f"payments/statistics/?{_ignored(w)}"), 20, 200),
    Case("add_balance", _add_balance, 0.5, 0.85, writes=True),
)
BY_NAME: Final = {case.name: case for case in CASES}
