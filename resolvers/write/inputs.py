"""What a caller may write: input dataclasses whose fields say what they take, and the one function that reads them.

An input is a frozen dataclass whose fields are declared by `takes(kind, description, …)`. Both doors derive from it:
the GraphQL input type, the REST body, the OpenAPI schema. `parse()` turns raw JSON values into it or raises `Invalid`
naming every bad field.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from resolvers.faults import Invalid
from resolvers.value_kinds import Group, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from resolvers.value_kinds import InputKind
    from resolvers.words import Message


class Unset(Enum):
    """The value of a field that the caller did not mention: on create its default, on update what is stored."""

    UNSET = auto()

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET


class Mode(Enum):
    """How complete an input must be."""

    FULL = auto()
    """Required fields must be there: create, PUT, an action."""
    PARTIAL = auto()
    """Only what changes: PATCH, a GraphQL update."""


@dataclass(frozen=True, slots=True)
class InputField:
    """One field of an input."""

    name: str
    kind: InputKind
    description: str
    required: bool
    nullable: bool
    default: str | None
    """What it is when absent on create, as the documentation shows it."""
    rest_name: str
    keep_on_replace: bool
    """A PUT may leave it out although it is required (a password)."""
    waived_by: tuple[str, str] | None
    """Another field, and the value of it with which this one is not required."""

    @property
    def always_required(self) -> bool:
        """Whatever the other fields say."""
        return self.required and self.waived_by is None

    @property
    def graphql_name(self) -> str:
        head, *tail = self.name.split("_")
        return head + "".join(part.title() for part in tail)


def takes(
    kind: InputKind,
    description: str,
    *,
    required: bool = False,
    nullable: bool = False,
    default: str | None = None,
    rest: str | None = None,
    keep_on_replace: bool = False,
    waived_by: tuple[str, str] | None = None,
    secret: bool = False,
) -> Any:
    """Declare a field of an input dataclass; see `InputField` for the meanings. A secret is left out of its repr."""
    metadata = {
        "kind": kind,
        "description": description,
        "required": required,
        "nullable": nullable,
        "default": default,
        "rest": rest,
        "keep_on_replace": keep_on_replace,
        "waived_by": waived_by,
    }
    return dataclasses.field(default=UNSET, metadata=metadata, repr=not secret)


def input_fields(input_type: type) -> Iterator[InputField]:
    """The fields of an input, in their order."""
    return iter(_fields(input_type))


@lru_cache(maxsize=256)
def _fields(input_type: type) -> tuple[InputField, ...]:
    """Made once for each input: a large import reads many thousands of them."""
    found = []
    for field in dataclasses.fields(input_type):
        given = dict(field.metadata)
        rest_name = given.pop("rest") or field.name
        found.append(InputField(name=field.name, rest_name=rest_name, **given))
    return tuple(found)


T = TypeVar("T")


def parse(input_type: type[T], raw: Mapping[str, object], mode: Mode = Mode.FULL, *, replace: bool = False) -> T:
    """Read raw values, keyed by the dataclass's field names, into the input.

    Unknown keys are ignored (contract §1). With `replace` (a PUT) fields marked `keep_on_replace` may be absent.
    Raises `Invalid` with every bad field.
    """
    values: dict[str, object] = {}
    wrong: dict[str, tuple[Message, ...]] = {}
    for field in input_fields(input_type):
        try:
            value = _read(_as_asked(field, raw), raw.get(field.name, UNSET), mode, replace)
        except Refused as refusal:
            wrong[field.name] = (refusal.message,)
        else:
            if value is not UNSET:
                values[field.name] = value
    if wrong:
        raise Invalid(wrong)
    return input_type(**values)


def _as_asked(field: InputField, raw: Mapping[str, object]) -> InputField:
    """The field, required or not by what another one says."""
    waived = field.waived_by is not None and raw.get(field.waived_by[0]) == field.waived_by[1]
    return dataclasses.replace(field, required=False) if waived else field


def _read(field: InputField, value: object, mode: Mode, replace: bool) -> object:
    if value is None and field.default is not None and mode is Mode.FULL and not replace:
        return UNSET  # null for a field with a default is that default, where something is made (contract §1)
    if value is UNSET:
        if field.required and mode is Mode.FULL and not (replace and field.keep_on_replace):
            raise Refused("required")
        return UNSET
    if value is None or value == "":
        if field.nullable:
            return None
        if value is None:
            raise Refused("may_not_be_null")
    if isinstance(field.kind, Group):
        return _group(field.kind.fields, value)
    return _not_blank(field, field.kind.read(value))


def _group(fields: type, value: object) -> object:
    """An object within an input, read like an input of its own; what is wrong is told of the whole."""
    if not isinstance(value, dict):
        raise Refused("not_object")
    try:
        return parse(fields, value, Mode.PARTIAL)
    except Invalid as wrong:
        name, messages = next(iter(wrong.fields.items()))
        raise Refused("wrong_within", name=name, wrong=messages[0]) from wrong


def _not_blank(field: InputField, value: object) -> object:
    """Text of blanks only is empty text: null where that is allowed."""
    if value != "":
        return value
    if field.nullable:
        return None
    raise Refused("may_not_be_blank")


def given(data: object) -> dict[str, Any]:
    """The fields that the caller mentioned, by name."""
    fields = dataclasses.fields(cast("Any", data))
    return {field.name: value for field in fields if (value := getattr(data, field.name)) is not UNSET}


def changes_in(data: object, row: object) -> dict[str, Any]:
    """The fields that the caller mentioned with another value than the row holds: sending a stored one is no change."""
    return {name: value for name, value in given(data).items() if getattr(row, name) != value}
