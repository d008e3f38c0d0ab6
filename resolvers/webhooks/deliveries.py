"""How a webhook's deliveries can be asked, the latest event first (events.md §4)."""

from __future__ import annotations

from models.webhooks import WebhookDelivery
from resolvers.read.columns import column, orderable
from resolvers.read.selection import Filter, ListSpec, Term
from resolvers.read.tables import WEBHOOK_DELIVERIES

LIST = ListSpec(
    table=WEBHOOK_DELIVERIES,
    filters=(
        Filter("status", column(WebhookDelivery, "status"), "Deliveries in this state."),
        Filter("http_status", column(WebhookDelivery, "http_status"), "By the status of the last answer."),
        Filter("attempts", column(WebhookDelivery, "attempts"), "By how often it was tried."),
        Filter("next", column(WebhookDelivery, "next_at"), "By the time of the next try."),
        Filter("created", column(WebhookDelivery, "created_at"), "By the time at which its turn had come."),
        Filter("updated", column(WebhookDelivery, "updated_at"), "By the time of the last try."),
    ),
    default_order=(
        Term(column(WebhookDelivery, "event_id"), descending=True),
        Term(column(WebhookDelivery, "id"), descending=True),
    ),
    orderable=orderable(WebhookDelivery),
    searchable=False,
)
