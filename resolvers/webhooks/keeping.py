"""What a worker keeps of deliveries, each change in one transaction and only while it holds the webhook (events.md §4).

What is taken in from the log becomes rows that wait, in the transaction that moves the webhook's position; so what is
behind the position is delivered or waits, whenever a worker is killed. Of one entity's waiting events the first has a
time (`next_at`), and those behind it have none until it is delivered.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from models.database import Dialect
from models.database.rows import id_list
from models.fields import moment_text
from models.users import Role
from models.webhooks import Webhook, WebhookStatus
from resolvers.webhooks.secrets import living
from resolvers.write.unit_of_work import Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from models.database import Database, Reader, Transaction
    from resolvers.context import Context

DEAD_AFTER: Final = timedelta(seconds=30)
"""A worker that has not shown itself for so long is dead, and another delivers."""
KEPT: Final = timedelta(days=30)
"""How long it can be read what was delivered."""
AT_ONCE: Final = 5_000
"""Rows that are forgotten in one statement."""


def _among(dialect: Dialect, parameter: str) -> str:
    """The condition that a column is one of a list of ids; those of events and deliveries are long."""
    if dialect is Dialect.POSTGRES:
        return f"= ANY({parameter}::bigint[])"
    return f"IN (SELECT value FROM json_each({parameter}))"


class Lost(Exception):
    """What is under way is void: another worker holds the webhook, or it was resumed or replayed, or is gone."""


@dataclass(frozen=True, slots=True)
class View:
    """A webhook as it is now, for the worker that holds it."""

    id: int
    holder: str
    url: str
    types: tuple[str, ...]
    query: str | None
    role: Role
    is_active: bool
    status: WebhookStatus
    position: int
    epoch: int
    secrets: tuple[str, ...]

    @property
    def delivers(self) -> bool:
        """Whether anything may be sent."""
        return self.is_active and self.status is not WebhookStatus.PAUSED


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that is to be tried."""

    id: int
    event_id: int
    entity: str
    entity_id: int
    attempts: int
    again: bool
    """It was delivered already, and is sent once more, outside the plan."""

    @property
    def key(self) -> tuple[str, int]:
        """What must stay in order."""
        return self.entity, self.entity_id


@dataclass(frozen=True, slots=True)
class Tried:
    """What has come of a try."""

    row: Waiting
    taken: bool
    http_status: int | None
    answer: str | None
    error: str | None
    duration_ms: int
    next_at: datetime | None
    """When it is tried again; None where it was taken."""
    pauses: str | None = None
    """Why the webhook is to be paused, if it is."""


# --- who delivers -------------------------------------------------------------------------------------------------


async def hold(database: Database, holder: str, now: datetime) -> set[int]:
    """Take the webhooks that nobody holds, show that this worker lives, and give all that are its own."""
    if not await database.fetch("SELECT 1 FROM webhooks LIMIT 1"):
        return set()

    async def body(tx: Transaction) -> set[int]:
        lock = "FOR NO KEY UPDATE SKIP LOCKED" if tx.dialect is Dialect.POSTGRES else ""
        free = f"SELECT id FROM webhooks WHERE holder IS NULL OR holder = $1 OR heartbeat < $3 {lock}"
        sql = f"UPDATE webhooks SET holder = $1, heartbeat = $2 WHERE id IN ({free})"
        await tx.fetch(sql, [holder, now, now - DEAD_AFTER])
        return {row_id for (row_id,) in await tx.fetch("SELECT id FROM webhooks WHERE holder = $1", [holder])}

    return await database.write(body)


async def let_go(database: Database, holder: str) -> None:
    """Leave this worker's webhooks to others."""
    sql = "UPDATE webhooks SET holder = NULL, heartbeat = NULL WHERE holder = $1"
    await database.write(lambda tx: tx.fetch(sql, [holder]))


async def with_work(reader: Reader, holder: str, settled: int, now: datetime) -> set[int]:
    """The webhooks of this worker for which there is something to do."""
    sql = """
        SELECT w.id FROM webhooks w WHERE w.holder = $1 AND w.is_active AND w.status <> 'paused' AND (
            w.position < $2
            OR EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.next_at <= $3)
        )"""
    return {row_id for (row_id,) in await reader.fetch(sql, [holder, settled, now])}


async def view_of(reader: Reader, webhook_id: int, holder: str, now: datetime) -> View:
    """The webhook as it is now. Raises `Lost` where this worker does not hold it."""
    columns = "url, types, query, role, is_active, status, position, epoch"
    sql = f"SELECT {columns} FROM webhooks WHERE id = $1 AND holder = $2"
    found = await reader.fetch(sql, [webhook_id, holder])
    if not found:
        raise Lost
    url, types, query, role, is_active, status, position, epoch = found[0]
    return View(
        id=webhook_id,
        holder=holder,
        url=url,
        types=tuple(json.loads(types) if isinstance(types, str) else types),
        query=query,
        role=Role(role),
        is_active=bool(is_active),
        status=WebhookStatus(status),
        position=position,
        epoch=epoch,
        secrets=tuple(await living(reader, webhook_id, now)),
    )


# --- from the log to rows that wait -------------------------------------------------------------------------------


async def take_in(database: Database, view: View, event_ids: Sequence[int], upto: int, now: datetime) -> None:
    """Make deliveries of these events, and move the position behind them. Raises `Lost`."""

    async def body(tx: Transaction) -> None:
        sql = """
            UPDATE webhooks SET position = $1 WHERE id = $2 AND holder = $3 AND epoch = $4 AND position = $5
            RETURNING id"""
        if not await tx.fetch(sql, [upto, view.id, view.holder, view.epoch, view.position]):
            raise Lost
        if event_ids:
            await tx.fetch(_insertion(tx.dialect), [view.id, id_list(tx.dialect, list(event_ids)), now])

    await database.write(body)


def _insertion(dialect: Dialect) -> str:
    """Rows of events; one that was delivered before, and is told anew, waits again."""
    now = "$3::timestamptz" if dialect is Dialect.POSTGRES else "$3"
    among = _among(dialect, "$2")
    return f"""
        INSERT INTO webhook_deliveries
            (webhook_id, event_id, entity, entity_id, status, attempts, next_at, created_at, updated_at)
        SELECT w.id, e.id, e.entity, e.entity_id, 'waiting', 0,
            CASE WHEN e.place = 1 AND NOT EXISTS (
                SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.entity = e.entity
                    AND d.entity_id = e.entity_id AND d.status = 'waiting'
            ) THEN {now} END, {now}, {now}
        FROM webhooks w JOIN (
            SELECT id, entity, entity_id, row_number() OVER (PARTITION BY entity, entity_id ORDER BY id) AS place
            FROM audit_events WHERE id {among}
        ) e ON true
        WHERE w.id = $1
        ON CONFLICT (webhook_id, event_id) DO UPDATE
            SET status = 'waiting', attempts = 0, next_at = excluded.next_at, updated_at = excluded.updated_at"""


# --- what is to be tried ------------------------------------------------------------------------------------------

_COLUMNS: Final = "id, event_id, entity, entity_id, attempts, status"


async def due(reader: Reader, view: View, now: datetime, most: int) -> list[Waiting]:
    """What is to be tried now, the longest due first: of each entity the first event that waits."""
    sql = f"""
        SELECT {_COLUMNS} FROM webhook_deliveries WHERE webhook_id = $1 AND next_at <= $2
        ORDER BY next_at, event_id LIMIT $3"""
    return _rows(await reader.fetch(sql, [view.id, now, most]))


async def behind(reader: Reader, view: View, rows: Sequence[Waiting], most: int) -> list[Waiting]:
    """What waits behind these of the same entities, in order."""
    if not rows:
        return []
    among = _among(reader.dialect, "$2")
    sql = f"""
        SELECT {", ".join(f"d.{name.strip()}" for name in _COLUMNS.split(","))}
        FROM webhook_deliveries h JOIN webhook_deliveries d
            ON d.webhook_id = h.webhook_id AND d.entity = h.entity AND d.entity_id = h.entity_id
                AND d.status = 'waiting' AND d.next_at IS NULL
        WHERE h.webhook_id = $1 AND h.id {among} ORDER BY d.event_id LIMIT $3"""
    ids = id_list(reader.dialect, [row.id for row in rows if not row.again])
    return _rows(await reader.fetch(sql, [view.id, ids, most]))


def _rows(found: Iterable[tuple[Any, ...]]) -> list[Waiting]:
    return [
        Waiting(row_id, event_id, entity, entity_id, attempts, status == "delivered")
        for row_id, event_id, entity, entity_id, attempts, status in found
    ]


# --- what has come of it ------------------------------------------------------------------------------------------


async def record(context: Context, view: View, tried: Sequence[Tried]) -> None:
    """Keep what has come of tries, who comes next, and how the webhook does, in one transaction. Raises `Lost`."""
    now = context.clock()

    async def body(tx: Transaction) -> None:
        if not await tx.fetch(_SUMMARY, [view.id, view.holder, view.epoch, *_summary(tried, now)]):
            raise Lost
        await tx.fetch(_OUTCOMES[tx.dialect], [view.id, json.dumps([_outcome(one) for one in tried]), now])
        taken = [one.row.id for one in tried if one.taken]
        if taken:
            await tx.fetch(_promotion(tx.dialect), [view.id, id_list(tx.dialect, taken), now])
        reason = next((one.pauses for one in tried if one.pauses), None)
        if reason is None:
            await tx.fetch(_STATUS, [view.id])
        else:
            await _pause(context, tx, view.id, reason)

    await context.database.write(body)


_SUMMARY: Final = """
    UPDATE webhooks SET last_success_at = COALESCE($4, last_success_at), last_error = $5
    WHERE id = $1 AND holder = $2 AND epoch = $3 RETURNING id"""


def _summary(tried: Sequence[Tried], now: datetime) -> tuple[datetime | None, str | None]:
    """When an event was last taken, and why the last failure was one."""
    error = next((one.error for one in reversed(tried) if not one.taken), None)
    return (now if any(one.taken for one in tried) else None), error


def _outcome(one: Tried) -> dict[str, object]:
    return {
        "id": one.row.id,
        "status": "delivered" if one.taken or one.row.again else "waiting",
        "http_status": one.http_status,
        "answer": one.answer,
        "error": one.error,
        "duration_ms": one.duration_ms,
        "next_at": one.next_at and moment_text(one.next_at),
    }


_SET: Final = """
    SET status = o.status, attempts = d.attempts + 1, http_status = o.http_status, answer = o.answer, error = o.error,
        duration_ms = o.duration_ms, next_at = o.next_at, updated_at = $3"""
_NAMES: Final = ("id", "status", "http_status", "answer", "error", "duration_ms", "next_at")
_OUTCOMES: Final = {
    Dialect.POSTGRES: f"""
        UPDATE webhook_deliveries d {_SET}
        FROM jsonb_to_recordset($2::jsonb) AS o (
            id bigint, status text, http_status integer, answer text, error text, duration_ms integer,
            next_at timestamptz
        ) WHERE d.id = o.id AND d.webhook_id = $1""",
    Dialect.SQLITE: f"""
        UPDATE webhook_deliveries AS d {_SET}
        FROM (SELECT {", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in _NAMES)} FROM json_each($2)) o
        WHERE d.id = o.id AND d.webhook_id = $1""",
}
_STATUS: Final = """
    UPDATE webhooks SET status = CASE WHEN EXISTS (
        SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = $1 AND d.status = 'waiting' AND d.attempts > 0
    ) THEN 'failing' ELSE 'ok' END WHERE id = $1 AND status <> 'paused'"""


def _promotion(dialect: Dialect) -> str:
    """Of each entity whose event was taken the next one that waits gets its time: now."""
    among = _among(dialect, "$2")
    return f"""
        UPDATE webhook_deliveries SET next_at = $3
        WHERE webhook_id = $1 AND status = 'waiting' AND next_at IS NULL AND id IN (
            SELECT (
                SELECT f.id FROM webhook_deliveries f WHERE f.webhook_id = $1 AND f.entity = e.entity
                    AND f.entity_id = e.entity_id AND f.status = 'waiting' ORDER BY f.event_id LIMIT 1
            ) FROM webhook_deliveries e WHERE e.id {among}
        )"""


async def _pause(context: Context, tx: Transaction, webhook_id: int, reason: str) -> None:
    work = Work(context, tx, "pause")
    webhook = await work.lock(Webhook, webhook_id)
    webhook.status = WebhookStatus.PAUSED
    work.mark(webhook, "pause", reason)
    await work.finish()


async def how_webhooks_do(reader: Reader) -> list[tuple[str, int, int]]:
    """Of those that are switched on, by status: how many there are, and how many events the last is behind the log."""
    sql = """
        SELECT status, count(*), (SELECT coalesce(max(id), 0) FROM audit_events) - min(position) FROM webhooks
        WHERE is_active GROUP BY status"""
    found = {status: (count, lag) for status, count, lag in await reader.fetch(sql)}
    return [(status.value, *found.get(status.value, (0, 0))) for status in WebhookStatus]


async def forget(database: Database, now: datetime) -> int:
    """Forget what was delivered long ago; gives how many, as long as there may be more."""
    ids = """
        SELECT id FROM webhook_deliveries WHERE status = 'delivered' AND updated_at < $1 AND next_at IS NULL LIMIT $2"""
    found = await database.fetch(ids, [now - KEPT, AT_ONCE])
    if found:
        among = _among(database.dialect, "$1")
        gone = id_list(database.dialect, [row_id for (row_id,) in found])
        await database.write(lambda tx: tx.fetch(f"DELETE FROM webhook_deliveries WHERE id {among}", [gone]))
    return len(found)
