"""The scalars: exact decimals, moments, days, and JSON.

Input is only checked here, and handed on as the client wrote it: what it means is read by `resolvers/value_kinds.py`,
for both doors alike. Output needs nothing: the database writes it.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NewType
from zoneinfo import ZoneInfo

import strawberry
from graphql import FloatValueNode, GraphQLError, IntValueNode, StringValueNode, Undefined, value_from_ast_untyped
from graphql.language import print_ast

from resolvers.read.list_criteria import Moment
from resolvers.value_kinds import Refused, calendar_day

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graphql import ValueNode

JSON = NewType("JSON", object)
"""Any JSON value."""

_DECIMAL = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_SHOWN = 80
_ANY_ZONE: Final = ZoneInfo("UTC")


def _refuse(typename: str, value: object, hint: str) -> GraphQLError:
    return GraphQLError(f"{typename} cannot represent {str(value)[:_SHOWN]!r}: {hint}")


def _literal(read: Callable[[ValueNode], object]) -> Callable[..., object]:
    """Reads a value of the document, and says of a refusal where it stands."""

    def parse(node: ValueNode, _variables: object = None) -> object:
        try:
            return read(node)
        except GraphQLError as error:
            raise GraphQLError(error.message, node) from None

    return parse


def _decimal(value: object) -> object:
    """A number, or a text that spells one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise _refuse("Decimal", value, "expected a number or a string such as '1000.00'.")
    if isinstance(value, str) and not _DECIMAL.fullmatch(value):
        raise _refuse("Decimal", value, "expected digits such as '1000.00'.")
    return Decimal(str(value)) if isinstance(value, float) else value


@_literal
def _decimal_literal(node: ValueNode) -> object:
    """A number is taken from the document's own digits, so that no float comes between."""
    if isinstance(node, IntValueNode | FloatValueNode):
        return Decimal(node.value)
    return _decimal(_text_of(node, "Decimal", "expected a number or a string such as '1000.00'."))


def _text_of(node: ValueNode, typename: str, hint: str = "expected a string.") -> str:
    if not isinstance(node, StringValueNode):
        raise _refuse(typename, print_ast(node), hint)
    return node.value


def _day(value: object) -> object:
    try:
        calendar_day(value)
    except Refused:
        raise _refuse("Date", value, "expected a day such as '2026-01-31'.") from None
    return value


@_literal
def _day_literal(node: ValueNode) -> object:
    return _day(_text_of(node, "Date"))


def _moment(value: object) -> object:
    """A moment, or a bare day; which moment a day means is known where it is compared."""
    try:
        Moment(_ANY_ZONE).read(value)
    except Refused:
        hint = "expected a time with its zone such as '2026-01-31T08:00:00Z', or a day such as '2026-01-31'."
        raise _refuse("DateTime", value, hint) from None
    return value


@_literal
def _moment_literal(node: ValueNode) -> object:
    return _moment(_text_of(node, "DateTime"))


def _json_literal(node: ValueNode, variables: Mapping[str, Any] | None = None) -> object:
    return _sent(value_from_ast_untyped(node, dict(variables or {})))


def _sent(value: Any) -> object:
    """A value without members whose variables were not sent; in a list they are null. Enum values by their names."""
    if isinstance(value, dict):
        return {name: _sent(inner) for name, inner in value.items() if inner is not Undefined}
    if isinstance(value, list):
        return [None if inner is Undefined else _sent(inner) for inner in value]
    return value.name if isinstance(value, Enum) else value


def _written(value: object) -> object:
    return value


SCALARS: dict[object, Any] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number with two places. Answered as a string, `"1000.00"`; taken as a string '
        "or a number, and read exactly, never as a float.",
        serialize=_written,
        parse_value=_decimal,
        parse_literal=_decimal_literal,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC with microseconds, `2026-01-31T08:00:00.123456Z`. As an argument in any "
        "zone; without one it is in the operator's. A bare day, `2026-01-31`, means that whole day there.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
        serialize=_written,
        parse_value=_moment,
        parse_literal=_moment_literal,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A calendar day, `2026-01-31`, in the operator's time zone.",
        serialize=_written,
        parse_value=_day,
        parse_literal=_day_literal,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value: an object, a list, a string, a number, a boolean or null.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc8259",
        serialize=_written,
        parse_value=_written,
        parse_literal=_json_literal,
    ),
}
