"""How the read compiler orders, restricts, searches and pages lists (contract §4–5), on both databases."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from models import Contract, Customer, Payment, Ticket
from models.database.meter import METER, Meter
from resolvers.read.columns import column
from resolvers.read.compiler import compile_root
from resolvers.read.cursors import decode_cursor, stamp_of
from resolvers.read.list_criteria import total
from resolvers.read.selection import (
    Choose,
    Comparison,
    Condition,
    Cursor,
    Edges,
    Expression,
    Kind,
    Listing,
    Nested,
    Node,
    Numbered,
    Object,
    PageFact,
    PageInfo,
    Term,
    ToMany,
    ToOne,
    TotalCount,
)
from resolvers.read.tables import CONTRACTS, CUSTOMERS, PAYMENTS, TICKETS
from tests.resolvers.read.reading import filled, ids, one, read, shows
from tests.resolvers.read.selections import bound, connection
from tests.resolvers.read.world import START, put, world

PAGE_INFO = PageInfo("pageInfo", tuple((fact.name, fact) for fact in PageFact))


# --- order --------------------------------------------------------------------------------------------------------


def by(model, name, *, descending=False):
    return total((Term(column(model, name), descending),))


@pytest.mark.parametrize("descending", [False, True])
async def test_nulls_come_last_in_both_directions(database, descending):
    rows = await filled(database)
    found = await ids(database, CUSTOMERS, Customer, order=by(Customer, "middle_name", descending=descending))
    nulls = [row["id"] for row in rows["customers"] if row["middle_name"] is None]
    assert set(found[-len(nulls) :]) == set(nulls)


async def test_text_is_ordered_by_casefolded_code_point(database):
    rows = world()
    names = ["Ёж", "ёж", "яма", "Zed", "abba", "Еж", "Ng", "жук"]
    for row, name in zip(rows["customers"], names, strict=True):
        row["first_name"] = name
    await put(database, rows)
    found = await ids(database, CUSTOMERS, Customer, order=by(Customer, "first_name"))
    assert [names[row_id - 1] for row_id in found] == ["abba", "Ng", "Zed", "Еж", "жук", "яма", "Ёж", "ёж"]


async def test_enums_are_ordered_as_they_are_listed(database):
    rows = await filled(database)
    found = await ids(database, TICKETS, Ticket, order=by(Ticket, "priority"))
    places = [["low", "medium", "high", "critical"].index(rows["tickets"][row_id - 1]["priority"]) for row_id in found]
    assert places == sorted(places)


async def test_ties_break_by_id_in_the_first_terms_direction(database):
    rows = world()
    for row in rows["customers"]:
        row["status"] = "active"
    await put(database, rows)
    found = await ids(database, CUSTOMERS, Customer, order=by(Customer, "status", descending=True))
    assert found == [8, 7, 6, 5, 4, 3, 2, 1]


# --- which --------------------------------------------------------------------------------------------------------


async def test_conditions_are_anded(database):
    rows = await filled(database)
    where = (
        Condition(column(Contract, "status"), Comparison.IN, bound(["active", "draft"])),
        Condition(column(Contract, "balance"), Comparison.AT_LEAST, bound(0)),
        Condition(column(Contract, "activation_date"), Comparison.IS_NULL, bound(False)),
    )
    wanted = [row["id"] for row in rows["contracts"] if row["status"] == "active" and row["balance"] >= 0]
    assert sorted(await ids(database, CONTRACTS, Contract, where=where)) == wanted


async def test_an_empty_list_matches_nothing(database):
    await filled(database)
    where = (Condition(column(Contract, "status"), Comparison.IN, bound([])),)
    assert await ids(database, CONTRACTS, Contract, where=where) == []


async def test_bounds_in_time_are_exact_to_the_microsecond(database):
    rows = world()
    for place, row in enumerate(rows["customers"]):
        row["created_at"] = START + timedelta(microseconds=place)
    await put(database, rows)
    created = column(Customer, "created_at")
    where = (
        Condition(created, Comparison.AT_LEAST, bound(START + timedelta(microseconds=1))),
        Condition(created, Comparison.AT_MOST, bound(START + timedelta(microseconds=3))),
    )
    assert await ids(database, CUSTOMERS, Customer, where=where) == [4, 3, 2]


async def test_a_truth_that_must_hold(database):
    rows = await filled(database)
    holds = Expression("({t}.status = 'active')", Kind.TRUTH)
    found = await ids(database, CONTRACTS, Contract, where=(Condition(holds, Comparison.HOLDS, bound(None)),))
    assert sorted(found) == [row["id"] for row in rows["contracts"] if row["status"] == "active"]


SEARCHED = ("иванов иван", "100% хлопок", "a_b", 'он сказал "да"', "o'нил", "back\\slash", "азб", "+996500123456 abc")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("иванов",), [1]),
        (("иван", "нов"), [1]),
        (("иван", "хлопок"), []),
        (("%",), [2]),
        (("100%",), [2]),
        (("_",), [3]),
        (("a_b",), [3]),
        (('"да"',), [4]),
        (('"',), [4]),
        (("o'н",), [5]),
        (("\\",), [6]),
        (("back\\s",), [6]),
        (("б",), [7]),
        (("зб", "азб"), [7]),
        (("*",), []),
        (("or",), []),
        (("ан*",), []),
        (("+996500123456",), [8]),
        (("996500123456",), [8]),
        (("+996700123456",), []),
        (("500123456", "abc"), [8]),
    ],
)
async def test_search_words_are_plain_text_found_anywhere(database, words, found):
    rows = world()
    for row, text in zip(rows["customers"], SEARCHED, strict=True):
        row["search"] = text
    await put(database, rows)
    assert await ids(database, CUSTOMERS, Customer, words=words) == found


# --- pages --------------------------------------------------------------------------------------------------------


def payments(limit=5, **page):
    parts = (Edges("edges", (Cursor("cursor"), Node("node", shows(PAYMENTS, Payment, "id")))), PAGE_INFO)
    return connection(PAYMENTS, (*parts, TotalCount("total")), limit, **page)


def cursor_of(text, asked):
    return decode_cursor(text, stamp_of("Payment", asked.choose.order), asked.choose.order)


ORDERS = [None, by(Payment, "description"), by(Payment, "description", descending=True), by(Payment, "status")]
MIXED = (Term(column(Payment, "payment_method")), Term(column(Payment, "amount"), descending=True))


@pytest.mark.parametrize("order", [*ORDERS, total(MIXED), by(Payment, "id"), by(Payment, "balance_after")])
@pytest.mark.parametrize("backward", [False, True])
async def test_pages_follow_each_other_without_gap_or_repetition(database, order, backward):
    await filled(database)
    whole = await ids(database, PAYMENTS, Payment, order=order)
    seen, boundary, more = [], None, True
    while more:
        asked = payments(7, order=order, backward=backward, **{"before" if backward else "after": boundary})
        told = await read(database, asked)
        found = [edge["node"]["id"] for edge in told["edges"]]
        seen = found + seen if backward else seen + found
        boundary = cursor_of(told["pageInfo"]["START" if backward else "END"], asked)
        more = told["pageInfo"]["HAS_PREVIOUS" if backward else "HAS_NEXT"]
    assert seen == whole


async def test_a_cursor_still_points_at_its_place_when_its_row_is_gone(database):
    await filled(database)
    whole = await ids(database, PAYMENTS, Payment)
    place = whole.index(45)
    told = await read(database, payments(limit=place + 1))
    boundary = cursor_of(told["pageInfo"]["END"], payments())

    async def body(tx):
        await tx.fetch("DELETE FROM payments WHERE id = 45")

    await database.write(body)
    told = await read(database, payments(after=boundary))
    assert [edge["node"]["id"] for edge in told["edges"]] == whole[place + 1 : place + 6]


async def test_the_total_counts_the_filtered_list_without_its_cursor(database):
    rows = await filled(database)
    where = (Condition(column(Payment, "status"), Comparison.EQUALS, bound("success")),)
    first = await read(database, payments(where=where))
    boundary = cursor_of(first["pageInfo"]["END"], payments())
    told = await read(database, payments(where=where, after=boundary))
    assert told["total"] == sum(row["status"] == "success" for row in rows["payments"])


async def test_page_info_is_exact_in_the_middle_and_at_both_ends(database):
    await filled(database)
    first = await read(database, payments(limit=44))
    boundary = cursor_of(first["pageInfo"]["END"], payments())
    last = await read(database, payments(limit=44, after=boundary))
    middle = await read(database, payments(limit=2, before=boundary, backward=True))
    facts = [[told["pageInfo"][name] for name in ("HAS_PREVIOUS", "HAS_NEXT")] for told in (first, last, middle)]
    assert facts == [[False, True], [True, False], [True, True]]


@pytest.mark.parametrize("order", [None, by(Payment, "description"), by(Payment, "processed_at", descending=True)])
async def test_the_row_that_a_cursor_names_is_one_that_lies_outside_the_page(database, order):
    await filled(database)
    first = await read(database, payments(limit=1, order=order))
    last = await read(database, payments(limit=1, order=order, backward=True))
    behind = cursor_of(first["pageInfo"]["END"], payments(order=order))
    ahead = cursor_of(last["pageInfo"]["END"], payments(order=order))
    told = await read(database, payments(limit=44, order=order, after=behind, before=ahead))
    assert (told["pageInfo"]["HAS_PREVIOUS"], told["pageInfo"]["HAS_NEXT"]) == (True, True)


async def test_a_page_of_none_still_tells_whether_there_is_more(database):
    await filled(database)
    told = await read(database, payments(limit=0))
    info = {"HAS_NEXT": True, "HAS_PREVIOUS": False, "START": None, "END": None}
    assert told == {"edges": [], "pageInfo": info, "total": 45}


async def test_a_numbered_page_tells_the_count_of_all_even_past_the_end(database):
    await filled(database)
    root = Numbered(shows(PAYMENTS, Payment, "id"), Choose((), (), by(Payment, "id")), bound(10), bound(40))
    past = Numbered(root.object, root.choose, 10, 1000)
    plan = compile_root(root, database.dialect)
    count, rows = await plan.page(database, {})
    assert (count, json.loads(rows)) == (45, [{"id": n} for n in range(41, 46)])
    assert await compile_root(past, database.dialect).page(database, {}) == (45, b"[]")


# --- depth --------------------------------------------------------------------------------------------------------


def down(levels):
    """customer → contracts → customer → contracts …, so many levels."""
    if levels == 0:
        return shows(CUSTOMERS, Customer, "id")
    above = Object(CONTRACTS, (Nested("customer", ToOne("Customer", "customer_id"), down(levels - 1)),))
    parts = (Edges("edges", (Cursor("cursor"), Node("node", above))), PAGE_INFO, TotalCount("total"))
    contracts = connection(CONTRACTS, parts, limit=1)
    return Object(CUSTOMERS, (Listing("contracts", ToMany("Contract", "customer_id"), contracts),))


async def test_fifteen_lists_in_each_other_are_one_statement(database):
    rows = await filled(database)
    customer = rows["contracts"][0]["customer_id"]
    METER.set(meter := Meter())
    told = await one(database, down(15), customer)
    for _ in range(15):
        (edge,) = told["contracts"]["edges"]
        told = edge["node"]["customer"]
    assert told == {"id": customer}
    assert meter.statements == 1
