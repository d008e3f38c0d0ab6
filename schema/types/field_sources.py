"""Where the fields of the schema's types come from: said once, beside each field, for both doors.

A type's field is declared by one of the helpers below, which make a Strawberry field that carries its origin. The read
compiler's selections (`schema/execution/translate.py`) and REST's representations are both built from `origins()`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast

import strawberry
from strawberry.types.base import StrawberryList, StrawberryOptional
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.utils.str_converters import to_camel_case

from resolvers.read.selection import Column, Expression, ToMany, ToOne
from resolvers.read.tables import TABLES_BY_TYPENAME
from schema.types.list_inputs import argument, list_arguments

if TYPE_CHECKING:
    from strawberry.types.base import StrawberryObjectDefinition
    from strawberry.types.field import StrawberryField

    from resolvers.read.selection import ListSpec, OfParent, Source, Table


@dataclass(frozen=True, slots=True)
class GlobalId:
    """The row's own id behind its table's prefix, `ctr_7`. REST has the plain integer, which is `database_id` here."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a journal event changed: `{field: [old, new]}` as stored and in REST, a list of objects in GraphQL."""

    column: Column


@dataclass(frozen=True, slots=True)
class AnyNode:
    """The row of whatever type that two columns of this one name: its prefix and its id."""

    prefix: Column
    id: Column


@dataclass(frozen=True, slots=True)
class Actions:
    """What may be done with the row now (`resolvers/available.py`). REST has a path of its own for it."""


Origin = Column | Expression | ToOne | ToMany | GlobalId | Changes | AnyNode | Actions


@dataclass(frozen=True, slots=True)
class FieldOrigin:
    """A field of a type and where its value comes from."""

    python_name: str
    graphql_name: str
    origin: Origin
    description: str
    table: Table
    """Of the type that has the field."""
    reference: Source | None = None
    """With a `ToOne`: what gives the related row's integer id, without a look at that row."""
    nullable: bool = False
    is_id: bool = False
    """Its value is a global id, whatever it comes from; REST has no such."""
    embedded: bool = False
    """With a `ToOne`: REST shows the object itself, as it is no row of its own."""
    items: type | None = None
    """Of a list: what its elements are."""
    rest: bool = True
    """REST shows it; false for what its documented bodies do not have."""
    rest_as: tuple[str, Source] | None = None
    """What REST shows in its place: the key, and where its value comes from."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a declared field carries in its metadata, under `ORIGIN`."""

    origin: Origin
    reference: Source | None = None
    spec: ListSpec | None = None
    """With a `ToMany`: how the list can be asked."""
    rest: bool = True
    """As of `FieldOrigin`."""
    embedded: bool = False
    """As of `FieldOrigin`."""
    rest_as: tuple[str, Source] | None = None
    """As of `FieldOrigin`."""
    at: Expression | None = None
    """With a `Column`: what it was at the moment `{at}`, if the argument `at` names one."""
    period: bool = False
    """What is within is of the days that the arguments `from` and `to` name: with a `ToOne`, its figures and lists."""


ORIGIN = "origin"


def _field(description: str, provenance: Provenance, name: str | None = None) -> Any:
    return strawberry.field(description=description, metadata={ORIGIN: provenance}, name=name)


def global_id(table: Table) -> Any:
    """The `id` of a type whose rows have a global id."""
    return _field(f"Global id: the type's prefix and the number, `{table.prefix}_7`.", Provenance(GlobalId()))


def stored(column: Column, description: str, *, rest: bool = True) -> Any:
    """A stored value."""
    return _field(description, Provenance(column, rest=rest))


def stored_over_time(column: Column, at: Expression, description: str) -> Any:
    """A stored value, or what it was at the moment that the argument `at` names."""
    field = _field(description, Provenance(column, at=at))
    field.arguments = [argument("at", datetime, "As it was at this moment, or at this day's end; now, unless given.")]
    return field


def computed(
    expression: Expression, description: str, *, rest_as: tuple[str, Source] | None = None, name: str | None = None
) -> Any:
    """A value that the database works out; `name` where Python cannot spell it."""
    return _field(description, Provenance(expression, rest_as=rest_as), name)


def any_node(prefix: Column, row_id: Column, description: str) -> Any:
    """The row of whatever type that two columns name."""
    return _field(description, Provenance(AnyNode(prefix, row_id), rest=False))


def to_one(target: str, key: Column, description: str, *, rest: bool = True) -> Any:
    """The row of another type that a stored foreign key names."""
    return _field(description, Provenance(ToOne(target, local=key.name), reference=key, rest=rest))


def to_one_back(target: str, remote: str, reference: Expression, description: str) -> Any:
    """The one row of another type whose foreign key `remote` names this row; `reference` gives that row's id."""
    return _field(description, Provenance(ToOne(target, local="id", remote=remote), reference=reference))


def part(target: str, remote: str, description: str) -> Any:
    """A part of the row itself, as an object: what a view of it shows under this row's id in `remote`."""
    return _field(description, Provenance(ToOne(target, local="id", remote=remote), embedded=True))


def part_of_period(target: str, description: str) -> Any:
    """A part of the row itself, as an object: what went on from the day `from` to the day `to`."""
    field = _field(description, Provenance(ToOne(target, local="id"), rest=False, period=True))
    field.arguments = [
        argument("from", date, "The first day; from the beginning, unless given."),
        argument("to", date, "The last day, itself included; up to now, unless given."),
    ]
    return field


def entries_of_period(spec: ListSpec, remote: str, description: str) -> Any:
    """The rows of another type that belong to this one's row and to the period that it shows."""
    field = _field(description, Provenance(ToMany(spec.table.typename, remote), spec=spec, rest=False, period=True))
    field.arguments = list_arguments(spec)
    return field


def to_many(spec: ListSpec, remote: str | OfParent, description: str, **constants: str) -> Any:
    """The rows of another type whose foreign key `remote`, or their parent's, names this row, as a connection.

    `constants` are further columns of theirs that must equal a fixed text.
    """
    relation = ToMany(spec.table.typename, remote, constants=tuple(constants.items()))
    field = _field(description, Provenance(relation, spec=spec))
    field.arguments = list_arguments(spec)
    return field


def changes(column: Column, description: str) -> Any:
    """A journal event's changes."""
    return _field(description, Provenance(Changes(column)))


def actions() -> Any:
    """What may be done with the row."""
    return _field(
        "Everything that can be done with it at all, in the order of its life, and whether the caller may do it now, "
        "by role, state and neighbours' states. What is allowed may still fail by its arguments.",
        Provenance(Actions(), rest=False),
    )


def provenance(field: StrawberryField) -> Provenance | None:
    """What the field was declared with; None for a field that is no part of a row."""
    return cast("Provenance | None", field.metadata.get(ORIGIN))


def _items(declared: object) -> type | None:
    """Of a list, which may be null, what its elements are; an enum's is the enum itself."""
    listed = declared.of_type if isinstance(declared, StrawberryOptional) else declared
    if not isinstance(listed, StrawberryList):
        return None
    one: Any = listed.of_type
    return cast("type", one.wrapped_cls if isinstance(one, StrawberryEnumDefinition) else one)


def origins(strawberry_type: type) -> tuple[FieldOrigin, ...]:
    """The declared fields of a type, in their order."""
    definition = cast("StrawberryObjectDefinition", cast("Any", strawberry_type).__strawberry_definition__)
    table = TABLES_BY_TYPENAME[definition.name]
    declared = ((field, provenance(field)) for field in definition.fields)
    return tuple(
        FieldOrigin(
            python_name=field.python_name,
            graphql_name=field.graphql_name or to_camel_case(field.python_name),
            origin=said.origin,
            description=field.description or "",
            table=table,
            reference=said.reference,
            nullable=isinstance(field.type, StrawberryOptional),
            is_id=field.type is strawberry.ID,
            items=_items(field.type),
            rest=said.rest,
            embedded=said.embedded,
            rest_as=said.rest_as,
        )
        for field, said in declared
        if said is not None
    )
