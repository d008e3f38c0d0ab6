"""What all parts of the description are put together from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from resolvers.words import word

if TYPE_CHECKING:
    from enum import Enum, StrEnum

    from resolvers.words import Language
    from rest_compat.openapi.schemas import Schema


def ref(kind: str, name: str) -> Schema:
    """A reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def one_of(choices: type[Enum], *, nullable: bool = False) -> Schema:
    """A value of an enum: it is a component, named as in the GraphQL schema, so that clients have one type for it."""
    named = ref("schemas", choices.__name__)
    return {"anyOf": [named, {"type": "null"}]} if nullable else named


def enum_schema(choices: type[StrEnum], language: Language) -> Schema:
    """The component of an enum."""
    said = ", ".join(f"`{choice.value}`: {word(choice, language)}" for choice in choices)
    return {"type": "string", "enum": [choice.value for choice in choices], "description": said}


def parameter(name: str, description: str, schema: Schema, shown: Any, place: str = "query") -> Schema:
    """A parameter of a query string, unless its place is another, and how it may look."""
    # pages that try calls fill in a parameter's own `example`, which would narrow every list; a schema's is only shown
    shown_schema = {**schema, "examples": [shown]}
    return {"name": name, "in": place, "description": description, "schema": shown_schema}
