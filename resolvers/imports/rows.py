"""Rows of a file brought in, many in one transaction, each as one operation: a fault undoes its own row alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from models.database import Dialect
from models.imports import RowOutcome
from models.jobs import Job
from resolvers.faults import NO_FIELD, Fault, Invalid
from resolvers.identity.permissions import Permission, require
from resolvers.imports.kind import ReadRow, headed, of_object, of_table
from resolvers.imports.known import Known
from resolvers.words import Message, say
from resolvers.write.batch import Step, perform_within
from resolvers.write.operation import Effect, operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.database import Transaction
    from models.entity import Entity
    from resolvers.context import Context
    from resolvers.imports.kind import Headed, ImportKind
    from resolvers.words import Language
    from resolvers.write.unit_of_work import Work

LONGEST_ERROR: Final = 2_000
BREATH: Final = 20
"""Rows after which others have the event loop."""


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row as it was read from the file."""

    place: int
    cells: Any
    """A list under headings, or an object."""
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of a row."""

    place: int
    outcome: RowOutcome
    entity_id: int | None = None
    refusal: Fault | None = None

    def told(self, language: Language) -> str | None:
        """Why it failed, in words."""
        if self.refusal is None:
            return None
        if not isinstance(self.refusal, Invalid):
            return say(self.refusal.message, language)[:LONGEST_ERROR]
        parts = [
            say(one, language) if name == NO_FIELD else f"{name}: {say(one, language)}"
            for name, messages in self.refusal.fields.items()
            for one in messages
        ]
        return "; ".join(parts)[:LONGEST_ERROR]


@dataclass(frozen=True, slots=True)
class RowCall:
    """One row as an operation takes it."""

    kind: ImportKind
    row: ReadRow
    known: Known


@operation(
    "row.import",
    entity=Job,
    effect=Effect.ACTION,
    graphql="",
    may=Permission.IMPORT,
    says="updated",
    keyed=False,
)
async def import_row(work: Work, data: RowCall) -> Entity:
    """Bring one row in: whatever it needs, by the operations that everybody uses."""
    row, outcome = await data.kind.bring_in(work, data.row, data.known)
    data.known.touched.setdefault((data.kind.entity, row.id), data.row.place)
    work.notes["outcome"] = outcome
    return row


@dataclass(frozen=True, slots=True)
class LifeCall:
    """One row that stands, as an operation takes it."""

    kind: ImportKind
    row: ReadRow
    row_id: int
    known: Known


@operation(
    "row.live",
    entity=Job,
    effect=Effect.ACTION,
    graphql="",
    may=Permission.IMPORT,
    says="updated",
    keyed=False,
)
async def live_row(work: Work, data: LifeCall) -> Entity:
    """Bring one row to where it is in its life."""
    if data.kind.live is None:
        raise TypeError(data.kind)
    before = len(work.events)
    row = await data.kind.live(work, data.row, data.row_id, data.known)
    await work.record()
    changed = len(work.events) > before
    work.notes["outcome"] = RowOutcome.UPDATED if changed else RowOutcome.UNCHANGED
    return row


@dataclass(frozen=True, slots=True)
class Bringing:
    """How rows are brought in."""

    context: Context
    kind: ImportKind
    headings: Sequence[str]
    match: str
    stops: bool
    """At the first fault."""
    job_id: int
    file: str = ""
    is_text: bool = False
    """It is a CSV, where a formula is a text like others."""

    async def bring_in(self, tx: Transaction, rows: Sequence[KeptRow], known: Known | None = None) -> list[RowResult]:
        """What became of the rows; where a fault stops it, of those up to that one.

        `known` is what earlier rows of the same transaction have left.
        """
        results = await self._tried(tx, rows, known)
        if not self.stops:
            return results
        first = next((place for place, one in enumerate(results) if one.refusal is not None), None)
        if first is None:
            return results
        await tx.fetch("ROLLBACK TO SAVEPOINT bringing")
        return [*(await self._tried(tx, rows[:first], known)), results[first]]

    async def _tried(self, tx: Transaction, rows: Sequence[KeptRow], known: Known | None) -> list[RowResult]:
        await tx.fetch("SAVEPOINT bringing")
        read = await self._read(rows)
        good = [one for one in read if isinstance(one, ReadRow)]

        async def steps(work: Work) -> list[Step]:
            if work.context.caller is not None:
                require(work.context, Permission.IMPORT)
            found = Known() if known is None else known.copy()
            await self.kind.locate(work, good, found)
            if known is None:
                await self._note_touched(tx, found)
            return [Step(import_row, data=RowCall(self.kind, one, found)) for one in good]

        outcomes = iter(await perform_within(tx, self.context, steps) if good else [])
        return [one if isinstance(one, RowResult) else self._result(one, next(outcomes)) for one in read]

    async def live(self, tx: Transaction, rows: Sequence[tuple[KeptRow, int]]) -> list[RowResult]:
        """Bring rows that stand to where they are in their lives; what became of each by that."""
        understood = await self._read([row for row, _ in rows])
        read = [(one, row_id) for one, (_, row_id) in zip(understood, rows, strict=True)]
        good = [(one, row_id) for one, row_id in read if isinstance(one, ReadRow)]

        async def steps(work: Work) -> list[Step]:
            known = Known()
            await self.kind.locate(work, [one for one, _ in good], known)
            return [Step(live_row, data=LifeCall(self.kind, one, row_id, known)) for one, row_id in good]

        outcomes = await perform_within(tx, self.context, steps) if good else []
        if self.kind.settle is not None and good:
            await self.kind.settle(tx, [row_id for _, row_id in good])
        return [self._result(one, outcome) for (one, _), outcome in zip(good, outcomes, strict=True)]

    async def _note_touched(self, tx: Transaction, known: Known) -> None:
        """Which of the rows that were found earlier batches of the same file were about."""
        ids = sorted(set(known.ids.get(self.kind.entity, {}).values()))
        if not ids:
            return
        postgres = tx.dialect is Dialect.POSTGRES
        listed = "= ANY($2::int[])" if postgres else "IN (SELECT value FROM json_each($2))"
        sql = f"""SELECT entity_id, min(place) FROM import_results
            WHERE job_id = $1 AND entity_id {listed} AND entity_id IS NOT NULL GROUP BY entity_id"""
        for row_id, place in await tx.fetch(sql, [self.job_id, ids if postgres else str(ids)]):
            known.touched[self.kind.entity, row_id] = place

    def _result(self, row: ReadRow, one: Any) -> RowResult:
        if isinstance(one, Fault):
            return RowResult(row.place, RowOutcome.FAILED, refusal=one)
        return RowResult(row.place, one.notes["outcome"], one.id)

    async def _read(self, rows: Sequence[KeptRow]) -> list[ReadRow | RowResult]:
        """The rows whose cells can be understood; of the others why not."""
        columns = headed(self.kind, self.headings) if self.headings else None
        read: list[ReadRow | RowResult] = []
        for place, row in enumerate(rows, 1):
            read.append(self._read_one(row, columns))
            if place % BREATH == 0:
                await asyncio.sleep(0)
        return read

    def _read_one(self, row: KeptRow, columns: Headed | None) -> ReadRow | RowResult:
        if row.fault is not None:
            refusal = Invalid({NO_FIELD: (Message(row.fault),)})
            return RowResult(row.place, RowOutcome.FAILED, refusal=refusal)
        try:
            raw = (
                of_object(self.kind, row.cells) if columns is None else of_table(columns, row.cells, text=self.is_text)
            )
        except Invalid as wrong:
            return RowResult(row.place, RowOutcome.FAILED, refusal=wrong)
        return ReadRow(row.place, raw, self.match, self.file)
