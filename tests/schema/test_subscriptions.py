"""Subscriptions as server-sent events, by the GraphQL-over-SSE draft (events.md §3)."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import orjson
import pytest

from models.users import Role, User
from resolvers.events.feed import cursor_of, position_of
from resolvers.events.lines import Pace
from tests.browser import serving
from tests.feed import caught_up
from tests.schema import audit
from tests.schema.door import code
from tests.streams import SOON, opened
from web.event_streams import ON_STOP

STREAM = "text/event-stream"
AT_ONCE = Pace(beat=0.05, sessions=0.05)
EVENTS = """subscription ($after: String, $filter: EventFeedFilter) {
    events(after: $after, filter: $filter) { cursor event { type entityId entity { id ... on Tariff { name } } } }
}"""
CHANGED = """subscription ($ids: [ID!]!) {
    changed(ids: $ids) { __typename id ... on Contract { balance tariff { name } } ... on Tariff { name } }
}"""


@pytest.fixture
def subscribe(app, door):
    """Opens the stream of a document as a user of some role."""

    @asynccontextmanager
    async def begin(query, variables=None, *, role=Role.ADMIN, headers=None, method="POST", **more):
        sent = door.headers(role, STREAM, headers)
        asked = {"query": query, "variables": variables or {}, **more}
        if method == "GET":
            text = urlencode({**asked, "variables": orjson.dumps(asked["variables"]).decode()})
            async with opened(app, "/graphql", sent, query=text) as one:
                yield one
            return
        sent["Content-Type"] = "application/json"
        async with opened(app, "/graphql", sent, method="POST", body=orjson.dumps(asked)) as one:
            yield one

    return begin


@pytest.fixture
def factory(door):
    return door.factory


async def told(stream, count=1):
    """The data of so many messages."""
    frames = await stream.events(count)
    assert [frame.event for frame in frames] == ["next"] * count, frames
    return [frame.data["data"] for frame in frames]


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_events_are_told_with_what_changed_as_it_is_then(factory, subscribe, method):
    await factory.tariff(name="before")
    await caught_up(factory.database)
    async with subscribe(EVENTS, method=method) as stream:
        assert (stream.status, stream.headers["content-type"]) == (200, f"{STREAM}; charset=utf-8")
        tariff = await factory.tariff(name="A")
        created = await stream.event()
        await factory.run("tariff.delete", tariff.id)
        (deleted,) = await told(stream)
    assert (created.event, created.id) == ("next", created.data["data"]["events"]["cursor"])
    entity = {"id": f"trf_{tariff.id}", "name": "A"}
    assert created.data["data"]["events"]["event"] == {
        "type": "tariff.create",
        "entityId": f"trf_{tariff.id}",
        "entity": entity,
    }
    assert deleted["events"]["event"] == {"type": "tariff.delete", "entityId": f"trf_{tariff.id}", "entity": None}


async def test_they_go_on_from_a_cursor_and_from_the_last_id_before_it(factory, subscribe):
    for _ in range(3):
        await factory.tariff()
    await caught_up(factory.database)
    async with subscribe(EVENTS, {"after": cursor_of(0)}) as stream:
        first, second, third = [frame.id for frame in await stream.events(3)]
    async with subscribe(EVENTS, {"after": first}) as stream:
        assert [frame.id for frame in await stream.events(2)] == [second, third]
    async with subscribe(EVENTS, {"after": first}, headers={"Last-Event-ID": second}) as stream:
        assert (await stream.event()).id == third


async def test_filters_aliases_and_fragments(factory, subscribe):
    text = """subscription S { ...Root } fragment Root on Subscription {
        told: events(filter: {typeIn: ["tariff.*"]}) { __typename what: event { kind: type } } }"""
    async with subscribe(text) as stream:
        await factory.customer()
        await factory.tariff()
        assert await told(stream) == [{"told": {"__typename": "ToldEvent", "what": {"kind": "tariff.create"}}}]


async def test_many_at_once_are_told_one_by_one_in_order(factory, subscribe):
    for number in range(5):
        await factory.tariff(name=f"T{number}")
    await caught_up(factory.database)
    deep = """subscription { events(after: "%s", filter: {entityIn: ["tariff"]}) { event { entity { ... on Tariff {
        name contracts(first: 1000) { nodes { payments(first: 40) { nodes { id } } } } } } } } }"""
    async with subscribe(deep % cursor_of(0)) as stream:
        names = [one["events"]["event"]["entity"]["name"] for one in await told(stream, 5)]
    assert names == [f"T{number}" for number in range(5)]


async def test_what_is_watched_is_told_now_and_after_each_change(factory, subscribe):
    contract, tariff = await factory.active_contract(balance="10.00"), await factory.tariff(name="A")
    ids = [f"ctr_{contract.id}", f"trf_{tariff.id}", "ctr_999999"]
    async with subscribe(CHANGED, {"ids": ids}) as stream:
        now = await stream.events(3)
        await factory.tariff()
        await factory.run("contract.add_balance", contract.id, amount="5.00")
        after = await stream.event()
        await factory.run("tariff.delete", tariff.id)
        gone = await stream.event()
    assert [frame.data["extensions"]["id"] for frame in now] == ids
    assert [(frame.data["data"]["changed"] or {}).get("id") for frame in now] == [*ids[:2], None]
    assert now[0].data["data"]["changed"]["balance"] == "10.00"
    assert after.data["data"]["changed"]["balance"] == "15.00"
    assert gone.data == {"data": {"changed": None}, "extensions": {"id": ids[1]}}


async def test_users_are_watched_by_those_who_may_see_them(factory, subscribe):
    user = await factory.user()
    text = f'subscription {{ changed(ids: ["usr_{user.id}"]) {{ id }} }}'
    async with subscribe(text, role=Role.EMPLOYEE) as stream:
        assert await told(stream) == [{"changed": None}]
    async with subscribe(text, role=Role.SUPERVISOR) as stream:
        assert await told(stream) == [{"changed": {"id": f"usr_{user.id}"}}]


async def test_who_is_demoted_is_told_less_from_then_on(factory, subscribe):
    caller = factory.callers[Role.SUPERVISOR].user_id
    async with subscribe("subscription { events { event { type } } }", role=Role.SUPERVISOR) as stream:
        await factory.patch(await factory.get(User, caller), role="employee")
        await factory.user()
        await factory.tariff()
        kinds = [one["events"]["event"]["type"] for one in await told(stream, 2)]
    assert kinds == ["user.update", "tariff.create"]


async def test_it_completes_with_an_error_when_the_session_ends(app, factory, subscribe):
    app.state.lines.pace = AT_ONCE
    async with subscribe(CHANGED, {"ids": ["trf_1"]}, role=Role.OPERATOR) as stream:
        await stream.event()
        await factory.patch(await factory.get(User, factory.callers[Role.OPERATOR].user_id), is_active=False)
        last, end = await stream.events(2)
        assert await stream.frame() is None
    assert (last.event, end.event) == ("next", "complete")
    for frame in (last, end):
        assert frame.data["errors"][0]["extensions"]["code"] == "TOKEN_NOT_VALID"
    assert len(app.state.lines) == 0


async def test_who_stops_says_nothing_so_that_clients_come_back(subscribe):
    async with subscribe("subscription { events { cursor } }") as stream:
        stream.scope["state"][ON_STOP]()
        assert await stream.event() is None
        assert stream.ended


async def test_the_cursor_moves_on_while_nothing_is_told(app, factory, subscribe):
    app.state.lines.pace = AT_ONCE
    async with subscribe('subscription { events(filter: {typeIn: ["user.*"]}) { cursor } }') as stream:
        await factory.tariff()
        settled = await caught_up(factory.database)
        async with asyncio.timeout(SOON):
            while position_of((frame := await stream.frame()).id) < settled:
                assert frame.event is None


async def test_a_process_keeps_so_many_and_no_more(app, door, subscribe):
    app.state.lines._most = 1
    async with subscribe("subscription { events { cursor } }"):
        answer = await door.ask("subscription { events { cursor } }", accept=STREAM)
        assert (answer.status_code, answer.headers["retry-after"], code(answer)) == (503, "30", "SERVICE_UNAVAILABLE")


# --- what is no subscription --------------------------------------------------------------------------------------


def frames_of(response):
    assert response.headers["content-type"] == f"{STREAM}; charset=utf-8", response.text
    blocks = response.text.strip("\n").split("\n\n")
    return [dict(line.split(":", 1) for line in block.split("\n")) for block in blocks]


async def test_a_query_is_told_in_one_message(door):
    for _ in range(2):
        response = await door.ask("{ me { username } }", accept=STREAM)
        message, end = frames_of(response)
        assert message["event"] == " next"
        assert orjson.loads(message["data"])["data"]["me"]["username"] == door.factory.callers[Role.ADMIN].username
        assert end == {"event": " complete", "data": ""}


async def test_a_mutation_is_told_in_one_message(door):
    text = 'mutation { createTariff(input: {name: "T", monthlyFee: "1.00"}) { tariff { name } errors { code } } }'
    message, _ = frames_of(await door.ask(text, accept=STREAM))
    assert orjson.loads(message["data"])["data"]["createTariff"]["tariff"] == {"name": "T"}
    refused = await door.get({"query": text}, accept=STREAM)
    assert refused.status_code == 405


@pytest.mark.parametrize(
    ("text", "variables", "role", "expected"),
    [
        ("{ nothing }", {}, Role.ADMIN, "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {", {}, Role.ADMIN, "GRAPHQL_PARSE_FAILED"),
        ("subscription { events { cursor } me: events { cursor } }", {}, Role.ADMIN, "GRAPHQL_VALIDATION_FAILED"),
        (EVENTS, {"after": "abc"}, Role.ADMIN, "VALIDATION"),
        (EVENTS, {"after": 5}, Role.ADMIN, "VALIDATION"),
        (EVENTS, {"filter": {"typeIn": ["foo.bar"]}}, Role.ADMIN, "VALIDATION"),
        (CHANGED, {"ids": ["x"]}, Role.ADMIN, "VALIDATION"),
        (CHANGED, {"ids": ["evt_1"]}, Role.ADMIN, "VALIDATION"),
        (CHANGED, {"ids": [f"ctr_{number}" for number in range(101)]}, Role.ADMIN, "VALIDATION"),
        (CHANGED, {}, Role.ADMIN, "VALIDATION"),
        (EVENTS, {}, None, "NOT_AUTHENTICATED"),
    ],
)
async def test_refusals_of_what_is_asked_are_told_as_messages(door, text, variables, role, expected):
    message, end = frames_of(await door.ask(text, variables, role=role, accept=STREAM))
    assert orjson.loads(message["data"])["errors"][0]["extensions"]["code"] == expected
    assert end["event"] == " complete"


async def test_limits_hold(door):
    nested = "contracts(first: 1000) { nodes { payments(first: 1000) { nodes { id } } } }"
    text = f'subscription {{ changed(ids: ["trf_1"]) {{ ... on Tariff {{ {nested} }} }} }}'
    message, _ = frames_of(await door.ask(text, accept=STREAM))
    assert orjson.loads(message["data"])["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json", "*/*"])
async def test_a_subscription_is_for_those_who_take_streams(door, accept):
    response = await door.ask("subscription { events { cursor } }", accept=accept)
    assert (response.status_code, code(response)) == (406, "NOT_ACCEPTABLE")
    assert "Accept: text/event-stream" in response.json()["errors"][0]["message"]


async def test_it_is_enough_to_take_streams_among_others(subscribe, factory):
    accepted = {"Accept": "application/graphql-response+json, application/json, text/event-stream, multipart/mixed"}
    async with subscribe("subscription { events { event { type } } }", headers=accepted) as stream:
        await factory.tariff()
        assert await told(stream) == [{"events": {"event": {"type": "tariff.create"}}}]


async def test_a_query_of_who_takes_streams_among_others_is_answered_as_ever(door):
    response = await door.ask("{ me { id } }", accept="application/json, text/event-stream")
    assert response.headers["content-type"].startswith("application/json")


# --- the client ---------------------------------------------------------------------------------------------------


async def test_the_client_of_graphql_over_sse_works_unchanged(app, door):
    problem = await asyncio.to_thread(audit.why_not, audit.CLIENT)
    if problem:
        pytest.skip(problem)
    app.state.lines.pace = AT_ONCE
    text, factory = 'subscription { events(filter: {typeIn: ["tariff.*"]}) { event { type } } }', door.factory
    async with (
        serving(app) as address,
        audit.listening(f"{address}/graphql", door.bearer(Role.OPERATOR), text, 10) as printed,
    ):
        async with asyncio.timeout(SOON):
            query, connected = await printed(), await printed()
            while not len(app.state.lines):
                await asyncio.sleep(0.01)
            tariff = await factory.tariff()
            created = await printed()
            await asyncio.sleep(0.2)  # signs of life come between
            await factory.run("tariff.delete", tariff.id)
            deleted = await printed()
            await factory.patch(await factory.get(User, factory.callers[Role.OPERATOR].user_id), is_active=False)
            ended, end = await printed(), await printed()
    assert query["value"]["data"]["me"]["username"] == factory.callers[Role.OPERATOR].username
    assert connected["kind"] == "connected"
    kinds = [one["value"]["data"]["events"]["event"]["type"] for one in (created, deleted)]
    assert kinds == ["tariff.create", "tariff.delete"]
    assert ended["value"]["errors"][0]["extensions"]["code"] == "TOKEN_NOT_VALID"
    assert end["kind"] == "end"
