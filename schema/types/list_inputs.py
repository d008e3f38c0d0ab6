"""What a list can be asked: filter and ordering inputs, derived from each entity's `ListSpec`.

A filter's names follow contract §5: equality under the field's own name, lists with `In`, times and days with `After`
and `Before`, numbers with `Min` and `Max`, and `IsNull`; the ids of other entities are global ones.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Optional

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.tools import create_type
from strawberry.types.arguments import StrawberryArgument
from strawberry.utils.str_converters import to_camel_case

from resolvers.read.list_criteria import criteria
from resolvers.read.selection import Column, Comparison, Kind
from schema.types.enums import OrderDirection, describe
from schema.types.global_ids import of_type

if TYPE_CHECKING:
    from resolvers.read.list_criteria import Criterion
    from resolvers.read.selection import ListSpec

_TYPES: Final[dict[Kind, Any]] = {
    Kind.INTEGER: int,
    Kind.TEXT: str,
    Kind.TRUTH: bool,
    Kind.HUNDREDTHS: Decimal,
    Kind.MOMENT: datetime,
    Kind.DAY: date,
}
_SAID: Final[dict[str, str]] = {
    "_in": " Any of the listed values.",
    "_after": " This time or later.",
    "_before": " This time or earlier.",
    "_min": " At least this.",
    "_max": " At most this.",
}


def _value_type(criterion: Criterion) -> Any:
    one = criterion.filter
    if criterion.comparison is Comparison.IS_NULL:
        return bool
    value: Any = strawberry.ID if one.refers_to else one.source.choices or _TYPES[one.source.kind]
    return list[value] if criterion.comparison is Comparison.IN else value


def _description(criterion: Criterion) -> str:
    one = criterion.filter
    named = None if criterion.comparison is Comparison.IS_NULL else one.refers_to
    ids = f" {of_type(named)}" if named else ""
    return one.description + _SAID.get(criterion.suffix, "") + ids


@cache
def filter_input(spec: ListSpec) -> type:
    """`ContractFilter`: every condition that is given must hold; null is no condition."""
    fields = [
        strawberry.field(
            name=criterion.graphql_name,
            graphql_type=Optional[_value_type(criterion)],  # noqa: UP045 - the type is a value here
            description=_description(criterion),
            default=strawberry.UNSET,
        )
        for criterion in criteria(spec)
    ]
    name = spec.table.typename
    description = f"Which of a list's {name} objects to answer: all given conditions must hold, null is no condition."
    return create_type(f"{name}Filter", fields, is_input=True, description=description)


@cache
def order_field(spec: ListSpec) -> type[Enum]:
    """`ContractOrderField`: the stored values that the list can be ordered by."""
    name = f"{spec.table.typename}OrderField"
    columns = {column.name.upper(): column.name for column in spec.orderable}
    enum: type[Enum] = Enum(name, columns)  # type: ignore[misc]  # its name is the entity's
    values = {member: _order_description(column) for member, column in zip(enum, spec.orderable, strict=True)}
    describe(enum, f"What a list of {spec.table.typename} objects can be ordered by.", values)
    return enum


def _order_name(column: Column) -> str:
    return "databaseId" if column.name == "id" else to_camel_case(column.field)


def _order_description(column: Column) -> str:
    field = _order_name(column)
    if column.relation:
        return f"By the `databaseId` of `{field}`."
    if column.choices is not None:
        return f"By `{field}`, in the order in which its enum lists the values."
    if column.kind is Kind.TEXT:
        return f"By `{field}`, alphabetically, whatever the case of the letters."
    return f"By `{field}`."


@cache
def order_input(spec: ListSpec) -> type:
    """`ContractOrder`: one term of an ordering."""
    name = spec.table.typename
    fields = [
        strawberry.field(name="field", graphql_type=order_field(spec), description="The value to order by."),
        strawberry.field(
            name="direction",
            graphql_type=OrderDirection,
            description="Which end comes first.",
            default=OrderDirection.ASC,
        ),
    ]
    description = f"One term of an ordering of {name} objects; ties go to the next term, and in the end to the id."
    return create_type(f"{name}Order", fields, is_input=True, description=description)


def list_arguments(spec: ListSpec) -> list[StrawberryArgument]:
    """The arguments of a connection field."""
    arguments = [
        argument("first", int, "How many from the start; at most 1000, by default 100, or 20 below another list."),
        argument("after", str, "Only what follows the entry with this cursor."),
        argument("last", int, "How many from the end, instead of `first`; at most 1000."),
        argument("before", str, "Only what precedes the entry with this cursor."),
    ]
    if spec.filters:
        arguments.append(argument("filter", filter_input(spec), "Only what meets all of these conditions."))
    if spec.searchable:
        arguments.append(argument("search", str, _searched(spec)))
    if spec.orderable:
        terms = list[order_input(spec)]  # type: ignore[misc,valid-type]  # the type is a value here
        given = f"The order, most significant term first. Unless given: {_default_order(spec)}."
        arguments.append(argument("order_by", terms, given))
    return arguments


def _default_order(spec: ListSpec) -> str:
    terms = [(term.source, term.descending) for term in spec.default_order if isinstance(term.source, Column)]
    return ", ".join(f"`{_order_name(column)}`{' descending' if descending else ''}" for column, descending in terms)


_SEARCHED: Final[dict[str, str]] = {
    "Customer": "names, organization, phone, email and document number",
    "Sim": "ICCID, IMSI and MSISDN",
    "Tariff": "name and description",
    "Contract": "number and the customer's names",
    "Payment": "transaction id, description and the contract's number",
    "Ticket": "subject, description and the customer's names",
    "User": "username and names",
    "Staff": "username and names",
}


def _searched(spec: ListSpec) -> str:
    fields = _SEARCHED[spec.table.typename]
    return f"Only what contains all of these words, whatever their case, each anywhere among: {fields}."


def argument(name: str, value_type: Any, description: str) -> StrawberryArgument:
    """An optional argument of a field."""
    annotation = StrawberryAnnotation(Optional[value_type])  # noqa: UP045 - the type is a value here
    return StrawberryArgument(name, None, annotation, description=description)
