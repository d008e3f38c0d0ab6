"""Only what nothing depends on can go (contract §2, Deleting)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolvers.faults import Code, Fault
from resolvers.words import Message

if TYPE_CHECKING:
    from enum import StrEnum

    from tortoise.models import Model

    from models.entity import Entity
    from resolvers.write.unit_of_work import Work


async def refuse_while(work: Work, row: Entity, *reasons: Message, **dependants: tuple[type[Model], str]) -> None:
    """Raise `protected`, naming what stands in the way: reasons already known, and tables that refer to the row.

    Each dependant is named by its key in the catalogue and given as the table and its column.
    """
    referring = [name for name, (model, column) in dependants.items() if await work.exists(model, column, row.id)]
    obstacles = (*reasons, *(Message(name) for name in referring))
    if obstacles:
        raise protected(row, *obstacles)


def state(status: StrEnum) -> Message:
    """A state as a reason not to delete."""
    return Message("state", {"status": status})


def protected(row: Entity, *obstacles: Message) -> Fault:
    """The refusal to delete a row, for reasons that are more than a reference."""
    params = {"entity": Message(type(row).__name__), "id": row.id, "obstacles": obstacles}
    return Fault(Code.PROTECTED, Message("protected", params))
