"""`search` and `GET /api/search/`: what is found, at both doors."""

from __future__ import annotations

import pytest

from models.users import Role
from tests.schema.door import Door

pytestmark = pytest.mark.anyio


@pytest.fixture
def database(app):
    """The program's own, so that rows are made on the connections that it reads from."""
    return app.state.database


@pytest.fixture
def door(http, factory):
    return Door(http, factory)


async def rest(door, query, role=Role.ADMIN):
    headers = {"Authorization": door.bearer(role), "Accept-Language": "en"}
    return await door.http.get(f"/api/search/?{query}", headers=headers)


DOCUMENT = """query($t: String!, $n: Int!, $with: Boolean!) { search(text: $t, first: 3) { edges {
    __typename match reason
    node { __typename id ... on Customer { lastName contracts(first: $n) { nodes { number } } } }
    again: node @include(if: $with) { id } } all: __typename } }"""


async def test_what_is_found_is_read_as_the_document_asks(door, factory):
    contract = await factory.active_contract()
    customer = await factory.customer(last_name="Иванов", phone="0550 123456")
    await factory.contract(customer_id=customer.id, tariff_id=contract.tariff_id)
    for flag in (True, False):
        answer = await door.ask(DOCUMENT, {"t": "0550 12-34-56", "n": 5, "with": flag})
        (edge,) = answer.json()["data"]["search"]["edges"]
        assert edge.pop("again", None) == ({"id": f"cus_{customer.id}"} if flag else None)
        assert (edge["match"], edge["reason"], edge["__typename"]) == ("+996550123456", "PHONE", "SearchEdge")
        assert edge["node"]["lastName"] == "Иванов"
        assert len(edge["node"]["contracts"]["nodes"]) == 1
        assert answer.json()["data"]["search"]["all"] == "SearchConnection"


async def test_types_narrow_at_both_doors(door, factory):
    contract = await factory.active_contract()
    sim = await factory.sim_of(contract)
    document = "query($t: String!, $s: [SearchType!]) { search(text: $t, types: $s) { edges { node { id } } } }"
    for types, found in ((None, f"cus_{contract.customer_id}"), (["SIM"], f"sim_{sim.id}"), (["TICKET"], None)):
        edges = (await door.ask(document, {"t": sim.msisdn, "s": types})).json()["data"]["search"]["edges"]
        assert [edge["node"]["id"] for edge in edges] == ([found] if found else [])
    told = (await rest(door, f"q={sim.msisdn[1:]}&types=sim,payment")).json()["results"]
    assert [(one["type"], one["node"]["id"], one["match"]) for one in told] == [("sim", sim.id, sim.msisdn)]


async def test_rest_answers_whole_entities_best_first(door, factory):
    customer = await factory.customer(last_name="Иванов", document_number="AN 1")
    told = (await rest(door, "q=%D0%B0n1")).json()["results"]  # а as in Cyrillic
    assert [(one["type"], one["reason"], one["node"]["document_number"]) for one in told] == [
        ("customer", "document", "AN 1")
    ]
    whole = await door.http.get(f"/api/customers/{customer.id}/", headers={"Authorization": door.bearer(Role.ADMIN)})
    assert told[0]["node"].keys() == whole.json().keys()


async def test_a_secret_is_not_for_an_employee(door, factory):
    sim = await factory.sim()
    query = f"q={sim.iccid}"
    assert (await rest(door, query)).json()["results"][0]["node"]["puk_code"] == sim.puk_code
    assert (await rest(door, query, Role.EMPLOYEE)).json()["results"][0]["node"]["puk_code"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [("q=", "q"), ("", "q"), (f"q={'x' * 256}", "q"), ("q=a&types=boss", "types"), ("q=a&page_size=0", "page_size")],
)
async def test_bad_questions_are_refused_by_name(door, query, field):
    answer = await rest(door, query)
    assert (answer.status_code, list(answer.json())) == (400, [field])


async def test_graphql_refuses_them_too(door):
    for arguments in ('text: "a", first: -1', f'text: "{"x" * 256}"'):
        answer = await door.ask(f"{{ search({arguments}) {{ edges {{ match }} }} }}")
        assert answer.json()["errors"][0]["extensions"]["code"] == "VALIDATION"


async def test_strangers_find_nothing(door):
    assert (await door.http.get("/api/search/?q=a")).status_code == 401
    answer = await door.ask('{ search(text: "a") { edges { match } } }', role=None)
    assert answer.json()["errors"][0]["extensions"]["code"] == "NOT_AUTHENTICATED"
