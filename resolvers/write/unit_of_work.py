"""One operation's unit of work: the rows that it locked, what they were, and what they have become.

An operation changes the model instances that it was given; the unit saves what differs and writes an audit event for
every entity that changed, so that no change can go unrecorded. Each is used for one transaction only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from models.contracts import Contract
from models.customers import Customer
from models.database import Dialect, Raced
from models.database.rows import insert, update
from models.entity import Entity
from models.fields import HundredthsField, MomentField, moment_text
from models.jobs import Job
from models.journal import AuditEvent
from models.payments import Payment
from models.sims import Sim
from models.tariffs import Tariff
from models.tickets import Ticket
from models.users import User
from resolvers.faults import not_found
from resolvers.value_kinds import hundredths_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tortoise.models import Model

    from models.database import Reader, Transaction
    from resolvers.context import Context

E = TypeVar("E", bound=Entity)

LOCK_ORDER: tuple[type[Entity], ...] = (Customer, Tariff, Contract, Sim, Payment, Ticket, User, Job)
"""Rows are locked in this order, ids ascending within one, so that two operations never wait for each other."""


class Lock(Enum):
    """How a row is held until the transaction ends."""

    NONE = ""
    SHARE = " FOR SHARE"
    """It is only read, and must not change meanwhile."""
    CHANGE = " FOR NO KEY UPDATE"


@dataclass(slots=True)
class Tracked:
    """A row in the unit of work: as the journal last knew it, and as the database holds it now.

    They differ for a new row alone: the journal knows nothing of it yet. `action` names its audit event.
    """

    row: Entity
    before: dict[str, Any]
    stored: dict[str, Any]
    action: str | None = None
    reason: str | None = None


@dataclass(slots=True)
class Work:
    """What an operation works with: the request, its moment, and its rows."""

    context: Context
    tx: Transaction
    action: str
    """The operation's own verb: the audit event's action for every row without one of its own."""
    tracked: dict[tuple[type[Entity], int], Tracked] = field(default_factory=dict)
    glimpsed: dict[tuple[type[Entity], int], dict[str, Any]] = field(default_factory=dict)
    events: list[AuditEvent] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    """What the answer tells beside the entity: `old_balance`, `payment_id` … (hundredths and ids)."""
    _moment: datetime | None = None
    _newest: datetime | None = None
    """The last change of any row that is held to be changed."""

    @property
    def now(self) -> datetime:
        """The moment of the operation: taken once its rows are locked, and never before what was done to them last.

        A wait for a lock may be long. Taken before it, a row would change at a time that others have read past; so
        every wait forgets the moment. Clocks of several machines differ; so it is no earlier than the rows' own.
        """
        if self._moment is None:
            self._moment = self.context.clock()
            if self._newest is not None and self._newest > self._moment:
                self._moment = self._newest
        return self._moment

    @property
    def today(self) -> date:
        return self.context.today(self.now)

    @property
    def actor_id(self) -> int | None:
        if self.context.job is not None:
            return self.context.job.actor_id
        return self.context.caller.user_id if self.context.caller else None

    # --- getting rows ---------------------------------------------------------------------------------------------

    async def glimpse(self, model: type[E], row_id: int, named: str | None = None) -> E:
        """A row without a lock, to learn which owners must be locked before it; raises `not_found`.

        If it has other owners by the time it is locked, or is otherwise not what it was (`Entity.watched`), the whole
        operation starts anew.
        """
        (row,) = await select(self.tx, model, [row_id]) or (None,)
        if row is None:
            raise not_found(model, row_id, named)
        self.glimpsed[model, row_id] = _decisive(row)
        return row

    async def lock(self, model: type[E], row_id: int, mode: Lock = Lock.CHANGE, named: str | None = None) -> E:
        """One locked row; raises `not_found` (with `named`, the argument its id came in)."""
        rows = await self.lock_all(model, [row_id], mode)
        if not rows:
            raise not_found(model, row_id, named)
        return rows[0]

    async def lock_owner(self, model: type[E], row_id: int, mode: Lock = Lock.CHANGE) -> E:
        """A row that a glimpsed one refers to, locked. Where it is gone, what was glimpsed has changed."""
        rows = await self.lock_all(model, [row_id], mode)
        if not rows:
            raise Raced
        return rows[0]

    async def lock_all(self, model: type[E], ids: Iterable[int], mode: Lock = Lock.CHANGE) -> list[E]:
        """The rows that exist, locked, ids ascending."""
        wanted = sorted(set(ids))
        held = {row_id: self.tracked[model, row_id] for row_id in wanted if (model, row_id) in self.tracked}
        missing = [row_id for row_id in wanted if row_id not in held]
        if missing:
            self._moment = None
            for row in await select(self.tx, model, missing, mode):
                self._check_glimpse(row)
                if mode is Lock.CHANGE and (self._newest is None or row.updated_at > self._newest):
                    self._newest = row.updated_at
                found = row.row()
                held[row.id] = self.tracked[model, row.id] = Tracked(row, found, found)
        return [held[row_id].row for row_id in wanted if row_id in held]  # type: ignore[misc]

    async def lock_children(
        self, model: type[E], column: str, parents: Iterable[int], within: Iterable[StrEnum] = ()
    ) -> list[E]:
        """All rows whose `column` is one of the parents' ids, locked for change, ids ascending; of some states only.

        The caller holds the parents, so that no child can join them meanwhile; one that leaves is not among the
        rows once locked.
        """
        wanted = sorted(set(parents))
        if not wanted:
            return []
        states = [status.value for status in within]
        narrowed = f" AND status IN ({', '.join(map(repr, states))})" if states else ""
        found = await self.tx.fetch(
            f"SELECT id FROM {model._meta.db_table} WHERE {column} {any_of(self.tx.dialect)}{narrowed}",
            [id_list(self.tx.dialect, wanted)],
        )
        rows: list[Any] = await self.lock_all(model, [row[0] for row in found])
        return [row for row in rows if getattr(row, column) in wanted and (not states or row.status in states)]

    async def exists(self, model: type[Model], column: str, value: object) -> bool:
        """Whether any row has this value in `column`."""
        parameter = "$1" if self.tx.dialect is Dialect.POSTGRES else "?1"
        return bool(
            await self.tx.fetch(f"SELECT 1 FROM {model._meta.db_table} WHERE {column} = {parameter} LIMIT 1", [value])
        )

    def _check_glimpse(self, row: Entity) -> None:
        glimpsed = self.glimpsed.get((type(row), row.id))
        if glimpsed is not None and glimpsed != _decisive(row):
            raise Raced

    # --- changing rows --------------------------------------------------------------------------------------------

    async def add(self, row: E, action: str = "create") -> E:
        """Insert a new row; its id is known afterwards. May raise the driver's `IntegrityError`."""
        row.created_at = row.updated_at = self.now
        await insert(self.tx, row)
        self.tracked[type(row), row.id] = Tracked(row, {}, row.row(), action)
        return row

    async def remove(self, row: Entity) -> None:
        """Delete a locked row; its history stays."""
        tracked = self.tracked.pop((type(row), row.id))
        await self.save_changes()
        await row.delete()
        self._record(row, "delete", _changes(row, tracked.before, {}), tracked.reason)

    def mark(self, row: Entity, action: str, reason: str | None = None) -> None:
        """Name the audit event of a row that this operation changes besides its target, or say why."""
        tracked = self.tracked[type(row), row.id]
        tracked.action, tracked.reason = action, reason

    async def save_changes(self) -> None:
        """Write every row that differs from what it was, with its audit event."""
        for tracked in list(self.tracked.values()):
            await self._save(tracked)

    async def _save(self, tracked: Tracked) -> None:
        row, after = tracked.row, tracked.row.row()
        differing = _differing(tracked.stored, after)
        if differing:
            # a search text that follows a renamed customer is no change of the contract's own
            if not row.unjournaled.issuperset(differing):
                row.updated_at = after["updated_at"] = self.now
                differing.append("updated_at")
            await update(self.tx, row, differing)
        if not row.unjournaled.issuperset(_differing(tracked.before, after)):
            action = tracked.action or self.action
            self._record(row, action, _changes(row, tracked.before, after), tracked.reason)
        tracked.before = tracked.stored = after

    def _record(self, row: Entity, action: str, changes: dict[str, list[object]], reason: str | None) -> None:
        self.events.append(
            AuditEvent(
                entity=row.prefix,
                entity_id=row.id,
                action=action,
                actor_id=self.actor_id,
                request_id=self.context.request_id,
                changes=changes if reason is None else {**changes, "reason": [None, reason]},
                reason=reason,
                job_id=self.context.job.id if self.context.job else None,
                created_at=self.now,
            )
        )

    async def finish(self) -> bool:
        """Save what is left and the journal. True if anything changed."""
        await self.save_changes()
        if self.events:
            await insert(self.tx, *self.events)
        return bool(self.events)


async def select(reader: Reader, model: type[E], ids: Sequence[int], mode: Lock = Lock.NONE) -> list[E]:
    """Rows by id, ids ascending, in one statement; locked on PostgreSQL (SQLite's writer is alone anyway)."""
    columns = list(model._meta.fields_db_projection)
    dialect = reader.dialect
    rows = await reader.fetch(
        f"SELECT {', '.join(columns)} FROM {model._meta.db_table} WHERE id {any_of(dialect)} ORDER BY id"
        + (mode.value if dialect is Dialect.POSTGRES else ""),
        [id_list(dialect, ids)],
    )
    return [model._init_from_db(**dict(zip(columns, row, strict=True))) for row in rows]


def any_of(dialect: Dialect) -> str:
    """The condition that a column's value is in the list that is the first parameter: one text for any length."""
    return "= ANY($1::int[])" if dialect is Dialect.POSTGRES else "IN (SELECT value FROM json_each(?1))"


def id_list(dialect: Dialect, ids: Sequence[int]) -> object:
    """A list of ids as the parameter of `any_of`."""
    return list(ids) if dialect is Dialect.POSTGRES else json.dumps(list(ids))


def _decisive(row: Entity) -> dict[str, Any]:
    """What a glimpse is good for: the rows that it refers to, and the columns that it is watched for."""
    names = (*(f"{relation}_id" for relation in row._meta.fk_fields), *row.watched)
    return {name: getattr(row, name) for name in names}


_ABSENT = object()


def _differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The columns whose values are not what they were."""
    return [name for name, value in after.items() if before.get(name, _ABSENT) != value]


def _changes(row: Entity, before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[object]]:
    """`{field: [old, new]}` of what a person would look for; secrets stay out altogether."""
    hidden = row.unjournaled | row.secrets
    changed = [name for name in row._meta.fields_db_projection if before.get(name) != after.get(name)]
    pairs = ((name, before.get(name), after.get(name)) for name in changed if name not in hidden)
    return {_spelt(name): [_shown(row, name, old), _shown(row, name, new)] for name, old, new in pairs}


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
