"""How the read compiler writes values (contract §1), and answers one row or several, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from models import AuditEvent, Contract, Customer, Sim, Tariff, Ticket
from resolvers.read.columns import column
from resolvers.read.compiler import compile_root
from resolvers.read.selection import (
    ById,
    Constant,
    Entries,
    EntryFact,
    Expression,
    Kind,
    Nested,
    Object,
    Scalar,
    Several,
    Style,
    ToOne,
)
from resolvers.read.tables import AUDIT_EVENTS, CONTRACTS, CUSTOMERS, SIMS, TARIFFS, TICKETS
from tests.resolvers.read.reading import filled, one, read, shows
from tests.resolvers.read.selections import bound


@pytest.mark.parametrize(
    ("balance", "text"),
    [(1050, "10.50"), (0, "0.00"), (-5, "-0.05"), (-100, "-1.00"), (999_999_999_999, "9999999999.99")],
)
async def test_money_is_a_string_with_two_places(database, balance, text):
    await filled(database, contracts={"balance": balance})
    assert await one(database, shows(CONTRACTS, Contract, "balance")) == {"balance": text}


@pytest.mark.parametrize("micros", [0, 1, 120_000, 999_999])
async def test_a_moment_has_six_places_and_a_z(database, micros):
    await filled(database, customers={"created_at": datetime(2026, 1, 31, 8, 0, 0, micros, tzinfo=UTC)})
    text = f"2026-01-31T08:00:00.{micros:06}Z"
    assert await one(database, shows(CUSTOMERS, Customer, "created_at")) == {"created_at": text}


async def test_days_truths_integers_and_null_are_what_json_has_for_them(database):
    await filled(database, customers={"birth_date": date(1990, 1, 2), "middle_name": None}, tariffs={"is_active": True})
    told = await one(database, shows(CUSTOMERS, Customer, "birth_date", "id", "middle_name"))
    assert told == {"birth_date": "1990-01-02", "id": 1, "middle_name": None}
    assert await one(database, shows(TARIFFS, Tariff, "is_active")) == {"is_active": True}


async def test_a_choice_is_shown_plainly_as_an_enum_name_or_in_words(database):
    await filled(database, customers={"document_type": "id_card"})
    source = column(Customer, "document_type")
    fields = (
        Scalar("plain", source),
        Scalar("name", source, Style.ENUM_NAME),
        Scalar("words", source, Style.WORDS, words=(("id_card", "ID-карта «'\"»"),)),
    )
    told = await one(database, Object(CUSTOMERS, fields))
    assert told == {"plain": "id_card", "name": "ID_CARD", "words": "ID-карта «'\"»"}


async def test_a_global_id_is_a_prefix_and_the_number(database):
    await filled(database, tickets={"contract_id": 7, "customer_id": 1})
    source = column(Ticket, "contract_id")
    asked = Object(TICKETS, (Scalar("id", source, Style.GLOBAL_ID, prefix="ctr"),))
    assert await one(database, asked) == {"id": "ctr_7"}


@pytest.mark.parametrize("text", ['"', "\\", "\n\t\r", "\x01\x1f\x7f", "Ё😀", "</script>", "\u2028", "$1 ?1 {t} %s"])
async def test_any_text_survives(database, text):
    await filled(database, customers={"first_name": text})
    assert await one(database, shows(CUSTOMERS, Customer, "first_name")) == {"first_name": text}


async def test_a_document_is_passed_on_as_it_is(database):
    options = {"б": [1.5, None, True, {"x": "\"'"}], "a": {}}
    await filled(database, tariffs={"extra_options": options})
    assert await one(database, shows(TARIFFS, Tariff, "extra_options")) == {"extra_options": options}


async def test_keys_stand_in_the_order_asked_and_may_need_escaping(database):
    await filled(database)
    keys = ('z"', "a'", "м", "$1", "?1")
    asked = Object(CUSTOMERS, tuple(Scalar(key, column(Customer, "id")) for key in keys))
    plan = compile_root(ById(asked, bound(1)), database.dialect)
    assert await plan.run(database, {}) == b'{"z\\"":1,"a\'":1,"\xd0\xbc":1,"$1":1,"?1":1}'


async def test_an_object_may_have_any_number_of_fields(database):
    await filled(database)
    asked = Object(CUSTOMERS, tuple(Scalar(f"k{n}", column(Customer, "middle_name")) for n in range(700)))
    assert len(await one(database, asked)) == 700


async def test_an_expression_knows_its_row_and_the_moment(database):
    await filled(database)
    recent = Expression("({t}.created_at < {now} AND {t}.id = 1)", Kind.TRUTH)
    assert await one(database, Object(CUSTOMERS, (Scalar("recent", recent),))) == {"recent": True}


async def test_history_tells_each_change_as_an_entry_by_name(database):
    await filled(database, audit_events={"changes": {"status": ["a", None], "is_active": [True, False]}})
    parts = (("field", EntryFact.FIELD), ("old", EntryFact.OLD), ("new", EntryFact.NEW), Constant("__typename", '"C"'))
    entries = Entries("changes", column(AuditEvent, "changes"), parts, (("is_active", "isActive"),))
    assert await one(database, Object(AUDIT_EVENTS, (entries,))) == {
        "changes": [
            {"field": "isActive", "old": True, "new": False, "__typename": "C"},
            {"field": "status", "old": "a", "new": None, "__typename": "C"},
        ]
    }


async def test_history_tells_enums_by_name_and_ids_with_their_prefix(database):
    changes = {"status": ["active", None], "customer": [None, 7], "tariff": [1, 2], "note": ["active", "7"]}
    await filled(database, audit_events={"changes": changes})
    parts = (("field", EntryFact.FIELD), ("old", EntryFact.OLD), ("new", EntryFact.NEW))
    ids = (("customer", "cus"), ("tariff", "trf"))
    entries = Entries("changes", column(AuditEvent, "changes"), parts, (), ("status",), ids)
    assert await one(database, Object(AUDIT_EVENTS, (entries,))) == {
        "changes": [
            {"field": "customer", "old": None, "new": "cus_7"},
            {"field": "note", "old": "active", "new": "7"},
            {"field": "status", "old": "ACTIVE", "new": None},
            {"field": "tariff", "old": "trf_1", "new": "trf_2"},
        ]
    }


# --- one row, or several ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row_id", [0, -1, 999, 2**31, 2**63, -(10**30)])
async def test_no_such_row_is_null(database, row_id):
    await filled(database)
    assert await one(database, shows(CUSTOMERS, Customer, "id"), row_id) is None


async def test_a_related_row_that_is_not_there_is_null(database):
    await filled(database, tickets={"contract_id": None})
    asked = Object(TICKETS, (Nested("c", ToOne("Contract", "contract_id"), shows(CONTRACTS, Contract, "id")),))
    assert await one(database, asked) == {"c": None}


async def test_a_row_is_found_by_the_key_of_the_row_that_names_it(database):
    await filled(database, sims={"contract_id": 1, "status": "active"})
    asked = Object(CONTRACTS, (Nested("sim", ToOne("Sim", "id", "contract_id"), shows(SIMS, Sim, "id")),))
    assert await one(database, asked) == {"sim": {"id": 1}}


async def test_several_come_in_the_order_asked_with_null_for_none(database):
    await filled(database)
    objects = (shows(CUSTOMERS, Customer, "id"), shows(CONTRACTS, Contract, "number"))
    wanted = [("ctr", 2), ("cus", 1), ("cus", 10**30), ("xxx", 1), ("cus", 1)]
    told = await read(database, Several(objects, bound(wanted)))
    assert told == [{"number": "CTR-2026-000002"}, {"id": 1}, None, None, {"id": 1}]


async def test_several_of_nothing_is_an_empty_list(database):
    assert await read(database, Several((shows(CUSTOMERS, Customer, "id"),), bound([]))) == []
