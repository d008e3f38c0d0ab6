"""An application that takes its time to start, for the tests of the supervisor."""

from __future__ import annotations

import asyncio


async def app(scope, receive, send):
    """Answers one word to everything."""
    if scope["type"] == "lifespan":
        await receive()
        await asyncio.sleep(1.2)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"here"})
