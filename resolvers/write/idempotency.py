"""Idempotency keys: a retry gets the first answer (contract §2, Money).

A key belongs to a caller and an operation for 24 hours, over both protocols. It is claimed by a unique insert inside
the operation's own transaction: a second call with it waits for the first to end, and a refusal leaves no trace.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from models.database import Dialect
from resolvers.faults import Code, fault
from resolvers.words import Language
from resolvers.write.changes import Changed
from resolvers.write.inputs import given

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.database import Transaction
    from resolvers.write.unit_of_work import Work

LIFETIME = timedelta(hours=24)
KEPT_BYTES = 65_536
"""Of an answer that is kept, with the request that it answers, for a day."""
KEPT_CHANGES = 100
"""Entities whose changes are kept with an outcome, at most."""
FORGOTTEN_AT_ONCE = 10
"""Expired keys that a call with a new one deletes: more than one, so that they become fewer."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What an earlier call with the key did; `answer` only for the same door, document and language."""

    target: int
    notes: Mapping[str, Any]
    answer: bytes | None
    language: Language | None
    """Of the kept answer."""
    changes: Sequence[Changed] | None = None
    """None where they are too many to be kept."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A key in this call's hands (`kept` is None), or the answer that an earlier call left under it."""

    row_id: int
    document: str
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class Keyed:
    """A call with a key."""

    operation: str
    key: str
    target: int | None
    document: str
    """What, with the same arguments, makes the same answer byte for byte."""


async def claim(work: Work, call: Keyed, data: object) -> Claim:
    """Take the key for this call, waiting for another that holds it. Raises `idempotency_mismatch`."""
    fingerprint, document = _fingerprint(call, data), _digest(call.document)
    row_id = await _take(work, call, fingerprint)
    if row_id is not None:
        await _forget(work)
        return Claim(row_id, document)
    ((row_id, kept_for, door, outcome_text, kept),) = await work.tx.fetch(
        _KEPT, [work.actor_id, call.operation, call.key]
    )
    if kept_for != fingerprint:
        raise fault(Code.IDEMPOTENCY_MISMATCH)
    answer, outcome = kept if door == document else None, orjson.loads(outcome_text)
    language = Language(outcome["language"]) if answer is not None and "language" in outcome else None
    told = outcome.get("changes")
    changes = None if told is None else tuple(Changed(*one) for one in told)
    return Claim(row_id, document, Kept(outcome["target"], outcome["notes"], answer, language, changes))


async def keep(tx: Transaction, held: Claim, done: Kept) -> None:
    """Keep the outcome under the key, and the answer if it is there and not large; else a retry's is made anew."""
    answer = done.answer if done.answer is not None and len(done.answer) <= KEPT_BYTES else None
    changes = done.changes if done.changes is not None and len(done.changes) <= KEPT_CHANGES else None
    told = {"target": done.target, "notes": dict(done.notes), "language": done.language, "changes": changes}
    sql = "UPDATE idempotency_keys SET door = $1, outcome = $2, answer = $3 WHERE id = $4"
    await tx.fetch(sql, [held.document, json.dumps(told), answer, held.row_id])


async def give_back(tx: Transaction, held: Claim) -> None:
    """Leave the key to whoever comes next: nothing was changed."""
    await tx.fetch("DELETE FROM idempotency_keys WHERE id = $1", [held.row_id])


_KEPT = """
SELECT id, fingerprint, door, outcome, answer FROM idempotency_keys WHERE user_id = $1 AND operation = $2 AND key = $3
"""
_TAKE = """
INSERT INTO idempotency_keys AS kept (user_id, operation, key, fingerprint, created_at, door, outcome)
VALUES ($1, $2, $3, $4, $5, '', '{}')
ON CONFLICT (user_id, operation, key) DO UPDATE
SET fingerprint = excluded.fingerprint, created_at = excluded.created_at, door = '', outcome = '{}', answer = NULL
WHERE kept.created_at < $6
RETURNING id
"""


async def _take(work: Work, call: Keyed, fingerprint: str) -> int | None:
    """The id of the key's row, new or expired and taken over; None if it holds an answer.

    A key that another transaction is inserting is waited for. A living one is locked by this very statement (PostgreSQL
    locks a conflicting row even where the condition leaves it alone), so that it cannot go before it is read.
    """
    moment = work.context.clock()
    rows = await work.tx.fetch(
        _TAKE,
        [work.actor_id, call.operation, call.key, fingerprint, moment, moment - LIFETIME],
    )
    return rows[0][0] if rows else None


async def _forget(work: Work) -> None:
    """Delete a few expired keys, so that the table holds a day's; those that others just delete are left to them."""
    skip = " FOR UPDATE SKIP LOCKED" if work.tx.dialect is Dialect.POSTGRES else ""
    oldest = (
        f"SELECT id FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT {FORGOTTEN_AT_ONCE}{skip}"
    )
    await work.tx.fetch(
        f"DELETE FROM idempotency_keys WHERE id IN ({oldest})",
        [work.context.clock() - LIFETIME],
    )


def _fingerprint(call: Keyed, data: object) -> str:
    arguments = {} if data is None else given(data)
    content = orjson.dumps([call.target, arguments], option=orjson.OPT_SORT_KEYS, default=str)
    return hashlib.sha256(content).hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
