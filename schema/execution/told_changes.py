"""What a mutation has changed, as the payload's `changes` tell it: each entity once for each event of its history."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from resolvers.events.feed import ENTITY_NAMES
from schema.execution.translate import journal_names, journal_values, object_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from graphql import FieldNode, GraphQLField, GraphQLObjectType

    from resolvers.write.changes import Changed
    from schema.execution.collect_fields import Collector

FIELDS: Final = "fields"


@dataclass(frozen=True, slots=True)
class ChangesAsked:
    """Each response key of a change and what stands under it: the name of a fact, or what is asked of its fields."""

    facts: tuple[tuple[str, str | tuple[tuple[str, str], ...]], ...]

    def told(self, changes: Iterable[Changed]) -> list[dict[str, object]]:
        """The changes, with what is asked of each."""
        return [self._one(changed) for changed in changes]

    def _one(self, changed: Changed) -> dict[str, object]:
        known: dict[str, object] = {
            "id": f"{changed.prefix}_{changed.id}",
            "type": ENTITY_NAMES[changed.prefix],
            "action": changed.action,
            "__typename": "EntityChange",
        }
        return {key: known[asked] if isinstance(asked, str) else _fields(changed, asked) for key, asked in self.facts}


def _fields(changed: Changed, asked: Sequence[tuple[str, str]]) -> list[dict[str, object]]:
    told = []
    for name, (old, new) in changed.fields.items():
        known = {
            "field": _spelling().get(name, name),
            "old": _spelt(name, old),
            "new": _spelt(name, new),
            "__typename": "FieldChange",
        }
        told.append({key: known[fact] for key, fact in asked})
    return told


def _spelt(name: str, value: object) -> object:
    """A value as the history tells it: the name of an enum's, an id with its prefix."""
    enums, prefixes = _values()
    if value is None:
        return None
    if name in prefixes:
        return f"{prefixes[name]}_{value}"
    return str(value).upper() if name in enums else value


@cache
def _values() -> tuple[frozenset[str], dict[str, str]]:
    enums, ids = journal_values()
    return frozenset(enums), dict(ids)


@cache
def _spelling() -> dict[str, str]:
    return dict(journal_names())


def changes_asked(field: GraphQLField, nodes: list[FieldNode], collector: Collector) -> ChangesAsked:
    """What a document asks of a field that tells changes."""
    change = object_type(field)
    asked = collector.fields(change, nodes).items()
    return ChangesAsked(tuple((key, _fact(change, same, collector)) for key, same in asked))


def _fact(change: GraphQLObjectType, nodes: list[FieldNode], collector: Collector) -> str | tuple[tuple[str, str], ...]:
    name = nodes[0].name.value
    if name != FIELDS:
        return name
    inner = collector.fields(object_type(change.fields[name]), nodes).items()
    return tuple((key, same[0].name.value) for key, same in inner)
