"""The GraphQL endpoint, by the GraphQL-over-HTTP draft: GET for queries, POST, and a page for browsers.

A request passes gates, each of which can refuse it: it is well formed (`schema/endpoint/request.py`), its document is
of bearable size and valid (`schema/endpoint/document_cache.py`), somebody is calling, what it could bring back is not
too much. Then it runs, and its response is written (`schema/endpoint/response.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from graphql import OperationType
from starlette.routing import Route

from models.database import Unavailable
from resolvers.faults import Code, Fault, LimitExceeded, fault, hold, invalid
from schema.endpoint.cost import Cost, pricing
from schema.endpoint.document_cache import Documents, Introspects, Refused
from schema.endpoint.introspection import Introspection
from schema.endpoint.limits import check_variables
from schema.endpoint.request import not_allowed, read_request
from schema.endpoint.response import StreamOnlyError, answered, not_acceptable, of_refusal, of_result
from schema.endpoint.scans import Sizes
from schema.endpoint.subscribe import as_events, subscribe
from schema.execution.execute import GraphQLRequest, execute
from schema.execution.fast_path import answer
from schema.schema import GRAPHQL
from web.budget import charge
from web.negotiation import MediaType, accepted, prefers_stream, takes_stream
from web.pages import asset_routes, graphiql_page
from web.request import context_of, headers_of, language_of, presumed_context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from models.settings import QueryLimits, Settings
    from resolvers.context import Context
    from resolvers.words import Language
    from schema.endpoint.document_cache import Document, Operation
    from schema.endpoint.request import Asked

OPEN_ROOTS: Final = frozenset({"login", "refreshToken"})
"""Root fields that answer without a token; introspection does too."""
MAX_SCHEMA: Final = 30_000
"""Parts of the schema that one answer may bring; the full introspection brings a third of it."""
MAX_SCHEMA_BESIDE: Final = 300
"""The same where rows are asked for too: these answers are made on the event loop."""
POSSIBLE_BYTES: Final = 8
"""What an answer could take, in the largest that may be: texts are hardly ever as long as they could."""
LITERAL: Final = 100
"""Bytes of a value that a document spells out."""
SMALL_PAYLOAD: Final = Cost(1_000, 1_000_000)
"""What a mutation's payload may bring to be read inside its transaction; a larger one is read after the commit."""


@dataclass(frozen=True, slots=True)
class Door:
    """What the endpoint keeps from one request to the next."""

    documents: Documents
    introspection: Introspection
    limits: QueryLimits
    max_bytes: int
    """That an answer could take, as far as its document tells."""
    sizes: Sizes = field(default_factory=Sizes)


def graphql_routes(settings: Settings) -> list[BaseRoute]:
    """The endpoint, and its page's assets."""
    limits = settings.query_limits
    documents = Documents(GRAPHQL, pricing(GRAPHQL), limits, OPEN_ROOTS)
    door = Door(documents, Introspection(GRAPHQL), limits, POSSIBLE_BYTES * settings.answer_bytes)
    answer = partial(endpoint, door)
    return [*(Route(path, answer, methods=()) for path in ("/graphql", "/graphql/")), *asset_routes()]


async def endpoint(door: Door, request: Request) -> Response:
    """Answer a request, whatever its method and media types."""
    accept = headers_of(request).get("accept")
    language = language_of(headers_of(request).get("accept-language", ""))
    if prefers_stream(accept):
        return as_events(await _respond(door, request, language, MediaType.JSON))
    media = accepted(accept, page=request.method in {"GET", "HEAD"})
    if media is MediaType.PAGE:
        return graphiql_page(language, request.app.state.settings.root_path)
    if media is None:
        return not_acceptable(language)
    return await _respond(door, request, language, media)


async def _respond(door: Door, request: Request, language: Language, media: MediaType) -> Response:
    """The answer, or the refusal."""
    try:
        return await _answer(door, request, media)
    except StreamOnlyError:
        return not_acceptable(language, stream=True)
    except (Fault, Unavailable, Refused) as refusal:
        return of_refusal(refusal, language, media)


async def _answer(door: Door, request: Request, media: MediaType) -> Response:
    """Parse, plan, try to answer at once; else ask who is calling, and answer."""
    asked = await read_request(request)
    return await _try_optimistic(door, request, asked, media) or await _answer_caller(door, request, asked, media)


async def _try_optimistic(door: Door, request: Request, asked: Asked, media: MediaType) -> Response | None:
    """The answer to a known document from a known caller, a statement for each root field and no other.

    None where that is not to be had, whatever is refused included: then the caller is looked up, and told.
    """
    known, context = door.documents.known(asked.query, asked.operation_name), presumed_context(request)
    if known is None or context is None or context.guard is None:
        return None
    document, operation = known
    if operation.direct is None or (operation.price.scans and not door.sizes.known):
        return None
    try:
        cost, extensions = _checked(door, asked, operation)
        await charge(request, context, cost)
        result = await answer(operation.direct, _request(context, document, operation, asked))
    except LimitExceeded:
        return None
    if result is None or not context.guard.proven:
        return None
    request.state.operation = operation.title
    return of_result(result, operation, context.language, media, extensions)


async def _answer_caller(door: Door, request: Request, asked: Asked, media: MediaType) -> Response:
    """The answer to whom the database names. Raises what is refused before anything runs."""
    context = await context_of(request)
    stranger, gate = context.caller is None, partial(_gate, asked, context)
    document, operation = await door.documents.get(asked.query, asked.operation_name, gate, stranger=stranger)
    request.state.operation = operation.title
    if operation.kind is OperationType.SUBSCRIPTION and not takes_stream(headers_of(request).get("accept")):
        raise StreamOnlyError
    if operation.price.scans and not door.sizes.known:
        await door.sizes.look(context.database)
    cost, extensions = _checked(door, asked, operation)
    await charge(request, context, cost)
    if operation.introspects is Introspects.ONLY:
        return answered(await door.introspection.answer(document, asked, stranger=stranger), media)
    ran = _request(context, document, operation, asked)
    if operation.kind is OperationType.SUBSCRIPTION:
        return await subscribe(request, ran, operation, Cost(door.limits.cost, door.max_bytes), extensions)
    result = await answer(operation.direct, ran) if operation.direct else None
    response = of_result(result or await execute(GRAPHQL, ran), operation, context.language, media, extensions)
    if ran.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def _request(context: Context, document: Document, operation: Operation, asked: Asked) -> GraphQLRequest:
    return GraphQLRequest(
        context=context,
        document_key=document.digest,
        document=document.tree,
        operation_name=asked.operation_name,
        variables=asked.variables,
        idempotency_key=asked.idempotency_key,
        literals=document.length + LITERAL * operation.price.literals,
        presented_after=_large(operation, asked),
    )


def _large(operation: Operation, asked: Asked) -> frozenset[str]:
    """The mutations of a document whose payloads are too large to be read while others wait for the transaction."""
    if operation.kind is not OperationType.MUTATION:
        return frozenset()
    variables = {**operation.defaults, **asked.variables}
    costs = ((key, price.of(variables)) for key, price in operation.price.roots)
    return frozenset(
        key for key, cost in costs if cost.objects > SMALL_PAYLOAD.objects or cost.bytes > SMALL_PAYLOAD.bytes
    )


def _gate(asked: Asked, context: Context, kind: OperationType, is_open: bool) -> None:
    """Refuse a change by GET, and what needs a caller when there is none."""
    if asked.only_reads and kind is OperationType.MUTATION:
        raise not_allowed("GET", ("POST",))
    if context.caller is None and not is_open:
        raise fault(Code.TOKEN_NOT_VALID if context.token_refused else Code.NOT_AUTHENTICATED)


def _checked(door: Door, asked: Asked, operation: Operation) -> tuple[int, Mapping[str, Mapping[str, int]]]:
    """Refuse what would bring too much, and one idempotency key for several changes; the cost, and `extensions`."""
    check_variables(asked.variables, door.limits)
    variables = {**operation.defaults, **asked.variables}
    price = operation.price
    hold("values", price.values(variables), door.limits.values)
    read_through = sum(door.sizes.price(scan) for scan in price.scans if scan.needed(variables))
    could = price.total.of(variables)
    cost = could.objects + read_through
    hold("cost", cost, door.limits.cost)
    hold("bytes", could.bytes, door.max_bytes)
    alone = operation.introspects is Introspects.ONLY
    hold("introspection", price.total.schema, MAX_SCHEMA if alone else MAX_SCHEMA_BESIDE)
    if asked.idempotency_key and operation.kind is OperationType.MUTATION and operation.fields > 1:
        raise invalid("Idempotency-Key", "key_for_several")
    return cost, {"cost": {"requested": cost, "allowed": door.limits.cost}} if asked.tells_cost else {}
