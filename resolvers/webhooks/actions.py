"""What people may do with webhooks, and how the list of them can be asked (events.md §4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.users import Role
from models.webhooks import Webhook, WebhookSecret, WebhookStatus
from resolvers.events.feed import begin, cursor_of, read_types
from resolvers.events.log import log_of
from resolvers.faults import Code, invalid
from resolvers.identity.permissions import Permission
from resolvers.read.columns import column, orderable
from resolvers.read.selection import Filter, ListSpec, Term
from resolvers.read.tables import WEBHOOKS
from resolvers.value_kinds import LONG_TEXT, Choice, Text, Texts, Truth
from resolvers.webhooks.addresses import LONGEST_URL, url_fault
from resolvers.webhooks.secrets import hint_of, new_secret, retire_secrets
from resolvers.write.inputs import changes_in, given, takes
from resolvers.write.operation import Effect, operation

if TYPE_CHECKING:
    from resolvers.context import Context
    from resolvers.write.unit_of_work import Work

MOST_TYPES = 100


@dataclass(frozen=True, slots=True)
class WebhookInput:
    """What may be written of a webhook."""

    url: str = takes(Text(LONGEST_URL), "Where events are sent, by POST; `https`.", required=True)
    description: str | None = takes(Text(LONG_TEXT), "Whose it is, and what for.", nullable=True)
    types: list[str] = takes(
        Texts(MOST_TYPES), "Which events: `contract.activate`, `contract.*`, `*.delete`; none is all.", default="[]"
    )
    query: str | None = takes(
        Text(LONG_TEXT),
        "A GraphQL selection on `Event`, with its braces: what is sent as `data`. Without it, the event as in REST.",
        nullable=True,
    )
    role: Role = takes(Choice(Role), "As whom events and the query are read.", default="employee")
    is_active: bool = takes(Truth(), "Whether it is delivered to; turned off, it holds where it is.", default="true")


@dataclass(frozen=True, slots=True)
class ReplayInput:
    """From where a webhook is to be told anew."""

    after: str = takes(
        Text(),
        "A cursor of the feed: what follows it is sent again; `now`: what has not been sent yet is left out.",
        required=True,
    )


LIST = ListSpec(
    table=WEBHOOKS,
    filters=(
        Filter("status", column(Webhook, "status"), "Webhooks in this state."),
        Filter("is_active", column(Webhook, "is_active"), "Webhooks that are delivered to, or are not."),
        Filter("role", column(Webhook, "role"), "Webhooks that read as this role."),
        Filter("url", column(Webhook, "url"), "Webhooks of exactly this address."),
        Filter("created", column(Webhook, "created_at"), "By the time at which it was made."),
        Filter("updated", column(Webhook, "updated_at"), "By the time of the last change."),
    ),
    default_order=(Term(column(Webhook, "created_at"), descending=True), Term(column(Webhook, "id"), descending=True)),
    orderable=orderable(Webhook),
    searchable=False,
)


@dataclass(frozen=True, slots=True)
class Beginning:
    """A webhook to be made, and the position behind which its events begin."""

    data: WebhookInput
    position: int


async def _begin(context: Context, data: WebhookInput) -> Beginning:
    """What has settled was committed before: whatever comes after the webhook's creation stands behind that."""
    return Beginning(data, await log_of(context.database).settled())


async def _checked(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """The values of a webhook, unless something is wrong with them. Raises `Invalid`."""
    if (url := values.get("url")) and (key := url_fault(url, context.settings)):
        raise invalid("url", key)
    read_types(values.get("types", ()), "types")
    if (query := values.get("query")) and context.selection_fault is not None:
        wrong = await context.selection_fault(query, context.language)
        if wrong is not None:
            raise invalid("query", "not_a_selection", wrong=wrong)
    return values


@operation(
    "webhook.create",
    entity=Webhook,
    effect=Effect.CREATE,
    graphql="createWebhook",
    may=Permission.MANAGE_WEBHOOKS,
    takes=WebhookInput,
    prepare=_begin,
    says="created",
    keyed=False,
    extras=("secret",),
    rehearsable=False,
)
async def create_webhook(work: Work, data: Beginning) -> Webhook:
    """Make a webhook: from now on, what happens is sent to its address, each event until it is taken.

    The secret that signs is answered this once, and never again; so there is no idempotency key.
    """
    secret = new_secret()
    values = await _checked(work.context, given(data.data))
    webhook = Webhook(**values, position=data.position, secret_hint=hint_of(secret))
    await work.add(webhook)
    work.append(WebhookSecret(webhook_id=webhook.id, secret=secret, created_at=work.now))
    work.notes["secret"] = secret
    return webhook


@operation(
    "webhook.update",
    entity=Webhook,
    effect=Effect.UPDATE,
    graphql="updateWebhook",
    may=Permission.MANAGE_WEBHOOKS,
    takes=WebhookInput,
    says="updated",
)
async def update_webhook(work: Work, webhook: Webhook, data: WebhookInput) -> Webhook:
    """Change a webhook; it takes effect with the next try of each event."""
    webhook.update_from_dict(await _checked(work.context, changes_in(data, webhook)))
    return webhook


@operation(
    "webhook.delete",
    entity=Webhook,
    effect=Effect.DELETE,
    graphql="deleteWebhook",
    may=Permission.MANAGE_WEBHOOKS,
    says="deleted",
)
async def delete_webhook(work: Work, webhook: Webhook) -> Webhook:
    """Delete a webhook with its deliveries, those that wait too; its history stays readable."""
    await work.remove(webhook)
    return webhook


@operation(
    "webhook.rotate_secret",
    entity=Webhook,
    effect=Effect.ACTION,
    graphql="rotateWebhookSecret",
    rest="rotate_secret",
    may=Permission.MANAGE_WEBHOOKS,
    says="webhook_secret_rotated",
    keyed=False,
    extras=("secret",),
    rehearsable=False,
)
async def rotate_secret(work: Work, webhook: Webhook) -> Webhook:
    """Give a webhook a new secret; for 24 hours the old one signs too, beside it.

    The new secret is answered this once, and never again; so there is no idempotency key.
    """
    secret = new_secret()
    webhook.secret_hint = hint_of(secret)
    await retire_secrets(work, webhook)
    work.append(WebhookSecret(webhook_id=webhook.id, secret=secret, created_at=work.now))
    work.notes["secret"] = secret
    return webhook


@operation(
    "webhook.resume",
    entity=Webhook,
    effect=Effect.ACTION,
    graphql="resumeWebhook",
    rest="resume",
    may=Permission.MANAGE_WEBHOOKS,
    moves={WebhookStatus.PAUSED: WebhookStatus.OK},
    says="webhook_resumed",
)
async def resume_webhook(work: Work, webhook: Webhook) -> Webhook:
    """Go on with a paused webhook where it stopped: what waits is tried at once, as if for the first time."""
    webhook.epoch += 1
    waiting = "WHERE webhook_id = $1 AND status = 'waiting'"
    await work.write(f"UPDATE webhook_deliveries SET attempts = 0 {waiting}", [webhook.id])
    due = f"UPDATE webhook_deliveries SET next_at = $2 {waiting} AND next_at IS NOT NULL"
    await work.write(due, [webhook.id, work.now])
    return webhook


async def _position(context: Context, data: ReplayInput) -> int:
    return await begin(context, data.after)


@operation(
    "webhook.replay",
    entity=Webhook,
    effect=Effect.ACTION,
    graphql="replayWebhook",
    rest="replay",
    may=Permission.MANAGE_WEBHOOKS,
    takes=ReplayInput,
    prepare=_position,
    raises=(Code.CURSOR_EXPIRED,),
    says="webhook_replayed",
)
async def replay_webhook(work: Work, webhook: Webhook, position: int) -> Webhook:
    """Tell a webhook anew, in order, all that follows a place in the feed, with the same ids as before.

    What waits is forgotten: it is sent when its turn comes, or, before that place, not at all. Paused it stays paused.
    """
    moved: list[object] = [cursor_of(webhook.position), cursor_of(position)]
    webhook.position, webhook.epoch = position, webhook.epoch + 1
    work.note(webhook, work.action, told={"position": moved})
    await work.write("DELETE FROM webhook_deliveries WHERE webhook_id = $1 AND status = 'waiting'", [webhook.id])
    return webhook


OPERATIONS = (create_webhook, update_webhook, delete_webhook, rotate_secret, resume_webhook, replay_webhook)
