"""The event feed: what has happened since a cursor, oldest first (events.md §2), page by page or as a stream."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, Final

from resolvers.events.feed import (
    LARGEST,
    LONGEST_WAIT,
    USUAL,
    Filters,
    begin,
    page_of,
    read_entities,
    read_types,
    window,
)
from resolvers.events.log import log_of
from resolvers.faults import Invalid, invalid
from resolvers.identity.permissions import Permission, require
from resolvers.read.compiler import compile_root
from resolvers.read.selection import FeedFact, FeedPart, Nodes
from rest_compat.event_stream import stream
from rest_compat.http import answer
from rest_compat.representations import representation
from schema.execution.read_field import CALLER, visible
from web.negotiation import prefers_stream
from web.request import headers_of

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams
    from starlette.requests import Request
    from starlette.responses import Response

    from models.database import Dialect
    from resolvers.context import Context
    from resolvers.identity.permissions import Sight
    from resolvers.read.compiler import Plan
    from resolvers.words import Language

NOTHING: Final = b'{"results":[],'
"""How a page without events begins."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a query string asks of the feed."""

    after: str | None
    size: int
    wait: float
    """Seconds to wait for something to happen."""
    filters: Filters


@dataclass(frozen=True, slots=True)
class Events:
    """The handler of the feed."""

    def price(self, request: Request) -> int:
        """The events of a page."""
        try:
            return read_query(request.query_params).size
        except Invalid:  # it will be refused
            return 1

    async def __call__(self, request: Request, context: Context) -> Response:
        caller = require(context, Permission.READ)
        asked = read_query(request.query_params)
        if request.method == "GET" and prefers_stream(headers_of(request).get("accept")):
            return await stream(request, context, asked.after, asked.filters)
        plan = _plan(asked.filters.shape, caller.sight, context.language, context.database.dialect)
        known = {**asked.filters.values(), CALLER: caller.user_id}
        until, position = monotonic() + asked.wait, await begin(context, asked.after)
        while True:
            page = await window(context.database, position, asked.size)
            body = await plan.run(context.reader, {**known, **page.values()})
            left = until - monotonic()
            if page.more or left <= 0 or not body.startswith(NOTHING):
                return answer(body, context.language)
            position = page.upto
            await log_of(context.database).beyond(position, left)


@lru_cache(maxsize=256)
def _plan(shape: tuple[bool, ...], sight: Sight, language: Language, dialect: Dialect) -> Plan:
    parts = (
        Nodes("results", representation("Event", sight.role, language)),
        FeedPart("next", FeedFact.NEXT),
        FeedPart("has_more", FeedFact.MORE),
    )
    return compile_root(page_of(parts, shape, visible("Event", sight)), dialect)


# --- the query string ---------------------------------------------------------------------------------------------


def read_query(parameters: QueryParams) -> Asked:
    """Read it; an empty value is as if absent. Raises `Invalid` for nonsense; what is too much is clamped."""
    given: dict[str, list[str]] = {}
    for name, value in parameters.multi_items():
        if text := value.strip():
            given.setdefault(name, []).append(text)

    def last(name: str) -> str | None:
        return given[name][-1] if name in given else None

    return Asked(
        after=last("after"),
        size=_size(last("limit")),
        wait=_seconds(last("wait")),
        filters=Filters(
            types=read_types(given.get("type", ()), "type"),
            entities=read_entities(given.get("entity", ()), "entity"),
            entity_ids=tuple(_number(text, "entity_id") for text in given.get("entity_id", ())),
            request_ids=tuple(given.get("request_id", ())),
            actors=tuple(_number(text, "actor_id") for text in given.get("actor_id", ())),
        ),
    )


def _size(text: str | None) -> int:
    if text is None:
        return USUAL
    size = _number(text, "limit")
    if size < 1:
        raise invalid("limit", "too_small", limit=1)
    return min(size, LARGEST)


def _number(text: str, field: str) -> int:
    """A whole number; one that no id can be is none of any."""
    if not re.fullmatch("-?[0-9]{1,200}", text):
        raise invalid(field, "not_integer")
    return max(-(2**31), min(int(text), 2**31 - 1))


def _seconds(text: str | None) -> float:
    if text is None:
        return 0.0
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        raise invalid("wait", "not_seconds", most=int(LONGEST_WAIT))
    return min(float(text), LONGEST_WAIT)
