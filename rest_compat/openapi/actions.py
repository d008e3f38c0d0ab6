"""How the documentation tells of what may be done with a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolvers.faults import Code
from rest_compat.action_handlers import KEY, names_of

if TYPE_CHECKING:
    from models.entity import Entity
    from rest_compat.openapi.descriptions import Teller
    from rest_compat.openapi.schemas import Schema


def actions_schema(entity: type[Entity], tell: Teller) -> Schema:
    """The actions of a row of this entity."""
    reason = {
        "code": {"type": "string", "enum": [code.value for code in Code]},
        "message": {"type": "string", "description": tell("The reason for people, in the language of the request.")},
        "field": {"type": ["string", "null"]},
    }
    action = {
        "name": {"type": "string", "enum": names_of(entity)},
        "allowed": {
            "type": "boolean",
            "description": tell("Whether the caller may do it now, as far as no argument decides."),
        },
        "reason": {"anyOf": [_object(reason), {"type": "null"}]},
    }
    return _object({KEY: {"type": "array", "items": _object(action)}})


def _object(properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}
