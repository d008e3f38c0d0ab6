"""How a GraphQL response is written: the media type, the status, the errors and their codes (contract §5).

What ran nothing is told by its HTTP status: always, where the request itself is at fault or the server cannot serve;
else under the draft's own media type only, since older clients take any status but 200 for a failure of the network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson
from starlette.responses import Response

from models.database import Unavailable
from resolvers.faults import STATUS, Code, Fault, LimitExceeded, fault
from resolvers.words import Message, say
from schema.endpoint.document_cache import Refused
from schema.execution.errors import formatted, measures
from web.negotiation import MediaType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graphql import ExecutionResult

    from resolvers.words import Language
    from schema.endpoint.document_cache import Operation

Refusal = Fault | Unavailable | Refused
"""What can stop a request before it runs."""

RETRY_AFTER: Final = 5
"""Seconds after which to try again when the database is away."""
LONGEST_MESSAGE: Final = 1_000
"""Characters of an error's message."""
UNAUTHORIZED: Final = 401
SERVER_ERROR: Final = 500
OF_THE_DOCUMENT: Final = frozenset({Code.NOT_AUTHENTICATED, Code.TOKEN_NOT_VALID})
"""Faults of what a well-formed request asks for."""


def answered(body: bytes, media: MediaType, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A response of the media type, which is always UTF-8."""
    return Response(body, status, headers, f"{media.value}; charset=utf-8")


def of_result(
    result: ExecutionResult,
    operation: Operation,
    language: Language,
    media: MediaType,
    extensions: Mapping[str, Mapping[str, Any]],
) -> Response:
    """What came of an operation: its data and errors, or, if nothing ran, the errors alone and their status."""
    more = {"extensions": extensions} if extensions else {}
    if not result.errors:
        return answered(orjson.dumps({"data": result.data, **more}), media)
    errors = [formatted(error, language) for error in result.errors]
    if _ran(errors, operation):
        return _told(errors, 200, media, {"data": result.data, **more})
    kept = {"data": result.data} if media is MediaType.JSON and "path" in errors[0] else {}
    return _told(errors, STATUS[Code(errors[0]["extensions"]["code"].lower())], media, kept)


def _ran(errors: Sequence[Mapping[str, Any]], operation: Operation) -> bool:
    """Whether any root field was answered: not, if each failed, or the operation as a whole before it started."""
    failed = {error["path"][0] for error in errors if error.get("path")}
    return bool(failed) and not failed >= operation.keys


def of_refusal(refusal: Refusal, language: Language, media: MediaType) -> Response:
    """A request that was refused before it ran."""
    match refusal:
        case LimitExceeded():
            error = _error("LIMIT_EXCEEDED", refusal.message, language)
            error["extensions"] |= measures(refusal)
            return _told([error], 400, media)
        case Refused():
            errors = [{**error.formatted, "extensions": {"code": refusal.code}} for error in refusal.errors]
            return _told(errors, 400, media)
        case Unavailable():
            return of_refusal(fault(Code.SERVICE_UNAVAILABLE), language, media)
        case Fault():
            error = _error(refusal.code.upper(), refusal.message, language)
            about_request = refusal.code not in OF_THE_DOCUMENT
            if refusal.retry_after is not None:
                error["extensions"]["retryAfter"] = refusal.retry_after
            return _told([error], refusal.status, media, about_request=about_request, headers=_allow(refusal))


class StreamOnlyError(Exception):
    """What is asked for is answered as an event stream, which the client does not take."""


def not_acceptable(language: Language, *, stream: bool = False) -> Response:
    """The answer to who accepts nothing of what can be had; `stream`: which is an event stream only."""
    message = Message("subscription_needs_stream" if stream else "not_acceptable")
    errors = [_error("NOT_ACCEPTABLE", message, language)]
    return _told(errors, 406, MediaType.JSON, about_request=True)


def _allow(refusal: Fault) -> dict[str, str]:
    allowed = refusal.message.params.get("allowed")
    return {"Allow": str(allowed)} if refusal.code is Code.METHOD_NOT_ALLOWED else {}


def _error(code: str, message: Message, language: Language) -> dict[str, Any]:
    return {"message": say(message, language), "extensions": {"code": code}}


def _told(
    errors: list[dict[str, Any]],
    status: int,
    media: MediaType,
    data: Mapping[str, Any] | None = None,
    *,
    about_request: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The errors, beside data or without, and what HTTP says of them."""
    for error in errors:  # a bad value is quoted as it came: at any length, with surrogates that cannot be written
        error["message"] = error["message"][:LONGEST_MESSAGE].encode(errors="replace").decode()
    seen = about_request or media is MediaType.RESPONSE or status >= SERVER_ERROR
    shown = status if seen else 200
    challenge = {"WWW-Authenticate": 'Bearer realm="api"'} if shown == UNAUTHORIZED else {}
    all_headers = {**(headers or {}), **challenge, **_waiting(errors)}
    return answered(orjson.dumps({"errors": errors, **(data or {})}), media, shown, all_headers)


def _waiting(errors: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """How long to wait before another try, in seconds."""
    extensions = errors[0]["extensions"]
    unavailable = extensions["code"] == Code.SERVICE_UNAVAILABLE.upper()
    seconds = extensions.get("retryAfter", RETRY_AFTER if unavailable else None)
    return {} if seconds is None else {"Retry-After": str(seconds)}
