"""Only what nothing depends on can go (contract §2, Deleting)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolvers.faults import Code, Fault
from resolvers.words import Message

if TYPE_CHECKING:
    from enum import StrEnum

    from models.entity import Entity


def state(status: StrEnum) -> Message:
    """A state as a reason not to delete."""
    return Message("state", {"status": status})


def protected(row: Entity, *obstacles: Message) -> Fault:
    """The refusal to delete a row, for reasons that are more than a reference."""
    params = {"entity": Message(type(row).__name__), "id": row.id, "obstacles": obstacles}
    return Fault(Code.PROTECTED, Message("protected", params))
