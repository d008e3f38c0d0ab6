"""Events reach their receivers: signed, in order, again and again until they are taken, whatever receivers do."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook as Verifier

from abonent.courier.courier import Courier
from models.users import Role
from resolvers.events.feed import cursor_of
from resolvers.webhooks.keeping import forget
from resolvers.write.operation import Call, perform
from schema.endpoint.selections import selections
from tests.factories import BY_NAME, Factory, id_only
from tests.feed import caught_up
from tests.receivers import OK, receiving, status

pytestmark = pytest.mark.anyio


class Clock:
    """A clock that is turned by hand."""

    def __init__(self):
        self.moment = datetime.now(UTC)

    def __call__(self):
        return self.moment

    def turn(self, **by):
        self.moment += timedelta(**by)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def factory(database, settings):
    """Its webhooks may go to this machine."""
    return await Factory(database, replace(settings, webhook_private=True)).prepare()


@pytest.fixture
def courier(factory, clock):
    return Courier(factory.database, factory.settings, clock)


async def hook(factory, url, **values):
    """A webhook, which begins with what follows, and its secret."""
    await caught_up(factory.database)
    context = await factory.context(selection_fault=selections(factory.settings.query_limits).fault)
    call = Call(BY_NAME["webhook.create"], None, {"url": url, **values}, id_only)  # `run` has a `role` of its own
    done = await perform(context, call)
    return done.outcome.id, done.outcome.notes["secret"]


async def delivered(courier):
    """Let it deliver all that is due by now."""
    await caught_up(courier.database)
    await courier.drain()


async def rows(database, what="status, attempts, error"):
    return await database.fetch(f"SELECT {what} FROM webhook_deliveries ORDER BY event_id")


async def state(database):
    ((one, error),) = await database.fetch("SELECT status, last_error FROM webhooks")
    return one, error


async def test_an_event_is_posted_signed_and_as_in_rest(factory, courier, clock):
    async with receiving() as receiver:
        _, secret = await hook(factory, receiver.url, types=["customer.*"])
        customer = await factory.customer()
        await factory.tariff()
        await delivered(courier)
    (got,) = receiver.got
    told = got.told
    assert list(told) == ["type", "timestamp", "data"]
    assert told["type"] == "customer.create"
    assert told["timestamp"] == told["data"]["created_at"]
    assert told["data"]["entity_id"] == customer.id
    assert told["data"]["changes"]["status"] == [None, "active"]
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-id"] == f"evt_{told['data']['id']}"
    assert int(got.headers["webhook-timestamp"]) == int(clock().timestamp())
    Verifier(secret).verify(got.body, got.headers)
    assert await rows(factory.database) == [("delivered", 1, None)]


async def test_every_living_secret_signs_and_an_expired_one_does_not(factory, courier, clock):
    async with receiving() as receiver:
        number, old = await hook(factory, receiver.url, types=["customer.*"])
        new = (await factory.run("webhook.rotate_secret", number)).outcome.notes["secret"]
        await factory.customer()
        await delivered(courier)
        for secret in (old, new):
            Verifier(secret).verify(receiver.got[0].body, receiver.got[0].headers)
        clock.turn(hours=25)
        await factory.customer()
        await delivered(courier)
    assert len(receiver.got[0].headers["webhook-signature"].split()) == 2
    assert len(receiver.got[1].headers["webhook-signature"].split()) == 1


async def test_a_query_shapes_what_is_sent_and_the_role_sees_it(factory, courier):
    async with receiving() as receiver:
        query = "{ id type entity { __typename ... on Sim { iccid pukCode } } }"
        for role in ("employee", "operator"):
            await hook(factory, receiver.url, types=["sim.*"], query=query, role=role)
        sim = await factory.sim(puk_code="12345678")
        await delivered(courier)
    seen = sorted(got.told["data"]["entity"]["pukCode"] or "" for got in receiver.got)
    assert seen == ["", "12345678"]
    data = receiver.got[0].told["data"]
    assert data["id"] == receiver.got[0].headers["webhook-id"]
    assert data["entity"]["iccid"] == sim.iccid
    assert receiver.got[0].told["type"] == data["type"] == "sim.create"


async def test_events_of_users_and_webhooks_are_told_to_whom_they_are_for(factory, courier):
    async with receiving() as employees, receiving() as supervisors, receiving() as admins:
        await hook(factory, employees.url)
        await hook(factory, supervisors.url, role="supervisor")
        number, _ = await hook(factory, admins.url, role="admin")
        await factory.run("user.create", username="new", password="a long password")
        await factory.run("webhook.update", number, description="Own", url=admins.url)
        await hook(factory, admins.url, role="admin", is_active=False)
        await delivered(courier)
    assert [got.told["type"] for got in employees.got] == []
    assert {got.told["type"] for got in supervisors.got} == {"user.create"}
    assert sorted(got.told["type"] for got in admins.got) == ["user.create", "webhook.create"]


async def test_what_is_not_taken_is_tried_again_by_the_plan_and_then_the_webhook_is_paused(factory, courier, clock):
    async with receiving(lambda _: status(500, b"down \xff\x00")) as receiver:
        number, _ = await hook(factory, receiver.url, types=["customer.*"])
        await factory.customer()
        await delivered(courier)
        assert await rows(factory.database) == [("waiting", 1, "status_500")]
        assert await state(factory.database) == ("failing", "status_500")
        plan = factory.settings.webhook_retries
        assert sum(plan) / 3600 > 72
        for tries, wait in enumerate(plan, 2):
            clock.turn(seconds=wait * 0.89)
            await delivered(courier)
            assert len(receiver.got) == tries - 1
            clock.turn(seconds=wait * 0.22)
            await delivered(courier)
            assert len(receiver.got) == tries
        assert await state(factory.database) == ("paused", "status_500")
        clock.turn(days=30)
        await delivered(courier)
        assert len(receiver.got) == 10
        assert len(set(receiver.event_ids)) == 1
        events = await factory.database.fetch(
            "SELECT action, reason, actor_id FROM audit_events WHERE entity = 'whk' ORDER BY id DESC LIMIT 1"
        )
        assert events == [("pause", "status_500", None)]
        receiver.answer = lambda _: OK
        await factory.run("webhook.resume", number)
        await delivered(courier)
    assert await rows(factory.database, "status, attempts, http_status, answer") == [("delivered", 1, 200, "ok")]
    assert await state(factory.database) == ("ok", None)


async def test_410_pauses_at_once_and_redirects_are_failures(factory, courier):
    async with receiving() as elsewhere:
        moved = status(307, b"", f"Location: {elsewhere.url}")
        async with receiving(lambda _: moved) as receiver:
            await hook(factory, receiver.url, types=["customer.*"])
            await factory.customer()
            await delivered(courier)
            assert await state(factory.database) == ("failing", "status_307")
            receiver.answer = lambda _: status(410)
            await factory.customer()
            await delivered(courier)
            assert await state(factory.database) == ("paused", "status_410")
    assert elsewhere.got == []


async def test_while_an_event_waits_those_of_its_entity_wait_behind_it_and_others_go_on(factory, courier, clock):
    async with receiving() as receiver:
        await hook(factory, receiver.url, types=["customer.*"])
        first, second = await factory.customer(), await factory.customer()
        receiver.answer = lambda got: status(500) if got.told["data"]["entity_id"] == first.id else OK
        await delivered(courier)
        for name in ("А", "Б", "В"):
            await factory.patch(first, first_name=name)
            await factory.patch(second, first_name=name)
        await delivered(courier)
        told = [(got.told["data"]["entity_id"], got.told["type"]) for got in receiver.got]
        assert told.count((first.id, "customer.create")) == 1
        assert (first.id, "customer.update") not in told
        assert told.count((second.id, "customer.update")) == 3
        receiver.answer, receiver.got = (lambda _: OK), []
        clock.turn(seconds=6)
        await delivered(courier)
    assert [got.told["data"]["entity_id"] for got in receiver.got] == [first.id] * 4
    assert receiver.event_ids == sorted(receiver.event_ids)


async def test_a_receiver_that_was_down_for_three_days_gets_everything_in_order(factory, courier, clock):
    async with receiving(lambda _: status(503)) as receiver:
        await hook(factory, receiver.url, types=["customer.*"])
        wanted = defaultdict(list)
        customers = [await factory.customer() for _ in range(5)]
        for hour in range(72):
            if hour % 3 == 0:
                await factory.patch(random.Random(hour).choice(customers), first_name=f"Имя{hour}")
            clock.turn(hours=1)
            await delivered(courier)
        assert await state(factory.database) == ("failing", "status_503")
        found = await factory.database.fetch("SELECT id, entity_id FROM audit_events WHERE entity = 'cus' ORDER BY id")
        for event_id, entity_id in found:
            wanted[entity_id].append(event_id)
        receiver.answer, receiver.got = (lambda _: OK), []
        for _ in range(30):
            clock.turn(hours=1)
            await delivered(courier)
        got = defaultdict(list)
        for one in receiver.got:
            got[one.told["data"]["entity_id"]].append(one.event_id)
    assert got == wanted
    assert await state(factory.database) == ("ok", None)


async def test_random_failures_lose_nothing_and_keep_each_entity_in_order(factory, courier, clock):
    chance = random.Random(7)
    taken = []

    def answer(got):
        if chance.random() < 0.3:
            return status(500)
        taken.append((got.told["data"]["entity_id"], got.event_id))
        return OK

    async with receiving(answer) as receiver:
        await hook(factory, receiver.url, types=["customer.*"])
        customers = [await factory.customer() for _ in range(4)]
        for step in range(40):
            await factory.patch(chance.choice(customers), first_name=f"Имя{step}")
            if step % 10 == 0:
                await delivered(courier)
        for _ in range(80):
            clock.turn(minutes=40)
            await delivered(courier)
        found = await factory.database.fetch("SELECT entity_id, id FROM audit_events WHERE entity = 'cus' ORDER BY id")
    assert sorted(taken) == sorted((entity_id, event_id) for entity_id, event_id in found)
    for customer in customers:
        own = [event_id for entity_id, event_id in taken if entity_id == customer.id]
        assert own == sorted(own)
    assert receiver.most_at_once <= 4


async def test_an_endless_answer_is_taken_by_its_head_and_read_no_further(factory, courier):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFF\r\n"
    async with receiving(lambda _: head, endless=True) as receiver:
        await hook(factory, receiver.url, types=["customer.*"])
        await factory.customer()
        async with asyncio.timeout(20):
            await delivered(courier)
    ((answer, shown),) = await rows(factory.database, "status, answer")
    assert (answer, shown) == ("delivered", "x" * 1024)


async def test_one_that_never_answers_is_given_up(factory, courier, monkeypatch):
    monkeypatch.setattr("resolvers.webhooks.sending.HEAD_SECONDS", 0.2)
    async with receiving(lambda _: None) as receiver:
        await hook(factory, receiver.url, types=["customer.*"])
        await factory.customer()
        await delivered(courier)
    assert await rows(factory.database) == [("waiting", 1, "timeout")]


async def test_a_connection_is_used_again_and_one_that_was_closed_meanwhile_is_no_failure(factory, courier):
    async with receiving() as receiver:
        await hook(factory, receiver.url, types=["customer.*"])
        for _ in range(5):
            await factory.customer()
        await delivered(courier)
        assert receiver.connections <= 4
        receiver.closes = True
        for _ in range(5):
            await factory.customer()
        await delivered(courier)
    assert await rows(factory.database) == [("delivered", 1, None)] * 10


async def test_nothing_listens_and_no_such_name(factory, courier):
    await hook(factory, "http://127.0.0.1:9/", types=["customer.*"])
    await hook(factory, "http://there-is-no.invalid/", types=["customer.*"])
    await factory.customer()
    await delivered(courier)
    assert [(one, error.split(":")[0]) for one, _, error in await rows(factory.database)] == [
        ("waiting", "not_reached"),
        ("waiting", "not_reached"),
    ]


async def test_a_name_that_leads_into_our_network_is_not_connected_to(factory, courier):
    async with receiving() as receiver:
        await hook(factory, receiver.url.replace("127.0.0.1", "localhost"), types=["customer.*"])
        await factory.customer()
        strict = Courier(factory.database, replace(factory.settings, webhook_private=False), courier.clock)
        await delivered(strict)
    assert receiver.got == []
    ((_, _, error),) = await rows(factory.database)
    assert error.startswith("address_refused")


async def test_switched_off_it_holds_where_it_is(factory, courier):
    async with receiving() as receiver:
        number, _ = await hook(factory, receiver.url, types=["customer.*"], is_active=False)
        await factory.customer()
        await delivered(courier)
        assert receiver.got == []
        await factory.run("webhook.update", number, url=receiver.url, types=["customer.*"], is_active=True)
        await delivered(courier)
    assert len(receiver.got) == 1


async def test_a_replay_sends_it_all_again_in_order_with_the_same_ids(factory, courier):
    async with receiving() as receiver:
        number, _ = await hook(factory, receiver.url, types=["customer.*"])
        customer = await factory.customer()
        await factory.patch(customer, first_name="Другой")
        await delivered(courier)
        before = receiver.event_ids
        await factory.run("webhook.replay", number, after=cursor_of(0))
        await delivered(courier)
    assert receiver.event_ids == before * 2
    assert await rows(factory.database) == [("delivered", 1, None)] * 2


async def test_a_test_is_sent_at_once_signed_and_leaves_nothing_behind(factory):
    async with receiving() as receiver:
        number, secret = await hook(factory, receiver.url)
        done = await factory.run("webhook.test", number)
    (got,) = receiver.got
    assert got.told["type"] == "webhook.test"
    assert got.told["data"] == {"webhook": number}
    Verifier(secret).verify(got.body, got.headers)
    notes = done.outcome.notes
    assert (notes["http_status"], notes["error"]) == (200, None)
    assert await rows(factory.database) == []


async def test_what_was_delivered_is_sent_once_more_and_what_waits_at_once(factory, courier, clock):
    async with receiving() as receiver:
        number, _ = await hook(factory, receiver.url, types=["customer.*"])
        customer = await factory.customer()
        await delivered(courier)
        receiver.answer = lambda _: status(500)
        ((first,),) = await rows(factory.database, "id")
        await factory.run("webhook.redeliver", number, delivery_id=first)
        clock.turn(minutes=1)
        await delivered(courier)
        assert receiver.event_ids == [receiver.event_ids[0]] * 2
        assert await rows(factory.database) == [("delivered", 2, "status_500")]
        await delivered(courier)
        assert len(receiver.got) == 2
        for name in ("А", "Б"):
            await factory.patch(customer, first_name=name)
        await delivered(courier)
        assert len(receiver.got) == 3
        receiver.answer = lambda _: OK
        last = (await rows(factory.database, "id"))[-1][0]
        await factory.run("webhook.redeliver", number, delivery_id=last)
        await delivered(courier)
    assert len(receiver.got) == 5
    assert receiver.event_ids[-2:] == sorted(receiver.event_ids)[-2:]
    assert [one for one, _, _ in await rows(factory.database)] == ["delivered"] * 3


async def test_one_worker_delivers_and_another_takes_over_when_it_is_dead(factory, courier, clock):
    async with receiving() as receiver:
        await hook(factory, receiver.url, types=["customer.*"])
        await courier.drain()
        other = Courier(factory.database, factory.settings, clock)
        await factory.customer()
        await delivered(other)
        assert receiver.got == []
        clock.turn(seconds=31)
        await delivered(other)
        assert len(receiver.got) == 1
        await factory.customer()
        await delivered(courier)
        assert len(receiver.got) == 1
        assert courier.held == set()


async def test_receivers_that_never_answer_hold_up_nobody_who_does(factory, clock):
    async with receiving(lambda _: None) as hostile, receiving() as healthy:
        for _ in range(20):
            await hook(factory, hostile.url, types=["customer.*"])
        await hook(factory, healthy.url, types=["customer.*"])
        customers = [await factory.customer() for _ in range(30)]
        await caught_up(factory.database)
        courier = Courier(factory.database, factory.settings, clock)
        running = asyncio.create_task(courier.run(asyncio.Event()))
        async with asyncio.timeout(8):
            while len(healthy.got) < len(customers):
                await asyncio.sleep(0.02)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert hostile.most_at_once <= 48


async def test_it_runs_by_itself_and_ends_when_it_is_told(factory):
    async with receiving() as receiver:
        await hook(factory, receiver.url, types=["customer.*"], role=Role.ADMIN.value)
        courier = Courier(factory.database, factory.settings)
        running = asyncio.create_task(courier.run(stopping := asyncio.Event()))
        await factory.customer()
        async with asyncio.timeout(20):
            while not receiver.got:
                await asyncio.sleep(0.02)
        stopping.set()
        async with asyncio.timeout(5):
            await running
    assert await factory.database.fetch("SELECT holder FROM webhooks") == [(None,)]


async def test_what_was_delivered_is_forgotten_after_thirty_days(factory, courier, clock):
    async with receiving() as receiver:
        await hook(factory, receiver.url, types=["customer.*"])
        await factory.customer()
        await delivered(courier)
    clock.turn(days=29)
    assert await forget(factory.database, clock()) == 0
    clock.turn(days=2)
    assert await forget(factory.database, clock()) == 1
    assert await rows(factory.database) == []
