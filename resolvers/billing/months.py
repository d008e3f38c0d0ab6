"""Calendar months counted from an anchor, always from it: 31 January, 28 February, 31 March (billing.md §2)."""

from __future__ import annotations

from calendar import monthrange
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

DAY = timedelta(days=1)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last one: a month after January 31 is the end of February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def month_of(anchor: date, day: date) -> int:
    """Which month, counted from 0, a day lies in that is not before the anchor."""
    apart = (day.year - anchor.year) * 12 + day.month - anchor.month
    return apart if months_after(anchor, apart) <= day else apart - 1


def month_start(anchor: date, day: date) -> date:
    """The first day of the month that a day lies in."""
    return months_after(anchor, month_of(anchor, day))


def next_start(anchor: date, day: date) -> date:
    """The first day of the month after the one that a day lies in: that one ends the day before."""
    return months_after(anchor, month_of(anchor, day) + 1)


def first_start(anchor: date, day: date) -> date:
    """The first month's beginning on or after a day."""
    start = month_start(anchor, day)
    return start if start == day else next_start(anchor, day)


def days_between(first: date, last: date) -> int:
    """How many days there are, both ends among them."""
    return (last - first).days + 1
