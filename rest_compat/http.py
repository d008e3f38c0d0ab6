"""One path of the API as an ASGI application: its methods, its refusals, its trailing slash."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocketClose

from models.database import Unavailable
from resolvers.faults import Code, Fault, Invalid, fault
from resolvers.identity.optimistic_caller import UnprovenError
from resolvers.value_kinds import MAX_INT
from resolvers.words import Language, Message, say
from resolvers.write.conflicts import Conflict
from rest_compat.dry_runs import told_changes
from web.budget import charge
from web.request import context_of, language_of, presumed_context, receive_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send
    from tortoise.models import Model

    from resolvers.context import Context

    Handler = Callable[[Request, Context], Awaitable[Response]]

JSON = "application/json"
CHALLENGE = 'Bearer realm="api"'
READS = frozenset({"GET", "HEAD"})
UNAUTHENTICATED = 401
SHOWN = 200
"""Characters of a caller's own text that a refusal repeats."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method on a path (below `/api`, with its trailing slash), and what answers it."""

    method: str
    path: str
    handler: Handler
    about: str
    """What it is, in English; the documentation has it in Russian too."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A path: what answers each of its methods. HEAD is answered as GET, OPTIONS by the list of methods."""

    handlers: Mapping[str, Handler]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        request.state.operation = request.scope["root_path"] + request.scope["route"].path  # for the log
        try:
            if request.method == "OPTIONS":
                return Response(status_code=204, headers={"Allow": self.allowed})
            handler = self._handler(request.method)
            if request.method not in READS:
                if not getattr(handler, "takes_body", False):
                    await receive_body(request)  # it may take its time: who is calling is asked when it has come
                return await _write(handler, request)
            return await _try_optimistic(handler, request) or await _answer_caller(handler, request)
        except Fault as refusal:
            return self._refused(refusal, request)

    def _handler(self, method: str) -> Handler:
        handler = self.handlers.get("GET" if method == "HEAD" else method)
        if handler is None:
            raise fault(Code.METHOD_NOT_ALLOWED, method=method, allowed=self.allowed)
        return handler

    @property
    def allowed(self) -> str:
        reading = ("HEAD",) if "GET" in self.handlers else ()
        return ", ".join((*self.handlers, *reading, "OPTIONS"))

    def _refused(self, refusal: Fault, request: Request) -> Response:
        response = refused(refusal, request)
        if refusal.code is Code.METHOD_NOT_ALLOWED:
            response.headers["Allow"] = self.allowed
        return response


async def _write(handler: Handler, request: Request) -> Response:
    """What a write answers. Who calls is asked within its transaction; a refusal before that is only presumed."""
    context = presumed_context(request) if getattr(handler, "asks_within", False) else None
    if context is not None and context.guard is not None:
        try:
            await charge(request, context, _price(handler, request))
            return await handler(request, context)
        except Fault:
            if context.guard.proven:
                raise
    return await _answer_caller(handler, request)


async def _answer_caller(handler: Handler, request: Request) -> Response:
    """What is answered to whom the database names."""
    context = await context_of(request)
    await charge(request, context, _price(handler, request))
    return await handler(request, context)


def _price(handler: Handler, request: Request) -> int:
    """What a call costs: the objects that it could bring, as a handler of several tells."""
    price: Callable[[Request], int] | None = getattr(handler, "price", None)
    return 1 if price is None else price(request)


async def _try_optimistic(handler: Handler, request: Request) -> Response | None:
    """What a read answers to a presumed caller; None unless the database has borne the presumption out."""
    context = presumed_context(request)
    if context is None or context.guard is None:
        return None
    try:
        await charge(request, context, _price(handler, request))
        response = await handler(request, context)
    except (Fault, Unavailable, UnprovenError):  # told to the caller whom the database names
        return None
    return response if context.guard.proven else None


async def unknown_path(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers whatever no path matches."""
    if scope["type"] != "http":
        await WebSocketClose()(scope, receive, send)
        return
    request = Request(scope, receive)
    path = Message("path_not_found", {"path": request.scope["path"][:SHOWN]})
    await refused(Fault(Code.NOT_FOUND, path), request)(scope, receive, send)


def path_id(request: Request, entity: type[Model], name: str = "id") -> int:
    """The id in the path. Raises `not_found` for what cannot be an id, as for one that nothing has."""
    text: str = request.path_params[name]
    if re.fullmatch("[0-9]{1,10}", text) and int(text) <= MAX_INT:
        return int(text)
    raise Fault(Code.NOT_FOUND, Message("not_found", {"entity": Message(entity.__name__), "id": text[:SHOWN]}))


def address_of(request: Request) -> str:
    """The absolute address of the path, as clients know it, without its query string (whose bytes need not be text)."""
    path = request.app.state.settings.root_path + request.scope["path"]
    return str(URL(scope={**request.scope, "path": path, "query_string": b""}))


def slashed(app: ASGIApp) -> ASGIApp:
    """The same application for paths without their trailing slash too: served at once, as a POST cannot be sent on."""

    async def with_slash(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        await app(scope if path.endswith("/") else {**scope, "path": path + "/"}, receive, send)

    return with_slash


# --- answers ------------------------------------------------------------------------------------------------------


def answer(body: bytes, language: Language, status: int = 200) -> Response:
    """A JSON answer; its words depend on the caller's language, and all of it on the caller."""
    headers = {"Content-Language": language.value, "Vary": "Accept-Language, Authorization"}
    return Response(body, status, headers, media_type=JSON)


def refused(refusal: Fault, request: Request) -> Response:
    """A refusal as the document shows it: by field for values, else with a status, a code and a message."""
    language = language_of(request.headers.get("accept-language", ""))
    response = answer(orjson.dumps(told_of(refusal, language)), language, refusal.status)
    if refusal.status == UNAUTHENTICATED:
        response.headers["WWW-Authenticate"] = CHALLENGE
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def told_of(refusal: Fault, language: Language) -> dict[str, object]:
    """The body of a refusal."""
    if isinstance(refusal, Invalid):
        return {name: [say(one, language) for one in messages] for name, messages in refusal.fields.items()}
    told: dict[str, object] = {
        "status": "error",
        "code": refusal.code.value,
        "message": say(refusal.message, language),
    }
    return told | {"changes": told_changes(refusal.changes)} if isinstance(refusal, Conflict) else told
