"""What all parts of the description are put together from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rest_compat.openapi.schemas import Schema


def ref(kind: str, name: str) -> Schema:
    """A reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def parameter(name: str, description: str, schema: Schema, shown: Any, place: str = "query") -> Schema:
    """A parameter of a query string, unless its place is another, and how it may look."""
    # pages that try calls fill in a parameter's own `example`, which would narrow every list; a schema's is only shown
    shown_schema = {**schema, "examples": [shown]}
    return {"name": name, "in": place, "description": description, "schema": shown_schema}
