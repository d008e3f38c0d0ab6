"""What every entity has in common: an integer id, two times, and a casefolded search text."""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

from tortoise import fields
from tortoise.models import Model

from models.fields import MomentField
from models.texts import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def search_text(parts: Iterable[str | None]) -> str:
    """One text of all that a search may find; a newline keeps a word from matching across two fields."""
    return "\n".join(fold(part) for part in parts if part)


class Entity(Model):
    """A row with an identity. `id` is never used twice, so that a deleted entity's history stays its own."""

    id = fields.IntField(primary_key=True)
    created_at = MomentField()
    updated_at = MomentField()

    prefix: ClassVar[str]
    """Of the global id: `ctr` in `ctr_7`; also the name of the entity in the journal."""
    secrets: ClassVar[frozenset[str]] = frozenset()
    """Columns whose values never appear in the journal or a log."""
    watched: ClassVar[frozenset[str]] = frozenset()
    """Columns, besides the relations, that must be as they were glimpsed once the row is locked: they decide who may
    change it, or what else is locked."""
    unjournaled: ClassVar[frozenset[str]] = frozenset({"id", "created_at", "updated_at", "search"})
    """Columns that are bookkeeping and no change that a person would look for."""

    class Meta:
        abstract = True

    __setattr__ = object.__setattr__  # type: ignore[assignment]  # Tortoise's looks for rows, but ids alone are assigned

    def row(self) -> dict[str, Any]:
        """The stored columns and their values, by name."""
        names, values = _reader(type(self))
        return dict(zip(names, values(self), strict=True))


@lru_cache(maxsize=64)
def _reader(model: type[Entity]) -> tuple[tuple[str, ...], Callable[[Entity], tuple[Any, ...]]]:
    """The names of a model's columns, and what reads all of them from a row at once."""
    names = tuple(model._meta.fields_db_projection)
    return names, attrgetter(*names)
