"""What the document leaves to the contract: logging in and out, users, answers, keys, statement counts (§2–4)."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from models.users import Role
from rest_compat.routes import PREFIX, endpoints

pytestmark = pytest.mark.anyio

PASSWORD = "correct horse 1"


# --- logging in and out -------------------------------------------------------------------------------------------


async def logged_in(api, factory, **user):
    made = await factory.user(**user)
    response = await api.post("/auth/login/", {"username": made.username, "password": PASSWORD}, role=None)
    return made, response.json()


def bearer(access):
    return {"Authorization": f"Bearer {access}"}


async def test_the_claims_of_tokens(api, factory):
    made, tokens = await logged_in(api, factory)
    for name, lifetime in (("access", 3600), ("refresh", 7 * 86_400)):
        payload = tokens[name].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        assert {"token_type", "user_id", "jti", "exp", "iat"} <= claims.keys()
        assert (claims["token_type"], claims["user_id"]) == (name, made.id)
        assert claims["exp"] - claims["iat"] == lifetime


async def test_who_cannot_log_in(api, factory):
    made = await factory.user()
    gone = await factory.user(is_active=False)
    for username, password in ((made.username, "wrong"), ("nobody", PASSWORD), (gone.username, PASSWORD)):
        response = await api.post("/auth/login/", {"username": username, "password": password}, role=None)
        assert (response.status_code, response.json()["code"]) == (401, "invalid_credentials")
        assert response.headers["www-authenticate"] == 'Bearer realm="api"'


async def test_what_a_login_must_hold(api):
    response = await api.post("/auth/login/", {}, role=None)
    assert (response.status_code, response.json()) == (
        400,
        {"username": ["Обязательное поле"], "password": ["Обязательное поле"]},
    )
    assert (await api.post("/auth/login/", {"username": 1, "password": []}, role=None)).status_code == 400
    assert list((await api.post("/auth/refresh/", {}, role=None)).json()) == ["refresh"]


async def test_a_bad_token_does_not_keep_one_from_logging_in(api, factory):
    made = await factory.user()
    body = {"username": made.username, "password": PASSWORD}
    assert (await api.post("/auth/login/", body, role=None, headers=bearer("expired"))).status_code == 200


async def test_guessing_is_slowed(api, factory):
    made = await factory.user()
    body = {"username": made.username, "password": "wrong"}
    statuses = [(await api.post("/auth/login/", body, role=None)).status_code for _ in range(30)]
    assert set(statuses) == {401, 429}
    response = await api.post("/auth/login/", {**body, "password": PASSWORD}, role=None)
    assert (response.status_code, response.json()["code"]) == (429, "throttled")
    assert 1 <= int(response.headers["retry-after"]) <= 60


async def test_a_refresh_token_comes_again_for_a_moment_and_later_ends_the_session(api, factory):
    _, tokens = await logged_in(api, factory)
    renewed = (await api.post("/auth/refresh/", {"refresh": tokens["refresh"]}, role=None)).json()
    assert list(renewed) == ["access", "refresh"]
    other_tab = await api.post("/auth/refresh/", {"refresh": tokens["refresh"]}, role=None)
    assert other_tab.status_code == 200
    long_ago = datetime.now(UTC) - timedelta(minutes=1)
    sql = "UPDATE refresh_tokens SET used_at = $1 WHERE used_at IS NOT NULL"
    await factory.database.write(lambda tx: tx.fetch(sql, [long_ago]))
    again = await api.post("/auth/refresh/", {"refresh": tokens["refresh"]}, role=None)
    assert (again.status_code, again.json()["code"]) == (401, "token_not_valid")
    for access in (tokens["access"], renewed["access"]):
        assert (await api.get("/users/me/", role=None, headers=bearer(access))).status_code == 401
    assert (await api.post("/auth/refresh/", {"refresh": renewed["refresh"]}, role=None)).status_code == 401


async def test_logging_out_ends_all_tokens_of_the_session(api, factory):
    _, tokens = await logged_in(api, factory)
    headers = bearer(tokens["access"])
    response = await api.post("/auth/logout/", {"refresh": tokens["refresh"]}, role=None, headers=headers)
    assert (response.status_code, response.content) == (204, b"")
    assert (await api.get("/customers/", role=None, headers=headers)).json()["code"] == "token_not_valid"
    assert (await api.post("/auth/refresh/", {"refresh": tokens["refresh"]}, role=None)).status_code == 401


# --- users --------------------------------------------------------------------------------------------------------


async def test_one_s_own_profile(api, factory):
    for role in Role:
        caller = factory.callers[role]
        me = (await api.get("/users/me/", role=role)).json()
        assert (me["id"], me["role"], "password" in me) == (caller.user_id, role.value, False)
        assert (await api.get(f"/users/{caller.user_id}/", role=role)).json() == me
        assert (await api.get(f"/users/{caller.user_id}/history/", role=role)).status_code == 200
        changed = await api.patch("/users/me/", {"first_name": "Айгуль"}, role=role)
        assert (changed.status_code, changed.json()["first_name"]) == (200, "Айгуль")
        whole = await api.put("/users/me/", {"username": caller.username, "last_name": "Осмонова"}, role=role)
        assert (whole.json()["full_name"], whole.json()["first_name"]) == ("Осмонова Айгуль", "Айгуль")
    promoted = await api.patch("/users/me/", {"role": "admin"}, role=Role.EMPLOYEE)
    assert promoted.status_code == 403


async def test_who_sees_users(api, factory):
    other = factory.callers[Role.ADMIN].user_id
    for role, status in ((Role.EMPLOYEE, 403), (Role.OPERATOR, 403), (Role.SUPERVISOR, 200), (Role.ADMIN, 200)):
        for path in ("/users/", f"/users/{other}/", f"/users/{other}/history/"):
            expected = 200 if role is Role.ADMIN else status
            assert (await api.get(path, role=role)).status_code == expected, (role, path)
        staff = (await api.get("/users/staff/", role=role)).json()
        assert staff["count"] == 4
        assert list(staff["results"][0]) == ["id", "username", "full_name", "open_tickets_count"]


async def test_one_s_own_permissions_are_in_one_s_profile(api):
    """By the operations' own names, as the history calls them; a supervisor refunds, an employee does not."""
    for role, refunds in ((Role.EMPLOYEE, False), (Role.SUPERVISOR, True)):
        permissions = (await api.get("/users/me/", role=role)).json()["permissions"]
        assert "ticket.resolve" in permissions
        assert ("payment.refund" in permissions) == refunds


async def test_one_s_own_password(api, factory):
    _, tokens = await logged_in(api, factory)
    headers = bearer(tokens["access"])
    path = "/users/me/password/"
    wrong = await api.post(path, {"old_password": "no", "new_password": "long enough 2"}, role=None, headers=headers)
    assert (wrong.status_code, list(wrong.json())) == (400, ["old_password"])
    body = {"old_password": PASSWORD, "new_password": "long enough 2"}
    done = await api.post(path, body, role=None, headers=headers)
    assert (done.status_code, done.content) == (204, b"")
    assert (await api.get("/users/me/", role=None, headers=headers)).status_code == 200


async def test_an_admin_makes_and_removes_users(api):
    made = await api.post("/users/", {"username": "new", "password": "long enough 1"})
    assert (made.status_code, made.json()["role"], made.json()["role_display"]) == (201, "employee", "Сотрудник")
    path = f"/users/{made.json()['id']}/"
    assert (await api.put(path, {"username": "renamed", "role": "operator"})).json()["role"] == "operator"
    assert (await api.delete(path)).status_code == 204


# --- answers ------------------------------------------------------------------------------------------------------


async def test_a_puk_code_is_not_for_employees(api, factory):
    sim = await factory.sim(puk_code="12345678")
    for role, shown in ((Role.EMPLOYEE, None), (Role.OPERATOR, "12345678")):
        assert (await api.get(f"/sims/{sim.id}/", role=role)).json()["puk_code"] == shown
        assert (await api.get("/sims/", role=role)).json()["results"][0]["puk_code"] == shown
    assert "12345678" not in (await api.get(f"/sims/{sim.id}/history/")).text


async def test_what_actions_tell_beside_the_entity(api, factory):
    contract = await factory.active_contract(balance="100.00")
    added = (await api.call("POST", f"/contracts/{contract.id}/add_balance/", **raw(b'{"amount": 1000.00}'))).json()
    assert {name: added[name] for name in ("old_balance", "new_balance", "amount")} == {
        "old_balance": "100.00",
        "new_balance": "1100.00",
        "amount": "1000.00",
    }
    assert (added["status"], added["message"], added["data"]["balance"]) == ("success", "Баланс пополнен", "1100.00")
    taken = (await api.call("POST", f"/contracts/{contract.id}/deduct_balance/", **raw(b'{"amount": 500.00}'))).json()
    assert (taken["old_balance"], taken["new_balance"], taken["amount"]) == ("1100.00", "600.00", "500.00")
    payment = await factory.payment(contract_id=contract.id, amount="0.50")
    assert (await api.post(f"/payments/{payment.id}/process/")).json()["balance_after"] == "600.50"
    ticket = await factory.ticket()
    resolved = (await api.post(f"/tickets/{ticket.id}/resolve/", {"resolution": "Готово"})).json()
    assert resolved["resolution_time"] == resolved["data"]["resolution_time"] == 0
    assert type(resolved["resolution_time"]) is int


def raw(content):
    return {"content": content, "headers": {"Content-Type": "application/json"}}


async def test_what_the_contract_adds_to_the_document(api, factory):
    contract = await factory.active_contract()
    sim = await factory.sim_of(contract)
    assert (await api.post(f"/sims/{sim.id}/block/")).json()["data"]["status"] == "blocked"
    assert (await api.post(f"/sims/{sim.id}/unblock/")).json()["data"]["status"] == "active"
    spare = await factory.sim()
    assert (await api.post(f"/sims/{spare.id}/close/")).json()["data"]["status"] == "closed"
    payment = await factory.payment(contract_id=contract.id)
    assert (await api.post(f"/payments/{payment.id}/submit/")).json()["data"]["status"] == "processing"
    await api.post(f"/payments/{payment.id}/process/")
    refunded = await api.post(f"/payments/{payment.id}/refund/", {"reason": "По просьбе клиента"})
    assert refunded.json()["data"]["status"] == "refunded"
    ticket = await factory.ticket()
    assert (await api.post(f"/tickets/{ticket.id}/wait/")).json()["data"]["status"] == "waiting"
    for path in (f"/sims/{sim.id}", f"/payments/{payment.id}", f"/tickets/{ticket.id}", f"/contracts/{contract.id}"):
        event = (await api.get(f"{path}/history/")).json()["results"][0]
        assert {"id", "action", "actor", "actor_name", "changes", "created_at"} <= set(event)
        assert event["actor"] == factory.callers[Role.ADMIN].user_id
    assert "По просьбе клиента" in (await api.get(f"/payments/{payment.id}/history/")).text


async def test_put_keeps_what_it_leaves_out_and_patch_works_everywhere(api, factory):
    customer = await factory.customer(notes="помнить", email="a@example.com")
    whole = {"first_name": "Нурлан", "last_name": "Осмонов", "phone": customer.phone}
    incomplete = await api.put(f"/customers/{customer.id}/", whole)
    assert (incomplete.status_code, list(incomplete.json())) == (400, ["document_number"])
    whole["document_number"] = customer.document_number
    changed = (await api.put(f"/customers/{customer.id}/", {**whole, "email": None})).json()
    assert (changed["first_name"], changed["notes"], changed["email"]) == ("Нурлан", "помнить", None)
    for path, row, body in (
        ("sims", await factory.sim(), {"puk_code": "11112222"}),
        ("tariffs", await factory.tariff(), {"priority": 7}),
        ("contracts", await factory.contract(), {"notes": "a"}),
        ("payments", await factory.payment(), {"description": "b"}),
        ("tickets", await factory.ticket(), {"priority": "high"}),
    ):
        response = await api.patch(f"/{path}/{row.id}/", {**body, "id": 77, "status": "nonsense", "unknown": []})
        assert response.status_code == 200
        assert response.json().items() >= body.items()


async def test_words_beside_every_choice_follow_the_language(api, factory):
    await factory.active_contract()
    for language, status, kind in (("ru", "Активен", "Предоплатный"), ("en", "Active", "Prepaid")):
        headers = {"Accept-Language": language}
        assert (await api.get("/contracts/", headers=headers)).json()["results"][0]["status_display"] == status
        assert (await api.get("/tariffs/", headers=headers)).json()["results"][0]["tariff_type_display"] == kind


# --- idempotency keys ---------------------------------------------------------------------------------------------


async def test_a_retry_gets_the_first_answer(api, factory):
    contract = await factory.contract()
    path, key = f"/contracts/{contract.id}/add_balance/", {"Idempotency-Key": "k-1"}
    first = await api.post(path, {"amount": "10.00"}, headers=key)
    again = await api.call(
        "POST", path, content=b'{ "amount" : 10 }', headers={**key, "Content-Type": "application/json"}
    )
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert (await factory.fresh(contract)).balance == 1000
    other = await api.post(path, {"amount": "11.00"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


async def test_a_create_is_replayed_with_its_status_and_to_its_caller_only(api):
    body = {"first_name": "А", "last_name": "Б", "phone": "+996555000111", "document_number": "X"}
    key = {"Idempotency-Key": "создать".encode().hex()}
    first, again = [await api.post("/customers/", body, headers=key) for _ in range(2)]
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert (await api.post("/customers/", body, headers=key, role=Role.OPERATOR)).status_code == 400


async def test_a_bad_key_and_where_none_is_read(api, factory):
    customer = await factory.customer()
    path = f"/customers/{customer.id}/block/"
    for key in ("", "a" * 256, "\t"):
        assert (await api.post(path, headers={"Idempotency-Key": key})).status_code == 400
    assert (await api.post("/customers/999999/block/", headers={"Idempotency-Key": ""})).status_code == 404
    user = {"username": "new", "password": "long enough 1"}
    for status in (201, 400):
        assert (await api.post("/users/", user, headers={"Idempotency-Key": "k"})).status_code == status


# --- statements ---------------------------------------------------------------------------------------------------


async def test_a_read_by_a_known_caller_is_one_statement(api, factory):
    contract = await factory.active_contract(balance="10.00")
    ticket = await factory.ticket(customer_id=contract.customer_id, contract_id=contract.id)
    await factory.run("ticket.comment", ticket.id, body="Проверили линию")
    await factory.payment(contract_id=contract.id)
    number = (await factory.sim_of(contract)).msisdn
    await factory.sim()
    await factory.run("webhook.create", url="https://partner.example/")
    await factory.key(await factory.service())
    apart = {"/search/", "/events/"}  # several statements
    of_jobs = ("/jobs/{id}/", "/imports/", "/registers/", "/payment-providers/{id}/")  # there are none
    apart |= {one.path for one in endpoints() if one.path.startswith(of_jobs)}
    reads = [one.path for one in endpoints() if one.method == "GET" and one.path not in apart]
    assert len(reads) > 40
    for path in reads:
        there = PREFIX + path.replace("{id}", "1").replace("{msisdn}", number)
        if (await api.get(there)).json().get("count") == 0:
            continue  # nothing in it: whether its owner is there is a further question
        response = await api.get(there)
        assert (response.status_code, statements(response)) == (200, 1), path


def statements(response):
    """How many the answer says that it took."""
    return int(re.search(r'statements;desc="([0-9]+)"', response.headers["server-timing"])[1])
