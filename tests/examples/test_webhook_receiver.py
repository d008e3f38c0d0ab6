"""The example of a webhook receiver takes what is signed, each event once."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from abonent.courier.courier import Courier
from examples.webhook_receiver import Inbox, server
from resolvers.events.feed import cursor_of
from resolvers.webhooks.secrets import new_secret
from tests.factories import Factory
from tests.feed import caught_up

pytestmark = pytest.mark.anyio


async def test_events_arrive_once_and_only_what_is_signed_is_taken(database, settings):
    factory = await Factory(database, replace(settings, webhook_private=True)).prepare()
    await caught_up(database)
    inbox = Inbox(new_secret())
    listening = server(inbox, 0)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{listening.server_port}/"
        done = await factory.run("webhook.create", url=url, types=["customer.*"])
        courier = Courier(database, factory.settings)
        await factory.customer()
        await caught_up(database)
        await courier.drain()
        ((error,),) = await database.fetch("SELECT last_error FROM webhooks")
        assert error == "status_401"
        inbox.__init__(done.outcome.notes["secret"])
        for _ in range(2):
            await factory.run("webhook.replay", done.outcome.id, after=cursor_of(0))
            await courier.drain()
    finally:
        listening.shutdown()
        listening.server_close()
    assert inbox.events.get_nowait()["type"] == "customer.create"
    assert inbox.events.empty()
