"""What a request to `/graphql` asks: read strictly from its URL or its body."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from resolvers.faults import NO_FIELD, Code, Fault, fault, invalid
from schema.http import idempotency_key, read_body, read_json, require_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

ALLOWED = ("GET", "POST")


@dataclass(frozen=True, slots=True)
class Asked:
    """A well-formed GraphQL request."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str | None = None
    only_reads: bool = False
    """It came by GET, which may change nothing."""


async def read_request(request: Request) -> Asked:
    """Read a request. Raises `Fault` for one that is not well formed, whatever its document."""
    if request.method == "POST":
        require_json(request)
        asked = _well_formed(read_json(await read_body(request)))
    elif request.method in {"GET", "HEAD"}:
        asked = _well_formed(_of_url(request))
    else:
        raise not_allowed(request.method, ALLOWED)
    return Asked(*asked, idempotency_key(request), only_reads=request.method != "POST")


def not_allowed(method: str, allowed: tuple[str, ...]) -> Fault:
    """The refusal of a method."""
    return fault(Code.METHOD_NOT_ALLOWED, method=method, allowed=", ".join(allowed))


def _of_url(request: Request) -> dict[str, object]:
    """The parameters of a GET, those that are objects being JSON texts."""
    given: dict[str, object] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if text := request.query_params.get(name):
            given[name] = read_json(text.encode(errors="surrogatepass"))
    return given


def _well_formed(given: object) -> tuple[str, str | None, dict[str, Any]]:
    """The document, the name of its operation, and the variables. `extensions` may be there, and mean nothing here."""
    if isinstance(given, list):
        raise invalid(NO_FIELD, "no_batches")
    if not isinstance(given, dict):
        raise invalid(NO_FIELD, "not_object")
    query, name = given.get("query"), given.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise invalid("query", "query_missing")
    if not isinstance(name, str | None):
        raise invalid("operationName", "not_text")
    if not isinstance(given.get("extensions"), dict | None):
        raise invalid("extensions", "not_object")
    return _writable(query, "query"), _writable(name or "", "operationName") or None, _variables(given.get("variables"))


def _variables(given: object) -> dict[str, Any]:
    if not isinstance(given, dict | None):
        raise invalid("variables", "not_object")
    return given or {}


def _writable(text: str, field: str) -> str:
    """Text without lone surrogates, which no error could quote."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise invalid(field, "bad_characters") from None
    return text
