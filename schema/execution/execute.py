"""How one operation of a document runs, and what its resolvers find of the request that it serves.

A view parses and validates a document, fills a `GraphQLRequest`, and awaits `execute()`. graphql-core coerces the
variables and calls the resolver of each root field (mutations one after the other); a resolver that reads hands back
a `Compiled` subtree, which the executor passes through untouched: the result's `data` holds `orjson.Fragment`s and is
to be dumped by orjson.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeGuard, cast

import graphql
import orjson
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from graphql import DocumentNode, ExecutionResult, GraphQLSchema

    from resolvers.context import Context


@dataclass(slots=True)
class GraphQLRequest:
    """One request of one operation. Every resolver has it as `info.context`."""

    context: Context
    document_key: bytes
    """Equal for equal documents only: a digest of the text. Compiled plans are kept under it, by the thousand."""
    document: DocumentNode
    """Parsed and validated against the schema."""
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    """As sent, numbers with a point as `Decimal`."""
    idempotency_key: str | None = None
    """The header's. The view refuses it on a document with several mutation fields."""
    literals: int = 0
    """Bytes that the values spelt out in the document take, each as often as it is used."""
    presented_after: frozenset[str] = frozenset()
    """The mutations, by response key, whose payloads are read only after the commit: they could be large."""
    replayed: bool = False
    """Set by a mutation whose answer is that of an earlier call with the same key (`Idempotent-Replayed: true`)."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A finished subtree: the JSON text that stands for an object or a list."""

    json: bytes


class CompiledContext(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor, but that a `Compiled` result needs no completing."""

    def complete_value(self, return_type: Any, details: Any, info: Any, path: Any, result: Any, *rest: Any) -> Any:
        if type(result) is Compiled:
            return orjson.Fragment(result.json)
        return super().complete_value(return_type, details, info, path, result, *rest)


async def execute(schema: GraphQLSchema, request: GraphQLRequest) -> ExecutionResult:
    """Run the operation.

    Raises nothing that a resolver raised: the error of a refused field has the `Fault` (or whatever it was) as its
    `original_error`; `schema.execution.errors.formatted` puts errors into words.
    """
    result = graphql.execute(
        schema,
        request.document,
        context_value=request,
        variable_values=dict(request.variables),
        operation_name=request.operation_name,
        executor_class=CompiledContext,
        is_awaitable=_is_awaitable,
        hide_suggestions=True,
    )
    return await result if _is_awaitable(result) else cast("ExecutionResult", result)


def _is_awaitable(value: Any) -> TypeGuard[Awaitable[Any]]:
    return optimized_is_awaitable(value)
