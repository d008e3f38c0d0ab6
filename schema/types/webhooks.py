"""Webhooks and their deliveries as administrators see them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import strawberry

from models import webhooks as model
from resolvers import journal
from resolvers.events.feed import TYPE, cursor_of
from resolvers.read.columns import column
from resolvers.read.selection import Expression, Kind
from resolvers.read.tables import WEBHOOK_DELIVERIES, WEBHOOKS
from resolvers.webhooks import deliveries
from schema.types.available import AvailableAction
from schema.types.connections import Connection
from schema.types.enums import DeliveryStatus, Role, WebhookStatus
from schema.types.field_sources import actions, computed, global_id, stored, to_many, to_one
from schema.types.links import EventLink, WebhookDeliveryLink, WebhookLink
from schema.types.node import Node

_ROW = model.Webhook
_DELIVERY = model.WebhookDelivery
_BEFORE, _AFTER = bytes.fromhex(cursor_of(0)).decode().rsplit("0", 1)
_CURSOR: Final = f"'{_BEFORE}' || {{t}}.position || '{_AFTER}'"
_POSITION: Final = Expression(
    f"encode(convert_to({_CURSOR}, 'UTF8'), 'hex')", Kind.TEXT, sqlite=f"lower(hex({_CURSOR}))"
)
"""The position as a cursor of the feed, spelt as `resolvers.events.feed.cursor_of` does."""
_TYPE: Final = Expression(
    f"(SELECT {TYPE.sql.format(t='e_')} FROM audit_events e_ WHERE e_.id = {{t}}.event_id)", Kind.TEXT
)
_WAITING: Final = "(SELECT count(*) FROM webhook_deliveries d_ WHERE d_.webhook_id = {t}.id AND d_.status = 'waiting')"
_LAG: Final = Expression(
    f"(SELECT coalesce(max(e_.id), 0) FROM audit_events e_) - {{t}}.position + {_WAITING}", Kind.INTEGER
)


@strawberry.type(description="A receiver that is told of what happens, by signed POST requests; for administrators.")
class Webhook(Node):
    """A receiver that is told of what happens."""

    id: strawberry.ID = global_id(WEBHOOKS)
    database_id: int = stored(column(_ROW, "id"), "The number in the global id; the `id` in REST.")
    url: str = stored(column(_ROW, "url"), "Where events are sent.")
    description: str | None = stored(column(_ROW, "description"), "Whose it is, and what for.")
    types: list[str] = stored(column(_ROW, "types"), "Which events it is told of; empty is all that its role may see.")
    query: str | None = stored(
        column(_ROW, "query"), "What of an event is sent: a GraphQL selection on `Event`; null is the event as in REST."
    )
    role: Role = stored(column(_ROW, "role"), "As whom events and the query are read.")
    is_active: bool = stored(column(_ROW, "is_active"), "Whether it is delivered to; if not, it holds where it is.")
    secret_hint: str = stored(column(_ROW, "secret_hint"), "The last characters of the secret that signs.")
    status: WebhookStatus = stored(column(_ROW, "status"), "How delivering goes.")
    position: str = computed(_POSITION, "A cursor of the feed: what stands before it was sent, or waits as a delivery.")
    lag: int = computed(_LAG, "How many events, its own or not, it is behind; those that wait as deliveries too.")
    last_success_at: datetime | None = stored(column(_ROW, "last_success_at"), "When an event was last taken.")
    last_error: str | None = stored(column(_ROW, "last_error"), "Why a try failed last; null if all went well since.")
    available_actions: list[AvailableAction] = actions()
    created_at: datetime = stored(column(_ROW, "created_at"), "When it was made.")
    updated_at: datetime = stored(column(_ROW, "updated_at"), "When anything about it was last changed.")
    deliveries: Connection[WebhookDeliveryLink] = to_many(
        deliveries.LIST, "webhook_id", "The events that went to it in the last 30 days, or wait to, newest first."
    )
    history: Connection[EventLink] = to_many(
        journal.HISTORY, "entity_id", "Every change of the webhook, newest first.", entity=_ROW.prefix
    )


@strawberry.type(description="One event that goes to one webhook, and what the last try has come to.")
class WebhookDelivery(Node):
    """One event that goes to one webhook."""

    id: strawberry.ID = global_id(WEBHOOK_DELIVERIES)
    database_id: int = stored(column(_DELIVERY, "id"), "The number in the global id; the `id` in REST.")
    webhook: WebhookLink = to_one("Webhook", column(_DELIVERY, "webhook_id"), "The webhook that it goes to.")
    event: EventLink = to_one("Event", column(_DELIVERY, "event_id"), "The event that is sent.")
    type: str = computed(_TYPE, "What happened to what: `contract.activate`, `customer.delete`.")
    status: DeliveryStatus = stored(column(_DELIVERY, "status"), "Whether it was taken.")
    attempts: int = stored(column(_DELIVERY, "attempts"), "How often it was tried, since the plan last began anew.")
    http_status: int | None = stored(column(_DELIVERY, "http_status"), "Of the last answer; null where none came.")
    answer: str | None = stored(column(_DELIVERY, "answer"), "The first 1 kB of the last answer.")
    error: str | None = stored(column(_DELIVERY, "error"), "Why the last try has failed; null if it has not.")
    duration_ms: int | None = stored(column(_DELIVERY, "duration_ms"), "How long the last try took, in milliseconds.")
    next_at: datetime | None = stored(
        column(_DELIVERY, "next_at"), "When it is tried next; null while an earlier event of the same entity waits."
    )
    created_at: datetime = stored(column(_DELIVERY, "created_at"), "When its turn had come.")
    updated_at: datetime = stored(column(_DELIVERY, "updated_at"), "When it was last tried.")
