"""What surrounds every request: its id, its time, its measurements, headers for browsers' safety, its line in the log.

Pure ASGI and the outermost layer, since each microsecond here is paid by every answer. The layers below tell it what
they know through the request's `state`: `user` (a name), `key` (an id), `operation`, `auth_seconds`.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from os import urandom
from time import perf_counter
from typing import TYPE_CHECKING, Final

from abonent.logs import log_access
from models.database.engine import DEADLINE, Deadline
from models.database.meter import METER, Meter

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from resolvers.identity.budgets import Budget

REQUEST_ID: Final = b"x-request-id"
SANE_ID: Final = re.compile(rb"[A-Za-z0-9._:-]{1,64}")

GONE: Final = "client_gone"
"""Under which a request's state says that its client has closed the connection: then nothing needs an answer."""
CLIENT_CLOSED: Final = 499
"""The status that the log and the metrics show for it, as nginx does."""

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
    key: int | None = None
    """The id of the key that the user's program called with."""
    operation: str | None = None


@dataclass(slots=True)
class Exchange:
    """One request's channels, as the application sees them: its answer gets headers, and has its time to begin.

    The time that the request's body takes to come is not counted, it is the doors' to watch. Nor is what follows the
    answer's beginning: an answer may be long, and the connection watches that it is read.
    """

    seen: Seen
    scope: Scope
    inner_receive: Receive
    inner_send: Send
    deadline: Deadline

    async def receive(self) -> Message:
        self.deadline.move(None)
        message = await self.inner_receive()
        if not self.seen.status:
            self.deadline.move(asyncio.get_running_loop().time() + self.deadline.whole)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.deadline.move(None)
            self.seen.status = message["status"]
            auth_seconds = self.scope["state"].get("auth_seconds", 0.0)
            budget = self.scope["state"].get("budget")
            message["headers"] = [
                *_with_headers(message.get("headers", ()), self.seen, auth_seconds),
                *(_rate_limit(budget) if budget else ()),
            ]
        await self.inner_send(message)


class Observe:
    """The outermost layer; `count` is told of every finished request (metrics).

    A request that has not begun its answer after `seconds` is cancelled, and `abonent.failures` answers it.
    """

    def __init__(self, app: ASGIApp, seconds: float, count: Callable[[Seen], None] | None = None) -> None:
        self.app = app
        self.seconds = seconds
        self.count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        seen = Seen(scope["method"], scope["path"], _request_id(scope), perf_counter())
        state = scope.setdefault("state", {})
        state["seen"], state["request_id"] = seen, seen.request_id
        deadline = Deadline(asyncio.get_running_loop().time() + self.seconds, self.seconds)
        metered, bound = METER.set(seen.meter), DEADLINE.set(deadline)
        try:
            async with asyncio.timeout_at(deadline.at) as deadline.timer:
                exchange = Exchange(seen, scope, receive, send, deadline)
                await self.app(scope, exchange.receive, exchange.send)
        except TimeoutError:
            if not seen.status:
                raise
        except asyncio.CancelledError:
            if not state.get(GONE):
                raise
        finally:
            METER.reset(metered)
            DEADLINE.reset(bound)
            self._finish(seen, scope)

    def _finish(self, seen: Seen, scope: Scope) -> None:
        seen.seconds = perf_counter() - seen.started
        state = scope["state"]
        seen.status = seen.status or (CLIENT_CLOSED if state.get(GONE) else 0)
        seen.user, seen.key = state.get("user"), state.get("key")
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


def _rate_limit(budget: Budget) -> list[tuple[bytes, bytes]]:
    """What is left of the caller's budget."""
    told = {"limit": budget.limit, "remaining": budget.remaining, "reset": budget.reset}
    return [(f"ratelimit-{name}".encode(), str(number).encode()) for name, number in told.items()]


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
        "key": seen.key,
        "method": seen.method,
        "path": seen.path[:200].encode(errors="replace").decode(),
        "operation": seen.operation,
        "status": seen.status,
        "duration_ms": round(seen.seconds * 1000, 2),
        "sql_ms": round(seen.meter.seconds * 1000, 2),
        "statements": seen.meter.statements,
    }
