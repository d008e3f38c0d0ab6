"""Operations, and `perform()`, the one road that every write travels.

An operation is a plain async function with a line of facts above it. What `perform()` adds, in this order: permission
(a first, cheap refusal) → preparation → write transaction → the caller and the permission as they are now → idempotency
key → locks → state check → the function → audit events → the answer, read on the same connection → commit. No door has
a branch in it.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum, auto
from functools import partial
from typing import TYPE_CHECKING, Any

from tortoise.exceptions import IntegrityError

from models.database.constraints import broken_rule
from resolvers.faults import NO_FIELD, Code, Fault, Invalid, invalid, invalid_transition, not_found
from resolvers.identity.callers import confirmed_making
from resolvers.identity.permissions import Permission, require
from resolvers.words import Message
from resolvers.write import idempotency
from resolvers.write.inputs import Mode, input_fields, parse
from resolvers.write.unit_of_work import Work, select

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from models.database import Reader, Transaction
    from models.entity import Entity
    from resolvers.context import Context
    from resolvers.identity.permissions import Caller
    from resolvers.words import Language


AMOUNT = "amount"


class Effect(Enum):
    """What an operation does to its entity, and so its place at both doors."""

    CREATE = auto()
    UPDATE = auto()
    DELETE = auto()
    ACTION = auto()


@dataclass(frozen=True, slots=True)
class Operation:
    """One write, and all that the doors need to know of it."""

    name: str
    """`contract.add_balance`: the entity and the verb."""
    entity: type[Entity]
    effect: Effect
    run: Callable[..., Awaitable[Any]]
    description: str
    graphql: str
    """The mutation: `addContractBalance`."""
    rest: str
    """The last part of an action's path: `add_balance`; of a create, its path if that is not its entity's list."""
    may: Permission
    also_needs: Callable[[Caller, int | None, Mapping[str, object]], Permission | None] | None
    """A further permission that an argument asks for, decided as soon as it is read."""
    input: type | None
    prepare: Callable[[Context, Any], Awaitable[Any]] | None
    """What is too slow for a transaction (hashing a password): the parsed input in, the one to carry out back."""
    moves: Mapping[StrEnum, StrEnum | None]
    """From which state to which; None: stays. Empty: any state."""
    lock: Callable[[Work, int, Any], Awaitable[Entity]]
    """Locks the rows that the operation decides on, and gives the target."""
    makes: type[Entity] | None
    """Of which entity it makes one row, as a rule: its id is there from the start."""
    holds: Callable[[Work, Any], Awaitable[object]] | None
    """Of a create: locks what the new row will refer to, before the function does, so that a batch does it at once."""
    says: str
    """Key of what it answers when done."""
    keyed: bool
    """Takes an idempotency key."""
    extras: tuple[str, ...]
    """The notes that its answer shows beside the entity."""
    graphql_extras: tuple[str, ...]
    """Further ones that GraphQL shows; the REST document's answers have no such key."""
    raises: tuple[Code, ...]
    """Codes of refusals that nothing else of the declaration implies."""
    starts_job: bool
    only: int | None
    """The id of the one row that it is about, where there is no other."""
    """It answers with the job that it enqueued: its target, or that of its note `job_id`."""

    @property
    def verb(self) -> str:
        return self.name.partition(".")[2]


async def lock_target(work: Work, target: int, data: object, *, entity: type[Entity]) -> Entity:
    """The usual lock: the target alone."""
    del data
    return await work.lock(entity, target)


def operation(
    name: str,
    *,
    entity: type[Entity],
    effect: Effect,
    graphql: str,
    may: Permission,
    rest: str = "",
    also_needs: Callable[[Caller, int | None, Mapping[str, object]], Permission | None] | None = None,
    takes: type | None = None,
    prepare: Callable[[Context, Any], Awaitable[Any]] | None = None,
    moves: Mapping[Any, Any] | None = None,
    lock: Callable[[Work, int, Any], Awaitable[Entity]] | None = None,
    makes: type[Entity] | None = None,
    holds: Callable[[Work, Any], Awaitable[object]] | None = None,
    says: str,
    keyed: bool = True,
    extras: tuple[str, ...] = (),
    graphql_extras: tuple[str, ...] = (),
    raises: tuple[Code, ...] = (),
    starts_job: bool = False,
    only: int | None = None,
) -> Callable[[Callable[..., Awaitable[Any]]], Operation]:
    """Make an `Operation` of the function below; its docstring is the description that both doors publish.

    The function is called with `work`, then the locked target (but for a create), then the parsed input (if it takes
    one); it returns the target.
    """

    def declare(run: Callable[..., Awaitable[Any]]) -> Operation:
        return Operation(
            name=name,
            entity=entity,
            effect=effect,
            run=run,
            description=inspect.getdoc(run) or "",
            graphql=graphql,
            rest=rest,
            may=may,
            also_needs=also_needs,
            input=takes,
            prepare=prepare,
            moves=moves or {},
            lock=lock or partial(lock_target, entity=entity),
            makes=entity if effect is Effect.CREATE else makes,
            holds=holds,
            says=says,
            keyed=keyed,
            extras=extras,
            graphql_extras=graphql_extras,
            raises=raises,
            starts_job=starts_job,
            only=only,
        )

    return declare


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an operation did, in values that can be kept and presented anew."""

    operation: Operation
    id: int
    notes: Mapping[str, Any] = field(default_factory=dict)

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


@dataclass(frozen=True, slots=True)
class Answer:
    """The presented answer; `replayed` if it is that of an earlier call with the same key."""

    outcome: Outcome
    body: bytes
    replayed: bool = False
    language: Language | None = None
    """Of a replayed answer, which is that of the first call whatever the language of this one."""


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

    async def body(tx: Transaction) -> tuple[Context, Answer]:
        work = await _confirmed(context, call, tx) if asks else Work(context, tx)
        return work.context, await _perform(work, _as_seen(call, context, work.context), data)

    confirmed_context, answer = await context.database.write(body)
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
    context, ids = await confirmed_making(context, tx, op.makes)
    permit(context, op, call.target, call.raw)
    work = Work(context, tx)
    if op.makes is not None and ids:
        work.keep_ids(op.makes, ids)
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
    if not call.key or not call.operation.keyed:
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
        row = await call_locked(work, call.operation, target, data)
        changed = await work.finish()
    except IntegrityError as error:
        raise explained(error) from error
    outcome = Outcome(call.operation, row.id, work.notes)
    body = b"" if call.present_after else await call.present(work.context, work.tx, outcome)
    if claim and changed:
        kept = idempotency.Kept(outcome.id, outcome.notes, None if call.present_after else body, work.context.language)
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
    """Check the move and run the function on its locked target; gives the operation's row."""
    arguments: list[Any] = [] if data is None else [data]
    if target is not None:
        row = await work.lock(type(target), target.id)  # an earlier call of the same batch may have deleted it
        _move(op, row)
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


def _move(op: Operation, target: Any) -> None:
    """Check the target's state against the declared moves, and make the move."""
    if not op.moves:
        return
    if target.status not in op.moves:
        raise invalid_transition(target, target.status, tuple(op.moves))
    target.status = op.moves[target.status] or target.status


async def _replay(work: Work, call: Call, kept: idempotency.Kept) -> Answer:
    """The first answer as it was, or, through another door or document, its outcome presented anew.

    Raises `not_found` where there is nothing left to present.
    """
    op, outcome = call.operation, Outcome(call.operation, kept.target, kept.notes)
    body = kept.answer
    if body is None:
        if op.effect is not Effect.DELETE and not await select(work.tx, op.entity, [outcome.id]):
            raise not_found(op.entity, outcome.id)
        body = b"" if call.present_after else await call.present(work.context, work.tx, outcome)
    return Answer(outcome, body, replayed=True, language=kept.language)


def explained(error: IntegrityError) -> Fault:
    """A constraint's refusal as the field's error: what the database alone can know is told like any other fault."""
    rule = broken_rule(error)
    if rule is None:
        raise error
    key = "taken" if rule.kind == "unique" else "rule_broken"
    column = rule.columns[-1] if rule.columns else NO_FIELD
    return Invalid({column: (Message(key, {"rule": rule.name}),)})
