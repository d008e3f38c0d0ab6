"""The table of all operations, derived from their declarations: `abonent check --operations` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolvers.identity.permissions import GRANTS
from resolvers.operations import OPERATIONS
from resolvers.read.tables import TABLES_BY_TYPENAME
from resolvers.write.inputs import input_fields
from rest_compat.routes import PREFIX, endpoints
from rest_compat.write_handlers import Write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resolvers.write.operation import Operation

HEADINGS = ("operation", "from → to", "who", "arguments", "GraphQL", "REST")


def table_of_operations() -> str:
    """One line an operation, in columns: `*` marks required arguments, `+` where one may ask for a higher role."""
    rows = [HEADINGS, *(tuple(_cells(operation)) for operation in OPERATIONS)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _cells(operation: Operation) -> Iterator[str]:
    yield operation.name
    yield _moves(operation)
    yield ", ".join(GRANTS[operation.may]) + (" +" if operation.also_needs else "")
    yield _arguments(operation)
    yield operation.graphql
    yield _path(operation)


def _moves(operation: Operation) -> str:
    """`suspended, blocked → active`; states that lead to the same one stand together."""
    by_target: dict[str, list[str]] = {}
    for state, target in operation.moves.items():
        by_target.setdefault(target or "stays", []).append(state)
    return "; ".join(f"{', '.join(states)} → {target}" for target, states in by_target.items()) or "any"


def _arguments(operation: Operation) -> str:
    if operation.input is None:
        return ""
    return ", ".join(field.rest_name + "*" * field.required for field in input_fields(operation.input))


def _path(operation: Operation) -> str:
    """`PUT, PATCH /api/customers/{id}/`: the paths that lead to it, one's own profile's left out."""
    calls = [
        call
        for call in endpoints()
        if isinstance(call.handler, Write) and call.handler.operation is operation and not call.handler.own
    ]
    if not calls:  # read by a handler of its own: a file comes with it
        return f"POST {PREFIX}/{operation.rest or TABLES_BY_TYPENAME[operation.entity.__name__].path}/"
    (path,) = {call.path for call in calls}
    return f"{', '.join(call.method for call in calls)} {PREFIX}{path}"
