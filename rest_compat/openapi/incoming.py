"""What OpenAPI says of files that come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.imports import Imported
from resolvers.transfer.tables import Format
from rest_compat.openapi.pieces import Schema, one_of, parameter
from rest_compat.openapi.schemas import ID, input_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rest_compat.openapi.descriptions import Teller


def parameters(tell: Teller) -> Iterator[tuple[str, Schema]]:
    """What a template can be asked."""
    said = tell("What the rows of the file are to be.")
    kinds = one_of(Imported)
    yield "template_kind", {**parameter("kind", said, kinds, "customers"), "required": True}
    said = tell("Of the template; a spreadsheet unless given.")
    forms = {"type": "string", "enum": [form.value for form in Format]}
    said_of = tell("Id of the register.")
    yield "register", {**parameter("register", said_of, ID, 1, place="path"), "required": True}
    yield "template_format", parameter("format", said, forms, "csv")


def form_schema(takes: type | None, tell: Teller) -> Schema:
    """A form with a file, and with what else a call takes."""
    file = {"type": "string", "format": "binary", "description": tell("The file: CSV, XLSX or NDJSON.")}
    schema: Schema = input_schema(takes, tell) if takes else {}
    properties = {**schema.get("properties", {}), "file": file}
    return {"type": "object", "required": schema.get("required", ["file"]), "properties": properties}


def _upload(tell: Teller) -> Schema:
    text = {"type": "string"}
    properties = {
        "id": {**text, "description": tell("What the file is called from now on.")},
        "name": {**text, "description": tell("Its name, as it was sent.")},
        "size": {"type": "integer", "description": tell("Its bytes.")},
    }
    return {"type": "object", "required": list(properties), "properties": properties}


ANSWERS: Final = {"Upload": _upload}
"""The schemas of the answers, by name."""
