"""What an operation's target and its neighbours must be like, beyond the moves: declared, so that it can be foretold.

A guard is a plain function that raises the refusal. It sees the row and facts beside it, and each fact says how it is
learnt in both places: within the operation's transaction, from rows that are held, and by an expression of the one
statement that reads a screen (`resolvers/available.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING, Any

from resolvers.faults import invalid_transition
from resolvers.read.sources import Expression, Kind
from resolvers.words import Message
from resolvers.write.deletion import protected, state

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
    from datetime import date, datetime
    from enum import StrEnum

    from tortoise.models import Model

    from resolvers.context import Context
    from resolvers.write.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Fact:
    """Something beside a row that a guard looks at."""

    name: str
    read: Expression
    """Of the row `{t}`."""
    find: Callable[[Work, Any], Awaitable[Any]] | None = None
    """The same within the operation's transaction; None where only the operation's function asks."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a guard decides by."""

    context: Context
    now: datetime
    row: Any
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """The business day."""
        return self.context.today(self.now)


class Held(Enum):
    """Who holds an operation to a guard."""

    ROAD = auto()
    """`perform()` itself, after the state has been checked."""
    LOCK = auto()
    """The operation's own `lock`: it is a question of who asks, and comes before the state."""
    BODY = auto()
    """The operation's function, when it comes to it."""


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition of an operation."""

    refuse: Callable[[Seen], None]
    """Raises the `Fault` if it does not hold."""
    columns: tuple[str, ...] = ()
    """Of the row, those that it looks at besides the id and the state."""
    facts: tuple[Fact, ...] = ()
    held: Held = Held.ROAD


async def hold_guards(work: Work, guards: Iterable[Guard], row: Any) -> None:
    """Raise what these guards refuse, those that are the road's."""
    for guard in guards:
        if guard.held is Held.ROAD:
            found = {fact.name: await fact.find(work, row) for fact in guard.facts if fact.find is not None}
            guard.refuse(Seen(work.context, work.now, row, found))


# --- guards that several have ---------------------------------------------------------------------------------------


def unreferenced(*states: StrEnum, **dependants: tuple[type[Model], str]) -> Guard:
    """Only what nothing depends on can go (contract §2, Deleting), and, where states are given, only in these.

    Each dependant is named by its key in the catalogue and given as the table and its column.
    """
    facts = tuple(_reference(name, model, column) for name, (model, column) in dependants.items())
    return Guard(partial(_refuse_referenced, states=states, names=tuple(dependants)), facts=facts)


def _refuse_referenced(seen: Seen, *, states: tuple[StrEnum, ...], names: tuple[str, ...]) -> None:
    begun = [state(seen.row.status)] if states and seen.row.status not in states else []
    obstacles = (*begun, *(Message(name) for name in names if seen.facts[name]))
    if obstacles:
        raise protected(seen.row, *obstacles)


def _reference(name: str, model: type[Model], column: str) -> Fact:
    sql = f"EXISTS (SELECT 1 FROM {model._meta.db_table} r_ WHERE r_.{column} = {{t}}.id)"

    async def find(work: Work, row: Any) -> bool:
        return await work.exists(model, column, row.id)

    return Fact(name, Expression(sql, Kind.TRUTH), find)


def check_move(moves: Collection[StrEnum], row: Any) -> None:
    """Raise unless one of the moves, if there are any, begins in the state of the row."""
    if moves and row.status not in moves:
        raise invalid_transition(row, row.status, tuple(moves))
