"""Which refusals an operation can answer with, as far as its declaration tells: for the doors' documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolvers.faults import Code
from resolvers.value_kinds import Reference
from resolvers.write.inputs import input_fields
from resolvers.write.operation import Effect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resolvers.write.operation import Operation


def codes_of(operation: Operation) -> tuple[Code, ...]:
    """The codes of the refusals that are an operation's own: those of a door and its request are not among them."""
    return tuple(dict.fromkeys(_codes(operation)))


def _codes(operation: Operation) -> Iterator[Code]:
    yield from (Code.NOT_AUTHENTICATED, Code.TOKEN_NOT_VALID, Code.PERMISSION_DENIED)
    names_others = operation.input is not None and any(
        isinstance(field.kind, Reference) for field in input_fields(operation.input)
    )
    if names_others or operation.effect is not Effect.CREATE:
        yield Code.NOT_FOUND
    if operation.input is not None:
        yield Code.VALIDATION
    if names_others or operation.moves:
        yield Code.INVALID_TRANSITION
    if operation.effect is Effect.DELETE:
        yield Code.PROTECTED
    yield from operation.raises
    if operation.keyed:
        yield Code.IDEMPOTENCY_MISMATCH
