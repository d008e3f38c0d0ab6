"""The event feed over REST: pages from a cursor, filters, waiting (events.md §1-2)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models.users import Role, User
from resolvers.events.feed import cursor_of
from tests.feed import caught_up


async def page(api, query="", **how):
    await caught_up(api.factory.database)
    answer = await api.get(f"/events/{query}", **how)
    assert answer.status_code == 200, answer.text
    return answer.json()


def types(told):
    return [event["type"] for event in told["results"]]


async def test_an_event_says_what_happened_to_what(factory, api):
    customer = await factory.customer()
    await factory.run("customer.suspend", customer.id)
    told = await page(api, f"?type=customer.suspend&entity_id={customer.id}")
    (event,) = told["results"]
    assert set(event) == {
        *("id", "type", "entity", "entity_id", "action", "actor", "actor_name", "job", "reason", "changes"),
        *("request_id", "created_at"),
    }
    assert (event["type"], event["entity"], event["entity_id"]) == ("customer.suspend", "customer", customer.id)
    assert (event["actor"], event["job"]) == (factory.callers[Role.ADMIN].user_id, None)
    assert event["changes"] == {"status": ["active", "suspended"]}


async def test_pages_follow_one_another_without_a_gap(factory, api):
    for _ in range(7):
        await factory.customer()
    whole = await page(api)
    assert (types(whole), whole["has_more"]) == (["customer.create"] * 7, False)
    seen, cursor, more = [], "", True
    while more:
        told = await page(api, f"?limit=3{cursor}")
        seen += told["results"]
        cursor, more = f"&after={told['next']}", told["has_more"]
    assert seen == whole["results"]
    assert (await page(api, f"?after={whole['next']}"))["results"] == []


async def test_from_now_on_begins_with_what_comes(factory, api):
    await factory.customer()
    told = await page(api, "?after=now")
    assert (told["results"], told["has_more"]) == ([], False)
    await factory.tariff()
    assert types(await page(api, f"?after={told['next']}")) == ["tariff.create"]


async def test_a_deletion_is_among_them(factory, api):
    tariff = await factory.tariff()
    begin = (await page(api, "?after=now"))["next"]
    await factory.run("tariff.delete", tariff.id)
    (event,) = (await page(api, f"?after={begin}"))["results"]
    assert (event["type"], event["entity_id"]) == ("tariff.delete", tariff.id)


@pytest.fixture
async def story(factory):
    """A contract that is made, activated and paid for."""
    contract = await factory.active_contract(balance="100.00")
    await factory.run("customer.suspend", contract.customer_id)
    return contract


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("type=contract.activate", "contract.activate"),
        ("type=contract.activate&type=tariff.create", "contract.activate|tariff.create"),
        ("type=customer.*", r"customer\..*"),
        ("type=*.suspend", r".*\.suspend"),
        ("entity=tariff&entity=sim&type=*.create", r"(tariff|sim)\.create"),
        ("type=ticket.*", "none"),
    ],
)
async def test_filters(api, query, wanted):
    expected = [kind for kind in types(await page(api)) if re.fullmatch(wanted, kind)]
    assert types(await page(api, f"?{query}")) == expected
    assert bool(expected) is (wanted != "none")


async def test_filters_by_row_call_and_actor(story, factory, api):
    told = await page(api, f"?entity=contract&entity_id={story.id}")
    assert {event["entity_id"] for event in told["results"]} == {story.id}
    (one,) = (await page(api, "?type=customer.suspend"))["results"]
    together = await page(api, f"?request_id={one['request_id']}")
    assert {event["entity"] for event in together["results"]} == {"customer", "contract", "sim"}
    admin = factory.callers[Role.ADMIN].user_id
    assert len((await page(api, f"?actor_id={admin}"))["results"]) == len((await page(api))["results"])
    assert (await page(api, "?actor_id=999999"))["results"] == []


async def test_a_page_that_a_filter_empties_moves_on(factory, api, monkeypatch):
    monkeypatch.setattr("resolvers.events.feed.MOST_LOOKED_AT", 2)
    for _ in range(4):
        await factory.customer()
    await factory.tariff()
    begin = ((await page(api))["results"][0]["id"]) - 1
    cursor, looked = cursor_of(begin), 0
    while True:
        told = await page(api, f"?entity=tariff&after={cursor}")
        cursor, looked = told["next"], looked + 1
        if told["results"]:
            break
        assert told["has_more"]
    assert (types(told), looked) == (["tariff.create"], 3)


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=-1", "limit=abc", "wait=-1", "wait=abc", "after=abc", "after=5b5d", "type=foo"),
        *("type=foo.bar", "type=contract.", "entity=foo", "entity_id=x", "actor_id=x"),
    ],
)
async def test_nonsense_is_refused_under_its_name(api, query):
    answer = await api.get(f"/events/?{query}")
    assert answer.status_code == 400, answer.text
    told = answer.json()
    assert query.partition("=")[0] in told or told.get("code") == "validation"


async def test_what_is_too_much_is_clamped_and_empty_values_are_absent(factory, api):
    await factory.customer()
    assert len((await page(api, "?limit=100000&after=&type=&wait="))["results"]) == 1


async def test_who_waits_gets_what_happens_meanwhile(factory, api):
    begin = (await page(api, "?after=now"))["next"]
    waiting = asyncio.create_task(page(api, f"?after={begin}&wait=20&type=tariff.*"))
    await asyncio.sleep(0.02)
    await factory.customer()
    assert not waiting.done()
    await factory.tariff()
    async with asyncio.timeout(5):
        assert types(await waiting) == ["tariff.create"]


async def test_who_waits_in_vain_gets_an_empty_page(api):
    told = await page(api, "?after=now&wait=0.05")
    assert (told["results"], told["has_more"]) == ([], False)


async def test_events_of_users_are_for_those_who_may_read_them(factory, api):
    await factory.user()
    own = factory.callers[Role.EMPLOYEE]
    await factory.patch(await factory.get(User, own.user_id), first_name="Айбек")
    seen = {role: await page(api, "?entity=user", role=role) for role in Role}
    assert [event["entity_id"] for event in seen[Role.EMPLOYEE]["results"]] == [own.user_id]
    assert seen[Role.OPERATOR]["results"] == []
    assert len(seen[Role.SUPERVISOR]["results"]) == len(seen[Role.ADMIN]["results"]) == 2
    assert (await api.get("/events/", role=None)).status_code == 401


async def test_a_cursor_from_before_what_is_kept_is_told_so(factory, api, app):
    async def add(days):
        moment = datetime.now(UTC) - timedelta(days=days)
        await factory.run(
            "tariff.create",
            context=await factory.context(clock=lambda: moment),
            name=f"T {days}",
            monthly_fee="1.00",
        )

    for days in (9, 8, 2):
        await add(days)
    first, second, third = [event["id"] for event in (await page(api))["results"]]
    app.state.settings = replace(app.state.settings, events_days=7)
    assert [event["id"] for event in (await page(api))["results"]] == [third]
    await caught_up(api.factory.database)
    for position, status in ((first - 1, 410), (first, 410), (second, 200), (third, 200)):
        answer = await api.get(f"/events/?after={cursor_of(position)}")
        assert answer.status_code == status, position
    assert (await api.get(f"/events/?after={cursor_of(first)}")).json()["code"] == "cursor_expired"


async def test_a_page_costs_one_look_and_one_statement(factory, api):
    await factory.customer()
    await page(api)
    answer = await api.get("/events/")
    assert 'statements;desc="2"' in answer.headers["server-timing"]
