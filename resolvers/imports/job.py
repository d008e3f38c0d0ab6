"""The work of an import: its file's rows are read into the database once, then brought in batch by batch.

Killed anywhere, it goes on after its last batch; rows that were read twice are kept once. A dry run, and one that is
all or nothing, is one transaction, with the same batches.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from models.imports import OnFault, RowOutcome
from models.users import Role
from resolvers.faults import Code, fault
from resolvers.identity.permissions import Caller
from resolvers.imports import uploads
from resolvers.imports.asked import Asked
from resolvers.imports.kind import headed, named
from resolvers.imports.known import Known
from resolvers.imports.readers import Row, content
from resolvers.imports.rows import Bringing, RowResult
from resolvers.imports.store import (
    HEADINGS,
    change_results,
    headings_of,
    keep_results,
    keep_rows,
    keep_untried,
    living_after,
    outcomes_of,
    rows_after,
)
from resolvers.jobs.kind import JobKind
from resolvers.jobs.running import Progress
from resolvers.transfer.tables import Format
from resolvers.words import say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.database import Transaction
    from resolvers.context import Context
    from resolvers.imports.readers import Content
    from resolvers.jobs.kind import JobRun

BATCH: Final = 250
"""Rows of one transaction."""
READ: Final = 2_000
"""Rows that are kept at once while the file is read."""
NAMED: Final = 100
"""Faults that the result names, and headings that mean nothing."""


# --- reading ------------------------------------------------------------------------------------------------------


async def _read(run: JobRun) -> Progress:
    """Read the whole file into the database."""
    asked, database = Asked.of(run.arguments), run.context.database
    total, unknown = 0, dict[str, None]()
    async with uploads.on_disk(database, asked.file) as path:
        read = await asyncio.to_thread(content, path, asked.written)
        unknown.update(dict.fromkeys(_headed(asked, read)))
        if read.headings:
            await _keep(run, [Row(HEADINGS, read.headings)])
        while rows := await asyncio.to_thread(_some, read):
            await _keep(run, rows)
            total += len(rows)
            unknown.update(dict.fromkeys(_unknown_of_objects(asked, rows)))
    told = {**_nothing(), "unknown_headings": list(unknown)[:NAMED]}
    return Progress(state={"after": 0}, total=total, result=told)


def _headed(asked: Asked, read: Content) -> tuple[str, ...]:
    """The headings that mean nothing. Raises `Invalid`."""
    return headed(asked.rows, read.headings).unknown if read.headings else ()


def _unknown_of_objects(asked: Asked, rows: Sequence[Row]) -> list[str]:
    names = {name for row in rows if isinstance(row.cells, dict) for name in row.cells}
    return sorted(name for name in names if named(asked.rows, name) is None and not name.startswith("import_"))


def _some(read: Content) -> list[Row]:
    return list(islice(read.rows, READ))


async def _keep(run: JobRun, rows: Sequence[Row]) -> None:
    await run.context.database.write(lambda tx: keep_rows(tx, run.job.id, rows))


def _nothing() -> dict[str, Any]:
    return {one.value: 0 for one in RowOutcome} | {"unknown_headings": [], "faults": []}


# --- bringing in --------------------------------------------------------------------------------------------------


async def _step(run: JobRun) -> None:
    asked = Asked.of(run.arguments)
    bringing = Bringing(
        await _context(run),
        asked.rows,
        await headings_of(run.context.database, run.job.id),
        asked.match,
        asked.on_fault is OnFault.STOP,
        run.job.id,
        asked.file,
        asked.format is Format.CSV,
    )
    if asked.whole:
        await _whole(run, asked, bringing)
    elif "living" in run.state:
        await _live_batch(run, asked, bringing)
    else:
        await _batch(run, asked, bringing)


async def _context(run: JobRun) -> Context:
    """The rows are brought in by whoever asked for it, as they may do it now; at a console by nobody."""
    actor = run.job.created_by_id
    if actor is None:
        return run.context
    sql = "SELECT username, role FROM users WHERE id = $1 AND is_active"
    rows = await run.context.database.fetch(sql, [actor])
    if not rows:
        raise fault(Code.TOKEN_NOT_VALID)
    return replace(run.context, caller=Caller(actor, rows[0][0], Role(rows[0][1]), None))


async def _batch(run: JobRun, asked: Asked, bringing: Bringing) -> None:
    """The next rows, in one transaction with the progress."""
    after = int(str(run.state["after"]))
    rows = await rows_after(run.context.database, run.job.id, after, BATCH)

    async def body(tx: Transaction) -> None:
        results = await bringing.bring_in(tx, rows)
        await keep_results(tx, run.job.id, results, asked.language)
        told = _Told(asked, dict(run.result))
        told.add(results)
        stopped = len(results) < len(rows) or (bringing.stops and told.failed > 0)
        if stopped:
            await keep_untried(tx, run.job.id, results[-1].place)
            told.leave(int(run.job.total or 0))
        if stopped or len(rows) < BATCH:
            lives = has_lives(bringing)
            await run.save(tx, told.progress({"living": 0} if lives else {"after": after}, finished=not lives))
        else:
            await run.save(tx, told.progress({"after": rows[-1].place}, finished=False))

    await run.context.database.write(body)


def has_lives(bringing: Bringing) -> bool:
    """Whether the file says anything of where its rows are in their lives."""
    kind = bringing.kind
    if kind.live is None or not bringing.headings:
        return kind.live is not None
    return not kind.life.isdisjoint(name for one in bringing.headings if (name := named(kind, one)))


async def _live_batch(run: JobRun, asked: Asked, bringing: Bringing) -> None:
    """All rows of the file stand: the next are brought to where they are in their lives."""
    after = int(str(run.state["living"]))
    rows = await living_after(run.context.database, run.job.id, after, BATCH)

    async def body(tx: Transaction) -> None:
        told = _Told(asked, dict(run.result))
        if rows:
            before = await outcomes_of(tx, run.job.id, rows[0][0].place, rows[-1][0].place)
            changed = told.change(before, await bringing.live(tx, rows))
            await change_results(tx, run.job.id, changed, asked.language)
        last = rows[-1][0].place if rows else after
        await run.save(tx, told.progress({"living": last}, finished=len(rows) < BATCH))

    await run.context.database.write(body)


async def _whole(run: JobRun, asked: Asked, bringing: Bringing) -> None:
    """All rows in one transaction, which is undone if it is a dry run, or if it was to be all or nothing."""

    async def body(tx: Transaction) -> None:
        await tx.fetch("SAVEPOINT whole")
        results, called_off = await _all(tx, run, bringing)
        if has_lives(bringing) and not called_off:
            results = await _all_lives(tx, run, bringing, results)
        told = _Told(asked, dict(run.result))
        told.add(results)
        undone = asked.on_fault is OnFault.NOTHING and told.failed > 0
        if asked.dry_run or undone or called_off:
            await tx.fetch("ROLLBACK TO SAVEPOINT whole")
        await tx.fetch("RELEASE SAVEPOINT whole")
        if called_off:
            await run.save(tx, Progress(run.state))
            return
        if undone:
            results = [
                one if one.refusal is not None else RowResult(one.place, RowOutcome.NOT_TRIED) for one in results
            ]
            told = _Told(asked, dict(run.result))
            told.add(results)
        await keep_results(tx, run.job.id, results, asked.language, ids=not asked.dry_run)
        if len(results) < int(run.job.total or 0):
            await keep_untried(tx, run.job.id, results[-1].place)
            told.leave(int(run.job.total or 0))
        await run.save(tx, told.progress({"after": -1}, finished=True))

    await run.context.database.write(body)


async def _all(tx: Transaction, run: JobRun, bringing: Bringing) -> tuple[list[RowResult], bool]:
    """What became of all rows, or of those up to a fault that stops it; and whether it was called off meanwhile."""
    results: list[RowResult] = []
    after, known = 0, Known()
    while rows := await rows_after(tx, run.job.id, after, BATCH):
        ((called_off,),) = await tx.fetch("SELECT cancel_requested FROM jobs WHERE id = $1", [run.job.id])
        if called_off:
            return results, True
        some = await bringing.bring_in(tx, rows, known)
        for one in some:
            if one.entity_id is not None:
                known.touched.setdefault((bringing.kind.entity, one.entity_id), one.place)
        results += some
        after = rows[-1].place
        if len(some) < len(rows) or (bringing.stops and any(one.refusal is not None for one in some)):
            break
    return results, False


async def _all_lives(tx: Transaction, run: JobRun, bringing: Bringing, results: Sequence[RowResult]) -> list[RowResult]:
    """What became of all rows after they were brought to where they are in their lives."""
    ids = {one.place: one.entity_id for one in results if one.entity_id is not None}
    became = {one.place: one for one in results}
    after, last = 0, max(ids, default=0)
    while after < last and (rows := await rows_after(tx, run.job.id, after, BATCH)):
        living = [(row, row_id) for row in rows if (row_id := ids.get(row.place)) is not None]
        before = {row.place: became[row.place].outcome for row, _ in living}
        for one in changed_by(before, await bringing.live(tx, living)):
            became[one.place] = one
        after = rows[-1].place
    return list(became.values())


def changed_by(before: Mapping[int, str], lives: Sequence[RowResult]) -> list[RowResult]:
    """The results that are others now: a row that stood as it was has changed, or one could not go on."""
    return [
        one
        for one in lives
        if one.refusal is not None or (one.outcome is RowOutcome.UPDATED and before[one.place] == RowOutcome.UNCHANGED)
    ]


@dataclass(slots=True)
class _Told:
    """The result so far, and what a batch adds to it."""

    asked: Asked
    result: dict[str, Any]
    done: int = 0
    failed: int = 0
    faults: list[dict[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.faults = list(self.result["faults"])

    def add(self, results: Sequence[RowResult]) -> None:
        for one in results:
            self.result[one.outcome] += 1
            if one.refusal is not None:
                self.failed += 1
                self._name(one)
            else:
                self.done += 1

    def change(self, before: Mapping[int, str], lives: Sequence[RowResult]) -> list[RowResult]:
        """What the lives of rows make of their results."""
        changed = changed_by(before, lives)
        for one in changed:
            self.result[before[one.place]] -= 1
            self.result[one.outcome] += 1
            if one.refusal is not None:
                self.failed, self.done = self.failed + 1, self.done - 1
                self._name(one)
        return changed

    def leave(self, total: int) -> None:
        """All that is left was not tried."""
        counted = sum(self.result[one.value] for one in RowOutcome)
        self.result[RowOutcome.NOT_TRIED] += total - counted

    def _name(self, one: RowResult) -> None:
        if one.refusal is not None and len(self.faults) < NAMED:
            message = say(one.refusal.message, self.asked.language)
            told: dict[str, object] = {"row": one.place, "code": one.refusal.code.value}
            self.faults.append({**told, "field": one.refusal.field, "message": message})

    def progress(self, state: dict[str, object], *, finished: bool) -> Progress:
        result = {**self.result, "faults": self.faults}
        return Progress(state, self.done, self.failed, result=result, finished=finished)


IMPORT: Final = JobKind("import", step=_step, prepare=_read, alone=False)
