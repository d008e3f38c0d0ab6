"""The event feed as a stream: server-sent events over REST (events.md §3)."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from abonent.app import create_app
from models.users import Role, User
from resolvers.events.feed import cursor_of, position_of
from resolvers.events.lines import Pace
from resolvers.identity import tokens
from resolvers.identity.tokens import Claims, TokenType
from tests.factories import Factory
from tests.feed import caught_up
from tests.rest_compat.conftest import Api
from tests.streams import SOON, opened
from web.event_streams import ON_STOP

STREAM = {"Accept": "text/event-stream"}
AT_ONCE = Pace(beat=0.05, sessions=0.05, stalled=0.2)


@pytest.fixture
def stream(app, api):
    """Opens a stream of the feed as a user of some role."""

    @asynccontextmanager
    async def begin(query="", role=Role.ADMIN, headers=None, **how):
        sent = {**(api.bearer(role) if role else {}), **STREAM, **(headers or {})}
        async with opened(app, "/api/events/", sent, query=query, **how) as one:
            yield one

    return begin


async def test_what_happens_is_told_as_it_happens(factory, api, stream):
    await factory.customer()
    await caught_up(factory.database)
    async with stream() as told:
        assert (told.status, told.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert told.headers["cache-control"] == "no-store, no-transform"
        tariff = await factory.tariff()
        first = await told.event()
        await factory.run("tariff.delete", tariff.id)
        second = await told.event()
    page = (await api.get(f"/events/?after={cursor_of(first.data['id'] - 1)}")).json()["results"]
    assert [first.data, second.data] == page
    assert [first.event, second.event] == ["tariff.create", "tariff.delete"]
    assert [position_of(one.id) for one in (first, second)] == [event["id"] for event in page]


async def test_it_begins_with_the_cursor_of_now(factory, api, stream):
    await factory.customer()
    await caught_up(factory.database)
    async with stream() as told:
        beginning = await told.frame()
    assert (beginning.comment, beginning.event) == (True, None)
    await factory.tariff()
    await caught_up(factory.database)
    assert [event["type"] for event in (await api.get(f"/events/?after={beginning.id}")).json()["results"]] == [
        "tariff.create"
    ]


async def test_it_goes_on_from_the_last_id_before_any_other_cursor(factory, stream):
    for _ in range(3):
        await factory.customer()
    await caught_up(factory.database)
    async with stream("after=" + cursor_of(0)) as told:
        first, second, third = await told.events(3)
    async with stream(f"after={first.id}") as told:
        assert [one.id for one in await told.events(2)] == [second.id, third.id]
    async with stream(f"after={first.id}", headers={"Last-Event-ID": second.id}) as told:
        assert (await told.event()).id == third.id


async def test_filters_hold_and_the_cursor_moves_on_all_the_same(app, factory, stream):
    app.state.lines.pace = AT_ONCE
    async with stream("type=tariff.*&type=*.suspend") as told:
        begin = (await told.frame()).id
        customer = await factory.customer()
        settled = await caught_up(factory.database)
        async with asyncio.timeout(20):
            while position_of((beat := await told.frame()).id) < settled:
                assert beat.event is None
        await factory.run("customer.suspend", customer.id)
        await factory.tariff()
        assert [one.event for one in await told.events(2)] == ["customer.suspend", "tariff.create"]
    assert position_of(begin) < settled


async def test_who_is_behind_gets_all_pages_in_order(factory, stream, monkeypatch):
    monkeypatch.setattr("resolvers.events.lines.PAGE", 3)
    monkeypatch.setattr("resolvers.events.feed.MOST_LOOKED_AT", 4)
    for _ in range(10):
        await factory.customer()
    await caught_up(factory.database)
    async with stream("after=" + cursor_of(0) + "&entity=customer") as told:
        ids = [one.data["entity_id"] for one in await told.events(10)]
    assert ids == sorted(set(ids))


async def test_events_of_users_are_told_to_those_who_may_read_them(factory, stream):
    async with stream(role=Role.EMPLOYEE) as own, stream(role=Role.SUPERVISOR) as all_of_them:
        await factory.user()
        await factory.tariff()
        assert [one.event for one in await all_of_them.events(2)] == ["user.create", "tariff.create"]
        assert (await own.event()).event == "tariff.create"


async def test_who_is_demoted_is_told_less_from_then_on(factory, stream):
    supervisor = factory.callers[Role.SUPERVISOR].user_id
    async with stream(role=Role.SUPERVISOR) as told:
        await factory.patch(await factory.get(User, supervisor), role="employee")
        await factory.user()
        await factory.tariff()
        seen = [one.data for one in await told.events(2)]
    assert [(one["type"], one["entity_id"]) for one in seen] == [("user.update", supervisor), ("tariff.create", 1)]


async def test_it_ends_with_the_session(app, factory, stream):
    app.state.lines.pace = AT_ONCE
    async with stream(role=Role.OPERATOR) as told:
        await factory.patch(await factory.get(User, factory.callers[Role.OPERATOR].user_id), is_active=False)
        while (last := await told.event()).event != "end":
            pass
        assert last.data["code"] == "token_not_valid"
        assert await told.frame() is None
    assert len(app.state.lines) == 0


async def test_it_ends_with_the_tokens_time(factory, stream):
    caller, settings = factory.callers[Role.ADMIN], factory.settings
    claims = Claims(TokenType.ACCESS, caller.user_id, caller.session_id, tokens.new_id())
    almost_over = datetime.now(UTC) - settings.access_lifetime
    token = tokens.issue(settings, claims, almost_over + timedelta(seconds=2))
    async with stream(headers={"Authorization": f"Bearer {token}"}) as told:
        last = await told.event()
        assert (last.event, last.data["code"]) == ("end", "token_not_valid")
        assert await told.frame() is None


async def test_it_ends_when_the_process_stops(stream):
    async with stream() as told:
        told.scope["state"][ON_STOP]()
        last = await told.event()
        assert (last.event, last.data["code"]) == ("end", "service_unavailable")
        assert await told.frame() is None


async def test_a_reader_who_takes_nothing_is_cut_off(app, stream):
    app.state.lines.pace = AT_ONCE
    async with stream() as told:
        told.takes.clear()
        async with asyncio.timeout(20):
            await asyncio.wait([told.task])
        assert not told.ended
    assert len(app.state.lines) == 0


async def test_a_process_keeps_so_many_and_no_more(app, api, stream):
    app.state.lines._most = 1
    async with stream():
        answer = await api.get("/events/", headers=STREAM)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert answer.json()["code"] == "service_unavailable"
    async with stream() as told:
        assert told.status == 200


@pytest.mark.parametrize(
    ("query", "role", "status"),
    [("after=abc", Role.ADMIN, 400), ("type=foo", Role.ADMIN, 400), ("", None, 401)],
)
async def test_refusals_come_before_it_begins(api, query, role, status):
    answer = await api.get(f"/events/?{query}", role=role, headers=STREAM)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"


async def test_a_cursor_from_before_what_is_kept_is_told_so(factory, api, app):
    old = await factory.context(clock=lambda: datetime(2020, 1, 1, tzinfo=UTC))
    await factory.run("tariff.create", context=old, name="T", monthly_fee="1.00")
    await caught_up(factory.database)
    app.state.settings = replace(app.state.settings, events_days=7)
    answer = await api.get("/events/", headers={**STREAM, "Last-Event-ID": cursor_of(0)})
    assert (answer.status_code, answer.json()["code"]) == (410, "cursor_expired")


async def test_pages_are_for_those_who_do_not_ask_for_a_stream(api):
    for accept in ("application/json", "*/*", "application/json, text/event-stream;q=0.5"):
        assert (await api.get("/events/", headers={"Accept": accept})).json()["results"] == []
    head = await api.call("HEAD", "/events/", headers=STREAM)
    assert head.status_code == 200


async def test_many_lines_cost_nothing_while_nothing_is_for_them(app, factory, stream):
    log_reads = []
    database = app.state.database
    real = database.fetch

    async def counted(sql, params=()):
        log_reads.append(sql)
        return await real(sql, params)

    async with stream("type=ticket.*"), stream("type=sim.*"), stream("entity=user"):
        database.fetch = counted
        try:
            for _ in range(3):
                await factory.customer()
                await caught_up(database)
            await asyncio.sleep(0.1)
        finally:
            del database.fetch
    assert not [sql for sql in log_reads if "facts" in sql]


async def test_open_streams_are_counted_and_what_they_tell_is_timed(settings):
    app = create_app(replace(settings, metrics=True))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://testserver") as http,
    ):
        factory = await Factory(app.state.database, app.state.settings).prepare()
        sent = {**Api(http, factory).bearer(Role.ADMIN), **STREAM}
        async with opened(app, "/api/events/", sent) as told:
            await factory.tariff()
            await told.event()
            async with asyncio.timeout(SOON):
                while "abonent_event_stream_lag_seconds_count 1.0" not in (text := (await http.get("/metrics")).text):
                    await asyncio.sleep(0.01)
            assert "abonent_event_streams 1.0" in text
        assert "abonent_event_streams 0.0" in (await http.get("/metrics")).text
