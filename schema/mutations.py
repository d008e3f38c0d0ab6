"""Everything that can be done: a mutation for every operation, and those of sessions."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import strawberry
from strawberry.tools import create_type

from models.jobs import Job
from resolvers.faults import Code
from resolvers.identity.permissions import GRANTS
from resolvers.operations import OPERATIONS
from resolvers.value_kinds import hundredths_text
from resolvers.write.operation import Effect
from resolvers.write.refusals import own_codes
from schema import session_mutations
from schema.execution.mutation_field import OperationRun, mutation_field
from schema.types.entities import TYPES
from schema.types.global_ids import global_id, of_type
from schema.types.mutation_inputs import operation_input
from schema.types.payloads import Done, changes_field, payload_type, row_field, told_field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from resolvers.write.operation import Operation


# --- what they answer ---------------------------------------------------------------------------------------------


def _entity_field(operation: Operation) -> Any:
    typename = operation.entity.__name__
    if operation.effect is Effect.DELETE:
        what = f"What is no more. {of_type(typename)}"
        return told_field("deletedId", strawberry.ID, what, lambda done: global_id(typename, done.id))
    name = typename[0].lower() + typename[1:]
    return row_field(name, TYPES[typename], typename, f"The {typename} as it is now.", lambda done: done.id)


def _money(name: str) -> Callable[[Done], object]:
    return lambda done: hundredths_text(done.notes[name])


_EXTRAS: Final[dict[str, Callable[[], Any]]] = {
    "old_balance": lambda: told_field("oldBalance", Decimal, "Balance before.", _money("old_balance")),
    "new_balance": lambda: told_field("newBalance", Decimal, "Balance afterwards.", _money("new_balance")),
    "amount": lambda: told_field("amount", Decimal, "How much was moved, without sign.", _money("amount")),
    "balance_after": lambda: told_field(
        "balanceAfter", Decimal, "Balance of the contract after posting.", _money("balance_after")
    ),
    "payment_id": lambda: row_field(
        "payment",
        TYPES["Payment"],
        "Payment",
        "The payment that was made by it.",
        lambda done: done.notes["payment_id"],
    ),
    "new_sim_id": lambda: row_field(
        "newSim", TYPES["Sim"], "Sim", "The SIM that has taken its place.", lambda done: done.notes["new_sim_id"]
    ),
    "comment_id": lambda: row_field(
        "comment", TYPES["Comment"], "Comment", "What was said by it.", lambda done: done.notes["comment_id"]
    ),
    "job_id": lambda: row_field(
        "job",
        TYPES["Job"],
        "Job",
        "The job that does it, batch by batch.",
        lambda done: done.notes["job_id"],
    ),
    "http_status": lambda: told_field(
        "httpStatus", int, "The answer's status; null where none came.", lambda done: done.notes["http_status"]
    ),
    "duration_ms": lambda: told_field(
        "durationMs", int, "How long it took, in milliseconds.", lambda done: done.notes["duration_ms"]
    ),
    "error": lambda: told_field(
        "error", str, "Why it was not taken; null if it was.", lambda done: done.notes["error"]
    ),
    "secret": lambda: told_field(
        "secret", str, "The secret that signs, `whsec_…`, shown this once.", lambda done: done.notes["secret"]
    ),
    "key": lambda: told_field("key", str, "The key, shown now and never again.", lambda done: done.notes["key"]),
    "resolution_time": lambda: told_field(
        "resolutionTime", int, "Whole seconds from opening to resolution.", lambda done: done.notes["resolution_time"]
    ),
}
"""The payload field of each note that an operation's answer shows."""


def _payload(operation: Operation) -> type:
    job = ("job_id",) if operation.starts_job and operation.entity is not Job else ()
    shown = (*operation.extras, *operation.graphql_extras, *job)
    fields = [_entity_field(operation), *(_EXTRAS[name]() for name in shown), changes_field()]
    return payload_type(operation.graphql, fields)


# --- what is said of them -----------------------------------------------------------------------------------------


def description(operation: Operation) -> str:
    """What an operation does, who may call it, from which states, and how it can be refused."""
    parts = [operation.description, f"For: {_listed(GRANTS[operation.may])}."]
    if operation.moves:
        parts.append(f"From: {_listed(operation.moves)}.")
    if refusals := codes(operation):
        parts.append(f"Errors: {_listed(refusals)}.")
    return "\n\n".join(parts)


def codes(operation: Operation) -> tuple[Code, ...]:
    """The codes of refusals that the operation's payload can hold; an id that is none is told there too."""
    told = own_codes(operation)
    return told if Code.VALIDATION in told or not operation.has_target else (Code.VALIDATION, *told)


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(f"`{value.name}`" for value in values)


# --- the type -----------------------------------------------------------------------------------------------------


def _field(operation: Operation) -> Any:
    field = mutation_field(
        description(operation), operation_input(operation), _payload(operation), OperationRun(operation)
    )
    field.graphql_name = field.python_name = operation.graphql
    return field


Mutation: Final = create_type(
    "Mutation",
    [*(_field(operation) for operation in OPERATIONS), *session_mutations.fields()],
    description="Everything that can be done. Mutations of one document run one after the other, each on its own.",
)
