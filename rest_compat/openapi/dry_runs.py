"""How the documentation tells of dry runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolvers.events.feed import ENTITY_NAMES
from rest_compat.dry_runs import DRY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rest_compat.openapi.descriptions import Teller
    from rest_compat.openapi.pieces import Schema

PARAMETERS = ("dry_run", "prefer")
"""Of every call that has one, by their names among the components."""


def dry_run_parameters(tell: Teller) -> Iterator[tuple[str, Schema]]:
    """How one is asked for."""
    said = tell("Do it, answer what would come of it, and undo it: 200, whatever it is else.")
    yield "dry_run", {"name": "dry_run", "in": "query", "description": said, "schema": {"type": "boolean"}}
    said = tell("`dry-run`: the same as `dry_run=true`.")
    yield "prefer", {"name": "Prefer", "in": "header", "description": said, "schema": {"type": "string"}}


def dry_run_name(typename: str) -> str:
    """The name of its answer's schema."""
    return f"{typename}DryRun"


def dry_run_schemas(typenames: Iterable[str], tell: Teller) -> Iterator[tuple[str, Schema]]:
    """What dry runs answer, by the entity that they are about."""
    yield "EntityChange", _change(tell)
    for typename in dict.fromkeys(typenames):
        yield dry_run_name(typename), _answer(typename, tell)


def _answer(typename: str, tell: Teller) -> Schema:
    properties = {
        "status": {"type": "string", "const": DRY},
        "message": {"type": "string", "description": tell("What would be told, for people.")},
        "data": {
            "description": tell("The entity as it would be; null where it would be deleted."),
            "anyOf": [{"$ref": f"#/components/schemas/{typename}"}, {"type": "null"}],
        },
        "changes": {
            "type": "array",
            "description": tell("Every entity that would be changed, in the order of history."),
            "items": {"$ref": "#/components/schemas/EntityChange"},
        },
    }
    return {"type": "object", "required": list(properties), "properties": properties}


def _change(tell: Teller) -> Schema:
    properties: Schema = {
        "id": {"type": "integer"},
        "type": {"type": "string", "enum": list(ENTITY_NAMES.values())},
        "action": {"type": "string", "description": tell("What was done: `create`, `update`, `delete`, `suspend` …")},
        "fields": {
            "type": "object",
            "description": tell("The fields that changed; secrets never show."),
            "additionalProperties": {"type": "array", "minItems": 2, "maxItems": 2},
        },
    }
    return {"type": "object", "required": list(properties), "properties": properties}
