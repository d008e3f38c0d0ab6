"""Webhooks over REST: administrators make, change, rotate, resume, replay and delete them; nobody else sees them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from models.users import Role
from resolvers.events.feed import cursor_of
from resolvers.webhooks.secrets import living
from tests.feed import caught_up

URL = "https://partner.example/hooks"


async def made(api, **values):
    answer = await api.post("/webhooks/", {"url": URL, **values})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_webhook_begins_with_what_follows_its_creation(factory, api, database):
    await factory.customer()
    before = await caught_up(database)
    told = await made(api, types=["contract.*"], description="Партнёр")
    assert {name: value for name, value in told.items() if name not in {"secret", "secret_hint"}} == {
        "id": 1,
        "url": URL,
        "description": "Партнёр",
        "types": ["contract.*"],
        "query": None,
        "role": "employee",
        "role_display": "Сотрудник",
        "is_active": True,
        "status": "ok",
        "status_display": "Работает",
        "position": cursor_of(before),
        "lag": 1,
        "last_success_at": None,
        "last_error": None,
        "created_at": told["created_at"],
        "updated_at": told["updated_at"],
    }


async def test_the_secret_is_told_by_create_and_rotate_and_never_again(api):
    told = await made(api)
    first = told["secret"]
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", first)
    assert first.endswith(told["secret_hint"])
    rotated = (await api.post("/webhooks/1/rotate_secret/")).json()
    second = rotated["secret"]
    assert second != first
    assert second.endswith(rotated["data"]["secret_hint"])
    for path in ("/webhooks/1/", "/webhooks/", "/webhooks/1/history/", "/events/"):
        text = (await api.get(path)).text
        assert first not in text
        assert second not in text


async def test_neither_takes_an_idempotency_key(api, database):
    for path, body in (("/webhooks/", {"url": URL}), ("/webhooks/1/rotate_secret/", None)):
        headers = {"Idempotency-Key": "k"}
        one, two = [(await api.post(path, body, headers=headers)).json()["secret"] for _ in range(2)]
        assert one != two
    assert await database.fetch("SELECT 1 FROM idempotency_keys") == []


async def test_after_a_rotation_the_old_secret_signs_for_a_day(api, database):
    old = (await made(api))["secret"]
    new = (await api.post("/webhooks/1/rotate_secret/")).json()["secret"]
    ((expires,),) = await database.fetch("SELECT max(expires_at) FROM webhook_secrets")
    moment = expires if isinstance(expires, datetime) else datetime.fromisoformat(expires)
    assert await living(database, 1, moment - timedelta(seconds=1)) == [new, old]
    assert await living(database, 1, moment) == [new]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("url", "http://partner.example/", "https://"),
        ("url", "https://user:pass@partner.example/", "https://"),
        ("url", "https://partner.example/#there", "https://"),
        ("url", "https://партнёр.example/", "https://"),
        ("url", "partner", "https://"),
        ("url", "https://127.0.0.1/", "нельзя"),
        ("url", "https://10.0.0.1/", "нельзя"),
        ("url", "https://[::1]/", "нельзя"),
        ("url", "https://[::ffff:10.0.0.1]/", "нельзя"),
        ("url", "https://[64:ff9b::a00:1]/", "нельзя"),
        ("url", "https://169.254.169.254/latest/", "нельзя"),
        ("url", "https://224.0.0.1/", "нельзя"),
        ("url", "https://0.0.0.0/", "нельзя"),
        ("types", ["contract"], "не тип"),
        ("types", ["nothing.create"], "не тип"),
        ("types", "contract.*", "список"),
        ("query", "id", "Event"),
        ("query", "{ id", "Event"),
        ("query", "{ nothing }", "Event"),
        ("query", "{ id } } customers { totalCount", "Event"),
        ("query", "{ id } fragment Other on Event { id }", "Event"),
        ("role", "king", "king"),
    ],
)
async def test_what_cannot_be_a_webhook_is_refused(api, field, value, told):
    answer = await api.post("/webhooks/", {"url": URL, field: value})
    assert answer.status_code == 400
    assert told in answer.json()[field][0]
    webhook = await made(api)
    assert (await api.patch(f"/webhooks/{webhook['id']}/", {field: value})).status_code == 400


async def test_it_is_changed_and_deleted_and_its_history_stays(api):
    await made(api)
    changed = await api.patch(
        "/webhooks/1/", {"query": "{ id type entity { id } }", "is_active": False, "role": "admin"}
    )
    assert (changed.status_code, changed.json()["is_active"]) == (200, False)
    assert (await api.put("/webhooks/1/", {"url": URL + "/new"})).json()["url"] == URL + "/new"
    assert (await api.delete("/webhooks/1/")).status_code == 204
    assert (await api.get("/webhooks/1/")).status_code == 404
    history = (await api.get("/webhooks/1/history/")).json()["results"]
    assert [event["type"] for event in history] == [
        "webhook.delete",
        "webhook.update",
        "webhook.update",
        "webhook.create",
    ]


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.OPERATOR, Role.SUPERVISOR])
async def test_nobody_else_sees_webhooks_or_what_became_of_them(api, database, role):
    await made(api)
    await caught_up(database)
    for method, path in (
        ("GET", "/webhooks/"),
        ("GET", "/webhooks/1/"),
        ("GET", "/webhooks/1/history/"),
        ("GET", "/webhooks/1/deliveries/"),
        ("POST", "/webhooks/"),
        ("PATCH", "/webhooks/1/"),
        ("DELETE", "/webhooks/1/"),
        ("POST", "/webhooks/1/rotate_secret/"),
        ("POST", "/webhooks/1/resume/"),
        ("POST", "/webhooks/1/replay/"),
        ("POST", "/webhooks/1/test/"),
        ("POST", "/webhooks/1/deliveries/1/redeliver/"),
    ):
        assert (await api.call(method, path, role=role)).status_code == 403, path
    assert "webhook.create" not in (await api.get("/events/", role=role)).text
    assert "webhook.create" in (await api.get("/events/")).text


async def test_only_a_paused_one_is_resumed_and_what_waits_begins_anew(api, database):
    await made(api)
    refused = await api.post("/webhooks/1/resume/")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_transition")
    await database.write(
        lambda tx: tx.fetch(
            "INSERT INTO webhook_deliveries (webhook_id, event_id, entity, entity_id, status, attempts, next_at,"
            " created_at, updated_at) SELECT 1, 1, 'ctr', 1, 'waiting', 10, updated_at, updated_at, updated_at"
            " FROM webhooks"
        )
    )
    await database.write(lambda tx: tx.fetch("UPDATE webhooks SET status = 'paused'"))
    resumed = await api.post("/webhooks/1/resume/")
    assert resumed.json()["data"]["status"] == "ok"
    (delivery,) = (await api.get("/webhooks/1/deliveries/")).json()["results"]
    assert (delivery["attempts"], delivery["status"], delivery["event"], delivery["webhook"]) == (0, "waiting", 1, 1)
    (event, *_) = (await api.get("/webhooks/1/history/")).json()["results"]
    assert (event["action"], event["changes"]) == ("resume", {"status": ["paused", "ok"]})


async def test_a_replay_moves_its_place_and_forgets_what_waits(api, factory):
    await factory.customer()
    await made(api)
    answer = await api.post("/webhooks/1/replay/", {"after": cursor_of(0)})
    assert answer.json()["data"]["position"] == cursor_of(0)
    now = await api.post("/webhooks/1/replay/", {"after": "now"})
    assert now.json()["data"]["position"] != cursor_of(0)
    assert (await api.post("/webhooks/1/replay/", {"after": "nonsense"})).status_code == 400
    assert (await api.post("/webhooks/1/replay/", {})).json() == {"after": ["Обязательное поле"]}
    (event, *_) = (await api.get("/webhooks/1/history/")).json()["results"]
    assert event["action"] == "replay"


async def test_a_test_tells_what_came_of_it(api):
    await made(api, url="https://there-is-no.invalid/")
    told = (await api.post("/webhooks/1/test/")).json()
    assert (told["status"], told["http_status"], told["data"]["id"]) == ("success", None, 1)
    assert told["error"].startswith("not_reached")
    assert told["duration_ms"] >= 0
    assert (await api.post("/webhooks/2/test/")).status_code == 404


async def test_a_delivery_is_sent_once_more(api, database):
    await made(api)
    await database.write(
        lambda tx: tx.fetch(
            "INSERT INTO webhook_deliveries (webhook_id, event_id, entity, entity_id, status, attempts, created_at,"
            " updated_at) SELECT 1, 1, 'ctr', 1, 'delivered', 1, updated_at, updated_at FROM webhooks"
        )
    )
    answer = await api.post("/webhooks/1/deliveries/1/redeliver/")
    assert answer.json()["status"] == "success"
    (delivery,) = (await api.get("/webhooks/1/deliveries/")).json()["results"]
    assert delivery["next_at"] is not None
    for path in ("/webhooks/1/deliveries/2/redeliver/", "/webhooks/1/deliveries/x/redeliver/"):
        assert (await api.post(path)).status_code == 404
    (event, *_) = (await api.get("/webhooks/1/history/")).json()["results"]
    assert (event["action"], event["changes"]) == ("redeliver", {"delivery": [None, 1]})
    await database.write(lambda tx: tx.fetch("UPDATE webhooks SET status = 'paused'"))
    refused = await api.post("/webhooks/1/deliveries/1/redeliver/")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_transition")
