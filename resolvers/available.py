"""What may be done with a row now: the same declarations that refuse, asked beforehand (screens.md §1).

An operation is allowed where its permission, its moves and its guards have nothing against it, for this caller, on this
row, at this moment. What an argument decides is not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from models.database.rows import loaded
from resolvers.faults import Fault
from resolvers.operations import OPERATIONS
from resolvers.read.columns import column
from resolvers.read.sources import Kind
from resolvers.read.tables import MODELS
from resolvers.write.guards import Held, Seen, check_move
from resolvers.write.operation import Effect, permit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.context import Context
    from resolvers.read.sources import Source
    from resolvers.write.operation import Operation

_FACT: Final = "fact:"
_PLACES: Final = {Effect.UPDATE: 0, Effect.ACTION: 1, Effect.DELETE: 2}


@dataclass(frozen=True, slots=True)
class Available:
    """An operation of a row's type, and why it would be refused; None where it would not."""

    operation: Operation
    refusal: Fault | None


@cache
def operations_of(typename: str) -> tuple[Operation, ...]:
    """What can be done with a row of this type at all, in the order of its life."""
    own = [one for one in OPERATIONS if one.entity is MODELS[typename] and one.effect in _PLACES]
    return tuple(sorted(own, key=lambda one: _PLACES[one.effect]))


@cache
def _columns(typename: str) -> tuple[str, ...]:
    named = dict.fromkeys(name for one in operations_of(typename) for guard in one.guards for name in guard.columns)
    state = ("status",) if "status" in MODELS[typename]._meta.fields_db_projection else ()
    return tuple(dict.fromkeys(("id", *state, *named)))


@cache
def sources_of(typename: str) -> tuple[tuple[str, Source], ...]:
    """What has to be read of a row to know what may be done with it, each under its name."""
    model = MODELS[typename]
    facts = {fact.name: fact for one in operations_of(typename) for guard in one.guards for fact in guard.facts}
    return (
        *((name, _plain(column(model, name))) for name in _columns(typename)),
        *((_FACT + fact.name, fact.read) for fact in facts.values()),
    )


def _plain(source: Any) -> Source:
    """As guards reckon with it: money in hundredths."""
    kind = Kind.INTEGER if source.kind is Kind.HUNDREDTHS else source.kind
    return replace(source, kind=kind, nullable=True)  # type: ignore[no-any-return]


def available(typename: str, context: Context, read: Mapping[str, Any]) -> list[Available]:
    """What may be done with a row, of which `sources_of` has been read."""
    columns = _columns(typename)
    row = loaded(MODELS[typename], columns, [read[name] for name in columns])
    facts = {name.removeprefix(_FACT): value for name, value in read.items() if name.startswith(_FACT)}
    seen = Seen(context, context.clock(), row, facts)
    return [Available(one, _refusal(one, seen)) for one in operations_of(typename)]


def _refusal(op: Operation, seen: Seen) -> Fault | None:
    """The first refusal, in the order in which `perform()` comes to them."""
    try:
        permit(seen.context, op, seen.row.id, {})
        for guard in op.guards:
            if guard.held is Held.LOCK:
                guard.refuse(seen)
        check_move(op.moves, seen.row)
        for guard in op.guards:
            if guard.held is not Held.LOCK:
                guard.refuse(seen)
    except Fault as refusal:
        return refusal
    return None
