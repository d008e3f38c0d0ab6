"""Which requests are let in, and under which path: a request says once whom it is meant for, a prefix is taken off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from resolvers.faults import Code, fault
from resolvers.words import Message

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

HOST: Final = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+;=%-]+)(:[0-9]{0,5})?")
"""A name or an address, and a port (RFC 3986 §3.2.2)."""


class Entrance:
    """The innermost layer. The rest of the program knows no prefix, but for the addresses that it tells."""

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self.app = app
        self.root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            _need_host(scope)
        if self.root_path and "path" in scope:
            scope["path"] = self._below(scope["path"])
        await self.app(scope, receive, send)

    def _below(self, path: str) -> str:
        """The path without the prefix, which the proxy may have taken off already."""
        below = path.removeprefix(self.root_path)
        return below or "/" if below[:1] in {"", "/"} else path


def _need_host(scope: Scope) -> None:
    """Raise `parse_error` unless `Host` is there once and makes sense (RFC 9112 §3.2); HTTP/1.0 knows none."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    right = len(hosts) == 1 and HOST.fullmatch(hosts[0].strip())
    if not right and (hosts or scope.get("http_version") != "1.0"):
        raise fault(Code.PARSE_ERROR, detail=Message("host_invalid"))
