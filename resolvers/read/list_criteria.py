"""What lists can be asked, for both doors alike: criteria and orderings (contract §4, §5); words are `search`'s.

How a door uses it, for an entity's `LIST`:

    criteria(LIST)                  every `Criterion`: its `name` in snake_case (`status`, `status_in`, `created_after`,
                                    `balance_min`, `closed_at_is_null`) and its `comparison`
    read_criteria(them, raw, zone)  raw values by name → values to bind by name; raises `Invalid` with every bad one
    condition(criterion, bind)      one `Condition` of a selection
    ordering(LIST, "-created_at")   REST's `ordering`
    ordered_by(LIST, [("created_at", True)])    GraphQL's `orderBy`

Which criteria are present and the order make the shape of a statement; the values are its parameters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from typing import TYPE_CHECKING, Any

from resolvers.faults import Invalid
from resolvers.read.selection import Column, Comparison, Condition, Filter, Kind, Term
from resolvers.value_kinds import MAX_INT, Choice, Day, Hundredths, Refused, Text, Whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from zoneinfo import ZoneInfo

    from resolvers.read.selection import Bind, ListSpec
    from resolvers.value_kinds import InputKind
    from resolvers.words import Message

# --- criteria -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Criterion:
    """One way to restrict a list: a filter and how it compares."""

    filter: Filter
    comparison: Comparison
    suffix: str = ""

    @property
    def name(self) -> str:
        """`status`, `customer`, `status_in`, `created_after`, `balance_min`; a relation's has no `_id`."""
        return self.filter.name + self.suffix

    @property
    def graphql_name(self) -> str:
        """`status`, `customerId`, `statusIn`, `createdAfter`, `balanceMin`."""
        relation = "_id" if self.filter.refers_to else ""
        head, *tail = f"{self.filter.name}{relation}{self.suffix}".split("_")
        return head + "".join(part.title() for part in tail)

    def read(self, value: object, zone: ZoneInfo) -> Any:
        """The value as it is bound. `zone` is that of bare dates. Raises `Refused`."""
        kind = _reader(self, zone)
        if self.comparison is not Comparison.IN:
            return kind.read(value)
        if not isinstance(value, list | tuple):
            raise Refused("not_a_list")
        return [kind.read(one) for one in value]


_EQUAL = (("", Comparison.EQUALS),)
_AMONG = (*_EQUAL, ("_in", Comparison.IN))
_WITHIN = (("_after", Comparison.AT_LEAST), ("_before", Comparison.AT_MOST))
_BETWEEN = (*_EQUAL, ("_min", Comparison.AT_LEAST), ("_max", Comparison.AT_MOST))

_COMPARISONS: Mapping[Kind, tuple[tuple[str, Comparison], ...]] = {
    Kind.TRUTH: _EQUAL,
    Kind.TEXT: _AMONG,
    Kind.CHOICE: _AMONG,
    Kind.INTEGER: _BETWEEN,
    Kind.HUNDREDTHS: _BETWEEN,
    Kind.MOMENT: _WITHIN,
    Kind.DAY: (*_EQUAL, *_WITHIN),
}


@cache
def criteria(spec: ListSpec) -> tuple[Criterion, ...]:
    """All ways to restrict an entity's lists: by its filters in their order, then by what is null."""
    by_value = (one for declared in spec.filters for one in _criteria(declared))
    return (*by_value, *map(_is_null, (one for one in spec.orderable if one.nullable)))


def _criteria(declared: Filter) -> Iterable[Criterion]:
    ways = _AMONG if declared.refers_to else _COMPARISONS[declared.source.kind]
    return (Criterion(declared, comparison, suffix) for suffix, comparison in ways)


def _is_null(column: Column) -> Criterion:
    said = "Those where it is null, or, with false, those where it is not."
    return Criterion(Filter(column.field, column, said), Comparison.IS_NULL, "_is_null")


def read_criteria(known: Iterable[Criterion], raw: Mapping[str, object], zone: ZoneInfo) -> dict[str, Any]:
    """The values to bind, by the criteria's names; null or absent is no condition, unknown names are ignored.

    Raises `Invalid` with every value that its criterion does not take.
    """
    values: dict[str, Any] = {}
    wrong: dict[str, tuple[Message, ...]] = {}
    for criterion in known:
        value = raw.get(criterion.name)
        if value is None:
            continue
        try:
            values[criterion.name] = criterion.read(value, zone)
        except Refused as refusal:
            wrong[criterion.name] = (refusal.message,)
    if wrong:
        raise Invalid(wrong)
    return values


def condition(criterion: Criterion, bind: Bind) -> Condition:
    """The criterion as a selection's condition."""
    return Condition(criterion.filter.source, criterion.comparison, bind)


# --- values -------------------------------------------------------------------------------------------------------

NOBODY = 0
"""An id that no row has."""


class _Id:
    """An id of another row. One that cannot exist is no error: it finds nothing (contract §4)."""

    def read(self, value: object) -> int:
        if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,20}\s*", value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise Refused("not_a_reference")
        return value if 0 < value <= MAX_INT else NOBODY


_TRUTHS: Mapping[object, bool] = {"true": True, "1": True, "false": False, "0": False}


class Flag:
    """A truth, or its word in a query string."""

    def read(self, value: object) -> bool:
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in _TRUTHS:
            return _TRUTHS[value.lower()]
        raise Refused("not_boolean")


_MOMENT = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"([Tt ](?P<time>[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)[0-9]*(?P<zone>[Zz]|[+ -][0-9]{2}:?[0-9]{2})?)?"
)
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Moment:
    """A bound in time, inclusive: a time in ISO 8601, or a bare date, which means that whole business day.

    As a lower bound a date is its first instant, as an upper one (`last`) its last. A time without a zone is of `zone`.
    Moments before 1900 are all the same to a list, and read as 1900.
    """

    zone: ZoneInfo
    last: bool = False

    def read(self, value: object) -> datetime:
        moment = self._read(value)
        try:
            return max(moment.astimezone(UTC), _EARLIEST)
        except OverflowError:  # the first or the last day that there is, in a zone far from UTC
            return _EARLIEST if moment < _EARLIEST else datetime.max.replace(tzinfo=UTC)

    def _read(self, value: object) -> datetime:
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=self.zone)
        if isinstance(value, str) and (found := _MOMENT.fullmatch(value.strip())):
            return self._parsed(found)
        raise Refused("not_a_moment")

    def _parsed(self, found: re.Match[str]) -> datetime:
        try:
            day = date.fromisoformat(found["day"])
            if found["time"] is None:
                return datetime.combine(day, time.max if self.last else time.min, self.zone)
            zone = (found["zone"] or "").upper().replace(" ", "+")  # a query string's unescaped plus
            moment = datetime.combine(day, time.fromisoformat(found["time"] + zone))
        except ValueError:
            raise Refused("not_a_moment") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)


def _reader(criterion: Criterion, zone: ZoneInfo) -> InputKind:
    if criterion.comparison is Comparison.IS_NULL:
        return Flag()
    if criterion.filter.refers_to:
        return _Id()
    source = criterion.filter.source
    if criterion.filter.takes is not None:
        return criterion.filter.takes
    if source.choices:
        return Choice(source.choices)
    if source.kind is Kind.MOMENT:
        return Moment(zone, last=criterion.comparison is Comparison.AT_MOST)
    return _READERS[source.kind]


_READERS: Mapping[Kind, InputKind] = {
    Kind.INTEGER: Whole(),
    Kind.HUNDREDTHS: Hundredths(),
    Kind.TEXT: Text(),
    Kind.TRUTH: Flag(),
    Kind.DAY: Day(),
}

# --- orderings ----------------------------------------------------------------------------------------------------


def ordering(spec: ListSpec, text: str) -> tuple[Term, ...]:
    """The order that REST's `ordering` names: `-created_at,customer`. Unknown names are ignored."""
    known = {one.field: one.name for one in spec.orderable}
    names = [(name.removeprefix("-"), name.startswith("-")) for name in ordering_names(text)]
    return ordered_by(spec, [(known[name], descending) for name, descending in names if name in known])


def ordering_names(text: str) -> list[str]:
    """The terms of REST's `ordering` as they are written, `-` and all."""
    return [name for part in text.split(",") if (name := part.strip())]


def ordered_by(spec: ListSpec, names: Iterable[tuple[str, bool]]) -> tuple[Term, ...]:
    """The total order by these columns, each with whether it descends; without any that is known, the list's default.

    Ties break by id, in the first term's direction (contract §4).
    """
    known = {column.name: column for column in spec.orderable}
    terms: dict[str, Term] = {}
    for name, descending in names:
        if name in known and name not in terms and "id" not in terms:
            terms[name] = Term(known[name], descending)
    return total(tuple(terms.values())) or spec.default_order


def total(order: tuple[Term, ...]) -> tuple[Term, ...]:
    """The order made total by the id; what is empty stays so."""
    if not order or any(term.source == _ID for term in order):
        return order
    return (*order, Term(_ID, order[0].descending))


_ID = Column("id", Kind.INTEGER)
