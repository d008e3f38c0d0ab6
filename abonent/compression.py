"""Answers above 1 kB are sent in gzip to whoever takes it; streams, and what is compressed already, go as they are."""

from __future__ import annotations

import asyncio
import re
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from web.request import quality

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

Headers = list[tuple[bytes, bytes]]

LEAST: Final = 1_024
"""Bytes of an answer; fewer fit into one packet anyway."""
IN_THREAD: Final = 65_536
"""Bytes from which on the event loop does not wait for it."""
LEVEL: Final = 3
"""Of zlib: half as large again as the best, in a third of the time."""
GZIP: Final = 31
"""Zlib's `wbits` for the form of gzip."""
TEXT: Final = re.compile(rb"(application/(graphql-response\+)?json|text/(?!event-stream)|image/svg\+xml)")
VARY: Final = b"accept-encoding"


class Compress:
    """The layer around everything that answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        accepted = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"")
        held: Message | None = None

        async def send_on(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and _is_worth_it(message["headers"]):
                message["headers"] = _varying(message["headers"])
                if _takes_gzip(accepted):
                    held = message  # its length is not known yet
                    return
            elif held is not None:
                start, held = held, None
                if not message.get("more_body"):
                    message["body"] = await _packed(message.get("body", b""))
                    start["headers"] = _announced(start["headers"], len(message["body"]))
                await send(start)
            await send(message)

        await self.app(scope, receive, send_on)


def _is_worth_it(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether it is a text of a known length that is neither short nor compressed."""
    known = dict(headers)
    length = known.get(b"content-length", b"0")
    return (
        int(length) >= LEAST
        and b"content-encoding" not in known
        and TEXT.match(known.get(b"content-type", b"")) is not None
    )


def _varying(headers: Headers) -> Headers:
    """The same, told to depend on `Accept-Encoding`."""
    kept = [(name, value) for name, value in headers if name != b"vary"]
    vary = [value for name, value in headers if name == b"vary"]
    known = {part.strip().lower() for value in vary for part in value.split(b",")}
    return headers if VARY in known else [*kept, (b"vary", b", ".join((*vary, b"Accept-Encoding")))]


def _announced(headers: Headers, length: int) -> Headers:
    kept = [(name, value) for name, value in headers if name != b"content-length"]
    return [*kept, (b"content-encoding", b"gzip"), (b"content-length", b"%d" % length)]


async def _packed(body: bytes) -> bytes:
    return await asyncio.to_thread(_gzip, body) if len(body) > IN_THREAD else _gzip(body)


def _gzip(body: bytes) -> bytes:
    return zlib.compress(body, LEVEL, GZIP)


@lru_cache(maxsize=64)
def _takes_gzip(accepted: bytes) -> bool:
    """Whether an `Accept-Encoding` names gzip, or anything, without a weight of nought (RFC 9110 §12.5.3)."""
    weights: dict[str, float] = {}
    for part in accepted[:1000].decode("latin-1").split(","):
        name, _, parameters = part.partition(";")
        weights.setdefault(name.strip().lower(), quality(parameters))
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0
