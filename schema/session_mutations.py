"""Mutations of sessions: logging in, staying logged in, logging out, changing one's password (contract §3, Tokens)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from strawberry.tools import create_type

from models.users import Role
from resolvers import sessions
from resolvers.faults import Fault
from resolvers.identity.permissions import Permission, require, sight_of
from resolvers.sessions import LoginInput, PasswordChange, RefreshInput, Tokens
from resolvers.write.inputs import parse
from schema.execution.mutation_field import Run, mutation_field
from schema.types.entities import TYPES
from schema.types.mutation_inputs import raw_values, value_fields
from schema.types.payloads import Done, payload_type, row_field, told_field

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from resolvers.context import Context
    from schema.execution.mutation_field import Site


def _field(name: str, description: str, takes: type, shows: list[Any], run: Run) -> Any:
    title = name[0].upper() + name[1:]
    input_type = create_type(f"{title}Input", value_fields(takes), is_input=True, description=f"What `{name}` takes.")
    field = mutation_field(description, input_type, payload_type(name, shows), run)
    field.graphql_name = field.python_name = name
    return field


def _user() -> Any:
    return row_field("user", TYPES["User"], "User", "Who is logged in.", lambda done: done.id)


def _tokens() -> list[Any]:
    return [
        told_field("access", str, "Access token, for `Authorization: Bearer …`.", lambda done: done.notes["access"]),
        told_field("refresh", str, "Refresh token, good once, for `refreshToken`.", lambda done: done.notes["refresh"]),
        _user(),
    ]


@dataclass(frozen=True, slots=True)
class Opening:
    """A mutation that answers tokens; it needs none. The user's own row is all that its payload can show."""

    takes: type
    tokens_of: Callable[[Context, Any], Awaitable[Tokens]]

    async def __call__(self, site: Site, given: Any) -> bytes:
        """Open a session, or go on with one."""
        raw = raw_values(self.takes, given)
        try:
            tokens = await self.tokens_of(site.context, parse(self.takes, raw))
        except Fault as refusal:
            return site.payload(0, sight_of(Role.EMPLOYEE)).refused(refusal)
        payload = site.payload(tokens.user_id, sight_of(Role.EMPLOYEE))
        notes = {"access": tokens.access, "refresh": tokens.refresh}
        return await payload.done(site.context.database, Done(tokens.user_id, notes))


async def _login(context: Context, data: LoginInput) -> Tokens:
    return await sessions.login(context, data.username, data.password)


async def _refresh(context: Context, data: RefreshInput) -> Tokens:
    return await sessions.refresh(context, data.refresh)


async def _logout(site: Site, given: Any) -> bytes:
    caller = require(site.context, Permission.OWN_SESSIONS)
    payload = site.payload(caller.user_id, caller.sight)
    try:
        await sessions.logout(site.context, parse(RefreshInput, raw_values(RefreshInput, given)).refresh)
    except Fault as refusal:
        return payload.refused(refusal)
    return await payload.done(site.context.database, Done(caller.user_id))


async def _change_password(site: Site, given: Any) -> bytes:
    caller = require(site.context, Permission.OWN_SESSIONS)
    payload = site.payload(caller.user_id, caller.sight)
    try:
        answer = await sessions.change_own_password(site.context, raw_values(PasswordChange, given), site.present)
    except Fault as refusal:
        return payload.refused(refusal)
    return answer.body


def fields() -> list[Any]:
    """The mutations of sessions."""
    return [
        _field(
            "login",
            "Log in, for a pair of tokens. Needs no token.\n\nErrors: `VALIDATION`, `INVALID_CREDENTIALS`; after too "
            "many failed attempts the response's own error `THROTTLED`.",
            LoginInput,
            _tokens(),
            Opening(LoginInput, _login),
        ),
        _field(
            "refreshToken",
            "Exchange a refresh token, good once, for a new pair. Needs no access token.\n\nErrors: `VALIDATION`; for "
            "a token that is used, expired or of an ended session the response's own error `TOKEN_NOT_VALID`.",
            RefreshInput,
            _tokens(),
            Opening(RefreshInput, _refresh),
        ),
        _field(
            "logout",
            "End the session that a refresh token belongs to, and every token of it.\n\nFor everybody.\n\n"
            "Errors: `VALIDATION`.",
            RefreshInput,
            [_user()],
            _logout,
        ),
        _field(
            "changePassword",
            f"{sessions.change_password.description}\n\nFor everybody.\n\nErrors: `VALIDATION`; after too many failed "
            "attempts the response's own error `THROTTLED`.",
            PasswordChange,
            [_user()],
            _change_password,
        ),
    ]
