"""The GraphQL endpoint, by the GraphQL-over-HTTP draft: GET for queries, POST, and a page for browsers.

A request passes gates, each of which can refuse it: it is well formed (`schema/endpoint/request.py`), its document is
of bearable size and valid (`schema/endpoint/document_cache.py`), somebody is calling, what it could bring back is not
too much. Then it runs, and its response is written (`schema/endpoint/response.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from graphql import OperationType
from starlette.routing import Route

from models.database import Unavailable
from resolvers.faults import Code, Fault, fault, invalid
from schema.endpoint.cost import pricing
from schema.endpoint.document_cache import Documents, Introspects, Refused
from schema.endpoint.introspection import Introspection
from schema.endpoint.limits import LimitExceeded, check_variables, hold
from schema.endpoint.request import not_allowed, read_request
from schema.endpoint.response import answered, not_acceptable, of_refusal, of_result
from schema.execution.execute import GraphQLRequest, execute
from schema.execution.fast_path import answer
from schema.schema import GRAPHQL
from web.negotiation import MediaType, accepted
from web.pages import asset_routes, graphiql_page
from web.request import context_of, headers_of, language_of, presumed_context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from models.settings import Settings
    from resolvers.context import Context
    from schema.endpoint.document_cache import Document, Operation
    from schema.endpoint.request import Asked

OPEN_ROOTS: Final = frozenset({"login", "refreshToken"})
"""Root fields that answer without a token; introspection does too."""
MAX_SCHEMA: Final = 30_000
"""Parts of the schema that one answer may bring; the full introspection brings a third of it."""
MAX_SCHEMA_BESIDE: Final = 300
"""The same where rows are asked for too: these answers are made on the event loop."""


@dataclass(frozen=True, slots=True)
class Door:
    """What the endpoint keeps from one request to the next."""

    documents: Documents
    introspection: Introspection
    max_cost: int


def graphql_routes(settings: Settings) -> list[BaseRoute]:
    """The endpoint, and its page's assets."""
    limits = settings.query_limits
    documents = Documents(GRAPHQL, pricing(GRAPHQL), limits, OPEN_ROOTS)
    answer = partial(endpoint, Door(documents, Introspection(GRAPHQL), limits.cost))
    return [*(Route(path, answer, methods=()) for path in ("/graphql", "/graphql/")), *asset_routes()]


async def endpoint(door: Door, request: Request) -> Response:
    """Answer a request, whatever its method and media types."""
    media = accepted(headers_of(request).get("accept"), page=request.method in {"GET", "HEAD"})
    language = language_of(headers_of(request).get("accept-language", ""))
    if media is MediaType.PAGE:
        return graphiql_page(language, request.app.state.settings.root_path)
    if media is None:
        return not_acceptable(language)
    try:
        return await _answer(door, request, media)
    except (Fault, Unavailable, LimitExceeded, Refused) as refusal:
        return of_refusal(refusal, language, media)


async def _answer(door: Door, request: Request, media: MediaType) -> Response:
    asked = await read_request(request)
    at_once = await _at_once(door, request, asked, media)
    if at_once is not None:
        return at_once
    context = await context_of(request)
    document, operation = await door.documents.get(asked.query, asked.operation_name, partial(_gate, asked, context))
    request.state.operation = operation.title
    extensions = _checked(door, asked, operation)
    if operation.introspects is Introspects.ONLY:
        return answered(await door.introspection.answer(document, asked), media)
    ran = _request(context, document, asked)
    result = await answer(operation.direct, ran) if operation.direct else None
    response = of_result(result or await execute(GRAPHQL, ran), operation, context.language, media, extensions)
    if ran.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


async def _at_once(door: Door, request: Request, asked: Asked, media: MediaType) -> Response | None:
    """The answer to a known document from a known caller, a statement for each root field and no other.

    None where that is not to be had: then the request is served as any other.
    """
    known, context = door.documents.known(asked.query, asked.operation_name), presumed_context(request)
    if known is None or context is None or context.guard is None:
        return None
    document, operation = known
    if operation.direct is None:
        return None
    try:
        extensions = _checked(door, asked, operation)
    except LimitExceeded:
        return None
    result = await answer(operation.direct, _request(context, document, asked))
    if result is None or not context.guard.proven:
        return None
    request.state.operation = operation.title
    return of_result(result, operation, context.language, media, extensions)


def _request(context: Context, document: Document, asked: Asked) -> GraphQLRequest:
    return GraphQLRequest(
        context=context,
        document_key=document.digest,
        document=document.tree,
        operation_name=asked.operation_name,
        variables=asked.variables,
        idempotency_key=asked.idempotency_key,
    )


def _gate(asked: Asked, context: Context, kind: OperationType, is_open: bool) -> None:
    """Refuse a change by GET, and what needs a caller when there is none."""
    if asked.only_reads and kind is not OperationType.QUERY:
        raise not_allowed("GET", ("POST",))
    if context.caller is None and not is_open:
        raise fault(Code.TOKEN_NOT_VALID if context.token_refused else Code.NOT_AUTHENTICATED)


def _checked(door: Door, asked: Asked, operation: Operation) -> Mapping[str, Mapping[str, int]]:
    """Refuse what would bring too much, and one idempotency key for several changes; the answer's `extensions`."""
    check_variables(asked.variables)
    cost = operation.price.of({**operation.defaults, **asked.variables})
    hold("cost", cost, door.max_cost)
    alone = operation.introspects is Introspects.ONLY
    hold("introspection", operation.price.schema, MAX_SCHEMA if alone else MAX_SCHEMA_BESIDE)
    if asked.idempotency_key and operation.kind is OperationType.MUTATION and operation.fields > 1:
        raise invalid("Idempotency-Key", "key_for_several")
    return {"cost": {"requested": cost, "allowed": door.max_cost}} if asked.tells_cost else {}
