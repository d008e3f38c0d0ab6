"""Months by the calendar, always counted from the anchor (billing.md §2)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.billing.months import first_start, month_of, month_start, months_after, next_start

ANCHORS = st.dates(date(1999, 1, 1), date(2060, 12, 31))
MONTHS = st.integers(0, 600)


@pytest.mark.parametrize(
    ("anchor", "starts"),
    [
        (date(2026, 1, 31), ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        (date(2027, 12, 30), ["2027-12-30", "2028-01-30", "2028-02-29", "2028-03-30"]),
        (date(2028, 2, 29), ["2028-02-29", "2028-03-29", "2028-04-29"]),
    ],
)
def test_months_are_clamped_to_the_months_end_and_counted_from_the_anchor(anchor, starts):
    assert [months_after(anchor, n).isoformat() for n in range(len(starts))] == starts


@given(ANCHORS, MONTHS)
def test_a_month_begins_in_the_calendar_month_that_it_is_due_in(anchor, n):
    start = months_after(anchor, n)
    assert (start.year * 12 + start.month) - (anchor.year * 12 + anchor.month) == n
    assert start.day == anchor.day or (start + timedelta(days=1)).day == 1


@given(ANCHORS, st.integers(0, 20_000))
def test_every_day_lies_in_exactly_one_month(anchor, days):
    day = anchor + timedelta(days=days)
    assert month_start(anchor, day) <= day < next_start(anchor, day)
    assert months_after(anchor, month_of(anchor, day)) == month_start(anchor, day)
    assert next_start(anchor, day) == months_after(anchor, month_of(anchor, day) + 1)


@given(ANCHORS, st.integers(0, 20_000))
def test_the_first_beginning_on_or_after_a_day(anchor, days):
    day = anchor + timedelta(days=days)
    found = first_start(anchor, day)
    assert found >= day
    assert month_start(anchor, found) == found
    assert found == day or month_start(anchor, found - timedelta(days=1)) < day


@given(ANCHORS, MONTHS)
def test_months_follow_one_another_without_a_gap(anchor, n):
    start = months_after(anchor, n)
    assert next_start(anchor, start) == months_after(anchor, n + 1)
    assert month_start(anchor, months_after(anchor, n + 1) - timedelta(days=1)) == start
