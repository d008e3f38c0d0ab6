"""No lost updates: a call may say in which state its caller knows the target, and is refused where it is in another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

import orjson

from resolvers.faults import Code, Fault
from resolvers.words import Message
from resolvers.write.changes import Changed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.database import Reader
    from models.entity import Entity
    from resolvers.context import Context

MOST_TOLD: Final = 100
"""Changes since then that are told, the last of them."""
EVER: Final = datetime.max.replace(tzinfo=UTC)
"""Of a state that never was: there is nothing to tell since."""


class Conflict(Fault):
    """The target is not in the state that the caller knows; what has changed since then."""

    def __init__(self, target: Entity, changes: Sequence[Changed]) -> None:
        params = {"entity": Message(type(target).__name__), "id": target.id}
        super().__init__(Code.CONFLICT, Message(Code.CONFLICT.value, params))
        self.changes = changes


class Expected(Protocol):
    """The state in which a caller knows the target of its call."""

    async def missed(self, context: Context, reader: Reader, target: Entity) -> datetime | None:
        """Since when the locked target has been in another; None where it has not."""


@dataclass(frozen=True, slots=True)
class UpdatedAt:
    """That of its last change."""

    moment: datetime

    async def missed(self, context: Context, reader: Reader, target: Entity) -> datetime | None:
        """As of `Expected`."""
        del context, reader
        return None if target.updated_at == self.moment else self.moment


async def hold_expected(context: Context, reader: Reader, target: Entity, expected: Expected) -> None:
    """Raise `Conflict` unless the locked target is in the state that is expected of it."""
    since = await expected.missed(context, reader, target)
    if since is not None:
        raise Conflict(target, await _changes(reader, target, since))


async def _changes(reader: Reader, target: Entity, since: datetime) -> tuple[Changed, ...]:
    """What has become of a row after a moment, in the order of its history."""
    sql = f"""SELECT entity, entity_id, action, changes FROM audit_events
        WHERE entity = $1 AND entity_id = $2 AND created_at > $3 ORDER BY id DESC LIMIT {MOST_TOLD}"""
    rows = [] if since == EVER else await reader.fetch(sql, [target.prefix, target.id, since])
    return tuple(Changed(prefix, row_id, action, orjson.loads(told)) for prefix, row_id, action, told in reversed(rows))
