"""What a request to `/graphql` asks: read strictly from its URL or its body."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from graphql import GraphQLError

from resolvers.faults import NO_FIELD, Code, Fault, fault, invalid
from schema.endpoint.document_cache import Refused
from web.request import idempotency_key, read_body, read_json, require_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

ALLOWED = ("GET", "POST")
NOT_PERSISTED: Final = "PERSISTED_QUERY_NOT_SUPPORTED"
"""Apollo's code: its clients send the whole document when they read it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A well-formed GraphQL request."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str | None = None
    only_reads: bool = False
    """It came by GET, which may change nothing."""
    tells_cost: bool = False
    """`{"cost": true}` stood in its `extensions`: the answer's are to tell it."""


async def read_request(request: Request) -> Asked:
    """Read a request. Raises `Fault` or `Refused` for one that is not well formed, whatever its document."""
    if request.method == "POST":
        require_json(request)
        given = _well_formed(read_json(await read_body(request)))
    elif request.method in {"GET", "HEAD"}:
        given = _well_formed(_of_url(request))
    else:
        raise not_allowed(request.method, ALLOWED)
    return Asked(
        query=_text(given, "query"),
        operation_name=_text(given, "operationName") or None,
        variables=given.get("variables") or {},
        idempotency_key=idempotency_key(request),
        only_reads=request.method != "POST",
        tells_cost=(given.get("extensions") or {}).get("cost") is True,
    )


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


def _well_formed(given: object) -> dict[str, Any]:
    """The same, if each part is of its kind. Of `extensions`, `cost` and `persistedQuery` mean something here."""
    if isinstance(given, list):
        raise invalid(NO_FIELD, "no_batches")
    if not isinstance(given, dict):
        raise invalid(NO_FIELD, "not_object")
    query = given.get("query")
    if query is None and isinstance(given.get("extensions"), dict) and "persistedQuery" in given["extensions"]:
        raise Refused(NOT_PERSISTED, [GraphQLError("PersistedQueryNotSupported")])  # in any language: clients read it
    if not isinstance(query, str) or not query.strip():
        raise invalid("query", "query_missing")
    if not isinstance(given.get("operationName"), str | None):
        raise invalid("operationName", "not_text")
    for name in ("extensions", "variables"):
        if not isinstance(given.get(name), dict | None):
            raise invalid(name, "not_object")
    return given


def _text(given: dict[str, Any], field: str) -> str:
    """A part that is a text, without lone surrogates, which no error could quote."""
    text: str = given.get(field) or ""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise invalid(field, "bad_characters") from None
    return text
