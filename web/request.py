"""What both doors take from an HTTP request: who is calling, in which language, from where; a strictly read body."""

from __future__ import annotations

import asyncio
import json
import re
from decimal import Decimal, DecimalException
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import accumulate
from time import perf_counter
from typing import TYPE_CHECKING, Final, NoReturn
from uuid import uuid4

from starlette.requests import ClientDisconnect

from resolvers.context import Context
from resolvers.faults import NO_FIELD, Code, Fault, fault, invalid
from resolvers.identity import keys, tokens
from resolvers.identity.key_uses import note_use
from resolvers.identity.optimistic_caller import Guard, presumed
from resolvers.sessions import authenticate
from resolvers.weighted_cache import remembered
from resolvers.words import Language, Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from ipaddress import IPv4Network

    from starlette.requests import Request

    from models.settings import Settings
    from resolvers.identity.permissions import Caller

MAX_DEPTH: Final = 64
"""Levels of a JSON body: far beyond what any input takes, far below what recursion over it could bear."""
MAX_VALUES: Final = 60_000
"""Values in a body: as many take about 25 ms to read, and no honest request comes near."""
MAX_CONTAINERS: Final = 20_000
"""Lists and objects in a body together with the members of objects, which take longer."""


_BODY: Final = "abonent.body"
"""Of a request's scope: its body once it has come, or what was wrong with it."""


# --- who is calling -----------------------------------------------------------------------------------------------


async def context_of(request: Request) -> Context:
    """The request as operations and reads see it; its only statement is the look-up of the session.

    A bad token raises nothing: the caller is then nobody and `token_refused` says why, so that a login still works.
    The access log reads `user`, `key` and `auth_seconds` from the request's state.
    Raises `models.database.Unavailable`, and `throttled` where too many wrong keys have come.
    """
    state, token = request.app.state, bearer_token(request)
    started = perf_counter()
    caller, refused = None, False
    if token is not None:
        try:
            caller = await _caller_by(request, token)
        except Fault as refusal:
            if refusal.code is Code.THROTTLED:
                raise
            refused = True
    note_use(state.database, caller)
    request.state.auth_seconds = perf_counter() - started
    return _context(request, caller, refused=refused)


async def _caller_by(request: Request, token: str) -> Caller:
    """Who brings a token, or a key. Raises `token_not_valid`."""
    state = request.app.state
    if token.startswith(keys.START):
        address = client_address(request, state.settings.trusted_proxies)
        return await keys.caller_by_key(state.database, token, address)
    return await authenticate(state.database, state.settings, token)


def presumed_context(request: Request) -> Context | None:
    """The request as reads see it, for whoever its token is presumed to be of; None where nobody is.

    What comes of it counts only if its guard is `proven` in the end (`resolvers.identity.optimistic_caller`).
    """
    state, token = request.app.state, bearer_token(request)
    if not token:
        return None
    if token.startswith(keys.START):
        caller = keys.presumed_caller(token, client_address(request, state.settings.trusted_proxies))
    else:
        caller = presumed(state.settings, token)
    return _context(request, caller, Guard(state.database, caller)) if caller else None


def _context(request: Request, caller: Caller | None, guard: Guard | None = None, *, refused: bool = False) -> Context:
    state, settings = request.app.state, request.app.state.settings
    request.state.user = caller and caller.username
    request.state.key = caller and caller.key and caller.key.id
    return Context(
        database=state.database,
        settings=settings,
        caller=caller,
        language=language_of(headers_of(request).get("accept-language", "")),
        request_id=getattr(request.state, "request_id", None) or uuid4().hex,
        address=client_address(request, settings.trusted_proxies),
        token_refused=refused,
        guard=guard,
        selection_fault=getattr(state, "selection_fault", None),
    )


def bearer_token(request: Request) -> str | None:
    """The token that was sent. Schemes other than Bearer are none of ours."""
    scheme, _, token = headers_of(request).get("authorization", "").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def token_ends(request: Request) -> float | None:
    """When the time of the token that was sent is over, in Unix time; None where there is none to be over.

    That of a key is looked up with whether it lives at all.
    """
    token = bearer_token(request)
    return None if token is None or token.startswith(keys.START) else tokens.expiry(request.app.state.settings, token)


def headers_of(request: Request) -> Mapping[str, str]:
    """The headers by their names in lower case, of several alike the first.

    Made once for a request: Starlette looks through all of them for each, and eight are asked for.
    """
    known: dict[str, str] | None = request.scope.get("abonent.headers")
    if known is None:
        sent = reversed(request.scope["headers"])
        known = {name.decode("latin-1"): value.decode("latin-1") for name, value in sent}
        request.scope["abonent.headers"] = known
    return known


def idempotency_key(request: Request) -> str | None:
    """The `Idempotency-Key` header. Raises `Invalid` for one that could not be kept."""
    key = headers_of(request).get("idempotency-key")
    return None if key is None else usable_key(key)


def preferences(request: Request) -> frozenset[str]:
    """What the request would like, by its `Prefer` header: each preference in lower case, with its value if any."""
    named = headers_of(request).get("prefer", "")
    return frozenset(part.partition(";")[0].replace(" ", "").lower() for part in named[:1000].split(",") if part)


def usable_key(key: str, field: str = NO_FIELD) -> str:
    """An idempotency key, from wherever it came. Raises `Invalid` unless it is 1 to 255 printable ASCII characters."""
    if not re.fullmatch("[ -~]{1,255}", key):
        raise invalid(field, "idempotency_key_invalid")
    return key


# --- in which language --------------------------------------------------------------------------------------------


@remembered(200_000)
def language_of(accept_language: str) -> Language:
    """The better liked of Russian and English in an `Accept-Language` header; Russian when it names neither."""
    liked: dict[str, float] = {}
    for part in accept_language[:1000].split(","):
        tag, _, parameters = part.partition(";")
        liked.setdefault(tag.strip().lower().partition("-")[0], quality(parameters))
    english = liked.get(Language.EN, liked.get("*", 0.0))
    russian = liked.get(Language.RU, liked.get("*", 0.0))
    if english == russian and Language.EN in liked and Language.RU in liked:
        return next(Language(tag) for tag in liked if tag in {Language.EN, Language.RU})
    return Language.EN if english > russian else Language.RU


def quality(parameters: str) -> float:
    """The weight in a header's `q=0.8`; 1 where none is given, 0 for one that cannot be read."""
    name, _, value = parameters.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    return float(value) if re.fullmatch(r"\s*(0(\.[0-9]{0,3})?|1(\.0{0,3})?)\s*", value) else 0.0


# --- from where ---------------------------------------------------------------------------------------------------


def client_address(request: Request, trusted: Sequence[str]) -> str:
    """The address of the client: the nearest one that is not a trusted proxy.

    `X-Forwarded-For` is believed as far as trusted proxies wrote it, from the right; whoever is not one of them could
    have written anything there.
    """
    peer = request.client.host if request.client else ""
    if "x-forwarded-for" not in headers_of(request):
        return peer
    forwarded = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    for claimed in reversed(forwarded):
        address = _address(claimed)
        if address is None or not _is_trusted(peer, trusted):
            break
        peer = str(address)
    return peer


def _is_trusted(peer: str, trusted: Sequence[str]) -> bool:
    address = _address(peer)
    return address is not None and any(address in network for network in _networks(tuple(trusted)))


@lru_cache(maxsize=8)
def _networks(trusted: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text, strict=False) for text in trusted)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


# --- the body -----------------------------------------------------------------------------------------------------


def require_json(request: Request) -> None:
    """Raise `unsupported_media_type` unless the body is said to be JSON in UTF-8."""
    media_type, _, parameters = headers_of(request).get("content-type", "").partition(";")
    charset = re.search(r'charset\s*=\s*"?([^\s";]*)', parameters, re.IGNORECASE)
    if media_type.strip().lower() != "application/json" or (charset and charset[1].lower() not in {"utf-8", "utf8"}):
        raise fault(Code.UNSUPPORTED_MEDIA_TYPE)


async def receive_body(request: Request) -> None:
    """Wait for the body of whoever brings a token, and keep it for `read_body`, which raises what was wrong with it."""
    if bearer_token(request) is None:
        return
    try:
        request.scope[_BODY] = await _whole_body(request)
    except Fault as refusal:
        request.scope[_BODY] = refusal


async def read_body(request: Request) -> bytes:
    """The whole body. Raises `payload_too_large` as soon as that is known, `parse_error` if it does not all come."""
    received: bytes | Fault | None = request.scope.get(_BODY)
    if isinstance(received, Fault):
        raise received
    return await _whole_body(request) if received is None else received


async def _whole_body(request: Request) -> bytes:
    settings: Settings = request.app.state.settings
    limit = settings.max_body_bytes
    if _exceeds(headers_of(request).get("content-length", ""), limit):
        raise fault(Code.PAYLOAD_TOO_LARGE, limit=limit)
    try:
        async with asyncio.timeout(settings.body_seconds):
            return await _received(request, limit)
    except (TimeoutError, ClientDisconnect):
        raise _unreadable("body_incomplete") from None


def _exceeds(declared: str, limit: int) -> bool:
    """Whether a `Content-Length` is over the limit; it may have any number of digits."""
    digits = declared.strip().lstrip("0")
    return digits.isdecimal() and (len(digits) > len(str(limit)) or int(digits) > limit)


async def _received(request: Request, limit: int) -> bytes:
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk: bytes = message.get("body", b"")
        size, more = size + len(chunk), message.get("more_body", False)
        if size > limit:
            raise fault(Code.PAYLOAD_TOO_LARGE, limit=limit)
        chunks.append(chunk)
    return b"".join(chunks)


def read_json(body: bytes) -> object:
    """The value of a JSON text, numbers with a point or an exponent as `Decimal`.

    Of equal keys the last counts. Lone surrogates come through as they are: the kinds of values refuse them by field.
    Raises `parse_error`.
    """
    _check_structure(body)
    try:
        value: object = _DECODER.decode(body.decode())
    except UnicodeDecodeError:
        raise _unreadable("json_not_utf8") from None
    except json.JSONDecodeError as error:
        raise _unreadable("json_malformed", line=error.lineno, column=error.colno) from None
    except (ValueError, DecimalException):  # more digits than the interpreter reads, an exponent beyond Decimal's
        raise _unreadable("json_bad_number") from None
    return value


_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_ALL_BUT_STRUCTURE: Final = bytes(set(range(256)) - set(b"[]{},:"))
_STEPS: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1, ord(","): 0, ord(":"): 0}


def _check_structure(body: bytes) -> None:
    """Refuse too many values, and containers too deep in each other, before any of them is made; in linear time.

    Every value but the first in its container has a comma before it, every container a bracket.
    """
    if body.count(b'"') - body.count(b'\\"') > 2 * (MAX_VALUES + MAX_CONTAINERS):
        raise _unreadable("json_too_many_values")
    opened = body.count(b"[") + body.count(b"{")
    if opened <= MAX_DEPTH and opened + body.count(b":") <= MAX_CONTAINERS and body.count(b",") <= MAX_VALUES:
        return  # as it is with hardly any request, its texts included
    structure = _TEXT.sub(b"", body).translate(None, _ALL_BUT_STRUCTURE)
    containers = structure.count(b"[") + structure.count(b"{") + structure.count(b":")
    if structure.count(b",") > MAX_VALUES or containers > MAX_CONTAINERS:
        raise _unreadable("json_too_many_values")
    if max(accumulate(map(_STEPS.__getitem__, structure)), default=0) > MAX_DEPTH:
        raise _unreadable("json_too_deep", limit=MAX_DEPTH)


def _unreadable(key: str, **params: object) -> Fault:
    return fault(Code.PARSE_ERROR, detail=Message(key, params))


def _no_constant(_name: str) -> NoReturn:
    """NaN and Infinity, which are no JSON."""
    raise ValueError


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant)
