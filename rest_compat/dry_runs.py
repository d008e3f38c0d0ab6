"""Dry runs: a write that is carried out whole, answered, and undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from resolvers.events.feed import ENTITY_NAMES
from resolvers.faults import invalid
from resolvers.read.list_criteria import Flag
from resolvers.value_kinds import Refused
from resolvers.words import say
from resolvers.write.declaration import DRY_RUN
from web.request import preferences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request
    from starlette.responses import Response

    from resolvers.words import Language
    from resolvers.write.changes import Changed
    from resolvers.write.operation import Outcome

PREFERENCE = "dry-run"
DRY = "dry_run"
"""The `status` of its answer."""


def dry_run_asked(request: Request) -> bool:
    """Whether the request asks for a dry run, by its query string or by `Prefer: dry-run`. Raises `Invalid`."""
    if PREFERENCE in preferences(request):
        return True
    text = request.query_params.get(DRY_RUN, "").strip()
    if not text:
        return False
    try:
        return Flag().read(text)
    except Refused:
        raise invalid(DRY_RUN, "not_boolean") from None


def applied(request: Request, response: Response) -> Response:
    """The answer of a dry run, which says so to whoever has asked by a preference."""
    if PREFERENCE in preferences(request):
        response.headers["Preference-Applied"] = PREFERENCE
    return response


def told_dry(outcome: Outcome, language: Language, entity: bytes, extras: dict[str, object]) -> bytes:
    """What would be answered: the entity as it would be (null once deleted), and all that would change."""
    told = {
        "status": DRY,
        "message": say(outcome.message, language),
        "data": orjson.Fragment(entity),
        "changes": told_changes(outcome.changes or ()),
    }
    return orjson.dumps(told | extras)


def told_changes(changes: Iterable[Changed]) -> list[dict[str, object]]:
    """Changes of entities, as history tells them."""
    return [
        {"id": one.id, "type": ENTITY_NAMES[one.prefix], "action": one.action, "fields": one.fields} for one in changes
    ]
