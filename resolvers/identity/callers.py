"""Who is calling: the user behind a session, as the database knows it at this moment (contract §3).

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
from resolvers.identity.permissions import Caller

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from models.database import Reader, Transaction
    from models.entity import Entity
    from resolvers.context import Context

_LIVING = """
SELECT u.id, u.username, u.role FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND u.is_active
"""
_ALL_LIVING = {
    dialect: f"""
SELECT s.id, u.id, u.username, u.role FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.id {among} AND s.ended_at IS NULL AND s.expires_at > $2 AND u.is_active
"""
    for dialect, among in (
        (Dialect.POSTGRES, "= ANY($1::uuid[])"),
        (Dialect.SQLITE, "IN (SELECT value FROM json_each($1))"),
    )
}
_USER = "SELECT id, username, role FROM users WHERE id = $1 AND is_active"
_HELD = "SELECT user_id, username, role{beside} FROM held_caller($1, $2)"
"""The same, with the session's row held FOR SHARE before the user's is read (migration `0011_callers`)."""


async def caller_of(reader: Reader, session_id: UUID) -> Caller | None:
    """Who the session belongs to now; None if it has ended, or its user was deactivated."""
    rows = await reader.fetch(_LIVING, [session_id, now()])
    return _caller(rows, session_id)


async def callers_of(reader: Reader, session_ids: Collection[UUID]) -> dict[UUID, Caller]:
    """Who sessions belong to now, by one statement; those that have ended, or whose users may not log in, are left out.

    For doors that keep an eye on many of them at once.
    """
    postgres = reader.dialect is Dialect.POSTGRES
    listed = list(session_ids) if postgres else orjson.dumps([str(one) for one in session_ids]).decode()
    rows = await reader.fetch(_ALL_LIVING[reader.dialect], [listed, now()])
    callers = (Caller(row[1], row[2], Role(row[3]), UUID(str(row[0]))) for row in rows)
    return {caller.session_id: caller for caller in callers if caller.session_id is not None}


async def _held(tx: Transaction, caller: Caller, model: type[Entity] | None) -> tuple[Caller | None, list[int]]:
    """The same caller now, with what says so held until the transaction ends, and perhaps an id."""
    if caller.session_id is None:
        sql = _USER + (" FOR SHARE" if tx.dialect is Dialect.POSTGRES else "")
        return _caller(await tx.fetch(sql, [caller.user_id]), None), []
    if tx.dialect is not Dialect.POSTGRES:
        return _caller(await tx.fetch(_LIVING, [caller.session_id, now()]), caller.session_id), []
    beside = "" if model is None else f", nextval(pg_get_serial_sequence('{model._meta.db_table}', 'id'))"
    rows = await tx.fetch(_HELD.format(beside=beside), [caller.session_id, now()])
    return _caller(rows, caller.session_id), [row[3] for row in rows if model is not None]


def _caller(rows: Sequence[tuple[Any, ...]], session_id: UUID | None) -> Caller | None:
    return Caller(rows[0][0], rows[0][1], Role(rows[0][2]), session_id) if rows else None


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
    return (context if caller == context.caller else replace(context, caller=caller)), ids


async def hold_sessions(tx: Transaction, user_id: int) -> None:
    """Wait for writes under way of a user's sessions, and let none begin, until what is taken from the user is gone.

    Sessions are locked before users: everybody's write begins with the caller's own.
    """
    if tx.dialect is Dialect.POSTGRES:
        sql = "SELECT 1 FROM sessions WHERE user_id = $1 AND ended_at IS NULL ORDER BY id FOR NO KEY UPDATE"
        await tx.fetch(sql, [user_id])
