"""Webhooks over GraphQL: for administrators alone, wherever they might be met."""

from __future__ import annotations

import pytest

from models.users import Role
from tests.feed import caught_up

CREATE = """mutation ($input: CreateWebhookInput!) {
    createWebhook(input: $input) {
        webhook { id url types role status lag deliveries { totalCount } history { nodes { type } } }
        secret errors { code field }
    }
}"""


async def made(ask, **values):
    data = await ask.data(CREATE, {"input": {"url": "https://partner.example/", **values}})
    return data["createWebhook"]


async def test_one_is_made_and_its_secret_told_once(ask):
    told = await made(ask, types=["contract.*", "*.delete"], role="OPERATOR")
    assert told["secret"].startswith("whsec_")
    assert told["webhook"] == {
        "id": "whk_1",
        "url": "https://partner.example/",
        "types": ["contract.*", "*.delete"],
        "role": "OPERATOR",
        "status": "OK",
        "lag": 1,
        "deliveries": {"totalCount": 0},
        "history": {"nodes": [{"type": "webhook.create"}]},
    }
    rotate = 'mutation { rotateWebhookSecret(input: {id: "whk_1"}) { secret webhook { secretHint } } }'
    rotated = (await ask.data(rotate))["rotateWebhookSecret"]
    assert rotated["secret"] != told["secret"]
    assert rotated["secret"].endswith(rotated["webhook"]["secretHint"])


async def test_what_cannot_be_one_is_told_by_field(ask):
    told = await made(ask, url="https://10.1.2.3/")
    assert told == {"webhook": None, "secret": None, "errors": [{"code": "VALIDATION", "field": "url"}]}
    told = await made(ask, types=["nothing"])
    assert told["errors"] == [{"code": "VALIDATION", "field": "types"}]


async def test_it_is_resumed_tested_replayed_and_deleted(ask):
    await made(ask, url="https://there-is-no.invalid/")
    data = await ask.data("""mutation {
        resumeWebhook(input: {id: "whk_1"}) { errors { code } }
        testWebhook(input: {id: "whk_1"}) { httpStatus durationMs error errors { code } }
        redeliverWebhook(input: {id: "whk_1", deliveryId: "dlv_1"}) { webhook { id } errors { code field } }
        replayWebhook(input: {id: "whk_1", after: "now"}) { webhook { status } errors { code } }
        deleteWebhook(input: {id: "whk_1"}) { deletedId errors { code } }
    }""")
    tested = data.pop("testWebhook")
    assert (tested["httpStatus"], tested["errors"]) == (None, [])
    assert tested["error"].startswith("not_reached")
    assert data == {
        "redeliverWebhook": {"webhook": None, "errors": [{"code": "NOT_FOUND", "field": "deliveryId"}]},
        "resumeWebhook": {"errors": [{"code": "INVALID_TRANSITION"}]},
        "replayWebhook": {"webhook": {"status": "OK"}, "errors": []},
        "deleteWebhook": {"deletedId": "whk_1", "errors": []},
    }


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.OPERATOR, Role.SUPERVISOR])
async def test_for_nobody_else_there_is_any(ask, database, role):
    await made(ask)
    await caught_up(database)
    nothing = """{ webhook(id: "whk_1") { id } node(id: "whk_1") { id } nodes(ids: ["whk_1"]) { id }
        events { nodes { type } } }"""
    data = await ask.data(nothing, role=role)
    assert data == {"webhook": None, "node": None, "nodes": [None], "events": {"nodes": []}}
    for refused in ("{ webhooks { nodes { id } } }", '{ history(id: "whk_1") { nodes { id } } }'):
        assert (await ask.refusal(refused, role=role))["code"] == "PERMISSION_DENIED"
    data = await ask.data('{ events { nodes { type entity { ... on Webhook { url } } } } node(id: "whk_1") { id } }')
    assert data["node"] == {"id": "whk_1"}
    assert data["events"]["nodes"] == [{"type": "webhook.create", "entity": {"url": "https://partner.example/"}}]
