"""A receiver of webhooks: it takes what is signed, each event once, and says what happened.

    ABONENT_WEBHOOK_SECRET=whsec_… python examples/webhook_receiver.py 9000

Its address is given to `POST /api/webhooks/` (for one on this machine the server needs ABONENT_WEBHOOK_PRIVATE=true),
which answers the secret. It answers first and works later: who takes longer than ten seconds is sent it again.
"""

from __future__ import annotations

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

LARGEST = 1_048_576
"""Bytes of a request that are read."""


class Inbox:
    """What came, each event once; a real one keeps the ids where it keeps what it makes of the events."""

    def __init__(self, secret: str) -> None:
        self._signer = Webhook(secret)
        self._seen: set[str] = set()
        self.events: Queue[dict[str, Any]] = Queue()

    def take(self, body: bytes, headers: dict[str, str]) -> bool:
        """Whether it is signed by whom it should be, and recent; what was seen before is taken and left aside."""
        try:
            event = self._signer.verify(body, headers)
        except (WebhookVerificationError, ValueError):
            return False
        event_id = headers["webhook-id"]
        if event_id not in self._seen:
            self._seen.add(event_id)
            self.events.put(event)
        return True


def server(inbox: Inbox, port: int) -> ThreadingHTTPServer:
    """A server that takes events into the inbox."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Read, verify, answer."""
            length = min(int(self.headers.get("content-length", "0")), LARGEST)
            headers = {name.lower(): value for name, value in self.headers.items()}
            taken = inbox.take(self.rfile.read(length), headers)
            self.send_response(204 if taken else 401)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main() -> None:
    """Print what happens."""
    inbox = Inbox(os.environ["ABONENT_WEBHOOK_SECRET"])
    Thread(target=server(inbox, int(sys.argv[1])).serve_forever, daemon=True).start()
    while True:
        event = inbox.events.get()
        print(event["timestamp"], event["type"], event["data"])


if __name__ == "__main__":
    main()
