"""Cursors come from strangers: whatever is not one of this very list and order is a validation error."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import Contract, Customer, Payment, Tariff
from resolvers.faults import Code, Fault
from resolvers.read.columns import column
from resolvers.read.cursors import decode_cursor, nulls_of, stamp_of
from resolvers.read.selection import Term

NEWEST = (Term(column(Customer, "created_at"), descending=True), Term(column(Customer, "id"), descending=True))
STAMP = stamp_of("Customer", NEWEST)
MOMENT = "2026-01-31T08:00:00.123456Z"


def written(*parts):
    return json.dumps(parts, ensure_ascii=False).encode().hex()


def refused(text, stamp=STAMP, order=NEWEST):
    with pytest.raises(Fault) as caught:
        decode_cursor(text, stamp, order, field="after")
    return (caught.value.code, caught.value.message.key, caught.value.field) == (Code.VALIDATION, "bad_cursor", "after")


def test_a_cursor_gives_the_value_of_every_term():
    values = decode_cursor(written(STAMP, MOMENT, 7), STAMP, NEWEST)
    assert values == (datetime(2026, 1, 31, 8, 0, 0, 123456, tzinfo=UTC), 7)


@pytest.mark.parametrize(
    ("model", "name", "part", "value"),
    [
        (Contract, "balance", -5, -5),
        (Contract, "signed_date", "2026-01-31", date(2026, 1, 31)),
        (Contract, "status", 2, 2),
        (Contract, "notes", None, None),
        (Contract, "notes", "ёлка", "ёлка"),
        (Tariff, "is_active", True, True),
        (Payment, "processed_at", None, None),
    ],
)
def test_each_kind_of_value(model, name, part, value):
    order = (Term(column(model, name)),)
    assert decode_cursor(written("s", part), "s", order) == (value,)


def test_nulls_are_part_of_a_statements_shape():
    assert nulls_of((None, 7, None)) == (True, False, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "zz",
        "5b",
        "ё",
        "00",
        "ff" * 10,
        "5b" * 100_000,
        "7b7d",
        b'"text"'.hex(),
        b"[NaN]".hex(),
        written(),
        written(STAMP),
        written(STAMP, MOMENT),
        written(STAMP, MOMENT, 7, 8),
        written([STAMP], MOMENT, 7),
        written(STAMP, None, 7),
        written(STAMP, MOMENT, None),
        written(STAMP, MOMENT, "7"),
        written(STAMP, MOMENT, True),
        written(STAMP, MOMENT, 7.0),
        written(STAMP, MOMENT, 2**63),
        written(STAMP, MOMENT, {"a": 1}),
        written(STAMP, 7, 7),
        written(STAMP, "2026-02-31T08:00:00.123456Z", 7),
        written(STAMP, "2026-01-31", 7),
        written("Payment:-created_at,-id", MOMENT, 7),
        written("Customer:created_at,id", MOMENT, 7),
    ],
)
def test_what_is_no_cursor_of_this_list_and_order_is_refused(text):
    assert refused(text)


@pytest.mark.parametrize("part", ["\x00", 7, True, ["a"]])
def test_a_text_is_one_that_a_database_could_have_written(part):
    assert refused(written("s", part), "s", (Term(column(Contract, "notes")),))


def test_other_directions_and_other_lists_have_other_stamps():
    ascending = tuple(Term(term.source) for term in NEWEST)
    stamps = {stamp_of(name, order) for name in ("Customer", "Tariff.contracts") for order in (NEWEST, ascending)}
    assert len(stamps) == 4


@settings(max_examples=200, deadline=None, database=None)
@given(st.one_of(st.text(), st.binary().map(bytes.hex), st.lists(st.text()).map(lambda some: written(STAMP, *some))))
def test_no_text_is_more_than_refused(text):
    assert refused(text)
