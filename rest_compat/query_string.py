"""Query strings of lists: filters, search, ordering, the page (contract §4)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from resolvers.faults import Code, Fault, Invalid, invalid
from resolvers.read.list_criteria import criteria, ordering, read_criteria
from resolvers.read.search import lookup, words_of
from resolvers.read.selection import Comparison
from resolvers.value_kinds import Refused
from resolvers.words import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from resolvers.read.search import Lookup, Sought
    from resolvers.read.selection import ListSpec, Term

PAGE_SIZE = 100
LARGEST_PAGE = 1_000
PAGE_DIGITS = 9
"""A page's number has no more: no list is so long, and its offset still fits an integer of the database."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a list: what makes the statement's shape, and the values that it binds."""

    page: int
    size: int
    order: tuple[Term, ...]
    criteria: tuple[str, ...] = ()
    words: tuple[Lookup, ...] = ()
    """For each search word how it is found."""
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size


def asked(spec: ListSpec, parameters: Mapping[str, str], zone: ZoneInfo) -> Asked:
    """Read a query string; an empty value is as if it were not there, and so is a parameter that no list has.

    Raises `not_found` for what is no page's number, else `Invalid`.
    """
    given = {name: text for name, value in parameters.items() if (text := value.strip())}
    page, size = page_number(given.get("page", "1")), page_size(given.get("page_size", str(PAGE_SIZE)))
    values = read_criteria(criteria(spec), dict(_listed(spec, given)), zone)
    words = _words(given.get("search", "")) if spec.searchable else ()
    return Asked(
        page=page,
        size=size,
        order=ordering(spec, given.get("ordering", "")),
        criteria=tuple(values),
        words=tuple(lookup(word) for word in words),
        values={**values, "words": words},
    )


def _listed(spec: ListSpec, given: Mapping[str, str]) -> Iterator[tuple[str, object]]:
    """The filters of a query string as criteria take them: the values of a list stand between commas."""
    for one in criteria(spec):
        if one.name in given:
            text = given[one.name]
            yield one.name, _parts(text) if one.comparison is Comparison.IN else text


def _parts(text: str) -> list[str]:
    return [part for one in text.split(",") if (part := one.strip())]


def page_number(text: str) -> int:
    """A page's number, from 1. Raises `not_found`."""
    if not re.fullmatch(f"[0-9]{{1,{PAGE_DIGITS}}}", text) or int(text) == 0:
        raise no_such_page()
    return int(text)


def no_such_page() -> Fault:
    """A page that is past the end, or none at all."""
    return Fault(Code.NOT_FOUND, Message("page_not_found"))


def page_size(text: str) -> int:
    """Rows to a page; more than the largest page is the largest page. Raises `Invalid`."""
    if not re.fullmatch("-?[0-9]+", text):
        raise invalid("page_size", "not_integer")
    digits = text.lstrip("0")
    if not digits or digits.startswith("-"):
        raise invalid("page_size", "too_small", limit=1)
    return LARGEST_PAGE if len(digits) > len(str(LARGEST_PAGE)) else min(int(digits), LARGEST_PAGE)


def _words(text: str) -> tuple[Sought, ...]:
    try:
        return words_of(text)
    except Refused as refusal:
        raise Invalid({"search": (refusal.message,)}) from None
