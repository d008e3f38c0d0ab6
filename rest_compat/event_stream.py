"""The event feed as a stream: what happens, told as it happens (events.md §3)."""

from __future__ import annotations

from contextlib import aclosing
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import orjson

from resolvers.events.feed import NOW, TOLD, begin, cursor_of, page_to_tell, split
from resolvers.events.lines import Line, listen
from resolvers.identity.optimistic_caller import UnprovenError
from resolvers.identity.permissions import Permission, require
from resolvers.read.compiler import compile_root
from resolvers.read.selection import Nodes
from rest_compat.http import told_of
from rest_compat.representations import representation
from schema.execution.read_field import CALLER, visible
from web.event_streams import LAST_ID, EventStream, event, sign_of_life
from web.request import headers_of, token_ends

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request

    from models.database import Dialect
    from resolvers.context import Context
    from resolvers.events.feed import Filters, Told, Window
    from resolvers.events.lines import Lines
    from resolvers.faults import Fault
    from resolvers.identity.permissions import Sight
    from resolvers.read.compiler import Plan
    from resolvers.words import Language


async def stream(request: Request, context: Context, after: str | None, filters: Filters) -> EventStream:
    """The events from the last one that the reader had, else from the cursor, else from now on."""
    if context.guard is not None:
        raise UnprovenError  # whoever is to be told for hours is looked up first
    require(context, Permission.READ)
    position = await begin(context, headers_of(request).get(LAST_ID, "").strip() or after or NOW)
    lines: Lines = request.app.state.lines
    line = Line(context, position, filters.may_want, token_ends(request), lines.pace)
    request.state.operation = "events stream"
    return EventStream(lines, line, _frames(line, filters), partial(_end, context.language), context.language.value)


async def _frames(line: Line, filters: Filters) -> AsyncGenerator[bytes, None]:
    yield sign_of_life(cursor_of(line.position))
    async with aclosing(listen(line, partial(_read, filters))) as tellings:
        async for told in tellings:
            if told is None:
                yield sign_of_life(cursor_of(line.position))
            else:
                yield event(told.type, told.json, cursor_of(told.position))


async def _read(filters: Filters, context: Context, page: Window) -> list[Told]:
    caller = require(context, Permission.READ)
    plan = _plan(filters.shape, caller.sight, context.language, context.database.dialect)
    values = {**filters.values(), **page.values(), CALLER: caller.user_id}
    return split(await plan.run(context.reader, values))


@lru_cache(maxsize=256)
def _plan(shape: tuple[bool, ...], sight: Sight, language: Language, dialect: Dialect) -> Plan:
    shown = Nodes(TOLD, representation("Event", sight.role, language))
    return compile_root(page_to_tell(shown, shape, visible("Event", sight)), dialect)


def _end(language: Language, why: Fault) -> bytes:
    return event("end", orjson.dumps(told_of(why, language)).decode())
