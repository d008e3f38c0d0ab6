"""Idempotency keys: a retry gets the first answer (contract §2, Money).

A key belongs to a caller and an operation for 24 hours, over both protocols. It is claimed by a unique insert inside the
operation's own transaction: a second call with it waits for the first to end, and a refusal leaves no trace.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from models.database import Dialect
from models.journal import IdempotencyKey
from resolvers.faults import Code, fault
from resolvers.inputs import given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.operation import Call
    from resolvers.work import Work

LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Kept:
    """What an earlier call with the key did; `answer` only for the same door, document and language."""

    target: int
    notes: Mapping[str, Any]
    answer: bytes | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A key in this call's hands (`kept` is None), or the answer that an earlier call left under it."""

    row_id: int
    document: str
    kept: Kept | None = None


async def claim(work: Work, call: Call, data: object) -> Claim:
    """Take the key for this call, waiting for another that holds it. Raises `idempotency_mismatch`."""
    fingerprint, document = _fingerprint(call, data), _digest(call.document)
    row_id = await _insert(work, call, fingerprint)
    if row_id is not None:
        return Claim(row_id, document)
    row = await IdempotencyKey.get(user_id=work.actor_id, operation=call.operation.name, key=call.key)
    if row.created_at < work.now - LIFETIME:
        await row.delete()
        return await claim(work, call, data)
    if row.fingerprint != fingerprint:
        raise fault(Code.IDEMPOTENCY_MISMATCH)
    answer = row.answer if row.door == document else None
    outcome: dict[str, Any] = dict(row.outcome)
    return Claim(row.id, document, Kept(outcome["target"], outcome["notes"], answer))


async def keep(work: Work, held: Claim, target: int, notes: Mapping[str, Any], answer: bytes | None) -> None:
    """Keep the answer under the key; None (nothing was changed) gives the key back."""
    rows = IdempotencyKey.filter(id=held.row_id)
    if answer is None:
        await rows.delete()
        return
    await rows.update(door=held.document, outcome={"target": target, "notes": dict(notes)}, answer=answer)


async def _insert(work: Work, call: Call, fingerprint: str) -> int | None:
    """The new row's id; None if the key is already there, once whoever was inserting it has ended."""
    marks = "$1, $2, $3, $4, $5" if work.tx.dialect is Dialect.POSTGRES else "?1, ?2, ?3, ?4, ?5"
    rows = await work.tx.fetch(
        "INSERT INTO idempotency_keys (user_id, operation, key, fingerprint, created_at, door, outcome) "
        f"VALUES ({marks}, '', '{{}}') ON CONFLICT (user_id, operation, key) DO NOTHING RETURNING id",
        [work.actor_id, call.operation.name, call.key, fingerprint, work.now],
    )
    return rows[0][0] if rows else None


def _fingerprint(call: Call, data: object) -> str:
    arguments = {} if data is None else given(data)
    content = orjson.dumps([call.target, arguments], option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(content).hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
