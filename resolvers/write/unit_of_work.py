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
from typing import TYPE_CHECKING, Any, Final, TypeVar

from models.database import Dialect, Raced
from models.database.rows import any_of, deletion, id_list, loaded, write
from models.entity import Entity
from models.journal import AuditEvent
from resolvers.faults import not_found
from resolvers.write.changes import changes_of, differing_columns
from resolvers.write.ids import Ids
from resolvers.write.locks import LOCK_ORDER, Direct, Lock, Rows, decisive, rank, select
from resolvers.write.tracked import Beginning, Tracked, additions, changes_of_rows, id_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
    from enum import StrEnum

    from tortoise.models import Model

    from models.database import Transaction
    from resolvers.context import Context

__all__ = ["LOCK_ORDER", "Lock", "Work", "select"]

E = TypeVar("E", bound=Entity)
T = TypeVar("T")

SKEW: Final = timedelta(minutes=1)
"""How far the clocks of two machines may be apart."""
INSTANT: Final = timedelta(microseconds=1)
BREATH: Final = 500
"""Rows after which a cascade lets others have the event loop."""


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
    ids: Ids = field(init=False)
    rehearsal: bool = False
    """It will be undone, and so takes no number that would not come back."""
    events: list[AuditEvent] = field(default_factory=list)
    told: list[AuditEvent] = field(default_factory=list)
    """The events that have been stored, in their order."""
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
    """How many ids are taken at once for rows that nobody has announced by `ids.reserve()`."""
    _beginning: Beginning = field(default_factory=Beginning)
    _unstored: set[tuple[type[Entity], int]] = field(default_factory=set)
    """Rows that may differ from what is stored."""
    _moment: datetime | None = None
    _newest: datetime | None = None
    """The last change of any row that is held to be changed."""

    def __post_init__(self) -> None:
        self.rows = Direct(self.tx)
        self.ids = Ids(self.tx, self.rehearsal)

    @property
    def now(self) -> datetime:
        """The moment of the operation: taken once its rows are locked, and never before what was done to them last.

        A wait for a lock may be long. Taken before it, a row would change at a time that others have read past; so
        every wait forgets the moment. Clocks of several machines differ; so, within reason, it is later than the
        rows' own: whoever knows a row by its `updated_at` learns of every change.
        """
        if self._moment is None:
            moment = self.context.clock()
            if self._newest is not None and moment <= self._newest <= moment + SKEW:
                moment = self._newest + INSTANT
            self._moment = moment
        return self._moment

    def since(self, row: Entity) -> datetime:
        """The moment of what happens to a row now: never before what happened to it last, whatever the clocks say."""
        last: datetime = row.updated_at
        return self.now if self.now >= last else last + INSTANT

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
        self.glimpsed[model, row_id] = decisive(row)
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
            if glimpsed is not None and glimpsed != decisive(row):
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
            row = loaded(model, columns, values)
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
        sql = f"SELECT id FROM {model._meta.db_table} WHERE {column} = $1 LIMIT $2"
        return any(row_id not in past for (row_id,) in await self.tx.fetch(sql, [value, len(past) + 1]))

    def _waiting(self, model: type[Model]) -> list[Tracked]:
        """Rows that may be other than the database has them: recorded and not stored, or in this call's hands."""
        keys = {key for key in (*self._unstored, *self._beginning.rows) if key[0] is model}
        return [self.tracked[key] for key in keys if key in self.tracked]

    def _gone(self, model: type[Model]) -> set[int]:
        """Rows that are deleted as soon as it is stored."""
        return {row.id for row in self.removed if type(row) is model}

    async def once(self, key: object, load: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `load()` gives, asked once for all calls of this unit, also for those that want it at the same time."""
        if key not in self.known:
            self.known[key] = asyncio.ensure_future(load())
        found: T = await self.known[key]
        return found

    # --- changing rows --------------------------------------------------------------------------------------------

    async def add(self, row: E, action: str = "create") -> E:
        """Take in a new row, which gets its id at once, and is stored with all others."""
        row.created_at = row.updated_at = self.now
        row.id = await self.ids.take(type(row), self.spare)
        key = (type(row), row.id)
        self.tracked[key] = Tracked(row, {}, {}, Lock.CHANGE, action)
        self._beginning.rows[key] = (None, {}, {})
        return row

    def append(self, row: Model) -> None:
        """Take in a row of no entity's that will never change (a posting), to be stored with all others."""
        self.appended.append(row)

    async def remove(self, row: Entity) -> None:
        """Delete a locked row; its history stays."""
        tracked = self.tracked.pop((type(row), row.id))
        self._record_row(tracked)
        if not tracked.is_new:
            self.removed.append(row)
        self._note(row, "delete", changes_of(row, tracked.before, tracked.before, {}), tracked.reason)

    async def write(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """A statement that changes what is no entity (sessions …), at once."""
        self.wrote = True
        return await self.tx.fetch(sql, params)

    def note(
        self, row: Entity, action: str, reason: str | None = None, told: Mapping[str, list[object]] | None = None
    ) -> None:
        """An event of its own for what has become of a locked row so far; `told` is what it says besides."""
        tracked, after = self.tracked[type(row), row.id], row.row()
        differing = differing_columns(tracked.before, after)
        if differing:
            self._unstored.add((type(row), row.id))
            row.updated_at = after["updated_at"] = self.since(row)
        self._note(row, action, changes_of(row, differing, tracked.before, after) | dict(told or {}), reason)
        tracked.before = after

    def mark(self, row: Entity, action: str, reason: str | None = None) -> None:
        """Name the audit event of a row that this operation changes besides its target, or say why."""
        tracked = self.tracked[type(row), row.id]
        tracked.action, tracked.reason = action, reason

    # --- a call from its beginning to its end -----------------------------------------------------------------------

    def begin(self, action: str) -> None:
        """A call of an operation begins: from here on everything is its doing."""
        self.action, self.notes, self.wrote = action, {}, False
        self._beginning = Beginning(
            events=len(self.events), told=len(self.told), appended=len(self.appended), removed=len(self.removed)
        )

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
        differing = differing_columns(tracked.before, after)
        if differing:
            if tracked.mode is not Lock.CHANGE:
                raise RuntimeError(f"{row} is held to be read, and was changed.")
            self._unstored.add((type(row), row.id))
            # a search text that follows a renamed customer is no change of the contract's own
            if not row.unjournaled.issuperset(differing):
                row.updated_at = after["updated_at"] = self.since(row)
                changes = changes_of(row, differing, tracked.before, after)
                self._note(row, tracked.action or self.action, changes, tracked.reason)
        tracked.before, tracked.action, tracked.reason = after, None, None

    def undo(self, *, unlock: bool = False) -> None:
        """Take back what the call has made of its rows. What it has written itself (`wrote`) is not undone by this.

        With `unlock` the database has gone back to a savepoint, and so holds no longer what the call has locked.
        """
        beginning = self._beginning
        del self.events[beginning.events :], self.appended[beginning.appended :], self.removed[beginning.removed :]
        del self.told[beginning.told :]
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
        rows = sorted((self.tracked[key] for key in self._unstored if key in self.tracked), key=id_of)
        self._unstored.clear()
        self.told += self.events
        appended, self.appended, self.events = [*self.appended, *self.events], [], []
        dialect = self.tx.dialect
        await write(self.tx, [*changes_of_rows(dialect, rows), *additions(dialect, appended)])
        for one in rows:
            one.stored = one.before
        await self._delete()

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
