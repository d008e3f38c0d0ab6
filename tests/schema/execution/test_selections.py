"""What a document may write, and how much it costs: fragments, aliases, directives, statements, plans (contract §5)."""

from __future__ import annotations

import gc
import weakref

import pytest

from models.database.meter import METER, Meter
from models.users import Role
from resolvers.weighted_cache import ENTRY
from schema.execution.plan_cache import MAX_SHAPES, OVERHEAD, QUESTION, PlanCache
from schema.execution.read_field import _PLANS

pytestmark = pytest.mark.anyio


@pytest.fixture
async def contract(factory):
    """The global id of an active contract of a named customer."""
    customer = await factory.customer(last_name="Асанов", first_name="Бакыт")
    return f"ctr_{(await factory.active_contract(customer_id=customer.id, balance='10.00')).id}"


# --- how a selection is written -----------------------------------------------------------------------------------


async def test_keys_come_in_the_order_of_the_document(ask, contract):
    text = await ask.text("query ($id: ID!) { contract(id: $id) { status b: balance id a: status } }", {"id": contract})
    assert text.decode() == (
        f'{{"data":{{"contract":{{"status":"ACTIVE","b":"10.00","id":"{contract}","a":"ACTIVE"}}}}}}'
    )


async def test_aliases(ask, contract):
    data = await ask.data(
        """query ($id: ID!) { one: contract(id: $id) { n: number } two: contract(id: $id) {
            old: payments(filter: {status: FAILED}) { count: totalCount } all: payments { totalCount } } }""",
        {"id": contract},
    )
    assert data["one"]["n"].startswith("CTR-")
    assert data["two"] == {"old": {"count": 0}, "all": {"totalCount": 1}}


async def test_fields_written_twice_are_merged(ask, contract):
    data = await ask.data(
        """query ($id: ID!) {
            contract(id: $id) { customer { lastName } payments { totalCount } }
            contract(id: $id) { customer { firstName lastName } ...P }
        }
        fragment P on Contract { payments { totalCount nodes { amount } } }""",
        {"id": contract},
    )
    assert data == {
        "contract": {
            "customer": {"lastName": "Асанов", "firstName": "Бакыт"},
            "payments": {"totalCount": 1, "nodes": [{"amount": "10.00"}]},
        }
    }


async def test_fragments_are_entered_where_they_apply(ask, contract):
    data = await ask.data(
        """query ($id: ID!) { node(id: $id) { ...N ... on Contract { ...C } ... on Tariff { name } ... { id } } }
        fragment N on Node { key: id __typename ... on Contract { number } ... on Customer { lastName } }
        fragment C on Contract { ...N customer { ...N ... on Node { id } } }""",
        {"id": contract},
    )
    node = data["node"]
    customer = node.pop("customer")
    assert node.pop("number").startswith("CTR-")
    assert node == {"key": contract, "__typename": "Contract", "id": contract}
    assert customer.pop("key") == customer.pop("id")
    assert customer == {"__typename": "Customer", "lastName": "Асанов"}


async def test_typename_everywhere(ask, contract):
    data = await ask.data(
        """query ($id: ID!) { __typename contract(id: $id) { __typename payments { __typename
            edges { __typename node { __typename processedBy { __typename } } } pageInfo { __typename } }
            history(first: 1) { nodes { __typename changes { __typename } } } } }""",
        {"id": contract},
    )
    assert data["__typename"] == "Query"
    shown = data["contract"]
    assert shown["__typename"] == "Contract"
    assert shown["payments"] == {
        "__typename": "PaymentConnection",
        "edges": [
            {"__typename": "PaymentEdge", "node": {"__typename": "Payment", "processedBy": {"__typename": "Staff"}}}
        ],
        "pageInfo": {"__typename": "PageInfo"},
    }
    assert shown["history"]["nodes"] == [{"__typename": "Event", "changes": [{"__typename": "FieldChange"}]}]


@pytest.mark.parametrize(
    ("yes", "keys"), [(True, {"id", "included", "both"}), (False, {"id", "kept"})], ids=["true", "false"]
)
async def test_skip_and_include(ask, contract, yes, keys):
    data = await ask.data(
        """query ($id: ID!, $yes: Boolean!) { contract(id: $id) {
            id
            included: status @include(if: $yes)
            kept: status @skip(if: $yes)
            both: status @skip(if: false) @include(if: $yes)
            never: status @skip(if: $yes) @include(if: $yes)
            nor: status @include(if: false)
            ... on Contract @skip(if: true) { number }
            ...F @include(if: false) } }
        fragment F on Contract { number }""",
        {"id": contract, "yes": yes},
    )
    assert set(data["contract"]) == keys


async def test_all_that_is_skipped_leaves_an_empty_object(ask, contract):
    document = (
        "query ($id: ID!, $no: Boolean!) { contract(id: $id) { id @include(if: $no) sim { id @skip(if: true) } } }"
    )
    data = await ask.data(document, {"id": contract, "no": False})
    assert data == {"contract": {"sim": {}}}


EITHER_OR = """query ($id: ID!, $brief: Boolean!) { ...Brief @include(if: $brief) ...Full @skip(if: $brief) }
    fragment Brief on Query { contract(id: $id) { id } }
    fragment Full on Query { contract(id: $id) { status id } }"""
IN_PART = """query ($id: ID!, $brief: Boolean!) {
    contract(id: $id) @skip(if: $brief) { status } contract(id: $id) { id } }"""


@pytest.mark.parametrize("document", [EITHER_OR, IN_PART])
@pytest.mark.parametrize("order", [(True, False, True), (False, True, False)])
async def test_a_root_field_under_conditions_is_what_each_request_asks(ask, contract, document, order):
    for brief in order:
        data = await ask.data(document, {"id": contract, "brief": brief})
        assert list(data["contract"]) == (["id"] if brief else ["status", "id"])


async def test_so_is_a_mutation(ask, contract):
    document = """mutation ($id: ID!, $more: Boolean!) {
        addContractBalance(input: {id: $id, amount: 1}) @include(if: $more) { newBalance }
        addContractBalance(input: {id: $id, amount: 1}) { errors { code } } }"""
    for more, keys in ((False, ["errors"]), (True, ["newBalance", "errors"])):
        data = await ask.data(document, {"id": contract, "more": more})
        assert list(data["addContractBalance"]) == keys


@pytest.mark.usefixtures("contract")
async def test_the_deepest_legal_query_runs(ask):
    """Fifteen levels deep, lists in lists."""
    inner = "id"
    for level in range(6):
        inner = f"contract {{ customer {{ id }} payments(first: 1) {{ nodes {{ {inner} }} }} }}" if level else inner
    deep = "tickets { nodes { id } }"
    for _ in range(5):
        deep = f"contracts(first: 1) {{ nodes {{ customer {{ {deep} }} }} }}"
    data = await ask.data(
        f"{{ customers(first: 1) {{ nodes {{ {deep} }} }} c: contracts {{ nodes {{ id payments "
        f"{{ nodes {{ {inner} }} }} }} }} }}"
    )
    node = data["customers"]["nodes"][0]
    for _ in range(5):
        node = node["contracts"]["nodes"][0]["customer"]
    assert node == {"tickets": {"nodes": []}}


async def test_a_hundred_fields_of_one_row(ask, contract):
    """More than either database takes in one JSON object."""
    fields = " ".join(f"a{number}: balance b{number}: number" for number in range(60))
    data = await ask.data(f"query ($id: ID!) {{ contract(id: $id) {{ {fields} }} }}", {"id": contract})
    assert len(data["contract"]) == 120
    assert data["contract"]["a59"] == "10.00"


async def test_one_of_several_operations_is_run(ask):
    document = "query A { me { id } } query B { me { username } } "
    data = await ask.data(document, operation="B")
    assert list(data["me"]) == ["username"]
    data = await ask.data(document, operation="A")
    assert list(data["me"]) == ["id"]


# --- what it costs ------------------------------------------------------------------------------------------------


@pytest.fixture
def counted(ask):
    """How many statements a document needs."""

    async def counted(document, variables=None):
        token = METER.set(Meter())
        try:
            await ask.data(document, variables)
            return METER.get().statements
        finally:
            METER.reset(token)

    return counted


EVERYTHING = """query { customers { totalCount edges { cursor node { fullName contractsCount
    contracts { totalCount nodes { customerName
    sim { puk: pukCode contract { id } } tariff { name contracts(first: 1) { totalCount } }
    payments(first: 5) { nodes { processedBy { fullName } ledger { nodes { amount } } } }
    tickets { nodes { assignedTo { id } } } history { nodes { changes { field } actor { id } } } } } } }
    pageInfo { hasNextPage endCursor } } }"""


@pytest.mark.usefixtures("contract")
async def test_a_root_field_is_one_statement_whatever_the_rows_and_the_depth(counted, factory):
    assert await counted(EVERYTHING) == 1
    for _ in range(5):
        await factory.active_contract(balance="1.00")
    assert await counted(EVERYTHING) == 1


@pytest.mark.parametrize(
    ("document", "statements"),
    [
        ("{ me { id } }", 1),
        ("{ a: me { id } b: me { id } c: customers { nodes { id } } }", 3),
        ('{ node(id: "cus_1") { id } nodes(ids: ["cus_1", "sim_1", "trf_1", "usr_1"]) { id } }', 2),
        ("{ customerStatistics { total byDocumentType { key } } paymentStatistics { total } }", 2),
        ('{ history(id: "cus_1") { nodes { actor { id } } totalCount } }', 1),
        ("{ __typename }", 0),
    ],
)
async def test_statements_are_as_many_as_root_fields(counted, document, statements):
    assert await counted(document) == statements


# --- plans --------------------------------------------------------------------------------------------------------


async def test_a_plan_serves_all_variables_of_its_shape(ask, factory):
    document = "query ($f: TariffFilter, $n: Int) { tariffs(filter: $f, first: $n) { nodes { name } } } # shapes"
    names = [(await factory.tariff(name=name)).name for name in "АБ"]
    before = len(_PLANS)
    for name in names:
        data = await ask.data(document, {"f": {"name": name}, "n": 5})
        assert data["tariffs"]["nodes"] == [{"name": name}]
    assert (await ask.data(document, {"f": {"nameIn": names}}))["tariffs"]["nodes"] == [{"name": one} for one in names]
    assert len(_PLANS) == before + 1


async def test_a_plan_of_one_role_does_not_serve_another(ask, factory):
    sim = await factory.sim(puk_code="12345678")
    document = "query ($id: ID!) { sim(id: $id) { pukCode } }"
    for role, code in ((Role.ADMIN, "12345678"), (Role.EMPLOYEE, None), (Role.ADMIN, "12345678")):
        assert await ask.data(document, {"id": f"sim_{sim.id}"}, role=role) == {"sim": {"pukCode": code}}


def test_the_same_answers_find_the_same_plan():
    cache, made = PlanCache(len), []

    def make(inquiry):
        made.append(1)
        if inquiry.ask(lambda given: given["a"] > 1):
            return f"wide {inquiry.ask(lambda given: given['b'])}"
        return "narrow"

    asked = [(1, "x"), (1, "y"), (2, "x"), (3, "x"), (2, "y"), (0, "z")]
    found = [cache.get("place", {"a": a, "b": b}, make) for a, b in asked]
    assert found == ["narrow", "narrow", "wide x", "wide x", "wide y", "narrow"]
    assert len(made) == 3


def test_what_plans_weigh_together_is_bounded():
    cache = PlanCache(len, limit=3 * (ENTRY + OVERHEAD + 1_000))
    for place in range(10):
        cache.get(place, {}, lambda _: " " * 1_000)
    assert len(cache) == 3
    cache.get("large", {}, lambda _: " " * 100_000)
    cache.get("full of values", {}, lambda _: "", 100_000)
    assert len(cache) == 3
    assert cache.weight == 3 * (ENTRY + OVERHEAD + 1_000)


def test_a_plan_weighs_what_its_questions_and_the_documents_values_do():
    plain, asking, spelt = PlanCache(len), PlanCache(len), PlanCache(len)
    plain.get("place", {}, lambda _: "plan")
    asking.get("place", {"a": 1}, lambda inquiry: f"plan{inquiry.ask(lambda given: given['a'])}"[:4])
    spelt.get("place", {}, lambda _: "plan", 7_000)
    assert asking.weight == plain.weight + QUESTION
    assert spelt.weight == plain.weight + 7_000


def test_the_place_asked_for_last_is_kept():
    cache = PlanCache(len, limit=2 * (ENTRY + OVERHEAD + 1_000))
    made = []
    for place in ("a", "b", "a", "c", "a", "b"):
        cache.get(place, {}, lambda _, place=place: made.append(place) or " " * 1_000)
    assert made == ["a", "b", "c", "b"]


def test_the_shapes_of_one_place_are_bounded():
    cache, made = PlanCache(len), []

    def make(inquiry):
        made.append(inquiry.ask(lambda given: given["a"]))
        return "x" * made[-1]

    for shape in range(MAX_SHAPES + 1):
        assert cache.get("place", {"a": shape}, make) == "x" * shape
    assert cache.get("place", {"a": 0}, make) == ""
    assert len(made) == MAX_SHAPES + 2


def test_what_a_question_raises_leaves_no_plan():
    cache = PlanCache(len)

    def make(inquiry):
        return inquiry.ask(lambda given: given["a"])

    with pytest.raises(KeyError):
        cache.get("place", {}, make)
    assert len(cache) == 0
    assert cache.get("place", {"a": "x"}, make) == "x"


async def test_plans_do_not_hold_on_to_the_documents_tree(ask):
    document = """query ($n: Int, $s: String, $i: Boolean!, $t: TariffType, $a: String) {
        tariffs(first: $n, search: $s, after: $a, filter: {tariffType: $t, name: $s}, orderBy: {field: NAME}) {
            nodes { id ...F @include(if: $i) } } }
        fragment F on Tariff { contracts(first: $n) { totalCount } }"""
    await ask.data(document, {"s": "x", "i": True})
    tree = weakref.ref(ask.last.document)
    ask.last = None
    gc.collect()
    assert tree() is None
