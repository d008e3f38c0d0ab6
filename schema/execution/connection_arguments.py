"""The arguments of a connection as a selection's `Choose`, limit and boundaries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from resolvers.faults import Invalid, invalid
from resolvers.read import cursors, list_criteria
from resolvers.read.search import lookup, search_words, words_of
from resolvers.read.selection import Choose, Comparison
from resolvers.value_kinds import Refused
from resolvers.weighted_cache import remembered
from schema.execution.arguments import settled
from schema.types.enums import OrderDirection
from schema.types.global_ids import read_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from resolvers.read.list_criteria import Criterion
    from resolvers.read.search import Sought, Word
    from resolvers.read.selection import Bind, Condition, Keyset, ListSpec, Term, Variables
    from schema.execution.arguments import Argument
    from schema.execution.plan_cache import Inquiry

LARGEST: Final = 1000
"""A larger page is clamped to this."""
AT_ROOT: Final = 100
NESTED: Final = 20
"""Default sizes of a page: at the root, and below another list."""

ZONE: Final = "$zone"
"""Among the variables of a plan, the time zone of bare dates; no variable of a document can have a name like this."""


@dataclass(frozen=True, slots=True)
class Page:
    """What the arguments of a connection ask for."""

    choose: Choose
    limit: Bind | int
    backward: bool
    after: Keyset | None
    before: Keyset | None
    stamp: str


@dataclass(frozen=True, slots=True)
class Paging:
    """Reads the arguments of one connection field."""

    spec: ListSpec
    name: str
    """Of the list, in its cursors: `Customer.contracts`."""
    default_size: int
    argument: Callable[[str], Argument]
    inquiry: Inquiry

    def page(self, also: tuple[Condition, ...] = ()) -> Page:
        """The page that is asked for, among the rows that meet the conditions `also`."""
        order = self._order()
        stamp = cursors.stamp_of(self.name, order)
        return Page(
            choose=Choose((*also, *self._conditions()), self._words(), order),
            limit=self._limit(),
            backward=bool(self._settled(self.argument("last"), lambda value: value is not None)),
            after=self._boundary("after", stamp, order),
            before=self._boundary("before", stamp, order),
            stamp=stamp,
        )

    def _settled(self, argument: Argument, shape: Callable[[Any], Any]) -> Any:
        return settled(self.inquiry, argument, shape)

    # --- size -----------------------------------------------------------------------------------------------------

    def _limit(self) -> Bind | int:
        """The number itself, where the document has it: then it need not be planned for."""
        first, last, default = self.argument("first"), self.argument("last"), self.default_size

        def limit(variables: Variables) -> int:
            return _size(first.fetch(variables), last.fetch(variables), default)

        if first.fixed and last.fixed:
            return limit({})
        self.inquiry.ask(lambda variables: limit(variables) >= 0)  # refused even where no row is asked for
        return limit

    def _boundary(self, name: str, stamp: str, order: tuple[Term, ...]) -> Keyset | None:
        argument = self.argument(name)

        def decoded(text: str | None) -> tuple[Any, ...] | None:
            return None if text is None else _decode(text, stamp, order, name)

        nulls = self._settled(argument, lambda text: None if text is None else cursors.nulls_of(decoded(text) or ()))
        return None if nulls is None else cursors.keyset(nulls, lambda values: decoded(argument.fetch(values)) or ())

    # --- order ----------------------------------------------------------------------------------------------------

    def _order(self) -> tuple[Term, ...]:
        return list_criteria.ordered_by(self.spec, self._settled(self.argument("orderBy"), _terms))

    # --- which ----------------------------------------------------------------------------------------------------

    def _conditions(self) -> list[Condition]:
        given = self.argument("filter")
        names = set(given.names({}) if given.fixed else self.inquiry.ask(given.names))
        known = (one for one in list_criteria.criteria(self.spec) if one.graphql_name in names)
        return [list_criteria.condition(one, _bind(one, given.member(one.graphql_name).fetch)) for one in known]

    def _words(self) -> tuple[Word, ...]:
        fetch = self.argument("search").fetch
        lookups = self._settled(self.argument("search"), lambda text: tuple(map(lookup, _words(text))))
        return search_words(lookups, lambda variables: _words(fetch(variables)))


def _size(first: int | None, last: int | None, default: int) -> int:
    if first is not None and last is not None:
        raise invalid("last", "first_and_last")
    name, size = ("first", first) if last is None else ("last", last)
    if size is None:
        return default
    if size < 0:
        raise invalid(name, "negative_page")
    return min(size, LARGEST)


def _decode(text: str, stamp: str, order: tuple[Term, ...], name: str) -> tuple[Any, ...]:
    return cursors.decode_cursor(text, stamp, order, field=name)


def _terms(value: list[Mapping[str, Any]] | None) -> tuple[tuple[str, bool], ...]:
    """The columns of an ordering, each once: what is said of one again decides nothing."""
    terms = dict[str, bool]()
    for term in value or ():
        terms.setdefault(term["field"].value, term["direction"] is OrderDirection.DESC)
    return tuple(terms.items())


def _words(text: str | None) -> tuple[Sought, ...]:
    try:
        return _folded(text or "")
    except Refused as refusal:
        raise Invalid({"search": (refusal.message,)}) from None


_folded = remembered(500_000)(words_of)
"""The words of a search are asked for once for each of them."""


def _bind(criterion: Criterion, fetch: Bind) -> Bind:
    """The value of a filter as a parameter."""

    def bind(variables: Variables) -> Any:
        value = fetch(variables)
        try:
            return criterion.read(_plain(criterion, value), variables[ZONE])
        except Refused as refusal:
            raise Invalid({criterion.name: (refusal.message,)}) from None

    return bind


def _plain(criterion: Criterion, value: Any) -> Any:
    """Global ids as the numbers that the criteria of both doors take."""
    target = criterion.filter.refers_to
    if target is None:
        return value
    if criterion.comparison is Comparison.IN:
        return [read_id(one, target, criterion.graphql_name) for one in value]
    return read_id(value, target, criterion.graphql_name)
