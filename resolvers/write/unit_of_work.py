"""One unit of work: the rows that were locked, what they were, what they have become, and what is still to be written.

An operation changes the model instances that it was given. At its end the unit notes an audit event for every entity
that changed, so that no change can go unrecorded, and stores what differs: one statement a table, however many rows. A
unit lives as long as its transaction. It may serve many calls, one after the other: each begins with `begin()` and ends
with `record()`, or with `undo()` if it was refused; `store()` writes what all of them left.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from models.billing import BillingPolicy
from models.contracts import Contract
from models.customers import Customer
from models.database import Dialect, Raced
from models.database.rows import Change, any_of, deletion, id_list, insertions, new_ids, updates, write
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
    from collections.abc import Iterable, Mapping, Sequence

    from tortoise.models import Model

    from models.database import Reader, Transaction
    from resolvers.context import Context

E = TypeVar("E", bound=Entity)

LOCK_ORDER: tuple[type[Entity], ...] = (BillingPolicy, Customer, Tariff, Contract, Sim, Payment, Ticket, User, Job)
"""Rows are locked in this order, ids ascending within one, so that two operations never wait for each other. New rows
are stored in it too: each refers to earlier ones only."""


SKEW: Final = timedelta(minutes=1)
"""How far the clocks of two machines may be apart."""
BREATH: Final = 500
"""Rows after which a cascade lets others have the event loop."""


class Lock(Enum):
    """How a row is held until the transaction ends."""

    NONE = ""
    SHARE = " FOR SHARE"
    """It is only read, and must not change meanwhile."""
    CHANGE = " FOR NO KEY UPDATE"


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


class Rows(Protocol):
    """Where locked rows come from."""

    async def get(self, model: type[E], ids: Sequence[int], mode: Lock) -> list[E]:
        """The rows that exist, locked, ids ascending."""


@dataclass(slots=True)
class Direct:
    """Rows by a statement of their own."""

    tx: Transaction

    async def get(self, model: type[E], ids: Sequence[int], mode: Lock) -> list[E]:
        return await select(self.tx, model, ids, mode)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a call finds, so that it can be undone: how much was waiting to be written, and what its rows were."""

    locked: set[tuple[type[Entity], int]] = field(default_factory=set)
    """Rows that it has locked, or holds for more than before."""
    events: int = 0
    appended: int = 0
    removed: int = 0
    rows: dict[tuple[type[Entity], int], tuple[Tracked | None, dict[str, Any], dict[str, Any]]] = field(
        default_factory=dict
    )
    """By row, once the call has had it in hand."""


@dataclass(slots=True)
class Work:
    """What operations work with: the request, its moment, and its rows."""

    context: Context
    tx: Transaction
    action: str = ""
    """The operation's own verb: the audit event's action for every row without one of its own."""
    notes: dict[str, Any] = field(default_factory=dict)
    """What the answer tells beside the entity: `old_balance`, `payment_id` … (hundredths and ids)."""
    tracked: dict[tuple[type[Entity], int], Tracked] = field(default_factory=dict)
    glimpsed: dict[tuple[type[Entity], int], dict[str, Any]] = field(default_factory=dict)
    rows: Rows = field(init=False)
    events: list[AuditEvent] = field(default_factory=list)
    appended: list[Model] = field(default_factory=list)
    """Rows of no entity's that are only ever inserted: postings."""
    removed: list[Entity] = field(default_factory=list)
    wrote: bool = False
    """The call under way has changed something in the database itself, which `undo()` cannot take back."""
    changed: bool = False
    """Something has been noted in the journal."""
    known: dict[object, Any] = field(default_factory=dict)
    """What calls have read once for all of them: rows that are not changed here (the policy, terms)."""
    spare: int = 1
    """How many ids are taken at once for rows that nobody has announced by `reserve()`."""
    _beginning: Beginning = field(default_factory=Beginning)
    _unstored: set[tuple[type[Entity], int]] = field(default_factory=set)
    """Rows that may differ from what is stored."""
    _ids: dict[type[Entity], list[int]] = field(default_factory=dict)
    """Ids for rows to come."""
    _moment: datetime | None = None
    _newest: datetime | None = None
    """The last change of any row that is held to be changed."""

    def __post_init__(self) -> None:
        self.rows = Direct(self.tx)

    @property
    def now(self) -> datetime:
        """The moment of the operation: taken once its rows are locked, and never before what was done to them last.

        A wait for a lock may be long. Taken before it, a row would change at a time that others have read past; so
        every wait forgets the moment. Clocks of several machines differ; so, within reason, it is no earlier than the
        rows' own.
        """
        if self._moment is None:
            moment = self.context.clock()
            if self._newest is not None and moment < self._newest <= moment + SKEW:
                moment = self._newest
            self._moment = moment
        return self._moment

    def since(self, row: Entity) -> datetime:
        """The moment of what happens to a row now: never before what happened to it last, whatever the clocks say."""
        last: datetime = row.updated_at
        return max(self.now, last)

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
        operation starts anew. A row that is locked already is given as it is.
        """
        if (known := self.tracked.get((model, row_id))) is not None:
            return known.row  # type: ignore[return-value]
        (row,) = await self.rows.get(model, [row_id], Lock.NONE) or (None,)
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
        """The rows that exist, locked, ids ascending. One held to be read is held to be changed once that is asked."""
        wanted = sorted(set(ids) - self._gone(model))
        missing = [row_id for row_id in wanted if not self._holds(model, row_id, mode)]
        if missing:
            self._moment = None
            for row in await self.rows.get(model, missing, mode):
                self._track(row, mode)
        return self._in_hand(model, wanted)

    def _holds(self, model: type[Entity], row_id: int, mode: Lock) -> bool:
        known = self.tracked.get((model, row_id))
        return known is not None and (mode is Lock.SHARE or known.mode is Lock.CHANGE)

    def _track(self, row: Entity, mode: Lock) -> None:
        """Take a locked row in; of one that is here already, what it is held for."""
        key = (type(row), row.id)
        known = self.tracked.get(key)
        if known is None:
            glimpsed = self.glimpsed.get(key)
            if glimpsed is not None and glimpsed != _decisive(row):
                raise Raced
            found = row.row()
            known = self.tracked[key] = Tracked(row, found, found, mode)
            self._beginning.locked.add(key)
        if mode is Lock.CHANGE:
            if known.mode is not mode:
                known.mode = mode
                self._beginning.locked.add(key)
            if self._newest is None or row.updated_at > self._newest:
                self._newest = row.updated_at

    def _in_hand(self, model: type[E], ids: Iterable[int]) -> list[E]:
        """The locked rows among these; what the call makes of them it can be asked to undo."""
        held: list[Any] = []
        for row_id in ids:
            known = self.tracked.get((model, row_id))
            if known is not None:
                self._beginning.rows.setdefault((model, row_id), (known, known.before, known.stored))
                held.append(known.row)
        return held

    async def lock_children(
        self, model: type[E], column: str, parents: Iterable[int], within: Iterable[StrEnum] = ()
    ) -> list[E]:
        """All rows whose `column` is one of the parents' ids, locked for change, ids ascending; of some states only.

        The caller holds the parents, so that no child can join them meanwhile; one that leaves is not among the
        rows once locked.
        """
        wanted = set(parents)
        if not wanted:
            return []
        self._moment = None
        dialect, states = self.tx.dialect, [status.value for status in within]
        narrowed = f" AND status IN ({', '.join(map(repr, states))})" if states else ""
        lock = Lock.CHANGE.value if dialect is Dialect.POSTGRES else ""
        columns = list(model._meta.fields_db_projection)
        found = await self.tx.fetch(
            f"SELECT {', '.join(columns)} FROM {model._meta.db_table} WHERE {column} {any_of(dialect)}{narrowed}"
            f" ORDER BY id{lock}",
            [id_list(dialect, sorted(wanted))],
        )
        ids = {tracked.row.id for tracked in self._waiting(model)}
        for place, values in enumerate(found, 1):
            row = _instance(model, columns, values)
            self._track(row, Lock.CHANGE)
            ids.add(row.id)
            if place % BREATH == 0:
                await asyncio.sleep(0)
        held: list[Any] = self._in_hand(model, sorted(ids - self._gone(model)))
        return [row for row in held if getattr(row, column) in wanted and (not states or row.status in states)]

    async def exists(self, model: type[Model], column: str, value: object) -> bool:
        """Whether any row has this value in `column`, what is still to be stored included."""
        waiting = self._waiting(model)
        if any(getattr(tracked.row, column) == value for tracked in waiting):
            return True
        if any(type(row) is model and getattr(row, column) == value for row in self.appended):
            return True
        past = self._gone(model) | {tracked.row.id for tracked in waiting}
        mark = "$" if self.tx.dialect is Dialect.POSTGRES else "?"
        sql = f"SELECT id FROM {model._meta.db_table} WHERE {column} = {mark}1 LIMIT {mark}2"
        return any(row_id not in past for (row_id,) in await self.tx.fetch(sql, [value, len(past) + 1]))

    def _waiting(self, model: type[Model]) -> list[Tracked]:
        """Rows that may be other than the database has them: recorded and not stored, or in this call's hands."""
        keys = {key for key in (*self._unstored, *self._beginning.rows) if key[0] is model}
        return [self.tracked[key] for key in keys if key in self.tracked]

    def _gone(self, model: type[Model]) -> set[int]:
        """Rows that are deleted as soon as it is stored."""
        return {row.id for row in self.removed if type(row) is model}

    # --- changing rows --------------------------------------------------------------------------------------------

    async def add(self, row: E, action: str = "create") -> E:
        """Take in a new row, which gets its id at once, and is stored with all others."""
        row.created_at = row.updated_at = self.now
        row.id = await self._new_id(type(row))
        key = (type(row), row.id)
        self.tracked[key] = Tracked(row, {}, {}, Lock.CHANGE, action)
        self._beginning.rows[key] = (None, {}, {})
        return row

    async def _new_id(self, model: type[Entity]) -> int:
        if not self._ids.get(model):
            await self.reserve(model, self.spare)
        return self._ids[model].pop()

    async def reserve(self, model: type[Entity], count: int) -> None:
        """Take ids for this many rows that are to be added, by one statement."""
        self.keep_ids(model, await new_ids(self.tx, model, count))

    def keep_ids(self, model: type[Entity], fresh: Iterable[int]) -> None:
        """Ids that are good for new rows."""
        self._ids[model] = sorted((*fresh, *self._ids.get(model, ())), reverse=True)

    def append(self, row: Model) -> None:
        """Take in a row of no entity's that will never change (a posting), to be stored with all others."""
        self.appended.append(row)

    async def remove(self, row: Entity) -> None:
        """Delete a locked row; its history stays."""
        tracked = self.tracked.pop((type(row), row.id))
        self._record_row(tracked)
        if not tracked.is_new:
            self.removed.append(row)
        self._note(row, "delete", _changes(row, tracked.before, tracked.before, {}), tracked.reason)

    async def write(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """A statement that changes what is no entity (sessions …), at once. `$1` is spelt as the database wants it."""
        self.wrote = True
        return await self.tx.fetch(sql if self.tx.dialect is Dialect.POSTGRES else sql.replace("$", "?"), params)

    def note(
        self, row: Entity, action: str, reason: str | None = None, told: Mapping[str, list[object]] | None = None
    ) -> None:
        """An event of its own for what has become of a locked row so far; `told` is what it says besides."""
        tracked, after = self.tracked[type(row), row.id], row.row()
        differing = _differing(tracked.before, after)
        if differing:
            self._unstored.add((type(row), row.id))
            row.updated_at = after["updated_at"] = self.since(row)
        self._note(row, action, _changes(row, differing, tracked.before, after) | dict(told or {}), reason)
        tracked.before = after

    def mark(self, row: Entity, action: str, reason: str | None = None) -> None:
        """Name the audit event of a row that this operation changes besides its target, or say why."""
        tracked = self.tracked[type(row), row.id]
        tracked.action, tracked.reason = action, reason

    # --- a call from its beginning to its end -----------------------------------------------------------------------

    def begin(self, action: str) -> None:
        """A call of an operation begins: from here on everything is its doing."""
        self.action, self.notes, self.wrote = action, {}, False
        self._beginning = Beginning(events=len(self.events), appended=len(self.appended), removed=len(self.removed))

    async def record(self) -> None:
        """Note in the journal what the call has made of its rows so far; `store()` writes it."""
        for place, key in enumerate(list(self._beginning.rows), 1):
            tracked = self.tracked.get(key)
            if tracked is not None:
                self._record_row(tracked)
            if place % BREATH == 0:
                await asyncio.sleep(0)

    def _record_row(self, tracked: Tracked) -> None:
        row, after = tracked.row, tracked.row.row()
        differing = _differing(tracked.before, after)
        if differing:
            if tracked.mode is not Lock.CHANGE:
                raise RuntimeError(f"{row} is held to be read, and was changed.")
            self._unstored.add((type(row), row.id))
            # a search text that follows a renamed customer is no change of the contract's own
            if not row.unjournaled.issuperset(differing):
                row.updated_at = after["updated_at"] = self.since(row)
                changes = _changes(row, differing, tracked.before, after)
                self._note(row, tracked.action or self.action, changes, tracked.reason)
        tracked.before, tracked.action, tracked.reason = after, None, None

    def undo(self, *, unlock: bool = False) -> None:
        """Take back what the call has made of its rows. What it has written itself (`wrote`) is not undone by this.

        With `unlock` the database has gone back to a savepoint, and so holds no longer what the call has locked.
        """
        beginning = self._beginning
        del self.events[beginning.events :], self.appended[beginning.appended :], self.removed[beginning.removed :]
        for key, (tracked, before, stored) in beginning.rows.items():
            if tracked is None:
                self.tracked.pop(key, None)
                self._unstored.discard(key)
                continue
            for name, value in before.items():
                setattr(tracked.row, name, value)
            tracked.before, tracked.stored, tracked.action, tracked.reason = before, stored, None, None
            self.tracked[key] = tracked
        if unlock:
            for key in beginning.locked:
                self.tracked.pop(key, None)

    async def store(self) -> None:
        """Write what has been recorded: new rows, changed rows, postings, events in one message; then what goes.

        Raises the driver's `IntegrityError`.
        """
        self.wrote = True
        rows = sorted((self.tracked[key] for key in self._unstored if key in self.tracked), key=_id)
        self._unstored.clear()
        changes: list[Change] = []
        for model in sorted({type(one.row) for one in rows}, key=rank):
            changes += self._insertions(model, rows)
        for model in sorted({type(one.row) for one in rows}, key=rank):
            changes += self._updates(model, rows)
        await write(self.tx, [*changes, *self._appended()])
        for one in rows:
            one.stored = one.before
        await self._delete()

    def _insertions(self, model: type[Entity], rows: list[Tracked]) -> list[Change]:
        new = [one.row for one in rows if type(one.row) is model and one.is_new]
        return insertions(self.tx.dialect, new) if new else []

    def _updates(self, model: type[Entity], rows: list[Tracked]) -> list[Change]:
        """The columns that differ in any of the rows, of all of them: the others hold what they held."""
        known = [one for one in rows if type(one.row) is model and not one.is_new]
        differing = [(one.row, _differing(one.stored, one.before)) for one in known]
        changed = [row for row, columns in differing if columns]
        columns = sorted({name for _, columns in differing for name in columns})
        return updates(self.tx.dialect, changed, columns) if changed else []

    def _appended(self) -> list[Change]:
        """Postings and events."""
        rows = [*self.appended, *self.events]
        self.appended, self.events = [], []
        changes: list[Change] = []
        for model in dict.fromkeys(map(type, rows)):
            changes += insertions(self.tx.dialect, [row for row in rows if type(row) is model])
        return changes

    async def _delete(self) -> None:
        """Children before their parents, each table by itself: the database looks for what still refers to them."""
        removed, self.removed = self.removed, []
        for model in sorted({type(row) for row in removed}, key=rank, reverse=True):
            await write(self.tx, [deletion(self.tx.dialect, model, [row.id for row in removed if type(row) is model])])

    def _note(self, row: Entity, action: str, changes: dict[str, list[object]], reason: str | None) -> None:
        self.changed = True
        self.events.append(
            AuditEvent.of(
                entity=row.prefix,
                entity_id=row.id,
                action=action,
                actor_id=self.actor_id,
                request_id=self.context.request_id,
                job_id=self.context.job.id if self.context.job else None,
                changes=changes if reason is None else {**changes, "reason": [None, reason]},
                reason=reason,
                created_at=self.now,
            )
        )

    async def finish(self) -> bool:
        """Record and store what the only call of this unit has done. True if it changed anything."""
        await self.record()
        await self.store()
        return self.changed


async def select(reader: Reader, model: type[E], ids: Sequence[int], mode: Lock = Lock.NONE) -> list[E]:
    """Rows by id, ids ascending, in one statement; locked on PostgreSQL (SQLite's writer is alone anyway)."""
    columns = list(model._meta.fields_db_projection)
    dialect = reader.dialect
    rows = await reader.fetch(
        f"SELECT {', '.join(columns)} FROM {model._meta.db_table} WHERE id {any_of(dialect)} ORDER BY id"
        + (mode.value if dialect is Dialect.POSTGRES else ""),
        [id_list(dialect, ids)],
    )
    return [_instance(model, columns, row) for row in rows]


def _instance(model: type[E], columns: list[str], values: tuple[Any, ...]) -> E:
    return model._init_from_db(**dict(zip(columns, values, strict=True)))


def rank(model: type[Entity]) -> int:
    return LOCK_ORDER.index(model) if model in LOCK_ORDER else len(LOCK_ORDER)


def _id(tracked: Tracked) -> int:
    return tracked.row.id


def _decisive(row: Entity) -> dict[str, Any]:
    """What a glimpse is good for: the rows that it refers to, and the columns that it is watched for."""
    names = (*(f"{relation}_id" for relation in row._meta.fk_fields), *row.watched)
    return {name: getattr(row, name) for name in names}


_ABSENT = object()


def _differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The columns whose values are not what they were."""
    if before == after:
        return []
    return [name for name, value in after.items() if before.get(name, _ABSENT) != value]


def _changes(
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
