"""What one request may cost is known before it runs, and an answer ends where it gets too large (`architecture.md`)."""

from dataclasses import replace

import pytest

from models.users import Role
from resolvers.payments import LIST
from schema.endpoint import scans
from tests.schema.door import code
from tests.schema.endpoint.test_limits import asking, limit, straining

pytestmark = pytest.mark.anyio

LETTERS = "ы" * 10_000


@pytest.fixture
async def customer(door):
    """One with the longest notes and address that there can be."""
    return await door.factory.customer(notes=LETTERS, address=LETTERS)


def aliased(number, field):
    return asking(*(f"a{n}: {field}" for n in range(number)))


def nodes(ids, fields):
    return f"nodes(ids: {ids}) {{ ... on Customer {{ {fields} }} }}"


def repeated(row, number):
    return "[" + f'"cus_{row.id}" ' * number + "]"


async def is_answered(door, document, variables=None):
    response = await door.ask(document, variables)
    return response.status_code == 200 and "errors" not in response.json()


# --- values, as often as they are used ----------------------------------------------------------------------------


async def test_a_variable_counts_as_often_as_it_is_used(door):
    lists = (f"c{n}: contracts(filter: {{tariffIdIn: $ids}}) {{ totalCount }}" for n in range(20))
    document = f"query ($ids: [ID!]) {asking('customers { nodes', asking(*lists), '}')}"
    ids = [f"trf_{n}" for n in range(1, 501)]
    async with straining() as strain:
        response = await door.ask(document, {"ids": ids})
    assert limit(response) == ("values", 20 * (501 + 1), 10_000)
    assert strain.longest < 0.05
    assert await is_answered(door, document, {"ids": ids[:400]})


async def test_a_literal_counts_as_often_as_its_fragment_is_spread(door):
    ids = " ".join(f'"trf_{n}"' for n in range(1, 500))
    one = "customers(first: 1) { nodes { ...F } }"
    fragment = f"fragment F on Customer {{ contracts(filter: {{tariffIdIn: [{ids}]}}) {{ totalCount }} }}"
    assert limit(await door.ask(f"{aliased(20, one)} {fragment}")) == ("values", 20 * (499 + 3), 10_000)
    assert await is_answered(door, f"{aliased(19, one)} {fragment}")


async def test_unknown_names_of_filters_cost_little(door):
    document = "query ($f: CustomerFilter) { customers(filter: $f) { totalCount } }"
    async with straining() as strain:
        response = await door.ask(document, {"f": {f"createdAfter{'x' * 500}{n}": 1 for n in range(640)}})
    assert (response.status_code, code(response)) == (400, "VALIDATION")
    assert len(response.content) < 60_000
    assert strain.longest < 0.05


async def test_an_ordering_of_thousands_of_terms_is_one_of_its_columns(door):
    document = "query ($o: [CustomerOrder!]) { customers(orderBy: $o, first: 1) { nodes { id } } }"
    for number in (2, 2_000, 3_000):
        response = await door.ask(document, {"o": [{"field": "ID", "direction": "ASC"}] * number})
        assert response.status_code == 200


# --- lists that are read through ----------------------------------------------------------------------------------


@pytest.fixture
async def many(door, app):
    """About a million payments, as their ids tell."""
    payment = await door.factory.payment()
    database = app.state.database
    await database.write(lambda tx: tx.fetch(f"UPDATE payments SET id = 900000 WHERE id = {payment.id}"))


READ_THROUGH = {
    "a search": 'payments(first: 0, search: "01") { nodes { id } }',
    "a search that is counted": 'payments(first: 0, search: "01") { totalCount }',
    "a count that no tally tells": "payments(first: 0, filter: {amountMin: 1}) { totalCount }",
    "a count by a time": 'payments(first: 0, filter: {createdAfter: "2020-01-01"}) { totalCount }',
    "an ordering that no index serves": "payments(first: 0, orderBy: {field: AMOUNT}) { nodes { id } }",
    "a list of terms": "payments(first: 0, orderBy: [{field: AMOUNT}, {field: ID}]) { nodes { id } }",
}


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("what", READ_THROUGH)
async def test_reading_a_list_through_costs_by_its_size(door, what):
    assert await is_answered(door, aliased(10, READ_THROUGH[what]))
    assert limit(await door.ask(aliased(11, READ_THROUGH[what]))) == ("cost", 110_000, 100_000)


CHEAP = (
    "payments(first: 0) { totalCount }",
    'payments(first: 0, search: " ") { totalCount }',
    "payments(first: 0, filter: {status: SUCCESS, transactionTypeIn: [CHARGE]}) { totalCount }",
    'payments(first: 0, filter: {contractId: "ctr_1", amountMin: 1}) { totalCount }',
    'payments(first: 0, filter: {transactionId: "x"}) { totalCount }',
    "payments(first: 0, filter: {amountMin: 1}) { nodes { id } }",
    "payments(first: 0, filter: {amountMin: null}) { totalCount }",
    "payments(first: 0, orderBy: {field: ID}) { nodes { id } }",
    'customers(first: 0, search: "01") { totalCount }',
)


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("field", CHEAP)
async def test_what_an_index_or_a_tally_answers_or_a_short_list_costs_nothing(door, field):
    assert await is_answered(door, aliased(30, field))


@pytest.mark.usefixtures("many")
async def test_what_variables_ask_costs_the_same(door):
    fields = " ".join(
        f"a{n}: payments(first: 0, search: $s, filter: $f, orderBy: $o) {{ totalCount }}" for n in range(11)
    )
    document = f"query ($s: String, $f: PaymentFilter, $o: [PaymentOrder!]) {{ {fields} }}"
    exceeded = ("cost", 110_000, 100_000)
    assert limit(await door.ask(document, {"s": "01"})) == exceeded
    assert limit(await door.ask(document, {"f": {"amountMin": 1}})) == exceeded
    assert limit(await door.ask(document, {"o": {"field": "AMOUNT"}})) == exceeded
    assert limit(await door.ask(document, {"o": [{"field": "AMOUNT"}]})) == exceeded
    assert (await door.ask(document, {"s": " ", "f": {"amountMin": None}, "o": [{"field": "ID"}]})).status_code == 200
    assert (await door.ask(document)).status_code == 200


@pytest.mark.parametrize(
    ("rows", "price"), [(0, 0), (999, 0), (1_000, 10), (1_001, 100), (10**6, 10**4), (10**9, 10**4)]
)
def test_a_size_class(rows, price):
    assert scans.Sizes({"payments": rows}).price(scans.Scan(LIST, {}, counted=True)) == price


# --- bytes --------------------------------------------------------------------------------------------------------


async def test_an_answer_ends_at_its_limit(door, customer):
    """Some 48 MB, asked for in 15 kB."""
    response = await door.ask(aliased(20, nodes(repeated(customer, 60), "notes address")))
    assert response.status_code == 400
    name, measured, allowed = limit(response)
    assert (name, allowed) == ("answer", 33_554_432)
    assert measured > allowed


async def test_long_texts_are_priced_before_any_is_read(door, customer):
    document = "query ($ids: [ID!]!) " + aliased(5, nodes("$ids", "a: notes b: notes c: notes address"))
    async with straining() as strain:
        response = await door.ask(document, {"ids": [f"cus_{customer.id}"] * 1_000})
    name, measured, allowed = limit(response)
    assert (name, allowed) == ("bytes", 8 * 33_554_432)
    assert 5 * 1_000 * 4 * 20_000 <= measured < 5 * 1_000 * 4 * 20_100
    assert strain.longest < 0.05


class TestSmallAnswers:
    """Where an answer may have little, at either door."""

    @pytest.fixture
    def settings(self, settings):
        return replace(settings, answer_bytes=65_536)

    async def test_graphql(self, door, customer):
        assert await is_answered(door, asking(nodes(repeated(customer, 1), "notes address")))
        response = await door.ask(asking(nodes(repeated(customer, 2), "notes address")))
        assert (response.status_code, code(response)) == (400, "LIMIT_EXCEEDED")

    async def test_parts_are_counted_together(self, door, customer):
        field = f'customer(id: "cus_{customer.id}") {{ notes address }}'
        assert (await door.ask(aliased(1, field))).status_code == 200
        response = await door.ask(aliased(2, field))
        assert limit(response)[0] == "answer"
        assert "data" not in response.json()

    async def test_rest(self, door, customer):
        headers = door.headers(Role.ADMIN, "application/json", None)
        address = f"/api/customers/{customer.id}/"
        assert (await door.http.get(address, headers=headers)).status_code == 200
        await door.factory.customer(notes=LETTERS, address=LETTERS)
        response = await door.http.get("/api/customers/", headers=headers)
        assert response.status_code == 400
        assert response.json()["code"] == "limit_exceeded"
        assert "fewer" in response.json()["message"]
        assert (await door.http.get("/api/customers/?page_size=1", headers=headers)).status_code == 200

    async def test_a_mutation_whose_answer_would_be_too_large_is_not_carried_out(self, door, customer):
        notes = asking(*(f"a{n}: notes" for n in range(4)))
        renamed = f'updateCustomer(input: {{id: "cus_{customer.id}", firstName: "Other"}})'
        response = await door.ask(f"mutation {{ {renamed} {{ customer {notes} }} }}")
        assert code(response) == "LIMIT_EXCEEDED"
        read = await door.ask(f'{{ customer(id: "cus_{customer.id}") {{ firstName }} }}')
        assert read.json()["data"]["customer"]["firstName"] == customer.first_name


# --- payloads -----------------------------------------------------------------------------------------------------


TOP_UP = """mutation ($input: AddContractBalanceInput!) {
  addContractBalance(input: $input) { newBalance contract { balance payments(first: %d) { totalCount nodes { id } } } }
}"""


class TestLargePayloads:
    """A payload that may be large is read after the commit, and not kept: a replay's is read anew."""

    async def top_up(self, door, contract, size):
        given = {"input": {"id": f"ctr_{contract.id}", "amount": "10.00"}}
        response = await door.ask(TOP_UP % size, given, headers={"Idempotency-Key": f"key-{size}"})
        return response.json()["data"]["addContractBalance"], response.headers.get("idempotent-replayed")

    @pytest.mark.parametrize(("size", "kept"), [(999, True), (1_000, False)])
    async def test_a_replay(self, door, app, size, kept):
        contract = await door.factory.active_contract()
        first, replayed = await self.top_up(door, contract, size)
        assert (first["newBalance"], first["contract"]["payments"]["totalCount"], replayed) == ("10.00", 1, None)
        (answer,) = await app.state.database.fetch("SELECT answer FROM idempotency_keys")
        assert (answer[0] is not None) is kept
        await door.ask(TOP_UP % 1, {"input": {"id": f"ctr_{contract.id}", "amount": "1.00"}})
        again, replayed = await self.top_up(door, contract, size)
        assert (again["newBalance"], replayed) == ("10.00", "true")
        assert again["contract"]["payments"]["totalCount"] == (1 if kept else 2)

    async def test_an_answer_over_64_kib_is_not_kept(self, door, app, customer):
        document = "mutation ($i: UpdateCustomerInput!) { updateCustomer(input: $i) { customer { notes %s } } }"
        given = {"i": {"id": f"cus_{customer.id}", "firstName": "Other"}}
        for fields, kept in (("address", True), ("address a: notes b: notes", False)):
            headers = {"Idempotency-Key": f"key-{kept}"}
            given["i"]["firstName"] += "s"
            first = await door.ask(document % fields, given, headers=headers)
            (answer,) = await app.state.database.fetch(f"SELECT answer FROM idempotency_keys WHERE key = 'key-{kept}'")
            assert (answer[0] is not None) is kept
            again = await door.ask(document % fields, given, headers=headers)
            assert again.headers["idempotent-replayed"] == "true"
            assert again.content == first.content

    async def test_what_cannot_be_answered_is_not_carried_out(self, door):
        contract = await door.factory.active_contract()
        filtered = "payments(first: 1000, filter: {processedById: $id}) { totalCount }"
        document = f"""mutation ($input: AddContractBalanceInput!, $id: ID) {{
          addContractBalance(input: $input) {{ contract {{ {filtered} }} }} }}"""
        given = {"input": {"id": f"ctr_{contract.id}", "amount": "10.00"}, "id": "nonsense"}
        response = await door.ask(document, given)
        assert code(response) == "VALIDATION"
        read = await door.ask(f'{{ contract(id: "ctr_{contract.id}") {{ balance }} }}')
        assert read.json()["data"]["contract"]["balance"] == "0.00"
