"""What no door expected: a database that is away, a mistake of ours. Told in the door's own form, and nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from abonent.logs import ERRORS
from models.database import Unavailable
from resolvers.faults import Code, Fault
from resolvers.words import Message, say
from rest_compat.http import refused
from schema.http import language_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

RETRY_AFTER: Final = 5
"""Seconds after which a client may try again when the database is away."""
GRAPHQL: Final = "/graphql"


class Failures:
    """The layer around the doors that answers what they raise."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            refusal = _refusal(error)
            if scope["type"] != "http" or scope["state"]["seen"].status:
                raise
            await answer(refusal, Request(scope, receive))(scope, receive, send)


def _refusal(error: Exception) -> Fault:
    """What may be said of it. Whatever is our mistake is logged with its traceback."""
    if isinstance(error, Fault):
        return error
    if isinstance(error, Unavailable):
        return Fault(Code.SERVICE_UNAVAILABLE, Message("service_unavailable"), retry_after=RETRY_AFTER)
    ERRORS.error("unhandled exception", exc_info=error)
    return Fault(Code.INTERNAL_ERROR, Message("internal_error"))


def answer(refusal: Fault, request: Request) -> Response:
    """The refusal in the form of the door that was knocked at."""
    if request.url.path.rstrip("/") != GRAPHQL:
        return refused(refusal, request)
    message = say(refusal.message, language_of(request.headers.get("accept-language", "")))
    body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": refusal.code.value.upper()}}]})
    headers = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
    return Response(body, refusal.status, headers, "application/graphql-response+json")
