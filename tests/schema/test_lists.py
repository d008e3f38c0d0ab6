"""Lists: pages with keyset cursors, filters, search and orderings, at the root and below other lists (contract §5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from resolvers.read.search import words_of

pytestmark = pytest.mark.anyio

PAGE = """query ($first: Int, $after: String, $last: Int, $before: String, $filter: TariffFilter, $search: String,
        $orderBy: [TariffOrder!]) {
    tariffs(first: $first, after: $after, last: $last, before: $before, filter: $filter, search: $search,
            orderBy: $orderBy) {
        edges { cursor node { name } } nodes { name }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }"""


@pytest.fixture
async def five(factory):
    """Tariffs А to Д, of priority 0, and so by name."""
    return [await factory.tariff(name=name, monthly_fee=f"{place}00.00") for place, name in enumerate("АБВГД", 1)]


@pytest.fixture
def page(ask):
    """Asks for one page of tariffs: their names, and what the page says of itself."""

    async def page(**variables):
        connection = (await ask.data(PAGE, variables))["tariffs"]
        names = [edge["node"]["name"] for edge in connection["edges"]]
        assert [node["name"] for node in connection["nodes"]] == names
        info = connection["pageInfo"]
        cursors = [edge["cursor"] for edge in connection["edges"]] or [None]
        assert (info["startCursor"], info["endCursor"]) == (cursors[0], cursors[-1])
        return "".join(names), info, connection["totalCount"]

    return page


# --- pages --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("five")
async def test_forward(page):
    names, info, total = await page(first=2)
    assert (names, total) == ("АБ", 5)
    assert (info["hasNextPage"], info["hasPreviousPage"]) == (True, False)
    names, info, total = await page(first=2, after=info["endCursor"])
    assert (names, total) == ("ВГ", 5)
    assert (info["hasNextPage"], info["hasPreviousPage"]) == (True, True)
    names, info, _ = await page(first=2, after=info["endCursor"])
    assert names == "Д"
    assert (info["hasNextPage"], info["hasPreviousPage"]) == (False, True)
    names, _, _ = await page(first=2, after=info["endCursor"])
    assert names == ""


@pytest.mark.usefixtures("five")
async def test_backward(page):
    names, info, _ = await page(last=2)
    assert names == "ГД"
    assert (info["hasNextPage"], info["hasPreviousPage"]) == (False, True)
    names, info, _ = await page(last=2, before=info["startCursor"])
    assert names == "БВ"
    names, info, _ = await page(last=2, before=info["startCursor"])
    assert names == "А"
    assert (info["hasNextPage"], info["hasPreviousPage"]) == (True, False)


@pytest.mark.usefixtures("five")
async def test_between_two_cursors(page):
    _, start, _ = await page(first=1)
    _, end, _ = await page(last=1)
    names, _, _ = await page(after=start["endCursor"], before=end["startCursor"])
    assert names == "БВГ"


async def test_a_cursor_outlives_its_row(page, factory, five):
    _, info, _ = await page(first=2)
    await factory.run("tariff.delete", five[1].id)
    names, _, _ = await page(first=2, after=info["endCursor"])
    assert names == "ВГ"


@pytest.mark.usefixtures("five")
async def test_first_of_zero_is_an_empty_page(page):
    assert (await page(first=0))[0] == ""


COUNT = "query ($first: Int, $last: Int) { customers(first: $first, last: $last) { totalCount } }"


@pytest.mark.parametrize("arguments", [{"first": -1}, {"last": -1}, {"first": 1, "last": 1}])
@pytest.mark.parametrize("document", [PAGE, COUNT])
async def test_impossible_sizes_are_refused(ask, document, arguments):
    refusal = await ask.refusal(document, arguments)
    assert (refusal["code"], refusal["extensions"]["field"]) == ("VALIDATION", next(reversed(arguments)))


async def test_a_page_has_a_hundred_and_at_most_a_thousand(ask, factory):
    await _customers(factory, 1001)
    count = "customers{} {{ nodes {{ databaseId }} pageInfo {{ hasNextPage }} }}"
    for arguments, size in (("", 100), ("(first: 5000)", 1000), ("(last: 5000)", 1000)):
        data = await ask.data("{ " + count.format(arguments) + " }")
        assert len(data["customers"]["nodes"]) == size


async def _customers(factory, number):
    """Many customers at once, as they would be after years."""
    columns = (
        "first_name, last_name, phone, document_type, document_number, document_key, customer_type, status, search"
    )
    series = (
        "SELECT value FROM json_each($1)"
        if factory.database.dialect == "sqlite"
        else "SELECT jsonb_array_elements_text($1::jsonb)::int AS value"
    )
    moment = datetime(2026, 1, 1, tzinfo=UTC)

    async def body(tx):
        await tx.fetch(
            f"INSERT INTO customers ({columns}, created_at, updated_at) SELECT 'A', 'B', 'p' || value, 'passport', "
            "'d' || value, 'd' || value, 'individual', 'active', 'b a', "
            "$2, $2 "
            f"FROM ({series}) s",
            [str(list(range(number))), moment],
        )

    await factory.database.write(body)


async def test_below_another_list_a_page_has_twenty(ask, factory):
    contract = await factory.active_contract()
    for _ in range(21):
        await factory.run("contract.add_balance", contract.id, amount="1.00")
    payments = "payments { nodes { id } pageInfo { hasNextPage } totalCount }"
    data = await ask.data(
        f'{{ contract(id: "ctr_{contract.id}") {{ {payments} }} contracts {{ nodes {{ {payments} }} }} }}'
    )
    alone, (listed,) = data["contract"], data["contracts"]["nodes"]
    assert (len(alone["payments"]["nodes"]), len(listed["payments"]["nodes"])) == (21, 20)
    assert listed["payments"]["pageInfo"] == {"hasNextPage": True}
    assert listed["payments"]["totalCount"] == 21


async def test_pages_below_a_list_go_on_by_their_own_cursors(ask, factory):
    contract = await factory.active_contract()
    for amount in ("1.00", "2.00", "3.00"):
        await factory.run("contract.add_balance", contract.id, amount=amount)
    document = """query ($after: String) { customers { nodes { contracts { nodes {
        ledger(first: 2, after: $after) { nodes { amount } pageInfo { endCursor hasNextPage } } } } } } }"""
    data = await ask.data(document)
    ledger = data["customers"]["nodes"][0]["contracts"]["nodes"][0]["ledger"]
    assert [entry["amount"] for entry in ledger["nodes"]] == ["3.00", "2.00"]
    data = await ask.data(document, {"after": ledger["pageInfo"]["endCursor"]})
    ledger = data["customers"]["nodes"][0]["contracts"]["nodes"][0]["ledger"]
    assert [entry["amount"] for entry in ledger["nodes"]] == ["1.00"]
    assert ledger["pageInfo"]["hasNextPage"] is False


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize("broken", ["", "zz", "5b5d", "5b22", "00" * 40, "\ud800"])
async def test_a_broken_cursor_is_refused(ask, broken):
    refusal = await ask.refusal(PAGE, {"after": broken})
    assert (refusal["code"], refusal["extensions"]["field"]) == ("VALIDATION", "after")


async def test_a_stale_cursor_nulls_its_own_list_alone(ask):
    answer = await ask('{ customers(after: "nonsense") { totalCount } tariffs { totalCount } me { username } }')
    assert answer["data"]["customers"] is None
    assert answer["data"]["tariffs"] == {"totalCount": 0}
    assert answer["data"]["me"]["username"]
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [
        (["customers"], "VALIDATION")
    ]


@pytest.mark.usefixtures("five")
async def test_a_cursor_of_another_ordering_is_refused(ask, page):
    _, info, _ = await page(first=1)
    by_name = [{"field": "NAME", "direction": "ASC"}]
    refusal = await ask.refusal(PAGE, {"after": info["endCursor"], "orderBy": by_name})
    assert refusal["code"] == "VALIDATION"


async def test_a_cursor_of_another_list_is_refused(ask, factory):
    await factory.contract()
    data = await ask.data("{ contracts { pageInfo { endCursor } } }")
    document = "query ($after: String) { tariffs { nodes { contracts(after: $after) { totalCount } } } }"
    assert (await ask.refusal(document, {"after": data["contracts"]["pageInfo"]["endCursor"]}))["code"] == "VALIDATION"


# --- orderings ----------------------------------------------------------------------------------------------------


async def test_tariffs_come_by_priority_and_then_by_name(page, factory):
    for name, priority in (("Б", 1), ("А", 1), ("В", 2)):
        await factory.tariff(name=name, priority=priority)
    assert (await page())[0] == "ВАБ"


async def test_all_others_come_newest_first(ask, factory):
    ids = [(await factory.sim()).id for _ in range(3)]
    data = await ask.data("{ sims { nodes { databaseId } } }")
    assert [sim["databaseId"] for sim in data["sims"]["nodes"]] == ids[::-1]


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("order_by", "names"),
    [
        ([{"field": "NAME"}], "АБВГД"),
        ([{"field": "NAME", "direction": "DESC"}], "ДГВБА"),
        ([{"field": "MONTHLY_FEE", "direction": "DESC"}], "ДГВБА"),
        ([{"field": "ID"}], "АБВГД"),
        ([{"field": "PRIORITY"}, {"field": "NAME", "direction": "DESC"}], "ДГВБА"),
        ([{"field": "PRIORITY", "direction": "DESC"}], "ДГВБА"),
        ([], "АБВГД"),
    ],
)
async def test_orderings(page, order_by, names):
    assert (await page(orderBy=order_by))[0] == names
    first, info, _ = await page(orderBy=order_by, first=3)
    rest, _, _ = await page(orderBy=order_by, first=3, after=info["endCursor"])
    assert first + rest == names


async def test_nulls_come_last_either_way_and_pages_go_through_them(ask, factory):
    for email in ("b@x.kg", None, "a@x.kg", None):
        await factory.customer(email=email)
    document = """query ($direction: OrderDirection!, $after: String) {
        customers(first: 1, after: $after, orderBy: [{field: EMAIL, direction: $direction}]) {
            nodes { email } pageInfo { endCursor hasNextPage } } }"""
    for direction, expected in (("ASC", ["a@x.kg", "b@x.kg"]), ("DESC", ["b@x.kg", "a@x.kg"])):
        emails, after, more = [], None, True
        while more:
            data = (await ask.data(document, {"direction": direction, "after": after}))["customers"]
            emails += [node["email"] for node in data["nodes"]]
            after, more = data["pageInfo"]["endCursor"], data["pageInfo"]["hasNextPage"]
        assert emails == [*expected, None, None]


async def test_enums_come_in_their_listed_order(ask, factory):
    for priority in ("high", "low", "critical", "medium"):
        await factory.ticket(priority=priority)
    data = await ask.data("{ tickets(orderBy: [{field: PRIORITY}]) { nodes { priority } } }")
    assert [ticket["priority"] for ticket in data["tickets"]["nodes"]] == ["LOW", "MEDIUM", "HIGH", "CRITICAL"]


# --- search -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("иванов", 1),
        ("ИВАНОВ петр", 1),
        ("ив", 1),
        ("семен", 1),
        ("семён", 1),
        ("%", 0),
        ("_", 0),
        ("", 2),
        ("   ", 2),
        ("иванов семен", 0),
    ],
)
async def test_search(ask, factory, search, found):
    await factory.customer(last_name="Иванов", first_name="Пётр")
    await factory.customer(last_name="Асанов", first_name="Семён")
    data = await ask.data("query ($s: String) { customers(search: $s) { totalCount } }", {"s": search})
    assert data["customers"]["totalCount"] == found


async def test_a_search_below_a_list(ask, factory):
    customer = await factory.customer()
    await factory.ticket(customer_id=customer.id, subject="Нет сети")
    await factory.ticket(customer_id=customer.id, subject="Роуминг")
    data = await ask.data('{ customers { nodes { tickets(search: "роуминг") { nodes { subject } } } } }')
    assert data["customers"]["nodes"][0]["tickets"]["nodes"] == [{"subject": "Роуминг"}]


async def test_a_search_longer_than_any_field_is_refused(ask):
    assert words_of("я" * 255)
    refusal = await ask.refusal("query ($s: String) { customers(search: $s) { totalCount } }", {"s": "я" * 256})
    assert (refusal["code"], refusal["extensions"]["field"]) == ("VALIDATION", "search")


# --- filters ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ({"isActive": True}, "АБВГД"),
        ({"isActive": False}, ""),
        ({"tariffType": "PREPAID"}, "АБВГД"),
        ({"tariffType": None}, "АБВГД"),
        ({"tariffTypeIn": ["POSTPAID"]}, ""),
        ({"tariffTypeIn": []}, ""),
        ({"name": "А"}, "А"),
        ({"nameIn": ["А", "Д", "Я"]}, "АД"),
        ({"monthlyFee": "200.00"}, "Б"),
        ({"monthlyFeeMin": 300, "monthlyFeeMax": "400.00"}, "ВГ"),
        ({"monthlyFeeMin": "300.01"}, "ГД"),
        ({"createdAfter": "2100-01-01T00:00:00Z"}, ""),
        ({"createdBefore": "2100-01-01"}, "АБВГД"),
        ({}, "АБВГД"),
        (None, "АБВГД"),
    ],
)
async def test_filters(page, chosen, names):
    found, _, total = await page(filter=chosen)
    assert (found, total) == (names, len(names))


async def test_a_bare_date_means_that_whole_day_where_the_operator_is(ask, factory):
    await factory.sim()
    bishkek = timedelta(hours=6)
    today = (datetime.now(UTC) + bishkek).date().isoformat()
    document = "query ($f: SimFilter) { sims(filter: $f) { totalCount } }"
    for chosen in ({"createdAfter": today}, {"createdBefore": today}, {"createdAfter": today, "createdBefore": today}):
        assert (await ask.data(document, {"f": chosen}))["sims"]["totalCount"] == 1


async def test_a_relation_is_filtered_by_its_global_id(ask, factory):
    contract = await factory.contract()
    await factory.contract()
    document = "query ($f: ContractFilter) { contracts(filter: $f) { totalCount } }"
    for chosen, count in (
        ({"customerId": f"cus_{contract.customer_id}"}, 1),
        ({"customerIdIn": [f"cus_{contract.customer_id}", "cus_999"]}, 1),
        ({"tariffId": "trf_999"}, 0),
    ):
        assert (await ask.data(document, {"f": chosen}))["contracts"]["totalCount"] == count
    for wrong in ("1", "trf_1", "", "cus_0"):
        refusal = await ask.refusal(document, {"f": {"customerId": wrong}})
        assert (refusal["code"], refusal["extensions"]["field"]) == ("VALIDATION", "customerId")


async def test_tickets_by_assignee_and_urgency(ask, factory):
    ticket = await factory.ticket()
    user = factory.callers["operator"].user_id
    document = "query ($f: TicketFilter) { tickets(filter: $f) { totalCount } }"
    assert (await ask.data(document, {"f": {"isUnassigned": True}}))["tickets"]["totalCount"] == 1
    await factory.run("ticket.assign", ticket.id, user_id=user)
    for chosen, count in (
        ({"isUnassigned": True}, 0),
        ({"assignedToId": f"usr_{user}"}, 1),
        ({"isOverdue": True}, 0),
        ({"isOverdue": False, "statusIn": ["NEW", "WAITING"]}, 1),
    ):
        assert (await ask.data(document, {"f": chosen}))["tickets"]["totalCount"] == count


async def test_values_stand_in_the_document_or_in_variables(ask, five):
    name = five[2].name
    for document, variables in (
        (f'{{ tariffs(filter: {{name: "{name}"}}) {{ nodes {{ name }} }} }}', {}),
        ("query ($n: String) { tariffs(filter: {name: $n}) { nodes { name } } }", {"n": name}),
        ("query ($n: [String!]) { tariffs(filter: {nameIn: $n, isActive: true}) { nodes { name } } }", {"n": [name]}),
        ("query ($n: String!) { tariffs(filter: {nameIn: [$n]}) { nodes { name } } }", {"n": name}),
        ("query ($f: TariffFilter) { tariffs(filter: $f) { nodes { name } } }", {"f": {"name": name}}),
        ('query ($n: String = "В") { tariffs(filter: {name: $n}) { nodes { name } } }', {}),
    ):
        assert (await ask.data(document, variables))["tariffs"]["nodes"] == [{"name": name}]


@pytest.mark.usefixtures("five")
async def test_a_variable_that_is_absent_or_null_is_no_condition(ask):
    document = "query ($n: String, $t: TariffType) { tariffs(filter: {name: $n, tariffType: $t}) { totalCount } }"
    for variables, count in (({}, 5), ({"n": None}, 5), ({"n": "А"}, 1), ({"n": "А", "t": "POSTPAID"}, 0)):
        assert (await ask.data(document, variables))["tariffs"]["totalCount"] == count


async def test_a_list_with_a_hole_is_refused(ask):
    document = (
        'query ($n: String = "А") { me { history { totalCount } } tariffs(filter: {nameIn: [$n]}) { totalCount } }'
    )
    assert (await ask.refusal(document, {"n": None}))["code"] == "VALIDATION"


async def test_what_a_customers_contracts_have(ask, factory):
    contract = await factory.active_contract(balance="10.00")
    sim = await factory.sim_of(contract)
    await factory.active_contract(balance="20.00")
    document = """query ($id: ID!) {
        customer(id: $id) { sims { nodes { databaseId } } payments(first: 5) { totalCount nodes { amount } } }
        sims(filter: {customerId: $id}) { nodes { databaseId } }
        payments(filter: {customerId: $id}) { totalCount nodes { amount } } }"""
    data = await ask.data(document, {"id": f"cus_{contract.customer_id}"})
    sims, payments = {"nodes": [{"databaseId": sim.id}]}, {"totalCount": 1, "nodes": [{"amount": "10.00"}]}
    assert data == {"customer": {"sims": sims, "payments": payments}, "sims": sims, "payments": payments}


async def test_whether_there_is_any(ask, factory):
    contract = await factory.active_contract()
    draft = await factory.contract(customer_id=contract.customer_id)
    alone = await factory.customer(email="A@example.com")
    document = """{ some: contracts(filter: {hasSim: true}) { nodes { databaseId } }
        none: contracts(filter: {hasSim: false}) { nodes { databaseId } }
        null: contracts(filter: {activationDateIsNull: true}) { nodes { databaseId } }
        alone: customers(filter: {hasContracts: false}) { nodes { databaseId } }
        named: customers(filter: {email: "a@EXAMPLE.com"}) { nodes { databaseId } } }"""
    data = {key: [one["databaseId"] for one in page["nodes"]] for key, page in (await ask.data(document)).items()}
    some, none, one = [contract.id], [draft.id], [alone.id]
    assert data == {"some": some, "none": none, "null": none, "alone": one, "named": one}
