"""The rows that a unit of work has in hand, and the statements that store what has become of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from models.database.rows import insertions, updates
from resolvers.write.changes import differing_columns
from resolvers.write.locks import rank

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tortoise.models import Model

    from models.database import Dialect
    from models.database.rows import Change
    from models.entity import Entity
    from resolvers.write.locks import Lock


@dataclass(slots=True)
class Tracked:
    """A row in the unit of work: as the journal last knew it, and as the database holds it now (nothing of a new one).

    `action` names its next audit event.
    """

    row: Entity
    before: dict[str, Any]
    stored: dict[str, Any]
    mode: Lock
    action: str | None = None
    reason: str | None = None

    @property
    def is_new(self) -> bool:
        return not self.stored


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a call finds, so that it can be undone: how much was waiting to be written, and what its rows were."""

    locked: set[tuple[type[Entity], int]] = field(default_factory=set)
    """Rows that it has locked, or holds for more than before."""
    events: int = 0
    told: int = 0
    appended: int = 0
    removed: int = 0
    rows: dict[tuple[type[Entity], int], tuple[Tracked | None, dict[str, Any], dict[str, Any]]] = field(
        default_factory=dict
    )
    """By row, once the call has had it in hand."""


def id_of(tracked: Tracked) -> int:
    return tracked.row.id


def changes_of_rows(dialect: Dialect, rows: Sequence[Tracked]) -> Iterator[Change]:
    """New rows, parents before their children, then what differs from what is stored."""
    models = sorted({type(one.row) for one in rows}, key=rank)
    for model in models:
        new = [one.row for one in rows if type(one.row) is model and one.is_new]
        yield from insertions(dialect, new) if new else ()
    for model in models:
        yield from _updates(dialect, [one for one in rows if type(one.row) is model and not one.is_new])


def _updates(dialect: Dialect, rows: Sequence[Tracked]) -> Sequence[Change]:
    """The columns that differ in any of the rows, of all of them: the others hold what they held."""
    differing = [(one.row, differing_columns(one.stored, one.before)) for one in rows]
    changed = [row for row, columns in differing if columns]
    columns = sorted({name for _, columns in differing for name in columns})
    return updates(dialect, changed, columns) if changed else ()


def additions(dialect: Dialect, rows: Sequence[Model]) -> Iterator[Change]:
    """Rows that are only ever inserted, by table, in their order."""
    for model in dict.fromkeys(map(type, rows)):
        yield from insertions(dialect, [row for row in rows if type(row) is model])
