"""A read and the look-up of who is reading, in one statement.

Role and liveness are the database's to say at every request (contract §3). Asked by itself that is a round trip more,
a third of what a quick read takes. So a read may be made for the caller whom the session was last seen to belong to,
by statements that answer nothing unless that is still so: the session lives, its user is active, of that name and role.

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
from resolvers.identity.tokens import TokenType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from models.database import Database, Dialect
    from models.settings import Settings
    from resolvers.identity.permissions import Caller

MOST: Final = 4_096
"""Sessions whose callers are remembered."""
_seen: OrderedDict[UUID, Caller] = OrderedDict()


class UnprovenError(Exception):
    """A guarded statement answered nothing: the presumption does not hold, or there is no such row."""


def remember(caller: Caller) -> None:
    """Presume from now on that the session belongs to this caller, as the database has just said."""
    if caller.session_id is None:
        return
    _seen[caller.session_id] = caller
    _seen.move_to_end(caller.session_id)
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
        caller = self.caller
        known = (caller.session_id, caller.user_id, now(), caller.role.value, caller.username)
        rows = await self.database.fetch(_guarded(sql, len(params)), [*params, *known])
        if not rows:
            raise UnprovenError
        self.proven = True
        return rows


@lru_cache(maxsize=2_048)
def _guarded(sql: str, parameters: int) -> str:
    """The statement under a condition that no row of it has a part in, so that it is decided once, before all else."""
    session, user, moment, role, name = (f"${parameters + number}" for number in range(1, 6))
    lives = f"""(SELECT true FROM sessions s JOIN users u ON u.id = s.user_id
        WHERE s.id = {session} AND s.user_id = {user} AND s.ended_at IS NULL AND s.expires_at > {moment}
        AND u.is_active AND u.role = {role} AND u.username = {name})"""
    return f"SELECT * FROM ({sql}) answered WHERE {lives}"
