"""What a document may ask for, and that nothing holds the event loop (contract §5, Limits)."""

import asyncio
from contextlib import asynccontextmanager
from time import perf_counter

import pytest
from graphql import get_introspection_query

from tests.schema.door import JSON, code

pytestmark = pytest.mark.anyio

HELD = 0.25
"""Seconds for which a request may hold the event loop, on a machine that does other things too."""


@pytest.fixture
def settings(sqlite_settings):
    """Limits are decided before the database."""
    return sqlite_settings


def limit(response):
    """What was exceeded, how much was asked, how much is allowed."""
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED", error
    return error["extensions"]["limit"], error["extensions"]["measured"], error["extensions"]["allowed"]


LEVELS = "{ contracts(first: 1) { nodes { customer "


def deep(inner):
    """Thirteen levels of lists of one, and then `inner`."""
    return f'{{ customer(id: "cus_1") {LEVELS * 4}{inner}{"} } }" * 4} }}'


async def test_depth_15_is_answered_and_16_refused(door):
    assert (await door.ask(deep("{ contracts(first: 1) { totalCount } }"))).json() == {"data": {"customer": None}}
    response = await door.ask(deep("{ contracts(first: 1) { nodes { id } } }"))
    assert (response.status_code, limit(response)) == (400, ("depth", 16, 15))


async def test_fragments_do_not_hide_depth(door):
    links = [
        f"fragment F{number} on Customer {{ contracts(first: 1) {{ nodes {{ customer {{ ...F{number + 1} }} }} }} }}"
        for number in range(5)
    ]
    document = '{ customer(id: "cus_1") { ...F0 } } ' + " ".join(links) + " fragment F5 on Customer { id }"
    assert limit(await door.ask(document)) == ("depth", 17, 15)


async def test_30_aliases_are_answered_and_31_refused(door):
    aliases = [f"a{number}: role" for number in range(31)]
    assert (await door.ask(f"{{ me {{ {' '.join(aliases[:30])} }} }}")).status_code == 200
    response = await door.ask(f"{{ me {{ {' '.join(aliases)} }} }}")
    assert (response.status_code, limit(response)) == (400, ("aliases", 31, 30))


async def test_more_than_2000_tokens_are_refused(door):
    response = await door.ask("{ nodes(ids: [" + '"cus_1" ' * 2000 + "]) { id } }")
    assert (response.status_code, limit(response)[0], limit(response)[2]) == (400, "tokens", 2000)


async def test_more_than_1000_fields_are_refused_however_fragments_multiply_them(door):
    document = "{ me { ...A } } fragment A on User { ...B ...B } fragment B on User { " + "role " * 501 + "}"
    response = await door.ask(document)
    assert (response.status_code, limit(response)[0], limit(response)[2]) == (400, "fields", 1000)


async def test_cost_counts_the_objects_that_could_come_back(door):
    document = "query ($a: Int, $b: Int) { customers(first: $a) { nodes { contracts(first: $b) { nodes { id } } } } }"
    assert (await door.ask(document, {"a": 1000, "b": 98})).status_code == 200
    response = await door.ask(document, {"a": 1000, "b": 100})
    assert (response.status_code, limit(response)) == (400, ("cost", 101_000, 100_000))


async def test_the_full_introspection_query_passes(door):
    response = await door.ask(get_introspection_query(input_value_deprecation=True, specified_by_url=True))
    assert response.json()["data"]["__schema"]["queryType"]["name"] == "Query"


# --- nothing holds the event loop ---------------------------------------------------------------------------------


@asynccontextmanager
async def heartbeat():
    """Notes the longest time for which nothing else ran."""
    gaps = [0.0]

    async def beat():
        last = perf_counter()
        while True:
            await asyncio.sleep(0.001)
            gaps.append(perf_counter() - last)
            last = perf_counter()

    task = asyncio.create_task(beat())
    await asyncio.sleep(0.01)
    yield gaps
    task.cancel()


_DOUBLING = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(40))
ABUSES = {
    "circular fragments": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "exponential fragments": f"{{ ...F0 }} {_DOUBLING} fragment F40 on Query {{ me {{ id }} }}",
    "duplicates of a nested field": "{" + " customers { nodes { contracts { nodes { id } } } }" * 150 + "}",
    "duplicates within a list": "{ customers { nodes {" + " contracts { nodes { id number } }" * 150 + "} } }",
    "directives": "{ me " + "@skip(if: false) " * 1500 + "{ id } }",
    "a name of a million letters": "{ " + "a" * 1_000_000 + " }",
    "unknown fields": "{ " + " ".join(f"nope{n}" for n in range(900)) + " }",
    "unknown arguments": "{ customers(" + " ".join(f"a{n}: 1" for n in range(480)) + ") { nodes { id } } }",
    "a deep literal": "{ customers(filter: {statusIn: " + "[" * 900 + "]" * 900 + "}) { nodes { id } } }",
    "an introspection loop": "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
    "a thousand logins": "mutation {"
    + " ".join(f'a{n}: login(input: {{username: "x", password: "y"}}) {{ access }}' for n in range(1000))
    + "}",
}
REFUSALS = {"LIMIT_EXCEEDED", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"}


@pytest.mark.parametrize("abuse", ABUSES.values(), ids=ABUSES)
async def test_an_abuse_is_refused_while_others_are_served(door, abuse):
    await door.ask("{ me { id } }")
    async with heartbeat() as gaps:
        response = await door.ask(abuse, accept=JSON)
    assert code(response) in REFUSALS
    assert "data" not in response.json()
    assert max(gaps) < HELD
