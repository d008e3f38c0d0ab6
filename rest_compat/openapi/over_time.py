"""What the description says of a contract's account over time: its statement and its balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from resolvers.read.selection import Expression
from rest_compat.openapi.pieces import parameter, ref
from rest_compat.openapi.schemas import ID, MONEY
from schema.types.field_sources import origins
from schema.types.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rest_compat.openapi.descriptions import Teller
    from rest_compat.openapi.pieces import Schema
    from schema.types.field_sources import FieldOrigin


def parameters(tell: Teller) -> Iterator[tuple[str, Schema]]:
    """Which days, and which moment."""
    said = tell("A phone number in any usual spelling.")
    number: Schema = {"type": "string", "minLength": 1, "maxLength": 255}
    yield "msisdn", {**parameter("msisdn", said, number, "+996550123456", place="path"), "required": True}
    day: Schema = {"type": "string", "format": "date"}
    said = tell("The first day; from the beginning, unless given.")
    yield "from", parameter("from", said, day, "2026-01-01")
    said = tell("The last day, itself included; up to now, unless given.")
    yield "to", parameter("to", said, day, "2026-01-31")
    said = tell("As it was at this moment, or at this day's end; now, unless given.")
    yield "at", parameter("at", said, {"anyOf": [day, {"type": "string", "format": "date-time"}]}, "2026-01-31")


def _figures() -> list[FieldOrigin]:
    return [field for field in origins(Statement) if isinstance(field.origin, Expression)]


def _statement(tell: Teller) -> Schema:
    """A statement: its figures as the schema describes them."""
    day = {"type": ["string", "null"], "format": "date"}
    figures = {field.graphql_name: {**MONEY, "description": tell(field.description)} for field in _figures()}
    entries = tell("Every posting of the period, oldest first.")
    properties = {
        "contract": {**ID, "description": tell("Whose account it is.")},
        "from": {**day, "description": tell("The first day; null: from the beginning.")},
        "to": {**day, "description": tell("The last day; null: up to now.")},
        **figures,
        "entries": {"type": "array", "items": ref("schemas", "LedgerEntry"), "description": entries},
    }
    return {"type": "object", "required": list(properties), "properties": properties}


def _balance(tell: Teller) -> Schema:
    """A balance at a moment."""
    properties = {
        "contract": {**ID, "description": tell("Whose account it is.")},
        "at": {"type": "string", "format": "date-time", "description": tell("At which moment.")},
        "balance": {**MONEY, "description": tell("Its balance then.")},
    }
    return {"type": "object", "required": list(properties), "properties": properties}


ANSWERS: Final = {"Statement": _statement, "BalanceAt": _balance}
"""The schemas of the answers, by name."""
