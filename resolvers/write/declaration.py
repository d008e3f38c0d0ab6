"""What an operation is: one plain function with a line of facts above it, from which everything else is derived."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from resolvers.write.inputs import input_fields

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from enum import StrEnum

    from models.entity import Entity
    from resolvers.context import Context
    from resolvers.faults import Code
    from resolvers.identity.permissions import Caller, Permission
    from resolvers.write.guards import Guard
    from resolvers.write.unit_of_work import Work


DRY_RUN = "dry_run"


AMOUNTS: Final = frozenset({"old_balance", "new_balance", "amount", "balance_after"})
"""The notes of operations that are money, in hundredths; the others are shown as they are."""


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
    reach: Callable[[Context, int], Awaitable[Any]] | None
    """What is asked of somebody outside, of the target, before the transaction; the answer is what is carried out."""
    moves: Mapping[StrEnum, StrEnum | None]
    """From which state to which; None: stays. Empty: any state."""
    guards: tuple[Guard, ...]
    """What else must hold of the target and its neighbours, in the order in which it is looked at."""
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
    answers: tuple[str, type[Entity]] | None
    """REST answers with the row that it makes: the note that has its id, and its entity."""
    raises: tuple[Code, ...]
    """Codes of refusals that nothing else of the declaration implies."""
    starts_job: bool
    """It answers with the job that it enqueued: its target, or that of its note `job_id`."""
    only: int | None
    """The id of the one row that it is about, where there is no other."""
    rehearsable: bool
    """It can be asked for a dry run; false where one would make no sense, or the input has its own `dry_run`."""

    @property
    def has_target(self) -> bool:
        """Its caller names by an id on what it is to be done."""
        return self.effect is not Effect.CREATE and self.only is None

    @property
    def takes_expected(self) -> bool:
        """Its caller may say in which state the target is expected."""
        return self.effect is not Effect.CREATE

    @property
    def verb(self) -> str:
        return self.name.partition(".")[2]


def _takes(input_type: type | None, name: str) -> bool:
    return input_type is not None and any(field.name == name for field in input_fields(input_type))


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
    reach: Callable[[Context, int], Awaitable[Any]] | None = None,
    moves: Mapping[Any, Any] | None = None,
    guards: tuple[Guard, ...] = (),
    lock: Callable[[Work, int, Any], Awaitable[Entity]] | None = None,
    makes: type[Entity] | None = None,
    holds: Callable[[Work, Any], Awaitable[object]] | None = None,
    says: str,
    keyed: bool = True,
    extras: tuple[str, ...] = (),
    graphql_extras: tuple[str, ...] = (),
    answers: tuple[str, type[Entity]] | None = None,
    raises: tuple[Code, ...] = (),
    starts_job: bool = False,
    only: int | None = None,
    rehearsable: bool = True,
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
            reach=reach,
            moves=moves or {},
            guards=guards,
            lock=lock or partial(lock_target, entity=entity),
            makes=entity if effect is Effect.CREATE else makes,
            holds=holds,
            says=says,
            keyed=keyed,
            extras=extras,
            graphql_extras=graphql_extras,
            answers=answers,
            raises=raises,
            starts_job=starts_job,
            only=only,
            rehearsable=rehearsable and not _takes(takes, DRY_RUN),
        )

    return declare
