"""What has become of a row: which columns differ, and how the journal tells it."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from models.fields import HundredthsField, MomentField, moment_text
from resolvers.value_kinds import hundredths_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from models.entity import Entity
    from models.journal import AuditEvent

_ABSENT: Final = object()


class Changed(NamedTuple):
    """What a call has changed of one entity, as the entity's history tells it."""

    prefix: str
    """Of its global id."""
    id: int
    action: str
    fields: Mapping[str, Sequence[object]]
    """`{field: [old, new]}`"""


def changed_by(events: Iterable[AuditEvent]) -> tuple[Changed, ...]:
    """What these events tell, in their order."""
    return tuple(Changed(one.entity, one.entity_id, one.action, one.changes) for one in events)


def differing_columns(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The columns whose values are not what they were."""
    if before == after:
        return []
    return [name for name, value in after.items() if before.get(name, _ABSENT) != value]


def changes_of(
    row: Entity, names: Iterable[str], before: dict[str, Any], after: dict[str, Any]
) -> dict[str, list[object]]:
    """`{field: [old, new]}` of what a person would look for among these; secrets stay out altogether."""
    changes = {}
    for name in names:
        old, new = before.get(name), after.get(name)
        if old != new and name not in row.unjournaled and name not in row.secrets:
            changes[_spelt(name)] = [_shown(row, name, old), _shown(row, name, new)]
    return changes


def _spelt(column: str) -> str:
    """As the documents call a field: a relation without its `_id`."""
    return column if column == "transaction_id" else column.removesuffix("_id")


def _shown(row: Entity, name: str, value: Any) -> object:
    """A value as JSON shows it at the doors."""
    if value is None:
        return None
    field_type = row._meta.fields_map[name]
    if isinstance(field_type, HundredthsField):
        return hundredths_text(value)
    if isinstance(field_type, MomentField):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
