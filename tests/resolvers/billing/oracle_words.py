"""The oracle's words: policy, tariff, month, and a calendar that is walked through from the anchor."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)
MONEY = "insufficient_funds"
WRONG_STATE = "invalid_transition"
WRONG_VALUE = "validation"


@dataclass
class Half:
    """The policy for one type of tariff."""

    grace: int = 0
    anchor: str = "today"
    terminate_after: int | None = None
    remind: tuple[int, ...] = (3, 1)


@dataclass
class Rules:
    """The policy."""

    billing_from: date | None
    first_month: str = "sale"
    refund_unused: str = "none"
    promise_max: int = 50000
    promise_days: int = 5
    prepaid: Half = field(default_factory=Half)
    postpaid: Half = field(default_factory=Half)

    def on(self, day: date) -> bool:
        return self.billing_from is not None and self.billing_from <= day


@dataclass
class Offer:
    """A tariff: the fees of its terms, version by version."""

    kind: str
    fees: list[int]
    active: bool = True


@dataclass
class Month:
    """A settled month."""

    start: date
    end: date
    status: str
    amount: int

    def told(self) -> tuple[str, str, str, int]:
        return (self.start.isoformat(), self.end.isoformat(), self.status, self.amount)


class Refused(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def nth_month(anchor: date, number: int) -> date:
    """The anchor's day of a later month; the last day there is, if there is no such day."""
    year, month = anchor.year + (anchor.month - 1 + number) // 12, (anchor.month - 1 + number) % 12 + 1
    for day in range(anchor.day, 0, -1):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    raise AssertionError(anchor)


def starts(anchor: date, until: date) -> list[date]:
    """Every month's first day from the anchor on, and the first one after a day."""
    found = [anchor]
    while found[-1] <= until:
        found.append(nth_month(anchor, len(found)))
    return found


def after(anchor: date, day: date) -> date:
    """The first day of the month after the one that holds a day."""
    return starts(anchor, day)[-1]


def holding(anchor: date, day: date) -> date:
    """The first day of the month that holds a day."""
    return starts(anchor, day)[-2]


@dataclass
class Night:
    """What a run did to one contract."""

    due: int = 0
    charged: int = 0
    settled_free: int = 0
    amount: int = 0
    came: list[str] = field(default_factory=list)
