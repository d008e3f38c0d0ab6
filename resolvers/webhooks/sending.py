"""One POST to a receiver (events.md §4): signed, to a checked address, within bounded time, and no more of its answer
than is kept.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from datetime import UTC
from time import monotonic
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import httpcore
from standardwebhooks import Webhook as Signer

from resolvers.webhooks.addresses import AddressRefused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from resolvers.webhooks.network import Network

HEAD_SECONDS: Final = 10.0
"""Within which the head of an answer must have come, the look-up of the name and the connection included."""
BODY_SECONDS: Final = 2.0
"""What an answer's body may take beyond that: whether the event was taken is known by then."""
MOST_READ: Final = 65_536
KEPT: Final = 1_024
"""Bytes of an answer's body that are read at most, and that are kept."""
MOST_TOGETHER: Final = 64
AGENT: Final = b"Abonent-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent."""

    id: str
    """`evt_5`, the same at each try."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """What has come of one try."""

    http_status: int | None
    answer: str | None
    """The beginning of the answer's body."""
    error: str | None
    """Why the event was not taken; None if it was."""
    seconds: float

    @property
    def taken(self) -> bool:
        """Whether the receiver has it."""
        return self.error is None


def _of_request(url: str, message: Message) -> list[tuple[bytes, bytes]]:
    return [
        (b"host", urlsplit(url).netloc.encode()),
        (b"content-type", b"application/json"),
        (b"content-length", str(len(message.body)).encode()),
        (b"user-agent", AGENT),
    ]


def signed(message: Message, secrets: Sequence[str], now: datetime) -> list[tuple[bytes, bytes]]:
    """The headers of Standard Webhooks, signed with each of the secrets."""
    moment, text = now.astimezone(UTC), message.body.decode()  # the library takes any time for UTC
    signatures = " ".join(Signer(secret).sign(message.id, moment, text) for secret in secrets)
    return [
        (b"webhook-id", message.id.encode()),
        (b"webhook-timestamp", str(int(moment.timestamp())).encode()),
        (b"webhook-signature", signatures.encode()),
    ]


async def send(network: Network, url: str, message: Message, secrets: Sequence[str], now: datetime) -> Sent:
    """Send it once; raises nothing of what a receiver, or the way to it, can do."""
    started = monotonic()
    headers = [*_of_request(url, message), *signed(message, secrets, now)]
    request = httpcore.Request("POST", url, headers=headers, content=message.body)
    try:
        async with asyncio.timeout(HEAD_SECONDS):
            connection, response = await network.ask(request)
    except Exception as failure:  # noqa: BLE001 - whatever comes from outside is an outcome
        return Sent(None, None, _reason(failure), monotonic() - started)
    try:
        answer = await _beginning(response)
    finally:
        await network.give_back(connection, request.url.origin)
    status = response.status
    error = None if _is_success(status) else f"status_{status}"
    return Sent(status, answer, error, monotonic() - started)


def _is_success(status: int) -> bool:
    """A redirect is none: it would lead to an address that nobody has checked or meant."""
    return 200 <= status < 300  # noqa: PLR2004 - the statuses of success


async def _beginning(response: httpcore.Response) -> str:
    """The first kB of the body. The rest of a longer or a slow one is never read: the connection is closed."""
    read = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in response.aiter_stream():
                read += chunk
                if len(read) >= MOST_READ:
                    break
    except Exception:  # noqa: BLE001, S110 - what has come is kept: the head has told what matters
        pass
    finally:
        await response.aclose()
    return bytes(read[:KEPT]).decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")


_REASONS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (TimeoutError, "timeout"),
    (AddressRefused, "address_refused"),
    (ssl.SSLError, "tls_failed"),
    (httpcore.ProtocolError, "not_http"),
    (OSError, "not_reached"),
    (httpcore.NetworkError, "not_reached"),
)


def _reason(error: Exception) -> str:
    """A stable word, and what there is to tell besides."""
    word = next((word for kind, word in _REASONS if isinstance(error, kind)), "failed")
    said = str(error)[:200].replace("\x00", "")
    return f"{word}: {said}" if said else word
