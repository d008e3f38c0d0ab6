"""Many calls of operations in one transaction: what jobs, billing runs, imports and repricings stand on.

    steps = [Step(add_balance, contract_id, MoveBalanceInput(amount=500_00)) for contract_id in ids]
    results = await perform_batch(context, steps)          # for each step its Outcome, or the Fault that refused it

A batch is `perform()` for many calls: the same permissions, locks, moves, functions and journal, each call its own
events. But it sends statements by table, not by call: one lock, one insert and one update a table, however many calls
there are (a few hundred to a few thousand at a time are meant). A call that is refused leaves nothing behind, and takes
nobody along.

- **Who acts.** Somebody who calls (`context.caller`) is asked for each call's permission, as anywhere; one without a
  session (`Caller(…, session_id=None)`) is looked up by user. Without a caller nobody is asked: a job's work
  (`context.job`, whose id is in every event, its starter or null the actor), or a command at the console.
- **Steps** carry their input parsed (`data`), or raw as a door hands it in (`raw`, by the input's field names; what is
  wrong with it is that step's fault). `steps` may be a function, which finds them in the transaction: it is given the
  unit of work, and may lock rows, which the steps then find locked.
- **`after(work, results)`** runs last in the transaction: for what must be kept with it (a job's progress, a file's
  rows). It may `add()`, change locked rows (`work.begin()` names its events) and `work.write()`.
- **`rollback=True`** is a dry run: the same work, then undone. The results tell what would have been.
- Everything may run more than once, as of every `Database.write()`: neither `steps` nor `after` may do anything outside
  the transaction.

What operations must keep to, so that a batch can undo one of them in memory: rows are changed by way of the unit of
work (`lock`, `add`, `append`, `remove`), and whatever else is written goes through `work.write()`. After a refusal of a
call that has written so, or of a constraint (two rows of one file with the same phone), the whole batch runs anew, each
call behind a savepoint of its own.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tortoise.exceptions import IntegrityError

from resolvers.faults import Fault
from resolvers.identity.callers import confirmed
from resolvers.write.gathering import side_by_side
from resolvers.write.inputs import Mode, parse
from resolvers.write.operation import Effect, Outcome, call_locked, explained, lock_rows, permit
from resolvers.write.unit_of_work import Work

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from models.database import Transaction
    from resolvers.context import Context
    from resolvers.write.operation import Operation

Result = Outcome | Fault
"""What became of a step."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call of an operation within a batch."""

    operation: Operation
    target: int | None = None
    data: object = None
    """The parsed input, if the operation takes one and `raw` is not given."""
    raw: Mapping[str, object] | None = field(default=None, repr=False)
    mode: Mode = Mode.FULL
    """How complete `raw` must be."""


async def perform_batch(
    context: Context,
    steps: Sequence[Step] | Callable[[Work], Awaitable[Sequence[Step]]],
    *,
    after: Callable[[Work, Sequence[Result]], Awaitable[object]] | None = None,
    rollback: bool = False,
) -> list[Result]:
    """Carry all steps out, in their order; the result of each. See the module for what is promised.

    Raises what `steps` and `after` raise, `token_not_valid` for a caller who is nobody any more, and
    `models.database.Unavailable`.
    """
    batch = _Batch(context, steps, after, rollback)
    try:
        return await context.database.write(batch.quickly)
    except _Careful:
        pass
    except _RolledBack as undone:
        return undone.results
    try:
        return await context.database.write(batch.carefully)
    except _RolledBack as undone:
        return undone.results


async def perform_within(
    tx: Transaction, context: Context, steps: Callable[[Work], Awaitable[Sequence[Step]]]
) -> list[Result]:
    """The same as a part of a transaction that the caller has begun, and goes on with."""
    batch = _Batch(context, steps, None, rollback=False)
    await tx.fetch("SAVEPOINT batch")
    try:
        results = await batch.quickly(tx)
    except _Careful:
        await tx.fetch("ROLLBACK TO SAVEPOINT batch")
        results = await batch.carefully(tx)
    await tx.fetch("RELEASE SAVEPOINT batch")
    return results


class _Careful(Exception):
    """What a call has done cannot be taken back from memory alone."""


class _RolledBack(Exception):
    """Ends a dry run's transaction."""

    def __init__(self, results: list[Result]) -> None:
        super().__init__()
        self.results = results


@dataclass(frozen=True, slots=True)
class _Ready:
    """A step whose rows are locked."""

    step: Step
    data: object
    row: Any
    """The target; None of a create."""


@dataclass(frozen=True, slots=True)
class _Batch:
    context: Context
    steps: Sequence[Step] | Callable[[Work], Awaitable[Sequence[Step]]]
    after: Callable[[Work, Sequence[Result]], Awaitable[object]] | None
    rollback: bool

    async def quickly(self, tx: Transaction) -> list[Result]:
        """All steps in memory, then all statements. Raises `_Careful` if one of them cannot be undone."""
        return await self._run(tx, _in_memory)

    async def carefully(self, tx: Transaction) -> list[Result]:
        """Step by step, each behind a savepoint."""
        return await self._run(tx, _behind_savepoint)

    async def _run(self, tx: Transaction, carry_out: Callable[[Work, _Ready], Awaitable[Result]]) -> list[Result]:
        work = Work(await confirmed(self.context, tx), tx)
        steps = await self.steps(work) if callable(self.steps) else self.steps
        ready = await _prepared(work, steps)
        work.spare = len(steps)
        results: list[Result] = []
        for one in ready:
            results.append(one if isinstance(one, Fault) else await carry_out(work, one))
            await asyncio.sleep(0)  # other requests go on: hundreds of calls take a second
        work.begin("")
        try:
            await work.store()
        except IntegrityError as error:
            raise _Careful from error
        if self.after is not None:
            await self.after(work, results)
            await work.finish()
        if self.rollback:
            raise _RolledBack(results)
        return results


async def _prepared(work: Work, steps: Sequence[Step]) -> list[_Ready | Fault]:
    """Every step with its rows locked, or why it is refused already; ids for what will be made."""
    work.begin("")
    ready: list[_Ready | Fault] = await side_by_side(work, [_locked(work, step) for step in steps])
    made = Counter(
        one.step.operation.entity
        for one in ready
        if isinstance(one, _Ready) and one.step.operation.effect is Effect.CREATE
    )
    for entity, count in made.items():
        await work.ids.reserve(entity, count)
    return ready


async def _locked(work: Work, step: Step) -> _Ready:
    op, context = step.operation, work.context
    if context.caller is not None:
        permit(context, op, step.target, step.raw or {})
    data = step.data
    if step.raw is not None and op.input is not None:
        data = parse(op.input, step.raw, step.mode)
    if op.prepare is not None:
        data = await op.prepare(context, data)
    return _Ready(step, data, await lock_rows(work, op, step.target, data))


async def _in_memory(work: Work, ready: _Ready) -> Result:
    op = ready.step.operation
    work.begin(op.verb)
    try:
        outcome = await _outcome(work, ready)
    except Fault as refusal:
        if work.wrote:
            raise _Careful from refusal
        work.undo()
        return refusal
    except IntegrityError as error:
        raise _Careful from error
    return outcome


async def _behind_savepoint(work: Work, ready: _Ready) -> Result:
    work.begin(ready.step.operation.verb)
    await work.tx.fetch("SAVEPOINT step")
    try:
        outcome = await _outcome(work, ready)
        await work.store()
    except (Fault, IntegrityError) as error:
        await work.tx.fetch("ROLLBACK TO SAVEPOINT step")
        await work.tx.fetch("RELEASE SAVEPOINT step")
        work.undo(unlock=True)
        return error if isinstance(error, Fault) else explained(error)
    await work.tx.fetch("RELEASE SAVEPOINT step")
    return outcome


async def _outcome(work: Work, ready: _Ready) -> Outcome:
    op = ready.step.operation
    row = await call_locked(work, op, ready.row, ready.data)
    await work.record()
    return Outcome(op, row.id, work.notes)
