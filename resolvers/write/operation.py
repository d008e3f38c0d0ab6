"""Operations, and `perform()`, the one road that every write travels.

An operation is a plain async function with a line of facts above it. What `perform()` adds, in this order: permission
(a first, cheap refusal) → preparation → write transaction → the caller and the permission as they are now → idempotency
key → locks → the state that the caller expects → state check → the function → audit events → the answer, read on the
same connection → commit. No door has a branch in it. A dry run goes the same way up to the commit, and is undone there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tortoise.exceptions import IntegrityError

from models.database import Raced
from models.database.constraints import broken_rule
from resolvers.faults import NO_FIELD, Fault, Invalid, invalid, not_found
from resolvers.identity.callers import confirmed_making
from resolvers.identity.permissions import require
from resolvers.words import Message
from resolvers.write import idempotency
from resolvers.write.changes import Changed, changed_by
from resolvers.write.conflicts import hold_expected
from resolvers.write.declaration import Effect, Operation, operation
from resolvers.write.guards import check_move, hold_guards
from resolvers.write.inputs import Mode, input_fields, parse
from resolvers.write.unit_of_work import Work, select

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from models.database import Reader, Transaction
    from resolvers.context import Context
    from resolvers.words import Language
    from resolvers.write.conflicts import Expected

__all__ = ["Effect", "Operation", "operation"]

AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an operation did, in values that can be kept and presented anew."""

    operation: Operation
    id: int
    notes: Mapping[str, Any] = field(default_factory=dict)
    changes: Sequence[Changed] | None = ()
    """Of every entity that it changed, as history has them; None where a kept answer was too long to keep them."""
    dry: bool = False
    """It is undone as soon as its answer has been read."""

    @property
    def message(self) -> Message:
        return Message(self.operation.says)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operation, as a door hands it in."""

    operation: Operation
    target: int | None
    raw: Mapping[str, object] = field(repr=False)  # it may hold a password
    """The arguments, keyed by the input's field names."""
    present: Callable[[Context, Reader, Outcome], Awaitable[bytes]]
    """Reads and writes the answer, inside the transaction, for the caller whom this has found."""
    mode: Mode = Mode.FULL
    replace: bool = False
    key: str | None = None
    document: str = ""
    """What, with the same arguments, makes the same answer byte for byte: protocol, document, language."""
    present_after: bool = False
    """The answer may be large: it is read after the commit, while nobody waits for this transaction."""
    dry_run: bool = False
    """Do all of it, read the answer, and undo it."""
    expected: Expected | None = None
    """The state of its target that the caller knows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The presented answer; `replayed` if it is that of an earlier call with the same key."""

    outcome: Outcome
    body: bytes
    replayed: bool = False
    language: Language | None = None
    """Of a replayed answer, which is that of the first call whatever the language of this one."""


class _Rehearsed(Exception):
    """Ends the transaction of a dry run, so that nothing of it stays."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


async def perform(context: Context, call: Call) -> Answer:
    """Carry an operation out, or raise the `Fault` that says why not, with nothing changed.

    Refusals come in the order of contract §3: 401, 403, 404, 400. What the context says of the caller is good for a
    first refusal alone: who is calling, and what they may do, is decided inside the transaction.
    """
    permit(context, call.operation, call.target, call.raw)
    return await _carry_out(context, call, await _parsed(context, call), asks=True)


async def perform_at_console(context: Context, call: Call, data: object) -> Answer:
    """The same without asking who calls: for commands typed by whoever holds the database itself.

    `data` is the operation's input, parsed already. The journal names no actor.
    """
    return await _carry_out(context, call, data, asks=False)


async def _carry_out(context: Context, call: Call, data: object, *, asks: bool) -> Answer:
    if call.operation.prepare is not None:
        data = await call.operation.prepare(context, data)
    if call.operation.reach is not None and call.target is not None:
        data = await call.operation.reach(context, call.target)

    async def body(tx: Transaction) -> tuple[Context, Answer]:
        work = await _confirmed(context, call, tx) if asks else Work(context, tx, rehearsal=call.dry_run)
        answer = await _perform(work, _as_seen(call, context, work.context), data)
        if call.dry_run:
            raise _Rehearsed(answer)
        return work.context, answer

    try:
        confirmed_context, answer = await context.database.write(body)
    except _Rehearsed as undone:
        return undone.answer
    if answer.body or not call.present_after:
        return answer
    return replace(answer, body=await call.present(confirmed_context, context.database, answer.outcome))


def _as_seen(call: Call, before: Context, now: Context) -> Call:
    """The call of somebody who is not quite who the door took them for: no kept answer is the same byte for byte."""
    if before.caller == now.caller or now.caller is None:
        return call
    return replace(call, document=f"{call.document} {now.caller.role}")


async def _confirmed(context: Context, call: Call, tx: Transaction) -> Work:
    """A unit of work for the caller as this transaction sees them; raises what they may not do, or no longer."""
    op = call.operation
    context, ids = await confirmed_making(context, tx, None if call.dry_run else op.makes)
    permit(context, op, call.target, call.raw)
    work = Work(context, tx, rehearsal=call.dry_run)
    if op.makes is not None and ids:
        work.ids.keep(op.makes, ids)
    return work


def permit(context: Context, op: Operation, target: int | None, raw: Mapping[str, object]) -> None:
    """Raise unless the caller, as the context names it, may do this (contract §3)."""
    caller = require(context, op.may)
    further = op.also_needs(caller, target, raw) if op.also_needs else None
    if further is not None:
        require(context, further)


async def admit(context: Context, operation: Operation, target: int | None) -> None:
    """Refuse what would be refused whatever the arguments: 401, 403, 404, in this order.

    For a door that cannot read the arguments at all (broken JSON), and says so only to whom it may concern.
    """
    permit(context, operation, target, {})
    if target is not None and not await select(context.database, operation.entity, [target]):
        raise not_found(operation.entity, target)


async def _parsed(context: Context, call: Call) -> object:
    """The arguments; a missing target is told before what is wrong with them."""
    op = call.operation
    try:
        _require_no_amount(op, call.raw)
        return None if op.input is None else parse(op.input, call.raw, call.mode, replace=call.replace)
    except Invalid:
        await admit(context, op, call.target)
        raise


def _require_no_amount(op: Operation, raw: Mapping[str, object]) -> None:
    """An amount sent to an action that takes none would mean something else than what is done (contract §1)."""
    takes = () if op.input is None else (field.name for field in input_fields(op.input))
    if op.effect is Effect.ACTION and AMOUNT in raw and AMOUNT not in takes:
        raise invalid(AMOUNT, "amount_not_taken")


async def _claimed(work: Work, call: Call, data: object) -> idempotency.Claim | None:
    """The key of a call that has one."""
    if not call.key or not call.operation.keyed or call.dry_run:
        return None
    keyed = idempotency.Keyed(call.operation.name, call.key, call.target, call.document)
    return await idempotency.claim(work, keyed, data)


async def _perform(work: Work, call: Call, data: object) -> Answer:
    """All that happens inside the transaction once it is known who calls."""
    claim = await _claimed(work, call, data)
    if claim and claim.kept:
        return await _replay(work, call, claim.kept)
    try:
        work.begin(call.operation.verb)
        target = await lock_rows(work, call.operation, call.target, data)
        if call.expected is not None and target is not None:
            await hold_expected(work.context, work.tx, target, call.expected)
        row = await call_locked(work, call.operation, target, data)
        changed = await work.finish()
    except IntegrityError as error:
        if call.dry_run and broken_rule(error) is None:
            raise Raced from error  # somebody has made the very row whose id was only looked at
        raise explained(error) from error
    outcome = Outcome(call.operation, row.id, work.notes, changed_by(work.told), call.dry_run)
    later = call.present_after and not call.dry_run
    body = b"" if later else await call.present(work.context, work.tx, outcome)
    if claim and changed:
        answer = None if later else body
        kept = idempotency.Kept(outcome.id, outcome.notes, answer, work.context.language, outcome.changes)
        await idempotency.keep(work.tx, claim, kept)
    elif claim:
        await idempotency.give_back(work.tx, claim)
    return Answer(outcome, body)


async def lock_rows(work: Work, op: Operation, target: int | None, data: object) -> Any:
    """Lock what the operation decides on; gives the target, None of a create."""
    if target is not None:
        return await op.lock(work, target, data)
    if op.holds is not None:
        await op.holds(work, data)
    return None


async def call_locked(work: Work, op: Operation, target: Any, data: object) -> Any:
    """Check move and guards, make the move, and run the function on its locked target; gives the operation's row."""
    arguments: list[Any] = [] if data is None else [data]
    if target is not None:
        row = await work.lock(type(target), target.id)  # an earlier call of the same batch may have deleted it
        check_move(op.moves, row)
        await hold_guards(work, op.guards, row)
        if op.moves:
            row.status = op.moves[row.status] or row.status
        arguments.insert(0, row)
    return await op.run(work, *arguments)


async def run(work: Work, op: Operation, target: int | None, data: object = None) -> Outcome:
    """Carry another operation out on the unit of work of the one that is running: how operations compose.

    Its function, locks, moves and journal are its own, its permission is that of the operation that calls it; `data` is
    its parsed input. What the caller has done so far is recorded first, under the caller's own name. The outcome has
    the row's id and the notes; the row itself is at hand by `work.lock`. Raises what the operation raises; then the
    whole call is refused.
    """
    await work.record()
    action, notes = work.action, work.notes
    work.action, work.notes = op.verb, {}
    row = await call_locked(work, op, await lock_rows(work, op, target, data), data)
    await work.record()
    outcome = Outcome(op, row.id, work.notes)
    work.action, work.notes = action, notes
    return outcome


async def _replay(work: Work, call: Call, kept: idempotency.Kept) -> Answer:
    """The first answer as it was, or, through another door or document, its outcome presented anew.

    Raises `not_found` where there is nothing left to present.
    """
    op, outcome = call.operation, Outcome(call.operation, kept.target, kept.notes, kept.changes)
    body = kept.answer
    if body is None:
        if op.effect is not Effect.DELETE and not await select(work.tx, op.entity, [outcome.id]):
            raise not_found(op.entity, outcome.id)
        body = b"" if call.present_after else await call.present(work.context, work.tx, outcome)
    return Answer(outcome, body, replayed=True, language=kept.language)


_BROKEN = {"unique": "taken", "rests": "number_rests"}
"""What is said of a rule of each kind."""


def explained(error: IntegrityError) -> Fault:
    """A constraint's refusal as the field's error: what the database alone can know is told like any other fault."""
    rule = broken_rule(error)
    if rule is None:
        raise error
    key = _BROKEN.get(rule.kind, "rule_broken")
    column = rule.columns[-1] if rule.columns else NO_FIELD
    return Invalid({column: (Message(key, {"rule": rule.name}),)})
