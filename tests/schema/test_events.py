"""The event feed over GraphQL: events, and what changed as it is now (events.md §1-2)."""

from __future__ import annotations

import pytest

from models.users import Role
from tests.feed import caught_up

FEED = """query ($after: String, $first: Int, $filter: EventFeedFilter) {
    events(after: $after, first: $first, filter: $filter) {
        nodes { type entityType entityId entity { __typename id ... on Tariff { name } } }
        edges { cursor node { id } } endCursor hasMore
    }
}"""


async def told_by(ask, text, variables=None, **how):
    await caught_up(ask.factory.database)
    return await ask.data(text, variables, **how)


async def test_events_tell_what_changed_as_it_is_now(factory, ask):
    tariff, other = await factory.tariff(name="A"), await factory.tariff(name="B")
    await factory.run("tariff.update", tariff.id, name="A2", monthly_fee="1.00")
    await factory.run("tariff.delete", other.id)
    told = (await told_by(ask, FEED))["events"]
    assert [(event["type"], event["entityId"], event["entity"]) for event in told["nodes"]] == [
        ("tariff.create", f"trf_{tariff.id}", {"__typename": "Tariff", "id": f"trf_{tariff.id}", "name": "A2"}),
        ("tariff.create", f"trf_{other.id}", None),
        ("tariff.update", f"trf_{tariff.id}", {"__typename": "Tariff", "id": f"trf_{tariff.id}", "name": "A2"}),
        ("tariff.delete", f"trf_{other.id}", None),
    ]
    assert {event["entityType"] for event in told["nodes"]} == {"tariff"}
    assert (told["hasMore"], told["edges"][-1]["cursor"]) == (False, told["endCursor"])


async def test_pages_go_on_from_a_cursor(factory, ask):
    for _ in range(3):
        await factory.tariff()
    first = (await told_by(ask, FEED, {"first": 2}))["events"]
    rest = (await told_by(ask, FEED, {"first": 2, "after": first["endCursor"]}))["events"]
    assert (len(first["nodes"]), first["hasMore"], len(rest["nodes"]), rest["hasMore"]) == (2, True, 1, False)
    assert (await told_by(ask, FEED, {"after": "now"}))["events"]["nodes"] == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"typeIn": ["tariff.*"]}, ["tariff.create"]),
        ({"entityIn": ["customer"]}, ["customer.create"]),
        ({"entityId": "trf_1"}, ["tariff.create"]),
        ({"entityId": "trf_1", "entityIn": ["customer"]}, []),
        ({"requestId": "nobody's"}, []),
        ({}, ["tariff.create", "customer.create"]),
    ],
)
async def test_filters(factory, ask, given, expected):
    tariff = await factory.tariff()
    await factory.customer()
    if "entityId" in given:
        given = {**given, "entityId": f"trf_{tariff.id}"}
    told = (await told_by(ask, FEED, {"filter": given}))["events"]
    assert [event["type"] for event in told["nodes"]] == expected


async def test_an_entity_is_read_as_deep_as_any(factory, ask):
    contract = await factory.active_contract(balance="10.00")
    told = await told_by(
        ask,
        """{ events(filter: {typeIn: ["contract.activate"]}) { nodes { entity { id ... on Contract {
            balance customer { fullName contracts { nodes { id tariff { name contracts { totalCount } } } } }
        } } } } }""",
    )
    (event,) = told["events"]["nodes"]
    assert event["entity"]["balance"] == "10.00"
    assert event["entity"]["customer"]["contracts"]["nodes"][0]["id"] == f"ctr_{contract.id}"


async def test_it_stands_in_a_history_too(factory, ask):
    tariff = await factory.tariff()
    told = await told_by(
        ask,
        "query ($id: ID!) { tariff(id: $id) { history { nodes { type entity { id } } } } }",
        {"id": f"trf_{tariff.id}"},
    )
    assert told["tariff"]["history"]["nodes"] == [{"type": "tariff.create", "entity": {"id": f"trf_{tariff.id}"}}]


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.SUPERVISOR])
async def test_events_of_users_are_for_those_who_may_read_them(factory, ask, role):
    user = await factory.user()
    told = (await told_by(ask, FEED, {"filter": {"entityId": f"usr_{user.id}"}}, role=role))["events"]
    assert bool(told["nodes"]) is (role is Role.SUPERVISOR)


@pytest.mark.parametrize(
    "variables", [{"after": "abc"}, {"first": -1}, {"filter": {"typeIn": ["foo.bar"]}}, {"filter": {"entityId": "x"}}]
)
async def test_nonsense_is_refused(ask, variables):
    refusal = await ask.refusal(FEED, variables)
    assert refusal["extensions"]["code"] == "VALIDATION"
