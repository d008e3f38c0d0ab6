"""Logging in, staying logged in, logging out (contract §3, Tokens).

A session is one login and every token refreshed from it. It lives in one row, and the moment it ends, all of its tokens
are worth nothing, since every request looks the session up. Its refresh tokens are rows beside it for as long as they
may be used: one that is not there, or was used too long ago, has been copied.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from models.database import Dialect
from models.texts import caseless
from models.users import User
from resolvers.clock import now
from resolvers.faults import Code, fault, invalid
from resolvers.identity import login_throttle, passwords, tokens
from resolvers.identity.callers import caller_of
from resolvers.identity.optimistic_caller import remember
from resolvers.identity.permissions import Caller, Permission, require, require_no_key
from resolvers.identity.tokens import Claims, TokenType
from resolvers.value_kinds import LONG_TEXT, Secret, Text
from resolvers.write.inputs import takes
from resolvers.write.operation import Answer, Call, Effect, operation, perform
from resolvers.write.unit_of_work import Lock, select

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from models.database import Database, Reader, Transaction
    from models.settings import Settings
    from resolvers.context import Context
    from resolvers.write.operation import Outcome
    from resolvers.write.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class LoginInput:
    """Who wants to log in."""

    username: str = takes(Text(), "Name of the user.", required=True)
    password: str = takes(Secret(), "The user's password.", required=True, secret=True)


@dataclass(frozen=True, slots=True)
class RefreshInput:
    """The refresh token to exchange, or to end the session of."""

    refresh: str = takes(Secret(LONG_TEXT), "The session's latest refresh token.", required=True, secret=True)


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """A user's own new password."""

    old_password: str = takes(Secret(), "The password until now.", required=True, secret=True)
    new_password: str = takes(
        Secret(least=passwords.LEAST),
        f"The password from now on: {passwords.LEAST} characters or more.",
        required=True,
        secret=True,
    )


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a login and a refresh answer."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    user_id: int


async def authenticate(database: Database, settings: Settings, token: str) -> Caller:
    """Who the access token's bearer is now: one statement by primary key. Raises `token_not_valid`.

    The role is the user's present one; a session that ended, or a user who was deactivated, is nobody at once.
    """
    claims = tokens.read(settings, token, TokenType.ACCESS)
    caller = await caller_of(database, claims.session_id)
    if caller is None or caller.user_id != claims.user_id:
        raise fault(Code.TOKEN_NOT_VALID)
    remember(caller)
    return caller


async def login(context: Context, username: str, password: str) -> Tokens:
    """Open a session. Raises `throttled`, or `invalid_credentials`.

    Whether it was the username, the password or the user's deactivation, answer and duration are the same.
    """
    require_no_key(context)
    async with login_throttle.attempt(context, username) as attempt:
        user = await _named(context.database, username)
        kept = user.password if user else None  # a service's is empty, and takes as long as nobody's
        right = await passwords.matches(context.settings, kept, password, attempt.place)
        if user is None or not right or not user.is_active:
            raise fault(Code.INVALID_CREDENTIALS)
        stronger = await _rehashed(context.settings, user, password)
        opened = await context.database.write(partial(_open, context, attempt, user, stronger))
    if opened is None:
        raise fault(Code.INVALID_CREDENTIALS)
    return opened


async def _named(reader: Reader, username: str) -> User | None:
    found = await reader.fetch("SELECT id FROM users WHERE username_key = $1", [caseless(username)])
    rows = await select(reader, User, [found[0][0]]) if found else []
    return rows[0] if rows else None


async def _rehashed(settings: Settings, user: User, password: str) -> str | None:
    """A new hash where the kept one was made at another cost."""
    if passwords.outdated(settings, user.password):
        return await passwords.hashed(settings, password)
    return None


async def _open(
    context: Context, attempt: login_throttle.Attempt, seen: User, stronger: str | None, tx: Transaction
) -> Tokens | None:
    """Make the session; None if the user has been deactivated, or given another password, since it was checked."""
    (user,) = await select(tx, User, [seen.id], Lock.CHANGE) or (None,)
    if user is None or not user.is_active or user.password != seen.password:
        return None
    moment = now()
    came = "UPDATE users SET last_login = $1, password = $2 WHERE id = $3"
    await tx.fetch(came, [moment, stronger or user.password, user.id])
    await tx.fetch("DELETE FROM sessions WHERE user_id = $1 AND expires_at < $2", [user.id, moment])
    await attempt.succeeded(tx)
    session_id, refresh_jti = tokens.new_id(), tokens.new_id()
    remember(Caller(user.id, user.username, user.role, session_id))
    opened = "INSERT INTO sessions (id, user_id, created_at, refreshed_at, expires_at) VALUES ($1, $2, $3, $3, $4)"
    await tx.fetch(opened, [session_id, user.id, moment, moment + context.settings.refresh_lifetime])
    await tx.fetch(_NEW_TOKEN, [refresh_jti, session_id])
    return _issued(context.settings, user.id, session_id, refresh_jti, moment)


def _issued(settings: Settings, user_id: int, session_id: UUID, refresh_jti: UUID, at: datetime) -> Tokens:
    access = Claims(TokenType.ACCESS, user_id, session_id, tokens.new_id())
    refresh = Claims(TokenType.REFRESH, user_id, session_id, refresh_jti)
    return Tokens(tokens.issue(settings, access, at), tokens.issue(settings, refresh, at), user_id)


async def refresh(context: Context, refresh_token: str) -> Tokens:
    """Exchange a refresh token for a new pair. Raises `token_not_valid`.

    Each is good once, and for a moment longer: two tabs may come with the same one, or the answer was lost. One that
    comes back later was copied, by whom nobody can tell: its session ends, for thief and owner.
    """
    require_no_key(context)
    claims = tokens.read(context.settings, refresh_token, TokenType.REFRESH)
    rotated = await context.database.write(partial(_rotate, context.settings, claims))
    if rotated is None:
        raise fault(Code.TOKEN_NOT_VALID)
    return rotated


async def _rotate(settings: Settings, claims: Claims, tx: Transaction) -> Tokens | None:
    """The new pair; None, and the session ended, if the token may not be used any more."""
    moment, refresh_jti = now(), tokens.new_id()
    if not await _may_rotate(settings, claims, moment, tx):
        await tx.fetch(_END + "id = $2", [moment, claims.session_id])
        return None
    await tx.fetch("UPDATE refresh_tokens SET used_at = $1 WHERE jti = $2 AND used_at IS NULL", [moment, claims.jti])
    await tx.fetch(_NEW_TOKEN, [refresh_jti, claims.session_id])
    lives_on = "UPDATE sessions SET refreshed_at = $1, expires_at = $2 WHERE id = $3"
    await tx.fetch(lives_on, [moment, moment + settings.refresh_lifetime, claims.session_id])
    return _issued(settings, claims.user_id, claims.session_id, refresh_jti, moment)


async def _may_rotate(settings: Settings, claims: Claims, moment: datetime, tx: Transaction) -> bool:
    """Whether the session lives, and this token of its is unused or was used just now; the session stays locked."""
    lock = Lock.CHANGE.value + " OF s" if tx.dialect is Dialect.POSTGRES else ""
    rows = await tx.fetch(_LIVING + lock, [claims.session_id, moment])
    if not rows or rows[0][0] != claims.user_id:
        return False
    graceless = "DELETE FROM refresh_tokens WHERE session_id = $1 AND used_at < $2"
    await tx.fetch(graceless, [claims.session_id, moment - settings.refresh_grace])
    kept = [claims.session_id, claims.jti, moment + settings.refresh_grace]
    ((unused, usable),) = await tx.fetch(_KEPT_TOKENS, kept)
    return bool(unused < MOST_TOKENS and usable)


MOST_TOKENS = 40
"""Unused refresh tokens that a session may have: no browser has so many tabs that come within a moment."""

_NEW_TOKEN = "INSERT INTO refresh_tokens (jti, session_id) VALUES ($1, $2)"  # noqa: S105 - SQL
_KEPT_TOKENS = """
SELECT count(*) FILTER (WHERE used_at IS NULL), count(*) FILTER (WHERE jti = $2 AND (used_at IS NULL OR used_at < $3))
FROM refresh_tokens WHERE session_id = $1
"""
_END = "UPDATE sessions SET ended_at = $1 WHERE ended_at IS NULL AND "
_LIVING = """
SELECT s.user_id FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND u.is_active
"""


async def logout(context: Context, refresh_token: str) -> None:
    """End the session of one of the caller's own refresh tokens, and every token of it. Raises `token_not_valid`.

    Logging out twice is no error.
    """
    caller = require(context, Permission.OWN_SESSIONS)
    claims = tokens.read(context.settings, refresh_token, TokenType.REFRESH)
    if claims.user_id != caller.user_id:
        raise fault(Code.TOKEN_NOT_VALID)
    await context.database.write(partial(_end, claims.session_id, caller.user_id))


async def _end(session_id: UUID, user_id: int, tx: Transaction) -> None:
    """Who is calling is not asked again: whoever it is by now, one session of the same user the less is right."""
    await tx.fetch(_END + "id = $2 AND user_id = $3", [now(), session_id, user_id])


async def end_sessions(work: Work, user_id: int, spare: UUID | None = None) -> None:
    """End all sessions of a user, but for one that may be spared."""
    beside = () if spare is None else (spare,)
    await work.write(_END + "user_id = $2" + " AND id <> $3" * len(beside), [work.now, user_id, *beside])


@dataclass(frozen=True, slots=True)
class CheckedChange:
    """A change of password whose old one was right: the hash that said so, and the new one's."""

    checked: str = field(repr=False)
    hashed: str = field(repr=False)


async def _check(context: Context, data: PasswordChange) -> CheckedChange:
    """Compare the old password, as slowly for a guesser as a login. Raises `throttled`, `validation`."""
    caller = require(context, Permission.OWN_SESSIONS)
    async with login_throttle.attempt(context, caller.username) as attempt:
        (user,) = await select(context.database, User, [caller.user_id]) or (None,)
        if user is None or not await passwords.matches(
            context.settings, user.password, data.old_password, attempt.place
        ):
            raise invalid("old_password", "wrong_password")
        await context.database.write(attempt.succeeded)
    return CheckedChange(user.password, await passwords.hashed(context.settings, data.new_password))


@operation(
    "user.change_password",
    entity=User,
    effect=Effect.ACTION,
    graphql="changePassword",
    may=Permission.OWN_SESSIONS,
    takes=PasswordChange,
    prepare=_check,
    says="password_changed",
    keyed=False,
    raises=(Code.THROTTLED,),
    rehearsable=False,
)
async def change_password(work: Work, user: User, data: CheckedChange) -> User:
    """Change one's own password. All of the user's other sessions end."""
    if user.password != data.checked:
        raise invalid("old_password", "wrong_password")
    user.password = data.hashed
    caller = require(work.context, Permission.OWN_SESSIONS)
    await end_sessions(work, user.id, spare=caller.session_id)
    return user


async def change_own_password(
    context: Context, raw: Mapping[str, object], present: Callable[[Context, Reader, Outcome], Awaitable[bytes]]
) -> Answer:
    """Perform `change_password` on whoever is calling: it is about nobody else, and so takes no id."""
    caller = require(context, Permission.OWN_SESSIONS)
    return await perform(context, Call(change_password, caller.user_id, raw, present))
