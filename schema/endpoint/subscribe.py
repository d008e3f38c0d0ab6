"""Server-sent events at the endpoint, by the GraphQL-over-SSE draft, each operation on a connection of its own.

A subscription goes on until its client leaves or its session ends; a query or a mutation whose client likes a stream
best is told in one message. Whatever is told has `event: next`; `event: complete` says that nothing follows. A process
that stops only closes the connection, so that clients come back by themselves.
"""

from __future__ import annotations

from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import orjson
from graphql import ExecutionResult, GraphQLError, get_operation_ast, get_variable_values
from starlette.responses import Response

from resolvers.events.feed import cursor_of
from resolvers.events.lines import PAGE
from resolvers.faults import Code, Fault
from schema.endpoint.response import of_refusal, of_result
from schema.execution.collect_fields import flattened, fragments_of
from schema.execution.read_field import RootField
from schema.execution.subscription_fields import Subscribed
from schema.schema import GRAPHQL
from web.event_streams import HEADERS, LAST_ID, EventStream, event, sign_of_life
from web.negotiation import STREAM, MediaType
from web.request import headers_of, token_ends

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from starlette.requests import Request

    from resolvers.context import Context
    from resolvers.events.lines import Line, Lines
    from resolvers.words import Language
    from schema.endpoint.cost import Cost
    from schema.endpoint.document_cache import Operation
    from schema.execution.execute import GraphQLRequest
    from schema.execution.subscription_fields import Message

COMPLETE: Final = b"event: complete\ndata:\n\n"
MOST_ERRORS: Final = 50
"""Of variables that do not fit."""


def as_events(response: Response) -> Response:
    """An answer as a stream of one message; what is wrong with the request itself stays as it is."""
    if isinstance(response, EventStream) or response.status_code != 200:  # noqa: PLR2004
        return response
    kept = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
    body = event("next", bytes(response.body).decode()) + COMPLETE
    return Response(body, headers={**kept, **HEADERS}, media_type=STREAM)


async def subscribe(
    request: Request, ran: GraphQLRequest, operation: Operation, allowed: Cost, extensions: Mapping[str, Any]
) -> Response:
    """The stream of a subscription within the limits; `allowed`: what may be read together. Raises refusals."""
    context = ran.context
    variables = _coerced(ran)
    if isinstance(variables, list):
        return _refused(variables, operation, context, extensions)
    could = operation.price.total.of({**operation.defaults, **ran.variables})
    size = min(PAGE, allowed.objects // max(1, could.objects), allowed.bytes // max(1, could.bytes))
    subscribed = Subscribed(_root_field(ran), ran, variables, max(1, size))
    lines: Lines = request.app.state.lines
    last = headers_of(request).get(LAST_ID, "").strip() or None
    try:
        subscribed.field.read.permit(context, subscribed.arguments)
        line = await subscribed.source.line(subscribed, last, token_ends(request), lines.pace)
    except Fault as refusal:
        error = GraphQLError(refusal.code, path=[subscribed.field.key], original_error=refusal)
        return _refused([error], operation, context, extensions)
    if request.method == "HEAD":
        return Response(headers=HEADERS, media_type=STREAM)
    frames = _frames(subscribed, line, extensions)
    return EventStream(lines, line, frames, partial(_end, context.language), context.language.value)


def _refused(
    errors: list[GraphQLError], operation: Operation, context: Context, extensions: Mapping[str, Any]
) -> Response:
    return of_result(ExecutionResult(None, errors), operation, context.language, MediaType.JSON, extensions)


def _coerced(ran: GraphQLRequest) -> dict[str, Any] | list[GraphQLError]:
    """The variables as the schema's types take them, or what is wrong with them."""
    node = get_operation_ast(ran.document, ran.operation_name)
    declared = node.variable_definitions if node is not None else None
    found = get_variable_values(GRAPHQL, declared or (), dict(ran.variables), MOST_ERRORS, hide_suggestions=True)
    return found if isinstance(found, list) else found.coerced


def _root_field(ran: GraphQLRequest) -> RootField:
    """The one field of the operation, which validation has seen to; there are no conditions at the root."""
    node, root = get_operation_ast(ran.document, ran.operation_name), GRAPHQL.subscription_type
    if node is None or root is None:
        raise LookupError("a valid subscription has an operation and a type")
    fragments = fragments_of(ran.document)
    nodes = list(flattened(node.selection_set.selections, fragments, set()))
    key = (nodes[0].alias or nodes[0].name).value
    return RootField(key, root.fields[nodes[0].name.value], nodes, GRAPHQL, fragments)


async def _frames(subscribed: Subscribed, line: Line, extensions: Mapping[str, Any]) -> AsyncGenerator[bytes, None]:
    key = orjson.dumps(subscribed.field.key).decode()
    yield sign_of_life(cursor_of(line.position))
    async with aclosing(subscribed.source.messages(subscribed, line)) as messages:
        async for message in messages:
            cursor = cursor_of(line.position)
            yield sign_of_life(cursor) if message is None else event("next", _told(key, message, extensions), cursor)


def _told(key: str, message: Message, extensions: Mapping[str, Any]) -> str:
    more = {**extensions, **({"id": message.id} if message.id else {})}
    beside = f',"extensions":{orjson.dumps(more).decode()}' if more else ""
    return f'{{"data":{{{key}:{message.json}}}{beside}}}'


def _end(language: Language, why: Fault) -> bytes:
    """The error as a message, since clients read no other, and beside the end, which it is the reason of."""
    if why.code is Code.SERVICE_UNAVAILABLE:
        return b":\n\n"
    told = bytes(of_refusal(why, language, MediaType.JSON).body).decode()
    return event("next", told) + event("complete", told)
