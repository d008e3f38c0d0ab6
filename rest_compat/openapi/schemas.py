"""JSON Schemas for OpenAPI: of what answers show, and of what bodies and query strings take."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any

from strawberry.types.base import StrawberryList, StrawberryOptional

from resolvers import value_kinds
from resolvers.read.selection import Comparison, Kind, ToOne
from resolvers.value_kinds import MAX_INT
from resolvers.words import word
from resolvers.write import kinds
from resolvers.write.inputs import Mode, input_fields
from rest_compat.openapi.examples import BY_KIND, example
from rest_compat.openapi.pieces import Schema, enum_schema, one_of
from rest_compat.representations import shown
from schema.types import statistics as figures
from schema.types.entities import TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from resolvers.read.list_criteria import Criterion
    from resolvers.value_kinds import InputKind
    from resolvers.write.inputs import InputField
    from rest_compat.openapi.descriptions import Teller
    from rest_compat.representations import Shown

ID: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_INT}
MONEY: Schema = {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$"}

# --- what is shown ------------------------------------------------------------------------------------------------

_SHOWN: dict[Kind, Schema] = {
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.TEXT: {"type": "string"},
    Kind.CHOICE: {"type": "string"},
    Kind.TRUTH: {"type": "boolean"},
    Kind.HUNDREDTHS: MONEY,
    Kind.MOMENT: {"type": "string", "format": "date-time"},
    Kind.DAY: {"type": "string", "format": "date"},
    Kind.DOCUMENT: {"type": "object"},
}


def shown_schema(kind: Kind, *, nullable: bool = False) -> Schema:
    """A value of this kind as answers show it."""
    schema = _SHOWN[kind]
    return {**schema, "type": [schema["type"], "null"]} if nullable else schema


def entity_schema(typename: str, tell: Teller) -> Schema:
    """A whole row, as every list and detail shows it."""
    values = shown(typename)
    return {
        "type": "object",
        "description": tell(description_of(typename)),
        "required": [value.key for value in values],
        "properties": {value.key: _value(value, tell) for value in values},
    }


def description_of(typename: str) -> str:
    """What a row of this type is."""
    definition: Any = TYPES[typename]
    return str(definition.__strawberry_definition__.description)


def _value(value: Shown, tell: Teller) -> Schema:
    source, field = value.source, value.field
    if field.embedded and isinstance(field.origin, ToOne):
        return {**entity_schema(field.origin.target, tell), "description": tell(field.description)}
    schema = shown_schema(source.kind, nullable=field.nullable)
    if value.worded and source.choices:
        said = tell("The same in a word for people, in the language of the answer.")
        return {**schema, "description": said, "examples": [word(next(iter(source.choices)), tell.language)]}
    if source.choices:
        schema = one_of(source.choices, nullable=field.nullable)
        return {**schema, "description": tell(field.description), "examples": [next(iter(source.choices)).value]}
    if (items := _items(field.items)) is not None:
        schema = {"type": ["array", "null"] if field.nullable else "array", "items": items}
    return {**schema, "description": tell(field.description), "examples": [example(value.key, source.kind)]}


_ITEMS: dict[type | None, str] = {str: "string", int: "integer"}


def _items(kind: type | None) -> Schema | None:
    """The elements of a list of plain values, or of an enum's; None for what is no such list."""
    if kind is not None and issubclass(kind, Enum):
        return one_of(kind)
    return {"type": _ITEMS[kind]} if kind in _ITEMS else None


def statistics_schema(name: str, tell: Teller) -> Schema:
    """An entity's figures."""
    fields = getattr(figures, name).__strawberry_definition__.fields
    return {
        "type": "object",
        "required": [field.python_name for field in fields],
        "properties": {
            field.python_name: {**_figure(field.type), "description": tell(field.description)} for field in fields
        },
    }


def _figure(kind: Any) -> Schema:
    """Counts, money, seconds, or counts by the values of an enum."""
    if isinstance(kind, StrawberryList):
        return {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}
    if isinstance(kind, StrawberryOptional):
        return {"type": ["number", "null"]}
    return MONEY if kind is Decimal else {"type": "integer", "minimum": 0}


# --- what is taken ------------------------------------------------------------------------------------------------


def input_schema(input_type: type, tell: Teller, mode: Mode = Mode.FULL, *, replace: bool = False) -> Schema:
    """A body of an operation."""
    fields = list(input_fields(input_type))
    required = [
        field.rest_name for field in fields if field.always_required and not (replace and field.keep_on_replace)
    ]
    makes = mode is Mode.FULL and not replace  # null is then as good as leaving out what has a default
    properties = {
        field.rest_name: _taken(field, tell, nullable=field.nullable or (makes and field.default is not None))
        for field in fields
    }
    schema: Schema = {"type": "object", "properties": properties}
    return {**schema, "required": required} if required and mode is Mode.FULL else schema


def _taken(field: InputField, tell: Teller, *, nullable: bool) -> Schema:
    if isinstance(field.kind, value_kinds.Group):
        return {**input_schema(field.kind.fields, tell, Mode.PARTIAL), "description": tell(field.description)}
    forms = kind_schema(field.kind)
    if nullable:
        forms = [*forms, {"type": "null"}]
    said = tell(field.description)
    if field.default is not None:
        said = f"{said} {tell('Unless given:')} `{field.default}`."
    schema = forms[0] if len(forms) == 1 else {"anyOf": forms}
    return {**schema, "description": said, "examples": [input_example(field)]}


def input_example(field: InputField) -> Any:
    """What is sent for a field, for example."""
    kind = field.kind
    if type(kind) in _SENT:
        return _SENT[type(kind)]
    if isinstance(kind, kinds.Choices):
        return [next(iter(kind.choices)).value]
    if isinstance(kind, value_kinds.Choice):
        return next(iter(kind.choices)).value
    return example(field.rest_name, _LIKE.get(type(kind), Kind.TEXT))


_SENT: dict[type, Any] = {
    value_kinds.TimeOfDay: "03:30",
    value_kinds.WholeNumbers: [3, 1],
    value_kinds.Texts: ["contract.*"],
    value_kinds.Reference: BY_KIND[Kind.INTEGER],
}
"""What is sent for fields of these kinds, whatever they are called."""
_LIKE: dict[type, Kind] = {
    value_kinds.Hundredths: Kind.HUNDREDTHS,
    value_kinds.Whole: Kind.INTEGER,
    value_kinds.Day: Kind.DAY,
    value_kinds.Truth: Kind.TRUTH,
    value_kinds.Options: Kind.DOCUMENT,
    kinds.Instant: Kind.MOMENT,
}


def kind_schema(kind: InputKind) -> list[Schema]:
    """The forms in which a value of an input's kind may be sent."""
    return _FORMS[type(kind)](kind)


def _money(kind: value_kinds.Hundredths) -> list[Schema]:
    """A number or a string; below zero only where that is taken. The kind's limits are in hundredths."""
    sign = "-?" if kind.least < 0 else ""
    number: Schema = {"type": "number", "multipleOf": 0.01, "minimum": kind.least / 100, "maximum": kind.most / 100}
    return [number, {"type": "string", "pattern": rf"^{sign}[0-9]{{1,10}}(\.[0-9]{{1,2}})?$"}]


_FORMS: dict[type, Callable[[Any], list[Schema]]] = {
    value_kinds.Text: lambda kind: [{"type": "string", "maxLength": kind.limit}],
    value_kinds.Secret: lambda kind: [
        {"type": "string", "format": "password", "minLength": max(kind.least, 1), "maxLength": kind.limit}
    ],
    value_kinds.Phone: lambda _: [{"type": "string", "format": "phone", "maxLength": value_kinds.SHORT_TEXT}],
    value_kinds.Email: lambda _: [{"type": "string", "format": "email", "maxLength": value_kinds.SHORT_TEXT}],
    value_kinds.Digits: lambda kind: [{"type": "string", "pattern": f"^[0-9]{{{kind.least},{kind.most}}}$"}],
    value_kinds.Choice: lambda kind: [one_of(kind.choices)],
    value_kinds.Hundredths: _money,
    value_kinds.Whole: lambda kind: [{"type": "integer", "minimum": kind.least, "maximum": kind.most}],
    value_kinds.Reference: lambda _: [ID],
    value_kinds.Day: lambda _: [{"type": "string", "format": "date"}],
    value_kinds.Truth: lambda _: [{"type": "boolean"}],
    value_kinds.Options: lambda _: [{"type": "object"}],
    value_kinds.TimeOfDay: lambda _: [{"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}],
    value_kinds.Texts: lambda kind: [
        {
            "type": "array",
            "items": {"type": "string", "maxLength": value_kinds.SHORT_TEXT},
            "maxItems": kind.count,
        }
    ],
    value_kinds.WholeNumbers: lambda kind: [
        {"type": "array", "items": {"type": "integer", "minimum": kind.least, "maximum": kind.most}}
    ],
    kinds.Choices: lambda kind: [{"type": "array", "minItems": 1, "items": one_of(kind.choices)}],
    kinds.Networks: lambda _: [
        {"type": "array", "minItems": 1, "maxItems": kinds.MOST_NETWORKS, "items": {"type": "string"}}
    ],
    kinds.Instant: lambda _: [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}],
}


def criterion_schema(criterion: Criterion) -> Schema:
    """A filter's value in a query string."""
    source = criterion.filter.source
    if criterion.comparison is Comparison.IS_NULL:
        return {"type": "boolean"}
    if criterion.comparison is Comparison.IN:
        return {"type": "string"}
    if criterion.filter.refers_to:
        return {"type": "integer"}
    if source.choices:
        return one_of(source.choices)
    if source.kind is Kind.MOMENT:
        return {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}
    return _SHOWN[source.kind]


def enum_schemas(bodies: Iterable[type], tell: Teller) -> dict[str, Schema]:
    """The enums that rows show and bodies take, each a component of its own, with the words for its values."""
    sources = [value.source for typename in TYPES for value in shown(typename)]
    taken = [field.kind for body in bodies for field in input_fields(body)]
    enums = {source.choices.__name__: source.choices for source in sources if source.choices}
    items = [value.field.items for typename in TYPES for value in shown(typename)]
    enums |= {kind.__name__: kind for kind in items if kind is not None and issubclass(kind, StrEnum)}
    enums |= {kind.choices.__name__: kind.choices for kind in taken if isinstance(kind, value_kinds.Choice)}
    return {name: enum_schema(enums[name], tell.language) for name in sorted(enums)}
