"""How the documentation tells of entity tags, and of the conflicts that they find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolvers.faults import Code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rest_compat.openapi.descriptions import Teller
    from rest_compat.openapi.pieces import Schema

CONFLICT = "Conflict"
"""The name of its schema."""


def state_parameters(tell: Teller) -> Iterator[tuple[str, Schema]]:
    """How a state is named."""
    text = {"type": "string"}
    said = tell("The `ETag` of the entity as it was read: if it is another by now, nothing is done (412).")
    yield "if_match", {"name": "If-Match", "in": "header", "description": said, "schema": text}
    said = tell("The `ETag` of the answer that is there already: if it is still the same, 304 without a body.")
    yield "if_none_match", {"name": "If-None-Match", "in": "header", "description": said, "schema": text}


def tagged_response(success: Schema, tell: Teller) -> dict[str, Schema]:
    """The answer of one entity's details, and what is answered to whom it is known."""
    said = tell("The state of the entity as this caller reads it, for `If-Match` and `If-None-Match`.")
    headers = {"ETag": {"description": said, "schema": {"type": "string"}}}
    return {
        "200": success | {"headers": headers},
        "304": {"description": tell("It is still the same."), "headers": headers},
    }


def conflict_schema(tell: Teller) -> Schema:
    """The body of a 412."""
    properties = {
        "status": {"type": "string", "const": "error"},
        "code": {"type": "string", "const": Code.CONFLICT.value},
        "message": {
            "type": "string",
            "description": tell("What is wrong, for people, in the language of the answer."),
        },
        "changes": {
            "type": "array",
            "description": tell("What has become of the entity since it was read, the last 100 changes."),
            "items": {"$ref": "#/components/schemas/EntityChange"},
        },
    }
    return {"type": "object", "required": list(properties), "properties": properties}
