"""Who is calling: the user behind a session or a key, as the database knows it at this moment (contract §3).

A door looks the caller up before it does anything else, so as to refuse cheaply. That is no decision: a write looks
again inside its own transaction and holds what it has seen, so that a demotion, a deactivation or a logout that has
been answered cannot be overtaken by what was asked before it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from models.database import Dialect
from models.users import Role
from resolvers.clock import now
from resolvers.faults import Code, fault
from resolvers.identity.key_uses import note_use
from resolvers.identity.permissions import Caller

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from models.database import Reader, Transaction
    from models.entity import Entity
    from resolvers.context import Context
    from resolvers.identity.permissions import HeldKey

_LIVING = """
SELECT u.id, u.username, u.role FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND u.is_active
"""
_ALL_LIVING = """
SELECT s.id, u.id, u.username, u.role FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.id {among} AND s.ended_at IS NULL AND s.expires_at > $2 AND u.is_active
"""
_ALL_LIVING_KEYS = """
SELECT k.id, u.id, u.username, u.role FROM api_keys k JOIN users u ON u.id = k.user_id
WHERE k.id {among} AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2) AND u.is_active
"""
_USER = "SELECT id, username, role FROM users WHERE id = $1 AND is_active"
_HELD = "SELECT user_id, username, role{beside} FROM held_caller($1, $2)"
"""The same, with the session's row held FOR SHARE before the user's is read (migration `0011_callers`)."""
_LIVING_KEY = """
SELECT u.id, u.username, u.role FROM api_keys k JOIN users u ON u.id = k.user_id
WHERE k.id = $1 AND k.digest = $2 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $3)
AND u.is_active
"""
_HELD_KEY = "SELECT user_id, username, role{beside} FROM held_key($1, $2, $3)"
"""The same, with the key's row held FOR SHARE before the user's is read (migration `0051_api_keys`)."""


async def caller_of(reader: Reader, session_id: UUID) -> Caller | None:
    """Who the session belongs to now; None if it has ended, or its user was deactivated."""
    rows = await reader.fetch(_LIVING, [session_id, now()])
    return _caller(rows, session_id)


async def caller_now(reader: Reader, caller: Caller) -> Caller | None:
    """The same caller as the database knows it now; None if session or key has ended, or the user was deactivated."""
    return (await callers_now(reader, [caller])).get(caller.called_with)


async def callers_now(reader: Reader, callers: Iterable[Caller]) -> dict[UUID | int | None, Caller]:
    """The same of many, by what they call with, in one statement for their sessions and one for their keys.

    Those that have ended, or whose users may not log in, are left out. For doors that keep an eye on many at once.
    """
    by_session = {one.session_id: one for one in callers if one.session_id is not None}
    by_key = {one.key.id: one for one in callers if one.key is not None}
    found: dict[UUID | int | None, Caller] = {}
    if by_session:
        for row in await _among(reader, _ALL_LIVING, "uuid", list(by_session)):
            session_id = UUID(str(row[0]))
            found[session_id] = Caller(row[1], row[2], Role(row[3]), session_id)
    if by_key:
        for row in await _among(reader, _ALL_LIVING_KEYS, "integer", list(by_key)):
            found[row[0]] = replace(by_key[row[0]], user_id=row[1], username=row[2], role=Role(row[3]))
    return found


async def _among(reader: Reader, sql: str, kind: str, ids: list[Any]) -> list[tuple[Any, ...]]:
    """The rows with any of these ids that live now."""
    postgres = reader.dialect is Dialect.POSTGRES
    among = f"= ANY($1::{kind}[])" if postgres else "IN (SELECT value FROM json_each($1))"
    listed = ids if postgres else orjson.dumps(ids).decode()
    return await reader.fetch(sql.format(among=among), [listed, now()])


async def _held(tx: Transaction, caller: Caller, model: type[Entity] | None) -> tuple[Caller | None, list[int]]:
    """The same caller now, with what says so held until the transaction ends, and perhaps an id."""
    if caller.session_id is None and caller.key is None:
        sql = _USER + (" FOR SHARE" if tx.dialect is Dialect.POSTGRES else "")
        return _caller(await tx.fetch(sql, [caller.user_id]), None), []
    living, held, by = (
        (_LIVING, _HELD, (caller.session_id,))
        if caller.key is None
        else (_LIVING_KEY, _HELD_KEY, (caller.key.id, caller.key.digest))
    )
    if tx.dialect is not Dialect.POSTGRES:
        return _caller(await tx.fetch(living, [*by, now()]), caller.session_id, caller.key), []
    beside = "" if model is None else f", nextval(pg_get_serial_sequence('{model._meta.db_table}', 'id'))"
    rows = await tx.fetch(held.format(beside=beside), [*by, now()])
    return _caller(rows, caller.session_id, caller.key), [row[3] for row in rows if model is not None]


def _caller(rows: Sequence[tuple[Any, ...]], session_id: UUID | None, key: HeldKey | None = None) -> Caller | None:
    return Caller(rows[0][0], rows[0][1], Role(rows[0][2]), session_id, key) if rows else None


async def confirmed(context: Context, tx: Transaction) -> Context:
    """The same request with its caller as this transaction sees it, and held until the transaction ends.

    Whoever ends a session, or takes something from its user, waits for that, and is waited for. SQLite has one writer.
    Raises `token_not_valid` for a caller who is nobody any more.
    """
    return (await confirmed_making(context, tx, None))[0]


async def confirmed_making(context: Context, tx: Transaction, model: type[Entity] | None) -> tuple[Context, list[int]]:
    """The same; and an id for a row of `model` that is to be made, where one costs no statement more."""
    if context.caller is None:
        return context, []
    caller, ids = await _held(tx, context.caller, model)
    if caller is None or caller.user_id != context.caller.user_id:
        raise fault(Code.TOKEN_NOT_VALID)
    if context.guard is not None:
        context.guard.proven = True
    note_use(context.database, caller)
    return (context if caller == context.caller else replace(context, caller=caller)), ids


async def hold_sessions(tx: Transaction, user_id: int) -> None:
    """Wait for writes under way of a user's sessions and keys, and let none begin, until what is taken from the user is
    gone.

    They are locked before users: everybody's write begins with the caller's own.
    """
    if tx.dialect is Dialect.POSTGRES:
        for table, living in (("sessions", "ended_at IS NULL"), ("api_keys", "revoked_at IS NULL")):
            sql = f"SELECT 1 FROM {table} WHERE user_id = $1 AND {living} ORDER BY id FOR NO KEY UPDATE"
            await tx.fetch(sql, [user_id])
