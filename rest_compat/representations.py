"""How REST shows a row: the schema's own fields, spelt in snake_case, with integer ids and words for people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from resolvers.read.compiler import compile_root
from resolvers.read.selection import ById, Column, Constant, Kind, Nested, Object, Scalar, Style, ToMany, ToOne
from resolvers.words import word
from schema.execution.read_field import CALLER, visible
from schema.types.entities import TYPES
from schema.types.field_sources import Actions, AnyNode, Changes, FieldOrigin, GlobalId, origins

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.database import Dialect, Reader
    from models.users import Role
    from resolvers.identity.permissions import Caller
    from resolvers.read.compiler import Plan
    from resolvers.read.selection import Condition, Selected, Source
    from resolvers.words import Language

LAST = ("created_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Shown:
    """One value of a representation: its key, where it comes from, and the field of the schema that says so."""

    key: str
    source: Source
    field: FieldOrigin
    worded: bool = False
    """The word for people beside an enum, `status_display`."""


@lru_cache(maxsize=32)
def shown(typename: str) -> tuple[Shown, ...]:
    """All values of an entity's representation, the id first, the times of its making and changing last."""
    values = [value for field in origins(TYPES[typename]) for value in _values(field)]
    return tuple(sorted(values, key=lambda value: (value.key != "id", value.key in LAST)))


def _values(field: FieldOrigin) -> tuple[Shown, ...]:
    """A relation is its row's id; a list of rows has a path of its own; REST's own id is the integer."""
    origin = field.origin
    if field.rest_as:
        return (Shown(*field.rest_as, field),)
    if field.is_id or not field.rest or isinstance(origin, GlobalId | ToMany | AnyNode | Actions):
        return ()
    if isinstance(origin, ToOne) and field.embedded:
        return (Shown(field.python_name, Column("id", Kind.INTEGER), field),)
    if isinstance(origin, ToOne):
        return (Shown(field.python_name, _reference(field), field),)
    source = origin.column if isinstance(origin, Changes) else origin
    key = "id" if field.python_name == "database_id" else field.python_name
    plain = Shown(key, source, field)
    return (plain, Shown(f"{key}_display", source, field, worded=True)) if source.choices else (plain,)


def _reference(field: FieldOrigin) -> Source:
    if field.reference is None:
        raise LookupError(f"{field.table.typename}.{field.python_name} does not say where its id comes from")
    return field.reference


@lru_cache(maxsize=256)
def representation(typename: str, role: Role, language: Language) -> Object:
    """The selection of a whole entity as a caller of this role reads it."""
    values = shown(typename)
    return Object(values[0].field.table, tuple(_selected(value, role, language) for value in values))


def _selected(value: Shown, role: Role, language: Language) -> Selected:
    if isinstance(value.field.origin, ToOne) and value.field.embedded:
        relation = value.field.origin
        return Nested(value.key, relation, representation(relation.target, role, language))
    if isinstance(value.source, Column) and role in value.source.hidden_from:
        return Constant(value.key, "null")
    if not value.worded or value.source.choices is None:
        return Scalar(value.key, value.source)
    words = tuple((choice.value, word(choice, language)) for choice in value.source.choices)
    return Scalar(value.key, value.source, Style.WORDS, words=words)


@lru_cache(maxsize=512)
def _detail(typename: str, role: Role, language: Language, dialect: Dialect, where: tuple[Condition, ...]) -> Plan:
    whole = representation(typename, role, language)
    return compile_root(ById(replace(whole, where=where), _id), dialect)


def _id(variables: Mapping[str, int]) -> int:
    return variables["id"]


async def read(reader: Reader, typename: str, row_id: int, role: Role, language: Language) -> bytes:
    """A row as JSON, in one statement; `null` if there is none."""
    plan = _detail(typename, role, language, reader.dialect, ())
    return await plan.run(reader, {"id": row_id})


async def read_seen(reader: Reader, typename: str, row_id: int, caller: Caller, language: Language) -> bytes:
    """The same; `null` too if it is none that the caller may see."""
    plan = _detail(typename, caller.role, language, reader.dialect, visible(typename, caller.sight))
    return await plan.run(reader, {"id": row_id, CALLER: caller.user_id})
