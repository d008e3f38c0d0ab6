"""Which refusals an operation can answer with, as far as its declaration tells: for the doors' documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from resolvers.faults import Code
from resolvers.value_kinds import Reference
from resolvers.write.inputs import input_fields
from resolvers.write.operation import Effect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resolvers.write.operation import Operation


OF_THE_CALLER: Final = (Code.NOT_AUTHENTICATED, Code.TOKEN_NOT_VALID, Code.PERMISSION_DENIED)


def codes_of(operation: Operation) -> tuple[Code, ...]:
    """The codes of all refusals of an operation; those of a door and its request are not among them."""
    return (*OF_THE_CALLER, *own_codes(operation))


def own_codes(operation: Operation) -> tuple[Code, ...]:
    """The codes of the refusals for which what is asked is the reason, not who asks, in the order of the decisions."""
    return tuple(dict.fromkeys(_codes(operation)))


def _codes(operation: Operation) -> Iterator[Code]:
    takes = list(input_fields(operation.input)) if operation.input else []
    if operation.has_target or any(isinstance(field.kind, Reference) for field in takes):
        yield Code.NOT_FOUND
    if takes:
        yield Code.VALIDATION
    if operation.moves:
        yield Code.INVALID_TRANSITION
    if operation.effect is Effect.DELETE:
        yield Code.PROTECTED
    if operation.takes_expected:
        yield Code.CONFLICT
    yield from operation.raises
    if operation.keyed:
        yield Code.IDEMPOTENCY_MISMATCH
