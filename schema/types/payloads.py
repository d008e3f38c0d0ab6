"""What mutations answer: an entity, what else the outcome tells, and the errors of a refusal (contract §5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Optional

import strawberry
from strawberry.tools import create_type

from schema.types.enums import ErrorCode
from schema.types.journal import FieldChange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from resolvers.write.changes import Changed


@strawberry.type(description="What a mutation changed of one entity, as its history tells it.")
class EntityChange:
    """What a mutation changed of one entity."""

    id: strawberry.ID = strawberry.field(description="Global id of what changed, `ctr_7` for example.")
    type: str = strawberry.field(description="What it is: `contract`, `customer` …")
    action: str = strawberry.field(description="What was done to it: `create`, `update`, `delete`, `suspend` …")
    fields: list[FieldChange] = strawberry.field(description="The fields that changed; secrets never show.")


@strawberry.type(description="Why a mutation was refused; nothing has changed.")
class UserError:
    """Why a mutation was refused."""

    message: str = strawberry.field(description="What is wrong and what to do, in the language of the request.")
    code: ErrorCode = strawberry.field(description="The reason in a form that programs can rely on.")
    field: str | None = strawberry.field(description="The field of the input at fault, if it is one.")
    changes: list[EntityChange] | None = strawberry.field(
        description="With `CONFLICT`: what has become of the entity since the caller has read it, the last 100 changes."
    )


@dataclass(frozen=True, slots=True)
class Done:
    """What a mutation did, as payloads tell it."""

    id: int
    notes: Mapping[str, Any] = field(default_factory=dict)
    changes: Sequence[Changed] | None = ()
    """None where they are not known any more."""


@dataclass(frozen=True, slots=True)
class FromRow:
    """A payload field that shows a row."""

    typename: str
    row: Callable[[Done], int | None]


@dataclass(frozen=True, slots=True)
class FromOutcome:
    """A payload field that tells something of the outcome, a JSON value."""

    value: Callable[[Done], object]


@dataclass(frozen=True, slots=True)
class FromChanges:
    """The payload field that tells what has changed."""


SHOWS: Final = "shows"
"""Under which a payload field's metadata says what it shows; that of `errors` says nothing."""


def row_field(name: str, row_type: type, typename: str, description: str, row: Callable[[Done], int | None]) -> Any:
    """A payload field that shows a row; null when the mutation was refused."""
    return _payload_field(name, row_type, description, FromRow(typename, row))


def told_field(name: str, value_type: Any, description: str, value: Callable[[Done], object]) -> Any:
    """A payload field that tells something of the outcome; null when the mutation was refused."""
    return _payload_field(name, value_type, description, FromOutcome(value))


def changes_field() -> Any:
    """The payload field that tells what has changed; null when the mutation was refused."""
    what = (
        "Every entity that was changed, in the order of history; of a dry run, that would be. Null for the repeated "
        "answer of an idempotency key where they were more than 100."
    )
    return _payload_field("changes", list[EntityChange], what, FromChanges())


def _payload_field(name: str, value_type: Any, description: str, shows: FromRow | FromOutcome | FromChanges) -> Any:
    optional = Optional[value_type]  # noqa: UP045 - the type is a value here
    metadata = {SHOWS: shows}
    return strawberry.field(name=name, graphql_type=optional, description=description, metadata=metadata)


def payload_type(mutation: str, fields: Sequence[Any]) -> type:
    """`<Mutation>Payload`: the given fields and `errors`."""
    name = mutation[0].upper() + mutation[1:]
    errors = strawberry.field(
        name="errors",
        graphql_type=list[UserError],
        description="Why it was refused; empty when it was done. When there are any, all else is null.",
    )
    return create_type(f"{name}Payload", [*fields, errors], description=f"What `{mutation}` answers.")
