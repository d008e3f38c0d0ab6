"""Lists: pages, filters, search, ordering (contract §4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.users import Role
from resolvers.read.list_criteria import criteria
from resolvers.read.selection import Comparison, Kind
from rest_compat import routes
from tests.rest_compat.many import many_customers
from tests.states import CONTRACT_STATES, PAYMENT_STATES, contract_in, customer_in, payment_in

pytestmark = pytest.mark.anyio

LISTS = (
    "/customers/",
    "/sims/",
    "/sims/free/",
    "/tariffs/",
    "/tariffs/active/",
    "/contracts/",
    "/payments/",
    "/payments/pending/",
    "/tickets/",
    "/tickets/my_tickets/",
    "/tickets/unassigned/",
    "/tickets/overdue/",
    "/users/",
)


# --- pages --------------------------------------------------------------------------------------------------------


async def test_a_page_tells_the_count_and_where_to_go_on(api, factory):
    made = [(await factory.customer()).id for _ in range(5)]
    first = (await api.get("/customers/?ordering=id&status=active&page_size=2")).json()
    assert [row["id"] for row in first["results"]] == made[:2]
    assert (first["count"], first["previous"]) == (5, None)
    assert first["next"] == "http://testserver/api/customers/?ordering=id&status=active&page_size=2&page=2"
    second = (await api.get(first["next"])).json()
    assert [row["id"] for row in second["results"]] == made[2:4]
    third = (await api.get(second["next"])).json()
    assert ([row["id"] for row in third["results"]], third["next"]) == (made[4:], None)
    assert (await api.get(third["previous"])).json() == second
    assert (await api.get(second["previous"])).json()["results"] == first["results"]


async def test_links_keep_parameters_in_any_alphabet(api, factory):
    for _ in range(2):
        await factory.customer(last_name="Иванов")
    page = (await api.get("/customers/", params={"search": "иванов", "page_size": 1})).json()
    following = (await api.get(page["next"])).json()
    assert (following["count"], len(following["results"])) == (2, 1)
    assert following["results"] != page["results"]


async def test_links_name_the_host_that_was_asked(api, factory):
    for _ in range(2):
        await factory.customer()
    page = (await api.get("/customers?page_size=1", headers={"Host": "crm.example:8443"})).json()
    assert page["next"] == "http://crm.example:8443/api/customers/?page_size=1&page=2"


async def test_a_hundred_rows_to_a_page_unless_said_otherwise(api, factory):
    await many_customers(factory, 101)
    page = (await api.get("/customers/")).json()
    assert (page["count"], len(page["results"])) == (101, 100)
    assert page["next"] == "http://testserver/api/customers/?page=2"
    assert len((await api.get(page["next"])).json()["results"]) == 1
    for size in ("1000", "1001", "5000", "99999999999999999999999999"):
        assert len((await api.get(f"/customers/?page_size={size}")).json()["results"]) == 101


async def test_no_such_page(api, factory):
    await factory.customer()
    for page in ("0", "abc", "-1", "2", "1.5", "1e3", "99999999999999999999", "²", "last"):
        response = await api.get("/customers/", params={"page": page})
        assert (response.status_code, response.json()["code"]) == (404, "not_found"), page


async def test_no_such_page_size(api):
    for size in ("0", "abc", "-5", "1.5", "²", "00", "-0"):
        response = await api.get("/customers/", params={"page_size": size})
        assert (response.status_code, list(response.json())) == (400, ["page_size"]), size


async def test_the_first_page_of_nothing_is_empty(api):
    for path in LISTS:
        page = await api.get(f"{path}?page=1&created_before=1999-01-01&search=nothing-of-the-kind")
        assert page.json() == {"count": 0, "next": None, "previous": None, "results": []}, path


async def test_details_have_the_fields_of_lists(api, factory):
    await factory.run("ticket.start_work", (await factory.ticket()).id)
    await factory.active_contract(balance="10.00")
    for path in ("customers", "sims", "tariffs", "contracts", "payments", "tickets", "users"):
        row = (await api.get(f"/{path}/")).json()["results"][0]
        assert (await api.get(f"/{path}/{row['id']}/")).json() == row
        assert (next(iter(row)), list(row)[-2:]) == ("id", ["created_at", "updated_at"])


# --- filters ------------------------------------------------------------------------------------------------------


async def test_customers_by_status_and_document(api, factory):
    blocked = await factory.customer(document_type="id_card")
    await factory.run("customer.block", blocked.id)
    other = await factory.customer()
    assert await api.ids("/customers/?status=blocked") == [blocked.id]
    assert await api.ids("/customers/?document_type=passport") == [other.id]
    assert await api.ids("/customers/?document_type=id_card&status=active") == []


async def test_sims_by_status_and_contract(api, factory):
    free, bound = await factory.sim(), await factory.sim_of(await factory.active_contract())
    assert await api.ids("/sims/?status=free") == await api.ids("/sims/free/") == [free.id]
    assert await api.ids(f"/sims/?contract={bound.contract_id}") == [bound.id]


async def test_tariffs_by_activity_and_type(api, factory):
    prepaid, postpaid = await factory.tariff(), await factory.postpaid()
    await factory.run("tariff.deactivate", prepaid.id)
    assert await api.ids("/tariffs/?is_active=true") == await api.ids("/tariffs/active/") == [postpaid.id]
    assert await api.ids("/tariffs/?is_active=False") == [prepaid.id]
    assert await api.ids("/tariffs/?tariff_type=prepaid") == [prepaid.id]


async def test_contracts_by_status_customer_and_tariff(api, factory):
    made = {state: await contract_in(factory, state) for state in CONTRACT_STATES}
    for status in ("draft", "active", "terminated"):
        assert await api.ids(f"/contracts/?status={status}") == [made[status].id]
    active = made["active"]
    assert await api.ids(f"/contracts/?customer={active.customer_id}") == [active.id]
    assert await api.ids(f"/contracts/?tariff={active.tariff_id}&customer={active.customer_id}") == [active.id]


async def test_payments_by_what_they_are(api, factory):
    made = {state: (await payment_in(factory, state)).id for state in PAYMENT_STATES}
    for status in PAYMENT_STATES:
        assert made[status] in await api.ids(f"/payments/?status={status}")
    assert set(await api.ids("/payments/pending/")) == {made["pending"], made["processing"]}
    card = await factory.payment(payment_method="card", transaction_type="charge")
    assert await api.ids("/payments/?payment_method=card") == [card.id]
    assert await api.ids("/payments/?transaction_type=charge") == [card.id]
    assert await api.ids(f"/payments/?contract={card.contract_id}") == [card.id]
    assert len(await api.ids("/payments/?transaction_type=refund")) == 1


async def test_tickets_by_what_they_are(api, factory):
    mine = await factory.ticket(category="billing", priority="high")
    await factory.run("ticket.start_work", mine.id)
    other = await factory.ticket(customer_id=mine.customer_id)
    me = factory.callers[Role.ADMIN].user_id
    assert await api.ids("/tickets/?status=in_progress") == [mine.id]
    assert await api.ids("/tickets/?category=billing") == [mine.id]
    assert await api.ids("/tickets/?priority=medium") == [other.id]
    assert await api.ids(f"/tickets/?customer={mine.customer_id}") == [other.id, mine.id]
    assert await api.ids(f"/tickets/?assigned_to={me}") == await api.ids("/tickets/my_tickets/") == [mine.id]
    assert await api.ids("/tickets/unassigned/") == [other.id]
    assert await api.ids("/tickets/my_tickets/", role=Role.OPERATOR) == []


async def test_overdue_tickets(api, factory):
    late = datetime.now(UTC) - timedelta(hours=5)
    old = await factory.context(clock=lambda: late)
    critical = (await factory.run("ticket.create", None, context=old, **await ticket(factory, "critical"))).outcome.id
    await factory.run("ticket.create", None, context=old, **await ticket(factory, "high"))
    assert await api.ids("/tickets/overdue/") == [critical]
    await factory.run("ticket.resolve", critical, resolution="Готово")
    assert await api.ids("/tickets/overdue/") == []


async def ticket(factory, priority):
    customer = await factory.customer()
    return {"customer_id": customer.id, "subject": "Нет сети", "description": "С утра", "priority": priority}


async def test_users_by_role(api, factory):
    assert await api.ids("/users/?role=operator") == [factory.callers[Role.OPERATOR].user_id]
    assert await api.ids("/users/?is_active=false") == []


async def test_by_the_time_of_creation(api, factory):
    moments = [datetime(2026, 3, day, 20, tzinfo=UTC) for day in (9, 10, 11)]  # in Bishkek already the next day
    made = []
    for number, moment in enumerate(moments):
        context = await factory.context(clock=lambda moment=moment: moment)
        answer = await factory.run(
            "customer.create",
            context=context,
            first_name="А",
            last_name="Б",
            phone=f"+99655500000{number}",
            document_number=f"T{number}",
        )
        made.append(answer.outcome.id)
    assert await api.ids("/customers/?created_after=2026-03-11&ordering=id") == made[1:]
    assert await api.ids("/customers/?created_before=2026-03-10&ordering=id") == made[:1]
    assert await api.ids("/customers/?created_after=2026-03-11&created_before=2026-03-11") == [made[1]]
    assert await api.ids("/customers/?created_after=2026-03-10T20:00:00Z&ordering=id") == made[1:]
    assert await api.ids("/customers/?created_after=2026-03-11T02:00:00%2B06:00&ordering=id") == made[1:]
    assert await api.ids("/customers/?created_before=2026-03-10T20:00:00.000000Z&ordering=id") == made[:2]


async def test_rest_has_every_filter_that_graphql_has(api):
    """Each is known by its snake_case name: a value that it does not take is told under that name."""
    for spec in routes._ENTITIES:
        for one in criteria(spec):
            if one.filter.source.kind is Kind.TEXT and one.comparison is not Comparison.IS_NULL:
                continue  # any text will do
            response = await api.get(f"/{spec.table.path}/", params={one.name: "?"})
            assert (response.status_code, list(response.json())) == (400, [one.name]), (response.text, one.name)


async def test_ranges_and_lists_of_values(api, factory):
    made = {fee: (await factory.tariff(monthly_fee=fee, priority=-int(fee))).id for fee in ("100", "200", "300")}
    assert await api.ids("/tariffs/?monthly_fee_min=200") == [made["200"], made["300"]]
    assert await api.ids("/tariffs/?monthly_fee_max=200.00&monthly_fee_min=100.01") == [made["200"]]
    assert await api.ids("/tariffs/?priority_max=-200") == [made["200"], made["300"]]
    active, blocked, suspended = [await customer_in(factory, state) for state in ("active", "blocked", "suspended")]
    assert await api.ids("/customers/?status_in=active, blocked,&ordering=id") == [active.id, blocked.id]
    assert await api.ids("/customers/?status_in=suspended") == [suspended.id]
    assert (await api.get("/customers/?status_in=active,gone")).json().keys() == {"status_in"}
    assert len(await api.ids("/customers/?status_in=,")) == 0


async def test_what_is_null_and_what_is_not(api, factory):
    with_email = await factory.customer(email="a@example.com", birth_date="1990-01-01")
    without = await factory.customer(email=None)
    assert await api.ids("/customers/?email_is_null=true") == [without.id]
    assert await api.ids("/customers/?email_is_null=0&birth_date_is_null=false") == [with_email.id]
    ticket = await factory.ticket()
    await factory.run("ticket.start_work", ticket.id)
    assert await api.ids("/tickets/?assigned_to_is_null=false") == [ticket.id]
    assert await api.ids("/tickets/?resolved_at_is_null=false") == []


async def test_what_a_customers_contracts_have(api, factory):
    contract = await factory.active_contract(balance="10.00")
    sim, other = await factory.sim_of(contract), await factory.active_contract(balance="20.00")
    draft = await factory.contract(customer_id=contract.customer_id)
    customer = contract.customer_id
    (payment,) = await api.ids(f"/contracts/{contract.id}/payments/")
    for path in (f"/payments/?customer={customer}", f"/customers/{customer}/payments/"):
        assert await api.ids(path) == [payment], path
    for path in (f"/sims/?customer={customer}", f"/customers/{customer}/sims/"):
        assert await api.ids(path) == [sim.id], path
    assert len(await api.ids(f"/payments/?customer_in={customer},{other.customer_id}")) == 2
    assert await api.ids("/contracts/?has_sim=false") == [draft.id]
    assert await api.ids(f"/contracts/?has_sim=true&customer={customer}") == [contract.id]
    alone = await factory.customer()
    assert await api.ids("/customers/?has_contracts=false") == [alone.id]
    assert await api.ids("/customers/?has_contracts=true&ordering=id") == [customer, other.customer_id]


async def test_a_customer_by_phone_and_by_email_in_any_case(api, factory):
    found = await factory.customer(email="Ivan@Example.com")
    await factory.customer()
    assert await api.ids("/customers/?email=IVAN@example.COM") == [found.id]
    assert await api.ids("/customers/", params={"phone": found.phone}) == [found.id]


BAD = {
    "customers/?status=gone": "status",
    "customers/?status=ACTIVE": "status",
    "customers/?document_type=1": "document_type",
    "customers/?created_after=yesterday": "created_after",
    "customers/?created_before=2026-02-30": "created_before",
    "tariffs/?is_active=maybe": "is_active",
    "contracts/?customer=abc": "customer",
    "contracts/?tariff=1.5": "tariff",
    "sims/free/?contract=x": "contract",
    "tickets/overdue/?priority=urgent": "priority",
    "payments/pending/?payment_method=gold": "payment_method",
    f"customers/?search={256 * 'x'}": "search",
    "customers/?search=a%00b": "search",
}


async def test_a_bad_value_is_told_under_its_name(api):
    for query, field in BAD.items():
        response = await api.get(f"/{query}")
        assert (response.status_code, list(response.json())) == (400, [field]), query
        assert all(isinstance(message, str) for message in response.json()[field])


async def test_all_bad_filters_are_told_at_once(api):
    response = await api.get("/contracts/?status=gone&customer=x")
    assert (response.status_code, set(response.json())) == (400, {"status", "customer"})


async def test_what_means_nothing_is_ignored(api, factory):
    made = await factory.customer()
    for query in (
        "unknown=1",
        "status=",
        "page_size=&page=&search=&ordering=",
        "created_after=%20",
        "puk_code=1",
        "status=gone&status=active",
        "&&=&%",
    ):
        assert await api.ids(f"/customers/?{query}") == [made.id], query


async def test_a_relation_that_is_not_there_gives_an_empty_list(api, factory):
    await factory.contract()
    for customer in ("999999", "0", "-1", "2147483648", "99999999999999999999"):
        assert await api.ids(f"/contracts/?customer={customer}") == [], customer


# --- lists that belong to something -------------------------------------------------------------------------------


async def test_what_belongs_to_a_customer_a_tariff_and_a_contract(api, factory):
    contract = await factory.active_contract(balance="50.00")
    ticket = await factory.ticket(customer_id=contract.customer_id, contract_id=contract.id)
    other = await factory.ticket(customer_id=contract.customer_id)
    await factory.active_contract(balance="50.00")
    assert await api.ids(f"/customers/{contract.customer_id}/contracts/") == [contract.id]
    assert await api.ids(f"/customers/{contract.customer_id}/tickets/") == [other.id, ticket.id]
    assert await api.ids(f"/customers/{contract.customer_id}/tickets/?ordering=id&page_size=1") == [ticket.id]
    assert await api.ids(f"/tariffs/{contract.tariff_id}/contracts/") == [contract.id]
    assert await api.ids(f"/contracts/{contract.id}/tickets/") == [ticket.id]
    (payment,) = await api.ids(f"/contracts/{contract.id}/payments/")
    (entry,) = (await api.get(f"/contracts/{contract.id}/ledger/")).json()["results"]
    assert (entry["contract"], entry["payment"]) == (contract.id, payment)
    assert (entry["amount"], entry["balance_after"], entry["actor"]) == (
        "50.00",
        "50.00",
        factory.callers[Role.ADMIN].user_id,
    )


@pytest.mark.parametrize(
    "path",
    [
        "customers/{}/contracts/",
        "customers/{}/tickets/",
        "tariffs/{}/contracts/",
        "contracts/{}/payments/",
        "contracts/{}/tickets/",
        "contracts/{}/ledger/",
        "customers/{}/history/",
        "users/{}/history/",
    ],
)
async def test_what_belongs_to_nothing(path, api):
    for missing in ("999999", "0", "99999999999", "abc", "-1"):
        for query in ("", "?status=gone&created_after=x", "?page=7"):
            response = await api.get(f"/{path.format(missing)}{query}")
            assert (response.status_code, response.json()["code"]) == (404, "not_found"), (missing, query)


async def test_a_deleted_rows_history_stays_readable(api, factory):
    customer = await factory.customer()
    await factory.run("customer.delete", customer.id)
    events = (await api.get(f"/customers/{customer.id}/history/")).json()["results"]
    assert [event["action"] for event in events] == ["delete", "create"]
    assert events[1]["changes"]["first_name"] == [None, "Айбек"]
    assert (await api.get(f"/customers/{customer.id}/history/?created_before=2000-01-01")).json()["count"] == 0
    assert (await api.get(f"/customers/{customer.id}/")).status_code == 404


# --- search -------------------------------------------------------------------------------------------------------


async def test_a_plus_is_a_blank_and_a_number_is_found_either_way(api, factory):
    sim = await factory.sim(msisdn="+996550123456")
    await factory.sim(msisdn="+996700000000")
    assert await api.ids("/sims/?search=+996550") == [sim.id]
    assert await api.ids("/sims/?search=%2B996550") == [sim.id]


async def test_words_are_anded_and_found_in_any_alphabet_and_case(api, factory):
    found = await factory.customer(first_name="Семён", last_name="Иванов")
    await factory.customer(first_name="Пётр", last_name="Иванов")
    for words in ("иванов СЕМЕН", "семён", "ИВАНОВ сем"):
        assert await api.ids("/customers/", params={"search": words}) == [found.id]
    assert await api.ids("/customers/", params={"search": "иванов сидор"}) == []


async def test_no_character_is_special(api, factory):
    await factory.customer()
    made = {sign: (await factory.customer(organization_name=f"Ромашка {sign} Ко")).id for sign in "%_\\'\"*()"}
    for sign, row_id in made.items():
        assert await api.ids("/customers/", params={"search": sign}) == [row_id], sign


async def test_where_each_entity_is_searched(api, factory):
    tariff = await factory.tariff(name="Безлимит Макс", description="Для всей семьи")
    customer = await factory.customer(last_name="Бакиева", email="bakieva@example.com")
    contract = await factory.contract(customer_id=customer.id, tariff_id=tariff.id)
    payment = await factory.payment(contract_id=contract.id, transaction_id="TXN-1234", description="за март")
    ticket = await factory.ticket(customer_id=customer.id, subject="Нет интернета", description="после грозы")
    for path, words, row in (
        ("/tariffs/", ("макс", "семьи"), tariff),
        ("/customers/", ("бакиева", "BAKIEVA@", customer.phone[-6:], customer.document_number), customer),
        ("/contracts/", (contract.number[:8], "бакиева"), contract),
        ("/payments/", ("txn-123", "март", contract.number), payment),
        ("/tickets/", ("интернет", "грозы", "бакиева"), ticket),
    ):
        for word in words:
            assert await api.ids(path, params={"search": word}) == [row.id], word


async def test_a_puk_code_cannot_be_searched_for(api, factory):
    await factory.sim(puk_code="87654321")
    assert await api.ids("/sims/?search=87654321") == []


# --- ordering -----------------------------------------------------------------------------------------------------


async def test_newest_first_unless_said_otherwise(api, factory):
    made = [(await factory.customer()).id for _ in range(3)]
    assert await api.ids("/customers/") == made[::-1]
    assert await api.ids("/customers/?ordering=created_at") == made


async def test_tariffs_by_priority_then_name(api, factory):
    low = (await factory.tariff(name="А", priority=1)).id
    high = [(await factory.tariff(name=name, priority=5)).id for name in ("Я", "а", "Б")]
    assert await api.ids("/tariffs/") == [high[1], high[2], high[0], low]
    assert await api.ids("/tariffs/?ordering=priority,-name") == [low, high[0], high[2], high[1]]


async def test_text_goes_by_casefolded_code_point_and_nulls_go_last(api, factory):
    names = ["б", None, "А", "ё", "Z"]
    made = {name: (await factory.customer(middle_name=name)).id for name in names}
    ascending = [made["Z"], made["А"], made["б"], made["ё"]]
    assert await api.ids("/customers/?ordering=middle_name") == [*ascending, made[None]]
    assert await api.ids("/customers/?ordering=-middle_name") == [*ascending[::-1], made[None]]


async def test_choices_go_in_their_listed_order(api, factory):
    made = {name: (await factory.ticket(priority=name)).id for name in ("high", "low", "critical", "medium")}
    listed = [made["low"], made["medium"], made["high"], made["critical"]]
    assert await api.ids("/tickets/?ordering=priority") == listed
    assert await api.ids("/tickets/?ordering=-priority") == listed[::-1]


async def test_money_goes_by_its_amount(api, factory):
    made = {fee: (await factory.tariff(monthly_fee=fee)).id for fee in ("9.00", "100.00", "20.50")}
    assert await api.ids("/tariffs/?ordering=monthly_fee") == [made["9.00"], made["20.50"], made["100.00"]]


async def test_ties_go_by_id_in_the_first_terms_direction(api, factory):
    made = [(await factory.customer(last_name="Осмонов")).id for _ in range(3)]
    assert await api.ids("/customers/?ordering=last_name") == made
    assert await api.ids("/customers/?ordering=-last_name,first_name") == made[::-1]


async def test_unknown_names_in_an_ordering_are_ignored(api, factory):
    made = [(await factory.customer()).id for _ in range(2)]
    for ordering in (
        "nonsense",
        "-",
        ",,",
        "search",
        "full_name",
        "customer;drop",
        "--id",
        "nonsense,-created_at",
    ):
        assert await api.ids("/customers/", params={"ordering": ordering}) == made[::-1], ordering


async def test_relations_are_ordered_by_their_id(api, factory):
    first, second = await factory.customer(), await factory.customer()
    made = [(await factory.contract(customer_id=one.id)).id for one in (second, first)]
    assert await api.ids("/contracts/?ordering=customer") == made[::-1]
    assert await api.ids("/contracts/?ordering=-customer") == made
    assert await api.ids("/contracts/?ordering=customer_id") == made[::-1]  # newest first: it is no field's name


async def test_a_puk_code_cannot_be_ordered_by(api, factory):
    made = [(await factory.sim(puk_code=code)).id for code in ("00000009", "00000001", "00000005")]
    assert await api.ids("/sims/?ordering=puk_code") == made[::-1]
