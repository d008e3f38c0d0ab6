"""Which events are for a webhook, and what is sent of them: read as the webhook's role may see it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import orjson

from models.journal import AuditEvent
from models.webhooks import Webhook
from resolvers.events.feed import TYPE, Filters, bounded, page_of, pieces, read_types
from resolvers.faults import Fault
from resolvers.identity.permissions import Caller, sight_of
from resolvers.read.columns import column
from resolvers.read.compiler import compile_root
from resolvers.read.selection import FeedFact, FeedPart, Nodes, Object, Scalar, Several
from resolvers.read.tables import AUDIT_EVENTS
from resolvers.words import Language
from rest_compat.representations import representation
from schema.endpoint.document_cache import Refused
from schema.execution.read_field import CALLER, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.database import Database, Dialect
    from models.users import Role
    from resolvers.context import Context
    from resolvers.read.compiler import Plan
    from resolvers.webhooks.keeping import View
    from schema.endpoint.selections import Selections

NOBODY: Final = 0
"""The user id of one who is none: a webhook reads as a role, and has nothing of its own."""
LANGUAGE: Final = Language.EN
_PLACE: Final = tuple(Scalar(name, column(AuditEvent, name)) for name in ("id", "entity", "entity_id"))
_ENVELOPE: Final = (Scalar("type", TYPE), Scalar("timestamp", column(AuditEvent, "created_at")))


@dataclass(frozen=True, slots=True)
class Taken:
    """What of the log is for a webhook: these events, up to that position."""

    event_ids: tuple[int, ...]
    upto: int


class Unreadable(Exception):
    """The webhook's query is good no longer; its text says why."""


# --- which events -------------------------------------------------------------------------------------------------


async def next_events(database: Database, view: View, position: int, settled: int, most: int) -> Taken:
    """The events after a position that the webhook is told of: never those about itself."""
    window = bounded(position, settled, most)
    filters = Filters(types=read_types(view.types, "types"))
    plan = _page(filters.shape, view.role, database.dialect)
    body = await plan.run(database, {**filters.values(), **window.values(), CALLER: NOBODY})
    rows = orjson.loads(body)["results"]
    ids = tuple(row["id"] for row in rows if (row["entity"], row["entity_id"]) != (Webhook.prefix, view.id))
    return Taken(ids, rows[-1]["id"] if len(rows) == most else window.upto)


@lru_cache(maxsize=64)
def _page(shape: tuple[bool, ...], role: Role, dialect: Dialect) -> Plan:
    parts = (Nodes("results", Object(AUDIT_EVENTS, _PLACE)), FeedPart("next", FeedFact.NEXT))
    return compile_root(page_of(parts, shape, visible("Event", sight_of(role))), dialect)


# --- what is sent -------------------------------------------------------------------------------------------------


async def bodies(context: Context, selections: Selections, view: View, event_ids: Sequence[int]) -> dict[int, bytes]:
    """What is sent of these events, as it is now; nothing of one that the role may not see.

    Raises `Unreadable` and `Unavailable`.
    """
    envelopes = await _read(context, _envelopes(view.role, context.database.dialect), event_ids)
    if view.query is None:
        data = await _read(context, _as_in_rest(view.role, context.database.dialect), event_ids)
    else:
        data = await _selected(context, selections, view, event_ids)
    return {
        row_id: _body(envelope, told)
        for row_id, envelope, told in zip(event_ids, envelopes, data, strict=True)
        if "null" not in {envelope, told}
    }


def _body(envelope: str, data: str) -> bytes:
    return f'{envelope[:-1]},"data":{data}}}'.encode()


async def _selected(context: Context, selections: Selections, view: View, event_ids: Sequence[int]) -> list[str]:
    caller = Caller(NOBODY, "", view.role, None)
    try:
        return pieces(await selections.read(replace(context, caller=caller), view.query or "", event_ids))
    except Refused as refusal:
        raise Unreadable(refusal.errors[0].message) from refusal
    except Fault as refusal:
        raise Unreadable(refusal.code.value) from refusal


async def _read(context: Context, plan: Plan, event_ids: Sequence[int]) -> list[str]:
    asked = [(AUDIT_EVENTS.prefix, row_id) for row_id in event_ids]
    return pieces(await plan.run(context.database, {_ASKED: asked, CALLER: NOBODY}))


_ASKED: Final = "$asked"


@lru_cache(maxsize=64)
def _envelopes(role: Role, dialect: Dialect) -> Plan:
    return _several(Object(AUDIT_EVENTS, _ENVELOPE), role, dialect)


@lru_cache(maxsize=64)
def _as_in_rest(role: Role, dialect: Dialect) -> Plan:
    return _several(representation("Event", role, LANGUAGE), role, dialect)


def _several(shown: Object, role: Role, dialect: Dialect) -> Plan:
    seen = replace(shown, where=visible("Event", sight_of(role)))
    return compile_root(Several((seen,), itemgetter(_ASKED)), dialect)
