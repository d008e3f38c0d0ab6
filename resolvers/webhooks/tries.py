"""What people may send by hand: a test, and what waits or was delivered once more (events.md §4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import orjson

from models.fields import moment_text
from models.webhooks import DeliveryStatus, Webhook, WebhookDelivery, WebhookStatus
from resolvers.faults import not_found
from resolvers.identity.permissions import Permission
from resolvers.value_kinds import Reference
from resolvers.webhooks.network import Network
from resolvers.webhooks.secrets import living
from resolvers.webhooks.sending import Message, Sent, send
from resolvers.write.inputs import takes
from resolvers.write.operation import Effect, operation
from resolvers.write.unit_of_work import select

if TYPE_CHECKING:
    from resolvers.context import Context
    from resolvers.write.unit_of_work import Work

TEST = "webhook.test"
"""The type of what is sent to try a receiver out; no event of the log has it."""


@dataclass(frozen=True, slots=True)
class RedeliverInput:
    """What is to be sent once more."""

    delivery_id: int = takes(Reference("WebhookDelivery"), "The delivery of this webhook.", required=True)


async def _send_test(context: Context, webhook_id: int) -> Sent:
    """Before any transaction: a receiver may take its time."""
    found = await select(context.database, Webhook, [webhook_id])
    if not found:
        raise not_found(Webhook, webhook_id)
    now = context.clock()
    body = {"type": TEST, "timestamp": moment_text(now), "data": {"webhook": webhook_id}}
    message = Message(f"test_{uuid4().hex}", orjson.dumps(body))
    network = Network(context.settings.webhook_private)
    try:
        return await send(network, found[0].url, message, await living(context.database, webhook_id, now), now)
    finally:
        await network.aclose()


@operation(
    "webhook.test",
    entity=Webhook,
    effect=Effect.ACTION,
    graphql="testWebhook",
    rest="test",
    may=Permission.MANAGE_WEBHOOKS,
    reach=_send_test,
    says="webhook_tested",
    keyed=False,
    extras=("http_status", "duration_ms", "error"),
    rehearsable=False,
)
async def test_webhook(work: Work, webhook: Webhook, sent: Sent) -> Webhook:
    """Send `webhook.test` to a webhook's address now, signed as all else, and tell what came of it.

    It is no event of the log, and no delivery: nothing changes, whatever the receiver answers.
    """
    work.notes |= {
        "http_status": sent.http_status,
        "duration_ms": round(sent.seconds * 1000),
        "error": sent.error,
    }
    return webhook


@operation(
    "webhook.redeliver",
    entity=Webhook,
    effect=Effect.ACTION,
    graphql="redeliverWebhook",
    rest="redeliver",
    may=Permission.MANAGE_WEBHOOKS,
    takes=RedeliverInput,
    moves={WebhookStatus.OK: None, WebhookStatus.FAILING: None},
    says="webhook_redelivers",
)
async def redeliver_webhook(work: Work, webhook: Webhook, data: RedeliverInput) -> Webhook:
    """Send a delivery now: one that waits is tried, one that was delivered is sent once more, with the same id.

    Where an earlier event of the same entity waits, that one is tried, and this one follows.
    """
    sql = "SELECT status, entity, entity_id FROM webhook_deliveries WHERE id = $1 AND webhook_id = $2"
    found = await work.tx.fetch(sql, [data.delivery_id, webhook.id])
    if not found:
        raise not_found(WebhookDelivery, data.delivery_id, "delivery_id")
    status, entity, entity_id = found[0]
    first = data.delivery_id
    if status == DeliveryStatus.WAITING:
        ahead = """
            SELECT min(event_id) FROM webhook_deliveries
            WHERE webhook_id = $1 AND entity = $2 AND entity_id = $3 AND status = 'waiting'"""
        ((event_id,),) = await work.tx.fetch(ahead, [webhook.id, entity, entity_id])
        of_event = "SELECT id FROM webhook_deliveries WHERE webhook_id = $1 AND event_id = $2"
        ((first,),) = await work.tx.fetch(of_event, [webhook.id, event_id])
    await work.write("UPDATE webhook_deliveries SET next_at = $1 WHERE id = $2", [work.now, first])
    work.note(webhook, work.action, told={"delivery": [None, data.delivery_id]})
    return webhook


OPERATIONS = (test_webhook, redeliver_webhook)
