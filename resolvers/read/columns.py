"""A model's column as a source of reads: its kind, choices and nullability are said once, by the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tortoise import fields
from tortoise.fields.data import CharEnumFieldInstance
from tortoise.fields.relational import ForeignKeyFieldInstance

from models.fields import HundredthsField, MomentField
from resolvers.read.selection import Column, Kind

if TYPE_CHECKING:
    from enum import StrEnum

    from tortoise.models import Model

    from models.users import Role

_KINDS: tuple[tuple[type, Kind], ...] = (
    (HundredthsField, Kind.HUNDREDTHS),
    (MomentField, Kind.MOMENT),
    (CharEnumFieldInstance, Kind.CHOICE),
    (fields.BooleanField, Kind.TRUTH),
    (fields.DateField, Kind.DAY),
    (fields.JSONField, Kind.DOCUMENT),
    (fields.IntField, Kind.INTEGER),
    (fields.BigIntField, Kind.INTEGER),
    (fields.CharField, Kind.TEXT),
    (fields.TextField, Kind.TEXT),
)


def column(model: type[Model], name: str, hidden_from: frozenset[Role] = frozenset()) -> Column:
    """The column of that name; a foreign key's is called `customer_id`."""
    declared = model._meta.fields_map
    relation = declared.get(name.removesuffix("_id"))
    if name not in declared or isinstance(relation, ForeignKeyFieldInstance):
        if relation is None:
            raise KeyError(name)
        return Column(name, Kind.INTEGER, nullable=relation.null, relation=True)
    field = declared[name]
    kind = next(kind for field_type, kind in _KINDS if isinstance(field, field_type))
    choices = cast("type[StrEnum]", field.enum_type) if isinstance(field, CharEnumFieldInstance) else None
    return Column(name, kind, choices, nullable=field.null, hidden_from=hidden_from)


def orderable(model: type[Model]) -> tuple[Column, ...]:
    """The columns that its lists may be ordered by: stored scalars, ids of relations among them, and no secret."""
    unseen = _UNSEEN | getattr(model, "secrets", frozenset())
    declared = model._meta.fields_map
    keys = {name: f"{name}_id" for name, field in declared.items() if isinstance(field, ForeignKeyFieldInstance)}
    names = [keys.get(name, name) for name, field in declared.items() if name in keys or isinstance(field, _SCALARS)]
    return tuple(column(model, name) for name in dict.fromkeys(names) if name not in unseen)


def nullable(model: type[Model]) -> tuple[Column, ...]:
    """Those of them that may be null."""
    return tuple(one for one in orderable(model) if one.nullable)


_UNSEEN = frozenset({"search", "email_key", "document_key", "username_key", "reminded_for", "reminded_step"})
"""Folded copies and marks that the program keeps for itself."""
_SCALARS = tuple(field_type for field_type, kind in _KINDS if kind is not Kind.DOCUMENT)
