"""What a document may ask for, and that nothing holds the event loop (contract §5, Limits; issue 6, Abuse)."""

import asyncio
import gc
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from time import process_time, thread_time

import pytest
from graphql import get_introspection_query

from models.settings import QueryLimits
from models.users import Role
from tests.schema.door import JSON, code

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(sqlite_settings):
    """Limits are decided before the database."""
    return sqlite_settings


TWO_ROOTS = """query ($n: Int) {
  customers(first: $n) { totalCount nodes { id } } customerStatistics { total } }"""


def limit(response):
    """What was exceeded, how much was asked, how much is allowed."""
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED", error
    return error["extensions"]["limit"], error["extensions"]["measured"], error["extensions"]["allowed"]


def asking(*fields):
    return "{ " + " ".join(fields) + " }"


# --- the limits of the contract -----------------------------------------------------------------------------------


async def test_depth_15_is_answered_and_16_refused(door):
    around = '{ customer(id: "cus_1") ' + "{ contracts(first: 1) { nodes { customer " * 4 + "%s" + "} } } " * 4 + "}"
    assert (await door.ask(around % "{ contracts { totalCount } }")).json() == {"data": {"customer": None}}
    response = await door.ask(around % "{ contracts(first: 1) { nodes { id } } }")
    assert (response.status_code, limit(response)) == (400, ("depth", 16, 15))


async def test_fragments_do_not_hide_depth(door):
    document = """
        { customer(id: "cus_1") { ...A } }
        fragment A on Customer { contracts(first: 1) { nodes { customer { ...B } } } }
        fragment B on Customer { contracts(first: 1) { nodes { customer { ... { ...C } } } } }
        fragment C on Customer { contracts(first: 1) { nodes { customer { ...D } } } }
        fragment D on Customer { contracts(first: 1) { nodes { customer { contracts { nodes { id } } } } } }
    """
    assert limit(await door.ask(document)) == ("depth", 16, 15)


async def test_30_aliases_are_answered_and_31_refused(door):
    aliases = [f"a{number}: role" for number in range(31)]
    assert (await door.ask(f"{{ me {{ {' '.join(aliases[:30])} }} }}")).status_code == 200
    response = await door.ask(f"{{ me {{ {' '.join(aliases)} }} }}")
    assert (response.status_code, limit(response)) == (400, ("aliases", 31, 30))


async def test_2000_tokens_are_read_and_2001_refused(door):
    response = await door.ask("{ nodes(ids: [%s]) { id } } # no token" % ('"cus_1" ' * 1988))
    assert response.status_code == 200
    response = await door.ask("{ nodes(ids: [%s]) { id } }" % ('"cus_1" ' * 1989))
    assert (response.status_code, limit(response)) == (400, ("tokens", 2001, 2000))


async def test_1000_fields_after_fragments_are_answered_and_1001_refused(door):
    roots = " ".join(f'a{number}: customer(id: "cus_1") {{ ...F }}' for number in range(25))
    fragments = """
        fragment F on Customer {
          id databaseId firstName lastName middleName fullName shortName birthDate phone email documentType
          documentNumber passportIssuedBy passportIssueDate inn address customerType organizationName notes status
          createdAt updatedAt contracts(first: 1) { nodes { ...G } }
        }
        fragment G on Contract {
          id databaseId number status suspensionReason customerName tariffName balance creditLimit signedDate
          activationDate terminationDate nextBillingDate notes createdAt
        }
    """
    assert (await door.ask(f"{{ {roots} }} {fragments}")).status_code == 200
    response = await door.ask(f"{{ __typename {roots} }} {fragments}")
    assert (response.status_code, limit(response)) == (400, ("fields", 1001, 1000))


TWO_LISTS = "customers(first: %s) { nodes { contracts(first: %s) { nodes { id } } } }"


async def test_cost_counts_the_objects_that_could_come_back(door):
    assert (await door.ask(asking(TWO_LISTS % (1000, 99)))).status_code == 200
    response = await door.ask(asking(TWO_LISTS % (1000, 100)))
    assert (response.status_code, limit(response)) == (400, ("cost", 101_000, 100_000))


async def test_sizes_in_variables_cost_the_same(door):
    document = "query ($a: Int, $b: Int = 100) " + asking(TWO_LISTS % ("$a", "$b"))
    assert (await door.ask(document, {"a": 1000, "b": 99})).status_code == 200
    assert limit(await door.ask(document, {"a": 1000, "b": 100})) == ("cost", 101_000, 100_000)
    assert limit(await door.ask(document, {"a": 1000})) == ("cost", 101_000, 100_000)
    assert (await door.ask(document, {"a": 990})).status_code == 200


@pytest.mark.parametrize("document", ["query ($n: Int) { customers(first: $n) { nodes { id } } }", TWO_ROOTS])
async def test_a_query_tells_its_cost_when_asked(door, document):
    plain = (await door.ask(document, {"n": 30})).json()
    for _ in range(2):
        told = (await door.ask(document, {"n": 30}, extensions={"cost": True, "other": 1})).json()
        assert told == {**plain, "extensions": {"cost": {"requested": 30, "allowed": 100_000}}}


@pytest.mark.parametrize(
    ("field", "cost"),
    [
        ("customers { nodes { id } }", 100),
        ("customers(first: 7) { totalCount pageInfo { endCursor } nodes { id } }", 7),
        ("customers(last: 7) { edges { node { id } } }", 7),
        ("customers(first: 7) { nodes { id } edges { node { id } } }", 14),
        ("customers(first: 5000) { nodes { id } }", 1000),
        ("customers(first: 5) { nodes { contracts { nodes { id } } } }", 5 + 5 * 20),
        ("customers(first: 5) { nodes { contracts(first: 2) { nodes { tariff { id } sim { id } } } } }", 5 + 10 + 20),
        ('customer(id: "cus_1") { contracts { nodes { id } } }', 1 + 100),
        ('nodes(ids: ["cus_1", "cus_2"]) { ... on Customer { contracts { nodes { id } } } }', 2 + 2 * 20),
        ("customerStatistics { byDocumentType { value } } me { id }", 1),
    ],
)
async def test_what_costs_how_much(door, field, cost):
    document = asking("costly:", TWO_LISTS % (1000, 100), field)
    assert limit(await door.ask(document)) == ("cost", 101_000 + cost, 100_000)


async def test_mutations_are_held_to_the_limits_too(door):
    document = 'mutation { activateCustomer(input: {id: "cus_1"}) { customer { %s } } }'
    lists = "contracts(first: 1000) { nodes { payments(first: 1000) { nodes { id } } } }"
    assert limit(await door.ask(document % lists)) == ("cost", 1_001_001, 100_000)


class TestConfigured:
    """Every limit can be set."""

    @pytest.fixture
    def settings(self, sqlite_settings):
        return replace(
            sqlite_settings, query_limits=QueryLimits(depth=3, aliases=1, tokens=30, fields=5, cost=10, conflicts=5)
        )

    @pytest.mark.parametrize(
        ("document", "exceeded"),
        [
            ("{ customers { nodes { contracts { totalCount } } } }", ("depth", 4, 3)),
            ("{ a: me { b: id } }", ("aliases", 2, 1)),
            ("{ me { id id id id id } }", ("fields", 6, 5)),
            ("{ me { id id id id } }", ("conflicts", 6, 5)),
            ("{ customers(first: 11) { nodes { id } } }", ("cost", 11, 10)),
            ("{ me { %s } }" % ("id " * 30), ("tokens", 35, 30)),
        ],
    )
    async def test_a_lower_limit(self, door, document, exceeded):
        assert limit(await door.ask(document)) == exceeded


async def test_a_refusal_says_which_limit_and_by_how_much_in_both_languages(door):
    document = "{ customers(first: 1000) { nodes { contracts(first: 1000) { nodes { id } } } } }"
    response = await door.ask(document)
    assert response.json()["errors"][0]["message"] == "The request exceeds the limit “cost”: 1001000, allowed 100000"
    response = await door.ask(document, headers={"Accept-Language": "ru"})
    assert response.json()["errors"][0]["message"] == "Запрос превышает предел «стоимость»: 1001000, допустимо 100000"


# --- introspection ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.ADMIN, None])
@pytest.mark.parametrize(
    "document",
    [
        get_introspection_query(),
        get_introspection_query(
            specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
        ),
    ],
)
async def test_the_full_introspection_passes(door, document, role):
    response = await door.ask(document, role=role)
    assert response.status_code == 200
    named = {one["name"] for one in response.json()["data"]["__schema"]["types"]}
    assert {"Customer", "Contract", "AddContractBalanceInput"} <= named


async def test_introspection_answers_by_its_variables(door):
    document = "query ($name: String!) { __type(name: $name) { name } }"
    for name in ("Sim", "Tariff", "Sim"):
        assert (await door.ask(document, {"name": name})).json() == {"data": {"__type": {"name": name}}}


@pytest.mark.parametrize(
    "document",
    [
        "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
        "{ __schema { types { interfaces { possibleTypes { interfaces { possibleTypes { name } } } } } } }",
        asking(*(f"a{n}: __schema {{ types {{ fields {{ args {{ name }} }} }} }}" for n in range(30))),
        "{ me { id } __schema { types { fields { name } } } }",
    ],
)
async def test_introspection_that_multiplies_itself_is_refused(door, document):
    response = await door.ask(document)
    assert response.status_code == 400
    assert code(response) in {"LIMIT_EXCEEDED", "GRAPHQL_VALIDATION_FAILED"}


# --- abuse --------------------------------------------------------------------------------------------------------


@dataclass
class Strain:
    """What a request cost, in seconds of processor time, which unlike the clock other programs have no part in."""

    longest: float = 0.0
    """For which the event loop's own thread held it without a pause."""
    total: float = 0.0
    """Of all threads together."""


@asynccontextmanager
async def straining():
    """Beside what is awaited, a task that wants to go on every two milliseconds, as every other request does."""
    gc.collect()
    gc.disable()  # looking through all that other tests have left is no cost of the request
    strain, begun = Strain(), process_time()

    async def beat():
        while True:
            before = thread_time()
            await asyncio.sleep(0.002)
            strain.longest = max(strain.longest, thread_time() - before)

    task = asyncio.create_task(beat())
    await asyncio.sleep(0.01)
    yield strain
    await asyncio.sleep(0.01)
    strain.total = process_time() - begun
    task.cancel()
    gc.enable()


def nesting(before, opening, levels, closing, after):
    return before + opening * levels + closing * levels + after


def chain(length, field, on="User"):
    links = "".join(f"fragment F{n} on {on} {{ {field} ...F{n + 1} }}" for n in range(length))
    return f"{links} fragment F{length} on {on} {{ id }}"


FRAGMENTS = 28
CLIQUE = "".join(
    f"fragment F{n} on User {{ {' '.join(f'...F{m}' for m in range(FRAGMENTS))} }}" for n in range(FRAGMENTS)
)
DOUBLING = "".join(f"fragment F{n} on User {{ ...F{n + 1} ...F{n + 1} }}" for n in range(40))
LOGINS = [f'a{n}: login(input: {{username: "admin", password: "guess"}}) {{ access }}' for n in range(1_000)]
OTHERS = ("id", "phone", "email", "notes")
LISTS = "contracts(first: 1000) { nodes { payments(first: 1000) { nodes { id } } } }"

REFUSED = {
    "a deep document": nesting("{ me ", "{ contracts { nodes { customer ", 60, "} } } ", "}"),
    "braces": "{" * 100_000,
    "brackets": "{ nodes(ids: " + "[" * 90_000,
    "a deep list": nesting("{ customers(filter: {statusIn: ", "[", 190, "]", "}) { totalCount } }"),
    "a list too deep to parse": nesting("{ customers(filter: {statusIn: ", "[", 900, "]", "}) { totalCount } }"),
    "an object too deep to parse": nesting(
        "mutation { updateTariff(input: ", "{a: ", 400, "}", ") { tariff { id } } }"
    ),
    "a type too deep to parse": nesting("query ($a: ", "[", 900, "]", ") { __typename }"),
    "a circle of fragments": "{ me { ...A } } fragment A on User { ...B } fragment B on User { ...A }",
    "a circle apart": "{ me { id } } fragment A on User { ...B } fragment B on User { ...A }",
    "every fragment in every other": "{ me { ...F0 } }" + CLIQUE,
    "exponential fragments": "{ me { ...F0 } } fragment F40 on User { id }" + DOUBLING,
    "exponential fragments of nothing": "{ me { ...F0 } } fragment F40 on User { }" + DOUBLING,
    "a long chain of fragments": "{ me { ...F0 } }" + chain(150, "id"),
    "300 times the same nested field": asking("me { id username }" * 300),
    "300 times where nobody asks": "{ me { id } } fragment X on Query " + asking("me { id role }" * 300),
    "270 inline fragments": asking("... { me { id } }" * 270),
    "180 times with other fields": asking(*(f'customer(id: "cus_1") {{ {OTHERS[n % 4]} }}' for n in range(180))),
    "directives": "{ me { id " + "@skip(if: false) " * 300 + "} }",
    "unknown directives": "{ me { id " + "@nothing " * 900 + "} }",
    "unknown fields": asking(*(f"customerss{n}" for n in range(900))),
    "unknown fields with long names": asking(*("customers" * 20 + str(n) for n in range(400))),
    "a name of 60,000 letters": asking("customers" * 6_600),
    "a name of a million letters": asking("a" * 1_000_000),
    "unused variables": "query (" + " ".join(f"$v{n}: Int" for n in range(480)) + ") { __typename }",
    "one argument many times": "{ customers(" + "first: 1 " * 600 + ") { totalCount } }",
    "many operations": " ".join(f"query q{n} {{ me {{ id }} }}" for n in range(220)),
    "a text of a megabyte": '{ customer(id: "' + "a" * 1_000_000 + '") { id } }',
    "a comment of a megabyte": "#" + "a" * 1_000_000 + "\n{ me { id } }",
    "45,000 comments": "#\n" * 45_000 + "{ me { id } }",
    "unfinished texts": "{ a(b: " + '"\\"' * 30_000,
    "unfinished long texts": "{ a(b: " + '"""\\"""' * 14_000,
    "1,000 logins": "mutation " + asking(*LOGINS),
    "100 logins": "mutation " + asking(*LOGINS[:100]),
    "lists of 1,000 in lists of 1,000": asking("customers(first: 1000) { nodes", asking(LISTS), "}"),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_abuse_is_refused_while_others_are_served(door, what):
    await door.ask("{ __typename }")
    async with straining() as strain:
        response = await door.ask(REFUSED[what], accept=JSON)
    assert code(response) in {"LIMIT_EXCEEDED", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"}
    assert len(response.content) < 40_000
    assert strain.longest < 0.05
    assert strain.total < 0.5


ROW = 'customer(id: "cus_1") { id phone contracts(first: 1) { nodes { id number } } }'
ANSWERED = {
    "a text of 90,000 letters": '{ customer(id: "' + "a" * 90_000 + '") { id } }',
    "90,000 commas": "," * 90_000 + "{ me { id } }",
    "a chain of fragments": "{ me { ...F0 } }" + chain(60, "id"),
    "directives that are right": "{ me { " + "id @skip(if: false) @include(if: true) " * 60 + "} }",
    "the full introspection": get_introspection_query(),
    "a wide document": asking(*(f"a{n}: {ROW}" for n in range(30))),
}


@pytest.mark.parametrize("what", ANSWERED)
async def test_the_largest_that_is_allowed_does_not_hold_the_loop_either(door, what):
    await door.ask("{ me { id } }")
    async with straining() as strain:
        response = await door.ask(ANSWERED[what], accept=JSON)
    assert response.status_code == 200
    assert strain.longest < 0.05
    assert strain.total < 1.0


async def test_a_thousand_requests_in_one_body_are_none(door):
    async with straining() as strain:
        response = await door.send(b"[" + b",".join([b'{"query": "{ me { id } }"}'] * 1_000) + b"]")
    assert (response.status_code, code(response)) == (400, "VALIDATION")
    assert strain.longest < 0.05


async def test_too_many_values_in_variables_are_refused(door):
    document = "query ($s: [CustomerStatus!]) { customers(filter: {statusIn: $s}) { totalCount } }"
    async with straining() as strain:
        response = await door.ask(document, {"s": ["ACTIVE"] * 50_000})
    assert limit(response) == ("variables", 50_001, 10_000)
    assert strain.longest < 0.05
    assert (await door.ask(document, {"s": ["ACTIVE"] * 1_000})).status_code == 200


async def test_honest_requests_are_served_while_abuse_is_going_on(door):
    """Documents that take long to validate wait for each other, and nobody else for them."""
    abuse = [f"query q{n} {{ me {{ ...F0 }} }} {chain(60, 'id')}" for n in range(8)]
    await door.ask("{ me { role } }")
    attacks = [asyncio.create_task(door.ask(document)) for document in abuse]
    response = await door.ask("{ me { role } }")
    assert response.status_code == 200
    assert not all(attack.done() for attack in attacks)
    await asyncio.gather(*attacks)
