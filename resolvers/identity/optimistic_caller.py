"""A read and the look-up of who is reading, in one statement.

Role and liveness are the database's to say at every request (contract §3). Asked by itself that is a round trip more,
a third of what a quick read takes. So a read may be made for the caller whom the session, or the key, was last seen to
belong to, by statements that answer nothing unless that is still so: the session or the key lives, its user is active,
of that name and role.

What was presumed is only ever a first try. If it does not hold, or no statement could tell, or anything at all went
wrong, the door looks the caller up (`sessions.authenticate`) and starts anew. Nothing is ever written on a presumption.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from resolvers.clock import now
from resolvers.faults import Fault
from resolvers.identity import tokens
from resolvers.identity.key_uses import note_use
from resolvers.identity.tokens import TokenType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from models.database import Database, Dialect
    from models.settings import Settings
    from resolvers.identity.permissions import Caller

MOST: Final = 4_096
"""Sessions and keys whose callers are remembered."""
_seen: OrderedDict[UUID | int, Caller] = OrderedDict()


class UnprovenError(Exception):
    """A guarded statement answered nothing: the presumption does not hold, or there is no such row."""


def remember(caller: Caller) -> None:
    """Presume from now on that the session, or the key, belongs to this caller, as the database has just said."""
    called_with = caller.called_with
    if called_with is None:
        return
    _seen[called_with] = caller
    _seen.move_to_end(called_with)
    if len(_seen) > MOST:
        _seen.popitem(last=False)


def presumed(settings: Settings, token: str) -> Caller | None:
    """Whom the bearer of an access token is presumed to be; None for a token that is not good, or not known."""
    try:
        claims = tokens.read(settings, token, TokenType.ACCESS)
    except Fault:
        return None
    caller = _seen.get(claims.session_id)
    return caller if caller is not None and caller.user_id == claims.user_id else None


def presumed_by_key(key_id: int) -> Caller | None:
    """Whom a key of this id was last seen to belong to; whether it is that key is for whoever asks to see."""
    return _seen.get(key_id)


@dataclass(slots=True)
class Guard:
    """A `Reader` whose every statement answers only if the caller is who was presumed."""

    database: Database
    caller: Caller
    proven: bool = field(default=False)
    """A statement has answered."""

    @property
    def dialect(self) -> Dialect:
        return self.database.dialect

    async def fetch(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """As of `Reader`. Raises `UnprovenError` where that gives no row."""
        caller, key = self.caller, self.caller.key
        known = (caller.user_id, now(), caller.role.value, caller.username)
        by = (caller.session_id,) if key is None else (key.id, key.digest)
        rows = await self.database.fetch(_guarded(sql, len(params), by_key=key is not None), [*params, *known, *by])
        if not rows:
            raise UnprovenError
        if not self.proven:
            note_use(self.database, caller)
        self.proven = True
        return rows


@lru_cache(maxsize=2_048)
def _guarded(sql: str, parameters: int, *, by_key: bool) -> str:
    """The statement under a condition that no row of it has a part in, so that it is decided once, before all else."""
    user, moment, role, name, first, second = (f"${parameters + number}" for number in range(1, 7))
    lives = (
        f"""api_keys k JOIN users u ON u.id = k.user_id WHERE k.id = {first} AND k.digest = {second}
        AND k.user_id = {user} AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > {moment})"""
        if by_key
        else f"""sessions s JOIN users u ON u.id = s.user_id WHERE s.id = {first}
        AND s.user_id = {user} AND s.ended_at IS NULL AND s.expires_at > {moment}"""
    )
    is_who = f"u.is_active AND u.role = {role} AND u.username = {name}"
    return f"SELECT * FROM ({sql}) answered WHERE (SELECT true FROM {lives} AND {is_who})"
