"""Cursors: where a page of a connection begins or ends, as a text that the database writes and a client hands back.

A cursor is the hex of a JSON array in UTF-8: a stamp that names the list and its ordering, then the row's value for
each term of the order. It holds the values themselves, so that it still points at its place when its row is gone.

A door decodes a cursor with `decode_cursor`, which gives plain values; which of them are null belongs to the shape of
the statement (`nulls_of`), the values are bound (`keyset`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from models.fields import TIME_FORMAT
from resolvers.faults import Code, Fault
from resolvers.read.selection import Column, Keyset, Kind, Variables
from resolvers.words import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from resolvers.read.selection import Term


def stamp_of(name: str, order: Sequence[Term]) -> str:
    """What tells the cursors of one list and ordering from all others: `Customer:-created_at,-id`."""
    return f"{name}:{','.join(_spelt(term) for term in order)}"


def _spelt(term: Term) -> str:
    name = term.source.name if isinstance(term.source, Column) else term.source.sql
    return f"-{name}" if term.descending else name


def decode_cursor(text: str, stamp: str, order: Sequence[Term], field: str | None = None) -> tuple[Any, ...]:
    """The value of each term of the order, None for null.

    Raises the fault `validation`, with `field` (the argument the cursor came in), for a text that is no cursor, or one
    of another list or ordering.
    """
    try:
        return _decoded(text, stamp, order)
    except (ValueError, TypeError, OverflowError):
        raise Fault(Code.VALIDATION, Message("bad_cursor"), field=field) from None


def _decoded(text: str, stamp: str, order: Sequence[Term]) -> tuple[Any, ...]:
    parts = orjson.loads(bytes.fromhex(text))
    if not isinstance(parts, list) or parts[:1] != [stamp] or len(parts) != len(order) + 1:
        raise ValueError("of another list")
    return tuple(_value(term, part) for term, part in zip(order, parts[1:], strict=True))


def _value(term: Term, part: object) -> object:
    """A term's value as a parameter; raises ValueError for one that the database never wrote."""
    if part is None:
        if isinstance(term.source, Column) and not term.source.nullable:
            raise ValueError("null")
        return None
    if type(part) not in _WRITTEN[term.source.kind]:
        raise ValueError("of another type")
    return _READERS[term.source.kind](part)


def _whole(part: Any) -> int:
    if not -(2**63) <= part < 2**63:
        raise ValueError("beyond 64 bits")
    return int(part)


def _text(part: Any) -> str:
    if "\x00" in part:
        raise ValueError("NUL")
    return str(part)


def _moment(part: Any) -> datetime:
    return datetime.strptime(part, TIME_FORMAT).replace(tzinfo=UTC)


_WRITTEN: dict[Kind, tuple[type, ...]] = {
    Kind.INTEGER: (int,),
    Kind.HUNDREDTHS: (int,),
    Kind.CHOICE: (int,),
    Kind.NUMBER: (int, float),
    Kind.TRUTH: (bool,),
    Kind.TEXT: (str,),
    Kind.MOMENT: (str,),
    Kind.DAY: (str,),
}
"""A choice stands in a cursor as its place in the enum."""

_READERS: dict[Kind, Callable[[Any], object]] = {
    Kind.INTEGER: _whole,
    Kind.HUNDREDTHS: _whole,
    Kind.CHOICE: _whole,
    Kind.NUMBER: float,
    Kind.TRUTH: bool,
    Kind.TEXT: _text,
    Kind.MOMENT: _moment,
    Kind.DAY: date.fromisoformat,
}


def nulls_of(values: Sequence[object]) -> tuple[bool, ...]:
    """Which values of a decoded cursor are null: part of the statement's shape."""
    return tuple(value is None for value in values)


def keyset(nulls: Sequence[bool], fetch: Callable[[Variables], Sequence[Any]]) -> Keyset:
    """The boundary for a selection; `fetch` gets the decoded values out of a request's variables."""
    return Keyset(tuple(partial(_nth, fetch, place) for place in range(len(nulls))), tuple(nulls))


def _nth(fetch: Callable[[Variables], Sequence[Any]], place: int, variables: Variables) -> Any:
    return fetch(variables)[place]
