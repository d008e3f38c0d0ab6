"""What no door expected: a database that is away, a mistake of ours. Told in the door's own form, and nothing more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from starlette.requests import Request

from abonent.logs import ERRORS
from models.database import Unavailable
from resolvers.faults import Code, Fault, fault
from resolvers.words import Message
from rest_compat.http import refused
from schema.endpoint.response import RETRY_AFTER, of_refusal
from web.negotiation import MediaType, accepted
from web.request import language_of

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

GRAPHQL: Final = "/graphql"


class Failures:
    """The layer around the doors that answers what they raise."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except asyncio.CancelledError:  # its time is over, or the server stops; whose client has gone hears nothing
            await _answer_unless_begun(_unavailable(), scope, receive, send)
            raise
        except Exception as error:
            if not await _answer_unless_begun(_refusal(error), scope, receive, send):
                raise


async def _answer_unless_begun(refusal: Fault, scope: Scope, receive: Receive, send: Send) -> bool:
    """Send the refusal, if nothing was sent yet; says whether it did."""
    if scope["type"] != "http" or scope["state"]["seen"].status:
        return False
    await answer(refusal, Request(scope, receive))(scope, receive, send)
    return True


def _unavailable() -> Fault:
    return Fault(Code.SERVICE_UNAVAILABLE, Message("service_unavailable"), retry_after=RETRY_AFTER)


def _refusal(error: Exception) -> Fault:
    """What may be said of it. Whatever is our mistake is logged with its traceback."""
    if isinstance(error, Fault):
        return error
    if isinstance(error, Unavailable):
        ERRORS.warning("the database is unavailable", extra={"facts": {"cause": str(error)}})
        return _unavailable()
    ERRORS.error("unhandled exception", exc_info=error)
    return fault(Code.INTERNAL_ERROR)


def answer(refusal: Fault, request: Request) -> Response:
    """The refusal in the form of the door that was knocked at."""
    if request.scope["path"].rstrip("/") != GRAPHQL:
        return refused(refusal, request)
    language = language_of(request.headers.get("accept-language", ""))
    media = accepted(request.headers.get("accept"), page=False) or MediaType.JSON
    return of_refusal(refusal, language, media)
