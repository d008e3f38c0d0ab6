"""Logging in, staying logged in, logging out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response

from resolvers import sessions
from resolvers.faults import Code
from resolvers.identity.permissions import Permission, require
from resolvers.sessions import LoginInput, RefreshInput
from resolvers.write.inputs import parse
from rest_compat.http import answer
from rest_compat.write_handlers import body_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from resolvers.context import Context
    from resolvers.sessions import Tokens


@dataclass(frozen=True, slots=True)
class Entry:
    """The handler of a way in or out: what it takes, and what is done with it."""

    takes: type
    run: Callable[[Context, Any], Awaitable[Tokens | None]]
    raises: tuple[Code, ...] = ()
    """Codes of refusals that are its own."""
    open: bool = True
    """It needs no token, and answers two."""

    @property
    def status(self) -> int:
        """Of its success."""
        return 200 if self.open else 204

    async def __call__(self, request: Request, context: Context) -> Response:
        if not self.open:
            require(context, Permission.OWN_SESSIONS)
        tokens = await self.run(context, parse(self.takes, await body_of(request)))
        if tokens is None:
            return Response(status_code=self.status)
        response = answer(orjson.dumps({"access": tokens.access, "refresh": tokens.refresh}), context.language)
        response.headers["Cache-Control"] = "no-store"
        return response


async def _login(context: Context, data: LoginInput) -> Tokens:
    return await sessions.login(context, data.username, data.password)


async def _refresh(context: Context, data: RefreshInput) -> Tokens:
    return await sessions.refresh(context, data.refresh)


async def _logout(context: Context, data: RefreshInput) -> None:
    await sessions.logout(context, data.refresh)


LOGIN = Entry(LoginInput, _login, (Code.INVALID_CREDENTIALS, Code.THROTTLED))
REFRESH = Entry(RefreshInput, _refresh, (Code.TOKEN_NOT_VALID,))
LOGOUT = Entry(RefreshInput, _logout, open=False)
