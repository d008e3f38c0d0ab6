"""What lists can be asked, and what is refused (contract §4–5)."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from models import Contract, Customer, Sim, Tariff, Ticket
from models.contracts import ContractStatus
from resolvers.faults import Invalid
from resolvers.read.columns import column, orderable
from resolvers.read.list_criteria import (
    condition,
    criteria,
    ordered_by,
    ordering,
    read_criteria,
)
from resolvers.read.selection import Comparison, Expression, Filter, Kind, ListSpec, Term
from resolvers.read.tables import CONTRACTS

BISHKEK = ZoneInfo("Asia/Bishkek")  # six hours ahead of UTC
OVERDUE = Expression("true", Kind.TRUTH)
DEFAULT = (Term(column(Contract, "created_at"), descending=True), Term(column(Contract, "id"), descending=True))
SPEC = ListSpec(
    table=CONTRACTS,
    filters=(
        Filter("status", column(Contract, "status"), ""),
        Filter("customer", column(Contract, "customer_id"), "", refers_to="Customer"),
        Filter("balance", column(Contract, "balance"), ""),
        Filter("signed", column(Contract, "signed_date"), ""),
        Filter("is_overdue", OVERDUE, ""),
        Filter("created", column(Contract, "created_at"), ""),
    ),
    default_order=DEFAULT,
    orderable=orderable(Contract),
)


def read(raw):
    return read_criteria(criteria(SPEC), raw, BISHKEK)


def wrong(raw):
    """Each refused name with the key of what is wrong with it."""
    with pytest.raises(Invalid) as caught:
        read(raw)
    return {name: messages[0].key for name, messages in caught.value.fields.items()}


# --- criteria -----------------------------------------------------------------------------------------------------


def test_each_kind_of_value_has_its_comparisons_under_the_documented_names():
    assert [one.graphql_name for one in criteria(SPEC)] == [
        *("status", "statusIn", "customerId", "customerIdIn"),
        *("balance", "balanceMin", "balanceMax"),
        *("signed", "signedAfter", "signedBefore"),
        *("isOverdue", "createdAfter", "createdBefore"),
        *("suspensionReasonIsNull", "activationDateIsNull", "terminationDateIsNull", "nextBillingDateIsNull"),
        *("anchorDateIsNull", "scheduledTariffIsNull", "scheduledOnIsNull", "repriceTermsIsNull", "repriceOnIsNull"),
        *("promisedUntilIsNull", "postponedUntilIsNull", "suspendedOnIsNull", "notesIsNull", "externalIdIsNull"),
    ]


def test_rest_has_the_same_in_snake_case_a_relation_without_its_id():
    names = [one.name for one in criteria(SPEC)]
    assert names[:4] == ["status", "status_in", "customer", "customer_in"]
    assert names[-1] == "external_id_is_null"


def test_what_may_be_null_and_is_a_relation_is_asked_by_its_fields_name():
    spec = ListSpec(table=CONTRACTS, filters=(), default_order=DEFAULT, orderable=orderable(Ticket))
    names = {one.name: one.graphql_name for one in criteria(spec)}
    assert (names["assigned_to_is_null"], names["closed_at_is_null"]) == ("assignedToIsNull", "closedAtIsNull")


def test_no_secret_can_be_asked_for():
    spec = ListSpec(table=CONTRACTS, filters=(), default_order=DEFAULT, orderable=orderable(Sim))
    assert not any("puk" in one.name for one in criteria(spec))


def test_values_are_read_by_their_kind():
    raw = {"status": "active", "status_in": ["draft"], "customer": "7", "balance_min": "-0.05", "is_overdue": "TRUE"}
    assert read(raw) == {
        "status": ContractStatus.ACTIVE,
        "status_in": [ContractStatus.DRAFT],
        "customer": 7,
        "balance_min": -5,
        "is_overdue": True,
    }


def test_null_or_absent_is_no_condition_and_unknown_names_are_ignored():
    assert read({"status": None, "colour": "red"}) == {}


def test_every_bad_value_is_named():
    raw = {
        "status": "sleeping",
        "customer": "abc",
        "created_after": "yesterday",
        "is_overdue": "maybe",
        "status_in": "x",
    }
    assert wrong(raw) == {
        "status": "not_a_choice",
        "status_in": "not_a_list",
        "customer": "not_a_reference",
        "is_overdue": "not_boolean",
        "created_after": "not_a_moment",
    }


@pytest.mark.parametrize("number", ["0", "-1", "2147483648", "99999999999999999999"])
def test_an_id_that_cannot_exist_finds_nothing_and_is_no_error(number):
    assert read({"customer": number}) == {"customer": 0}


def test_a_criterion_becomes_a_condition():
    (after,) = [one for one in criteria(SPEC) if one.name == "created_after"]
    made = condition(after, lambda variables: variables["x"])
    assert (made.source, made.comparison) == (column(Contract, "created_at"), Comparison.AT_LEAST)


# --- bounds in time -----------------------------------------------------------------------------------------------


def bounds(text):
    told = read({"created_after": text, "created_before": text})
    return told["created_after"], told["created_before"]


def test_a_bare_date_is_that_whole_business_day():
    first = datetime(2026, 1, 30, 18, 0, tzinfo=UTC)
    last = datetime(2026, 1, 31, 17, 59, 59, 999999, tzinfo=UTC)
    assert bounds("2026-01-31") == (first, last)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31T08:00:00Z", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        ("2026-01-31T08:00:00.123456Z", datetime(2026, 1, 31, 8, 0, 0, 123456, tzinfo=UTC)),
        ("2026-01-31T08:00:00.123456789z", datetime(2026, 1, 31, 8, 0, 0, 123456, tzinfo=UTC)),
        ("2026-01-31T08:00:00+03:00", datetime(2026, 1, 31, 5, tzinfo=UTC)),
        ("2026-01-31T08:00:00 03:00", datetime(2026, 1, 31, 5, tzinfo=UTC)),  # a plus that nobody escaped
        ("2026-01-31 08:00", datetime(2026, 1, 31, 2, tzinfo=UTC)),
        ("2026-01-31T08:00:00", datetime(2026, 1, 31, 2, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", datetime(1900, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_time_is_that_moment_in_the_business_zone_if_it_names_none(text, moment):
    assert bounds(text) == (moment, moment)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13-01", "2026-01-32", "20260131", "2026-01-31T25:00", "now", "2026-01-31T", 7, True, []]
)
def test_what_is_no_moment_is_refused(text):
    assert wrong({"created_before": text}) == {"created_before": "not_a_moment"}


def test_the_farthest_days_are_still_days():
    assert bounds("9999-12-31")[1].year == 9999
    assert bounds("0001-01-01")[0] == datetime(1900, 1, 1, tzinfo=UTC)


# --- orderings ----------------------------------------------------------------------------------------------------


def spelt(order):
    return [("-" if term.descending else "") + term.source.name for term in order]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("balance", ["balance", "id"]),
        ("-balance", ["-balance", "-id"]),
        ("-balance, number", ["-balance", "number", "-id"]),
        ("status,balance,status", ["status", "balance", "id"]),
        ("-id,balance", ["-id"]),
        ("colour,-number", ["-number", "-id"]),
        ("colour", ["-created_at", "-id"]),
        ("", ["-created_at", "-id"]),
        ("search", ["-created_at", "-id"]),
        ("customer_id", ["-created_at", "-id"]),
        ("--balance", ["-created_at", "-id"]),
    ],
)
def test_an_ordering_names_stored_scalars_and_ends_with_the_id(text, order):
    assert spelt(ordering(SPEC, text)) == order


def test_pairs_say_the_same():
    assert ordered_by(SPEC, [("balance", True)]) == ordering(SPEC, "-balance")


def test_no_secret_and_no_document_can_be_ordered_by():
    names = {one.name for model in (Customer, Contract, Tariff, Ticket, Sim) for one in orderable(model)}
    assert not names & {"search", "email_key", "extra_options", "puk_code"}


def test_a_relation_is_ordered_by_under_its_fields_name():
    assert spelt(ordering(SPEC, "-customer,tariff_id")) == ["-customer_id", "-id"]
