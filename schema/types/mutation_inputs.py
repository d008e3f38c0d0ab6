"""The inputs of mutations, derived from the operations' own: what each takes is said once, in `resolvers/`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, Final, Optional, cast

import strawberry
from strawberry.tools import create_type

from resolvers import value_kinds
from resolvers.write import kinds
from resolvers.write.inputs import Mode, input_fields
from resolvers.write.operation import Effect
from schema.types.global_ids import of_type, read_id
from schema.types.scalars import JSON

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from resolvers.write.inputs import InputField
    from resolvers.write.operation import Operation

KEY: Final = "idempotencyKey"
DRY_RUN: Final = "dryRun"
EXPECTED: Final = "expectedUpdatedAt"

_TYPES: Final[tuple[tuple[type, Any], ...]] = (
    (value_kinds.Hundredths, Decimal),
    (value_kinds.Whole, int),
    (value_kinds.Reference, strawberry.ID),
    (value_kinds.Day, date),
    (value_kinds.Truth, bool),
    (value_kinds.Options, JSON),
    (value_kinds.WholeNumbers, list[int]),
    (value_kinds.Texts, list[str]),
    (kinds.Networks, list[str]),
    (kinds.Instant, datetime),
)
"""What is not here is text."""


def mode(operation: Operation) -> Mode:
    """An update names only what changes."""
    return Mode.PARTIAL if operation.effect is Effect.UPDATE else Mode.FULL


def operation_input(operation: Operation) -> type:
    """`<Mutation>Input` of an operation."""
    name = operation.graphql[0].upper() + operation.graphql[1:]
    fields = []
    if operation.has_target:
        fields.append(
            strawberry.field(name="id", graphql_type=strawberry.ID, description=of_type(operation.entity.__name__))
        )
    if operation.input is not None:
        fields += value_fields(operation.input, partial=mode(operation) is Mode.PARTIAL)
    if operation.keyed:
        fields.append(_key_field())
    if operation.takes_expected:
        fields.append(_expected_field(operation))
    if operation.rehearsable:
        fields.append(_dry_run_field())
    return create_type(f"{name}Input", fields, is_input=True, description=f"What `{operation.graphql}` takes.")


def _key_field() -> Any:
    return strawberry.field(
        name=KEY,
        graphql_type=Optional[str],  # noqa: UP045 - the type is a value here
        description="Makes a retry safe: within 24 hours the same key with the same input gets the first answer.",
        default=strawberry.UNSET,
    )


def _dry_run_field() -> Any:
    return strawberry.field(
        name=DRY_RUN,
        graphql_type=Optional[bool],  # noqa: UP045 - the type is a value here
        description="Do it, answer what would come of it, `changes` above all, and undo it. An idempotency key beside "
        "it is ignored.",
        default=strawberry.UNSET,
    )


def _expected_field(operation: Operation) -> Any:
    return strawberry.field(
        name=EXPECTED,
        graphql_type=Optional[datetime],  # noqa: UP045 - the type is a value here
        description=f"The `updatedAt` of the {operation.entity.__name__} as the caller has read it: if it has changed "
        "since, nothing is done, and `CONFLICT` tells what has.",
        default=strawberry.UNSET,
    )


def value_fields(input_type: type, *, partial: bool = False) -> list[Any]:
    """The fields of an input; none is required of one that is `partial`."""
    return [_value_field(field, partial=partial) for field in input_fields(input_type)]


def _value_field(field: InputField, *, partial: bool) -> Any:
    value_type = _value_type(field)
    ids = f" {of_type(field.kind.typename)}" if isinstance(field.kind, value_kinds.Reference) else ""
    what = field.description + ids
    if field.always_required and not partial:
        made = strawberry.field(name=field.graphql_name, graphql_type=value_type, description=what)
    else:
        made = strawberry.field(
            name=field.graphql_name,
            graphql_type=Optional[value_type],  # noqa: UP045 - the type is a value here
            description=what + _when_absent(field, partial=partial),
            default=strawberry.UNSET,
        )
    made.python_name = _attribute(field)
    return made


def _attribute(field: InputField) -> str:
    """How Python can spell a field: `from` is a word of its own."""
    return f"{field.graphql_name}_" if iskeyword(field.graphql_name) else field.graphql_name


def _value_type(field: InputField) -> Any:
    if isinstance(field.kind, value_kinds.Choice):
        return field.kind.choices
    if isinstance(field.kind, kinds.Choices):
        return list[field.kind.choices]  # type: ignore[name-defined]  # the type is a value here
    if isinstance(field.kind, value_kinds.Group):
        return group_input(field.kind.fields)
    return next((found for kind, found in _TYPES if isinstance(field.kind, kind)), str)


@cache
def group_input(fields: type) -> type:
    """The type of an object within an input; what it leaves out stays as it is."""
    what = cast("str", fields.__doc__)
    return create_type(fields.__name__, value_fields(fields, partial=True), is_input=True, description=what)


def _when_absent(field: InputField, *, partial: bool) -> str:
    if partial:
        null = " Null clears it." if field.default is None else " Null is as if it were absent."
        return " Absent, it stays as it is." + (null if field.nullable else "")
    if field.default is None:
        return ""
    default = field.default.upper() if isinstance(field.kind, value_kinds.Choice) else field.default
    return f" Unless given: `{default}`."


def raw_values(operation_input_type: type, given: object) -> Mapping[str, object]:
    """The given values of an input as `resolvers.write.inputs.parse` takes them: by its own names, ids as numbers.

    Raises the fault `validation` for a text that is no global id of the right type.
    """
    return dict(_read(input_fields(operation_input_type), given))


def _read(fields: Iterable[InputField], given: object) -> Iterable[tuple[str, object]]:
    for field in fields:
        value = getattr(given, _attribute(field))
        if value is strawberry.UNSET:
            continue
        if isinstance(field.kind, value_kinds.Reference) and value is not None:
            value = read_id(value, field.kind.typename, field.graphql_name)
        if isinstance(field.kind, value_kinds.Group) and value is not None:
            value = raw_values(field.kind.fields, value)
        yield field.name, value
