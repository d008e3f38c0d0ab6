"""What surrounds every request: its id, its measurements, headers that keep browsers safe, and its line in the log.

Pure ASGI and the outermost layer, since each microsecond here is paid by every answer. The layers below tell it what
they know through the request's `state`: `user` (a name), `operation`, `auth_seconds`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from os import urandom
from time import perf_counter
from typing import TYPE_CHECKING, Final

from abonent.logs import log_access
from models.database.meter import METER, Meter

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID: Final = b"x-request-id"
SANE_ID: Final = re.compile(rb"[A-Za-z0-9._:-]{1,64}")

SECURITY: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
UNLESS_SET: Final = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
"""Right for answers of the API; pages and their assets say what they need."""


@dataclass(slots=True)
class Seen:
    """One request as it is seen from outside."""

    method: str
    path: str
    request_id: str
    started: float
    meter: Meter = field(default_factory=Meter)
    status: int = 0
    """0 until the answer starts."""
    seconds: float = 0.0
    """From the request's first byte to the answer's last."""
    user: str | None = None
    operation: str | None = None


class Observe:
    """The outermost layer; `count` is told of every finished request (metrics)."""

    def __init__(self, app: ASGIApp, count: Callable[[Seen], None] | None = None) -> None:
        self.app = app
        self.count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        seen = Seen(scope["method"], scope["path"], _request_id(scope), perf_counter())
        state = scope.setdefault("state", {})
        state["seen"], state["request_id"] = seen, seen.request_id
        metered = METER.set(seen.meter)

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
                message["headers"] = _with_headers(message.get("headers", ()), seen, state.get("auth_seconds", 0.0))
            await send(message)

        try:
            await self.app(scope, receive, send_on)
        finally:
            METER.reset(metered)
            self._finish(seen, scope)

    def _finish(self, seen: Seen, scope: Scope) -> None:
        seen.seconds = perf_counter() - seen.started
        state = scope["state"]
        seen.user = state.get("user")
        seen.operation = state.get("operation") or getattr(scope.get("route"), "path", None)
        if self.count:
            self.count(seen)
        log_access(_facts(seen))


def _request_id(scope: Scope) -> str:
    """The client's own id if it is a sane one, else a new one."""
    for name, value in scope["headers"]:
        if name == REQUEST_ID and SANE_ID.fullmatch(value):
            return str(value, "ascii")
    return urandom(16).hex()


def _with_headers(
    headers: list[tuple[bytes, bytes]] | tuple[()], seen: Seen, auth_seconds: float
) -> list[tuple[bytes, bytes]]:
    present = {name for name, _ in headers}
    return [
        *headers,
        *SECURITY,
        *(pair for pair in UNLESS_SET if pair[0] not in present),
        (REQUEST_ID, seen.request_id.encode()),
        (b"server-timing", _timing(seen, auth_seconds)),
    ]


def _timing(seen: Seen, auth_seconds: float) -> bytes:
    """Where the time went, in milliseconds, as browsers' tools show it."""
    total = perf_counter() - seen.started
    return (
        f"auth;dur={auth_seconds * 1000:.2f}, sql;dur={seen.meter.seconds * 1000:.2f}, "
        f'total;dur={total * 1000:.2f}, statements;desc="{seen.meter.statements}"'
    ).encode()


def _facts(seen: Seen) -> dict[str, object]:
    """What the log says of a request: never its query string, headers or body."""
    return {
        "request_id": seen.request_id,
        "user": seen.user,
        "method": seen.method,
        "path": seen.path[:200].encode(errors="replace").decode(),
        "operation": seen.operation,
        "status": seen.status,
        "duration_ms": round(seen.seconds * 1000, 2),
        "sql_ms": round(seen.meter.seconds * 1000, 2),
        "statements": seen.meter.statements,
    }
