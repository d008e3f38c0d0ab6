"""A page of the event feed, for both doors (events.md §2): position, filters, and the selection that is read.

A page is read from a window of the log: after the reader's position, no further than what has settled, and no more
than `MOST_LOOKED_AT` rows of it, so that a filter for rare events costs no more than a page without one. Where the
page is not full, its cursor is the window's end.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import orjson

from models.entity import Entity
from models.journal import AuditEvent
from resolvers.events.log import expired, log_of
from resolvers.faults import invalid
from resolvers.read.columns import column
from resolvers.read.cursors import decode_cursor, stamp_of
from resolvers.read.selection import (
    Choose,
    Comparison,
    Condition,
    Connection,
    Expression,
    Feed,
    Kind,
    Nodes,
    Object,
    Scalar,
    Term,
)
from resolvers.read.tables import AUDIT_EVENTS, MODELS, TABLES_BY_TYPENAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from models.database import Database
    from resolvers.context import Context
    from resolvers.events.log import Seen
    from resolvers.read.selection import Edges, Part

USUAL, LARGEST = 100, 1_000
"""Events to a page, unless another number is asked for; more than the largest is the largest."""
LONGEST_WAIT: Final = 30.0
"""Seconds that a reader may wait for something to happen."""
MOST_LOOKED_AT: Final = 10_000
NOW: Final = "now"
"""In the place of a cursor: from here on."""

_ID: Final = column(AuditEvent, "id")
_ORDER: Final = (Term(_ID),)
_STAMP: Final = stamp_of("events", _ORDER)

ENTITY_NAMES: Final[Mapping[str, str]] = {
    table.prefix: re.sub(r"(?<=[a-z])(?=[A-Z])", "_", typename).lower()
    for typename, table in TABLES_BY_TYPENAME.items()
    if typename != "Staff" and issubclass(MODELS.get(typename, object), Entity)
}
"""What the entities of the journal are called in events, by prefix: `ctr` is `contract`, `pol` `billing_policy`."""
_PREFIXES: Final = {name: prefix for prefix, name in ENTITY_NAMES.items()}

_NAME: Final = "CASE {t}.entity " + " ".join(f"WHEN '{key}' THEN '{name}'" for key, name in ENTITY_NAMES.items())
ENTITY_NAME: Final = Expression(f"{_NAME} ELSE {{t}}.entity END", Kind.TEXT)
"""The entity of an event's row: `contract`."""
TYPE: Final = Expression(f"{_NAME} ELSE {{t}}.entity END || '.' || {{t}}.action", Kind.TEXT)
"""An event's type: `contract.activate`."""
_EXACTLY: Final = Expression("{t}.entity || '.' || {t}.action", Kind.TEXT)
_OF_ENTITY: Final = Expression("{t}.entity || '.*'", Kind.TEXT)
_OF_ACTION: Final = Expression("'*.' || {t}.action", Kind.TEXT)


# --- positions ----------------------------------------------------------------------------------------------------


def cursor_of(position: int) -> str:
    """The cursor that stands behind the event with this id."""
    return orjson.dumps([_STAMP, position]).hex()


def position_of(cursor: str) -> int:
    """What a cursor stands for. Raises the fault `validation` for a text that is none."""
    (position,) = decode_cursor(cursor, _STAMP, _ORDER, field="after")
    return max(0, int(position))


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the log that a page is read from: ids greater than `after`, up to `upto`."""

    after: int
    upto: int
    more: bool
    """There is something behind it."""
    size: int
    """Events to the page."""

    def values(self) -> dict[str, Any]:
        """What the page's statement binds."""
        return {
            "$feed_first": self.after + 1,
            "$feed_last": self.upto,
            "$feed_end": orjson.dumps(cursor_of(self.upto)).decode(),
            "$feed_more": self.more,
            "$feed_size": self.size,
        }


async def begin(context: Context, after: str | None) -> int:
    """The position of a reader who comes with this cursor, `now`, or nothing: from the beginning of what is kept.

    Raises `cursor_expired` where events after it are no longer kept, and the fault `validation`.
    """
    log = log_of(context.database)
    if after == NOW:
        return await log.settled()
    position = None if after is None else position_of(after)
    oldest = await log.oldest(context.settings.events_days, context.clock())
    if position is not None and position < oldest:
        raise expired()
    return oldest if position is None else position


async def window(database: Database, position: int, size: int) -> Window:
    """What a page of so many events after a position may be read from, as far as the log has settled now."""
    return bounded(position, await log_of(database).settled(), size)


def bounded(position: int, settled: int, size: int) -> Window:
    """The same with the settled id known."""
    upto = min(settled, position + MOST_LOOKED_AT) if size else position
    return Window(position, max(position, upto), upto < settled, size)


# --- filters ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filters:
    """Which events a reader wants; empty: all. Ready to be bound."""

    types: tuple[str, ...] = ()
    """`ctr.activate`, `ctr.*`, `*.delete`."""
    entities: tuple[str, ...] = ()
    """Prefixes."""
    entity_ids: tuple[int, ...] = ()
    request_ids: tuple[str, ...] = ()
    actors: tuple[int, ...] = ()

    @property
    def shape(self) -> tuple[bool, ...]:
        """Which of them are there: they make one statement different from another."""
        return tuple(bool(getattr(self, name)) for name in _FILTERED)

    def values(self) -> dict[str, Any]:
        """What the page's statement binds."""
        return {f"$feed_{name}": list(getattr(self, name)) for name in _FILTERED}

    def may_want(self, seen: Seen) -> bool:
        """Whether one of these events may meet them: which of them do, the page's statement says."""
        return (
            any(self._want_kind(*kind) for kind in seen.kinds)
            and (not self.entity_ids or not seen.ids.isdisjoint(self.entity_ids))
            and (not self.request_ids or not seen.requests.isdisjoint(self.request_ids))
            and (not self.actors or not seen.actors.isdisjoint(self.actors))
        )

    def _want_kind(self, entity: str, action: str) -> bool:
        types = not self.types or any(
            kind in self.types for kind in (f"{entity}.{action}", f"{entity}.*", f"*.{action}")
        )
        return types and (not self.entities or entity in self.entities)


_FILTERED: Final[Mapping[str, tuple[Any, ...]]] = {
    "types": (_EXACTLY, _OF_ENTITY, _OF_ACTION),
    "entities": (column(AuditEvent, "entity"),),
    "entity_ids": (column(AuditEvent, "entity_id"),),
    "request_ids": (column(AuditEvent, "request_id"),),
    "actors": (column(AuditEvent, "actor_id"),),
}
"""What of a row each filter is compared with; of several, any."""


def read_types(texts: Iterable[str], field: str) -> tuple[str, ...]:
    """Types and wildcards as filters compare them. Raises `Invalid` for what can be no type."""
    return tuple(_read_type(text.strip(), field) for text in texts)


def _read_type(text: str, field: str) -> str:
    entity, dot, action = text.partition(".")
    prefix = "*" if entity == "*" else _PREFIXES.get(entity)
    if prefix is None or not dot or not re.fullmatch(r"\*|[a-z_]{1,40}", action):
        raise invalid(field, "not_an_event_type", value=text[:40], known=", ".join(sorted(_PREFIXES)))
    return f"{prefix}.{action}"


def read_entities(texts: Iterable[str], field: str) -> tuple[str, ...]:
    """Names of entities as their prefixes. Raises `Invalid` for what is none."""
    names = [text.strip().lower() for text in texts]
    for name in names:
        if name not in _PREFIXES:
            raise invalid(field, "not_an_entity", value=name[:40], known=", ".join(sorted(_PREFIXES)))
    return tuple(_PREFIXES[name] for name in names)


# --- the page -----------------------------------------------------------------------------------------------------


def page_of(parts: tuple[Part, ...], shape: tuple[bool, ...], also: Iterable[Condition]) -> Connection:
    """The selection of a page with these parts; `also`: what holds for all events that the caller may see."""
    where = (
        Condition(_ID, Comparison.AT_LEAST, itemgetter("$feed_first")),
        Condition(_ID, Comparison.AT_MOST, itemgetter("$feed_last")),
        *also,
        *(
            Condition(sources[0], Comparison.IN, itemgetter(f"$feed_{name}"), or_else=sources[1:])
            for (name, sources), there in zip(_FILTERED.items(), shape, strict=True)
            if there
        ),
    )
    return Connection(
        table=AUDIT_EVENTS,
        choose=Choose(where, (), _ORDER),
        limit=itemgetter("$feed_size"),
        backward=False,
        after=None,
        before=None,
        stamp=_STAMP,
        parts=parts,
        feed=Feed(end=itemgetter("$feed_end"), more=itemgetter("$feed_more")),
    )


# --- event by event -----------------------------------------------------------------------------------------------

_FACTS: Final = Nodes("facts", Object(AUDIT_EVENTS, (Scalar("id", _ID), Scalar("type", TYPE))))
_BEFORE_FACTS, _BEFORE_TOLD = '{"facts":', ',"told":['
TOLD: Final = "told"
"""The key of the part that makes a page to be told event by event."""
_DECODER: Final = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it is told to who listens."""

    position: int
    """Behind it."""
    type: str
    json: str


def page_to_tell(part: Nodes | Edges, shape: tuple[bool, ...], also: Iterable[Condition]) -> Connection:
    """The selection of a page that is told event by event, as the part under the key `TOLD` shows them."""
    return page_of((_FACTS, part), shape, also)


def split(body: bytes) -> list[Told]:
    """The events of such a page, their JSON as the database wrote it."""
    text = body.decode()
    facts, end = _DECODER.raw_decode(text, len(_BEFORE_FACTS))
    start, told = end + len(_BEFORE_TOLD), []
    for fact in facts:
        _, end = _DECODER.raw_decode(text, start)
        told.append(Told(fact["id"], fact["type"], text[start:end]))
        start = end + 1
    return told


def pieces(array: bytes) -> list[str]:
    """The elements of a JSON array as they are written."""
    text, start, found = array.decode(), 1, []
    while text[start] != "]":
        _, end = _DECODER.raw_decode(text, start)
        found.append(text[start:end])
        start = end + (text[end] == ",")
    return found
