"""What went on on a contract's account between two days, and its balance at a moment (screens.md §1).

All of it is summed up from the ledger's entries by the time of posting, so that a statement's figures agree whatever
the order in which entries were made: opening + in - out = closing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from models.money import LedgerEntry
from resolvers.faults import Invalid, invalid
from resolvers.read.columns import column
from resolvers.read.list_criteria import Moment
from resolvers.read.selection import Comparison, Condition, Expression, Kind, ListSpec, Term
from resolvers.read.tables import LEDGER_ENTRIES
from resolvers.value_kinds import Day, Refused

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from resolvers.read.selection import Bind

_BEGINNING: Final = datetime(1900, 1, 1, tzinfo=UTC)
_END: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""Of a period without a first or a last day."""
_ONE_DAY: Final = timedelta(days=1)


# --- figures ------------------------------------------------------------------------------------------------------


def _sum(which: str, sign: str = "") -> Expression:
    """The sum of the entries of the row, a contract, that meet a condition."""
    entries = f"FROM ledger_entries l_ WHERE l_.contract_id = {{t}}.id AND {which}"
    return Expression(f"coalesce((SELECT {sign}sum(l_.amount) {entries}), 0)", Kind.HUNDREDTHS)


_WITHIN: Final = "l_.created_at >= {since} AND l_.created_at < {until}"
OPENING: Final = _sum("l_.created_at < {since}")
CLOSING: Final = _sum("l_.created_at < {until}")
MONEY_IN: Final = _sum(f"l_.amount > 0 AND {_WITHIN}")
MONEY_OUT: Final = _sum(f"l_.amount < 0 AND {_WITHIN}", "-")
BALANCE_AT: Final = _sum("l_.created_at <= {at}")


def balance_at(at: Bind) -> Expression:
    """The balance at a moment, what was posted at that very moment included."""
    return replace(BALANCE_AT, moments=(("at", at),))


@dataclass(frozen=True, slots=True)
class Period:
    """From which moment on, and up to which, the latter excluded."""

    since: Bind
    until: Bind

    def of(self, figure: Expression) -> Expression:
        """A figure for this period."""
        return replace(figure, moments=(("since", self.since), ("until", self.until)))

    def entries(self) -> tuple[Condition, ...]:
        """What holds of the entries of this period."""
        posted = column(LedgerEntry, "created_at")
        return (
            Condition(posted, Comparison.AT_LEAST, self.since),
            Condition(posted, Comparison.BEFORE, self.until),
        )


ENTRIES = ListSpec(
    table=LEDGER_ENTRIES,
    filters=(),
    # ids of one contract's entries grow in the order of posting, which their times, taken before the wait, need not
    default_order=(Term(column(LedgerEntry, "id")),),
    searchable=False,
)
"""The entries of a statement, oldest first."""


# --- what is asked ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Days:
    """The first and the last day of a statement, in the operator's zone; none: from the beginning, up to the last."""

    first: date | None
    last: date | None
    zone: ZoneInfo

    def since(self) -> datetime:
        """The first instant."""
        return _BEGINNING if self.first is None else datetime.combine(self.first, time.min, self.zone).astimezone(UTC)

    def until(self) -> datetime:
        """The first instant after the last day."""
        if self.last is None:
            return _END
        return datetime.combine(self.last + _ONE_DAY, time.min, self.zone).astimezone(UTC)


def read_days(first: object, last: object, zone: ZoneInfo) -> Days:
    """The days of a statement as they were sent. Raises `Invalid`."""
    days = Days(_day(first, "from"), _day(last, "to"), zone)
    if days.first is not None and days.last is not None and days.last < days.first:
        raise invalid("to", "before_first_day", first=days.first.isoformat())
    return days


def _day(value: object, field: str) -> date | None:
    try:
        return None if value is None else Day().read(value)
    except Refused as refusal:
        raise Invalid({field: (refusal.message,)}) from None


def read_moment(value: object, zone: ZoneInfo) -> datetime:
    """The moment of a balance as it was sent; of a bare day its last instant. Raises `Invalid`."""
    try:
        return Moment(zone, last=True).read(value)
    except Refused as refusal:
        raise Invalid({"at": (refusal.message,)}) from None
