"""What signs for a webhook: one secret for good, and for a day after a rotation the one before it too."""

from __future__ import annotations

import secrets
from base64 import b64encode
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from models.database import Reader
    from models.webhooks import Webhook
    from resolvers.write.unit_of_work import Work

PREFIX: Final = "whsec_"
BYTES: Final = 32
HINT: Final = 4
"""Characters of a secret that are shown afterwards, to tell it from others."""
GRACE: Final = timedelta(hours=24)
"""For which a secret signs that has been rotated out."""


def new_secret() -> str:
    """A secret as Standard Webhooks spells it."""
    return PREFIX + b64encode(secrets.token_bytes(BYTES)).decode()


def hint_of(secret: str) -> str:
    """What of a secret may be shown."""
    return secret[-HINT:]


async def retire_secrets(work: Work, webhook: Webhook) -> None:
    """What signs now does so for a day more, and what has expired goes: a new secret takes the place."""
    await work.write(
        "UPDATE webhook_secrets SET expires_at = $1 WHERE webhook_id = $2 AND expires_at IS NULL",
        [work.now + GRACE, webhook.id],
    )
    await work.write("DELETE FROM webhook_secrets WHERE webhook_id = $1 AND expires_at <= $2", [webhook.id, work.now])


async def living(reader: Reader, webhook_id: int, now: datetime) -> list[str]:
    """All secrets that sign at this moment, the newest first."""
    sql = """
        SELECT secret FROM webhook_secrets WHERE webhook_id = $1 AND (expires_at IS NULL OR expires_at > $2)
        ORDER BY id DESC"""
    return [secret for (secret,) in await reader.fetch(sql, [webhook_id, now])]
