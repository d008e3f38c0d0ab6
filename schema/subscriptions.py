"""Everything that can be listened to, as server-sent events."""

from __future__ import annotations

import strawberry

from schema.execution.subscription_fields import changed, told_events
from schema.types.journal import ToldEvent
from schema.types.node import Node


@strawberry.type(
    description="What is told as it happens, to who sends `Accept: text/event-stream`; it ends with the session."
)
class Subscription:
    """What is told as it happens."""

    events: ToldEvent = told_events(
        "Each event as it happens, none twice and none left out from one cursor to the next."
    )
    changed: Node | None = changed(
        "Each of these entities as it is now and after each change, null once it is deleted; changes that follow "
        "closely may be told as one. The message's `extensions.id` says which one it is."
    )
