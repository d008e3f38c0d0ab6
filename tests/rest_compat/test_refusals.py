"""Refusals: both formats of the document, their statuses, their order (contract §3–4)."""

from __future__ import annotations

import json

import pytest

from models.users import Role
from tests.contents import contents

pytestmark = pytest.mark.anyio

OBJECTS = {"Content-Type": "application/json"}


async def test_a_refusal_has_a_status_a_code_and_a_message(api):
    response = await api.get("/customers/999999/")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {"status": "error", "code": "not_found", "message": "Клиент 999999: не найдено"}


async def test_refused_values_are_told_by_field(api):
    response = await api.post("/customers/", {"first_name": "", "phone": "12", "document_type": "visa"})
    assert response.status_code == 400
    told = response.json()
    assert set(told) == {"first_name", "last_name", "phone", "document_type", "document_number"}
    assert told["last_name"] == ["Обязательное поле"]


async def test_english_for_whoever_prefers_it(api):
    response = await api.get("/customers/999999/", headers={"Accept-Language": "en-GB,ru;q=0.5"})
    assert response.json()["message"] == "Customer 999999: not found"
    assert response.headers["content-language"] == "en"
    made = await api.post("/tariffs/", {"name": "A", "monthly_fee": 1}, headers={"Accept-Language": "en"})
    assert made.json()["tariff_type_display"] == "Prepaid"


# --- 401, 403, 404, 400, in this order ----------------------------------------------------------------------------


async def test_nobody_is_challenged(api, factory):
    customer = await factory.customer()
    for headers, code in (
        ({}, "not_authenticated"),
        ({"Authorization": "Basic YTpi"}, "not_authenticated"),
        ({"Authorization": "Bearer nonsense"}, "token_not_valid"),
        ({"Authorization": "Bearer"}, "token_not_valid"),
    ):
        for method, path in (
            ("GET", "/customers/"),
            ("GET", "/customers/999999/"),
            ("GET", "/customers/abc/"),
            ("GET", "/customers/?page=0"),
            ("POST", "/customers/"),
            ("DELETE", f"/customers/{customer.id}/"),
            ("POST", "/auth/logout/"),
            ("GET", "/users/me/"),
        ):
            response = await api.call(method, path, role=None, headers=headers)
            assert (response.status_code, response.json()["code"]) == (401, code), (method, path)
            assert response.headers["www-authenticate"] == 'Bearer realm="api"'


async def test_a_role_is_refused_before_anything_is_looked_for_and_nothing_changes(api, factory, database):
    customer = await factory.customer()
    before = await contents(database)
    for method, path, role in (
        ("DELETE", f"/customers/{customer.id}/", Role.OPERATOR),
        ("DELETE", "/customers/999999/", Role.OPERATOR),
        ("POST", "/customers/", Role.EMPLOYEE),
        ("PATCH", "/customers/999999/", Role.EMPLOYEE),
        ("POST", f"/customers/{customer.id}/block/", Role.EMPLOYEE),
        ("POST", "/tariffs/", Role.OPERATOR),
        ("GET", "/users/", Role.OPERATOR),
        ("GET", "/users/999999/", Role.EMPLOYEE),
        ("GET", "/users/999999/history/", Role.OPERATOR),
        ("POST", "/users/", Role.SUPERVISOR),
    ):
        for content in (b"{}", b"{", b"\xff"):
            response = await api.call(method, path, role=role, content=content, headers=OBJECTS)
            assert (response.status_code, response.json()["code"]) == (403, "permission_denied"), (method, path)
    assert await contents(database) == before


async def test_a_missing_row_is_told_before_a_bad_body(api):
    for content, headers in (
        (b"{", OBJECTS),
        (b"[]", OBJECTS),
        (b'{"phone": 1}', OBJECTS),
        (b"a=1", {"Content-Type": "text/plain"}),
    ):
        response = await api.call("PATCH", "/customers/999999/", content=content, headers=headers)
        assert (response.status_code, response.json()["code"]) == (404, "not_found"), content


async def test_a_permission_that_an_argument_needs(api, factory):
    contract, ticket = await factory.contract(), await factory.ticket()
    other = await factory.user()
    correction = {"contract": contract.id, "transaction_type": "correction", "amount": "-5.00"}
    assert (await api.post("/payments/", correction, role=Role.OPERATOR)).status_code == 403
    assert (await api.post("/payments/", correction, role=Role.SUPERVISOR)).status_code == 201
    assign = f"/tickets/{ticket.id}/assign/"
    assert (await api.post(assign, {"user_id": other.id}, role=Role.EMPLOYEE)).status_code == 403
    assert (await api.post(assign, {"user_id": 999999}, role=Role.EMPLOYEE)).status_code == 403
    me = factory.callers[Role.EMPLOYEE].user_id
    assert (await api.post(assign, {"user_id": me}, role=Role.EMPLOYEE)).json()["data"]["assigned_to"] == me


# --- relations ----------------------------------------------------------------------------------------------------


async def test_a_missing_relation_is_a_bad_value_under_its_name(api, factory):
    customer = await factory.customer()
    response = await api.post("/contracts/", {"customer": customer.id, "tariff": 999999})
    assert (response.status_code, list(response.json())) == (400, ["tariff"])
    contract = await factory.contract()
    response = await api.patch(f"/contracts/{contract.id}/", {"customer": 999999})
    assert (response.status_code, list(response.json())) == (400, ["customer"])
    response = await api.post("/tickets/", {"customer": 999999, "subject": "a", "description": "b"})
    assert (response.status_code, list(response.json())) == (400, ["customer"])


async def test_a_missing_id_of_an_action_is_404_and_a_malformed_one_400(api, factory):
    contract, sim, ticket = await factory.contract(), await factory.sim(), await factory.ticket()
    for path, name in (
        (f"/contracts/{contract.id}/activate/", "sim_id"),
        (f"/sims/{sim.id}/activate/", "contract_id"),
        (f"/tickets/{ticket.id}/assign/", "user_id"),
    ):
        missing = await api.post(path, {name: 999999})
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found"), path
        for body in ({}, {name: None}, {name: "abc"}, {name: 0}, {name: -1}, {name: 1.5}, {name: True}, {name: 2**40}):
            response = await api.post(path, body)
            assert (response.status_code, list(response.json())) == (400, [name]), (path, body)


# --- the domain's -------------------------------------------------------------------------------------------------


async def test_a_wrong_state_too_little_money_and_what_is_needed(api, factory):
    contract = await factory.active_contract(balance="10.00")
    for method, path, body, code in (
        ("POST", f"/contracts/{contract.id}/resume/", None, "invalid_transition"),
        ("POST", f"/contracts/{contract.id}/deduct_balance/", {"amount": "10.01"}, "insufficient_funds"),
        ("DELETE", f"/customers/{contract.customer_id}/", None, "protected"),
    ):
        response = await api.call(method, path, **({"json": body} if body else {}))
        assert (response.status_code, response.json()["status"], response.json()["code"]) == (400, "error", code)
    response = await api.post(f"/contracts/{contract.id}/deduct_balance/", {"amount": "10.01"})
    assert response.json()["message"] == "Недостаточно средств: баланс 10.00, сумма 10.01, допустимый минимум 0.00"


async def test_a_clash_is_told_under_its_field(api, factory):
    customer = await factory.customer(email="a@example.com")
    body = {"first_name": "А", "last_name": "Б", "phone": "+996555000111", "document_number": "X1"}
    for field, value in (
        ("phone", customer.phone),
        ("email", "A@Example.com"),
        ("document_number", customer.document_number),
    ):
        response = await api.post("/customers/", {**body, field: value})
        assert (response.status_code, list(response.json())) == (400, [field])


# --- methods and paths --------------------------------------------------------------------------------------------


async def test_a_method_that_is_not_there(api):
    for method, path, allowed in (
        ("PATCH", "/customers/", {"GET", "POST", "HEAD", "OPTIONS"}),
        ("POST", "/customers/1/", {"GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}),
        ("GET", "/contracts/1/activate/", {"POST", "OPTIONS"}),
        ("DELETE", "/tickets/statistics/", {"GET", "HEAD", "OPTIONS"}),
        ("GET", "/auth/login/", {"POST", "OPTIONS"}),
        ("BREW", "/sims/free/", {"GET", "HEAD", "OPTIONS"}),
        ("TRACE", "/sims/", {"GET", "POST", "HEAD", "OPTIONS"}),
    ):
        response = await api.call(method, path)
        assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed"), path
        assert set(response.headers["allow"].split(", ")) == allowed


async def test_head_answers_like_get_without_a_body_and_options_tells_the_methods(api):
    got, head = await api.get("/customers/"), await api.call("HEAD", "/customers/")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    options = await api.call("OPTIONS", "/customers/", role=None)
    assert (options.status_code, options.content) == (204, b"")
    assert options.headers["allow"] == "GET, POST, HEAD, OPTIONS"


async def test_no_such_path(api):
    for path in ("/nope/", "/customers/1/nope/", "/customers//", "/Customers/", "/customers/1/2/3/", "/%00/", "/%FF/"):
        response = await api.get(path)
        assert (response.status_code, response.json()["code"]) == (404, "not_found"), path


async def test_a_path_works_without_its_slash(api, factory):
    customer = await factory.customer()
    assert (await api.get("/customers")).json()["count"] == 1
    assert (await api.get(f"/customers/{customer.id}")).json()["id"] == customer.id
    assert (await api.post(f"/customers/{customer.id}/block")).json()["data"]["status"] == "blocked"
    assert (await api.get("/sims/free?status=free")).status_code == 200
    assert (await api.get("/api")).json() == (await api.get("/api/")).json()
    assert (await api.get("/api")).json()["customers"] == "http://testserver/api/customers/"


# --- bodies -------------------------------------------------------------------------------------------------------


async def test_a_body_that_is_no_json_object(api, factory, settings):
    contract = await factory.contract()
    path = f"/contracts/{contract.id}/add_balance/"
    for content, media_type, status, code in (
        (b"{", "application/json", 400, "parse_error"),
        (b'{"amount": 1', "application/json; charset=utf-8", 400, "parse_error"),
        (b'{"amount": NaN}', "application/json", 400, "parse_error"),
        (b"\xff\xfe", "application/json", 400, "parse_error"),
        (b"[" * 100_000, "application/json", 400, "parse_error"),
        (b'{"amount": ' + b"9" * 5_000 + b"}", "application/json", 400, "parse_error"),
        (b"amount=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b'{"amount": 1}', "text/plain", 415, "unsupported_media_type"),
        (b'{"amount": 1}', "application/json; charset=utf-16", 415, "unsupported_media_type"),
        (b" " * (settings.max_body_bytes + 1), "application/json", 413, "payload_too_large"),
    ):
        response = await api.call("POST", path, content=content, headers={"Content-Type": media_type})
        assert (response.status_code, response.json()["code"]) == (status, code), content[:30]
    for content in (b"[]", b"1", b'"a"', b"null", b"true"):
        response = await api.call("POST", path, content=content, headers=OBJECTS)
        assert (response.status_code, list(response.json())) == (400, ["non_field_errors"]), content
    assert (await factory.fresh(contract)).balance == 0


async def test_an_action_without_arguments_needs_no_body(api, factory):
    customer = await factory.customer()
    for action, sent in (
        ("suspend", {}),
        ("activate", {"content": b"", "headers": OBJECTS}),
        ("block", {"json": {"whatever": 1}}),
        ("activate", {"content": b"", "headers": {"Content-Type": "text/plain"}}),
    ):
        assert (await api.call("POST", f"/customers/{customer.id}/{action}/", **sent)).status_code == 200, action


NASTY = (
    None,
    True,
    0,
    -1,
    10**30,
    1e308,
    2**31,
    "",
    " ",
    "\x00",
    "\ud800",
    "a" * 20_000,
    "\u202e\u200b😀",
    "9" * 400,
    "1e999",
    "-0",
    "NaN",
    "0x10",
    "١٢",
    "2026-02-30",
    "0000-00-00",
    [],
    {},
    [[[[]]]],
    {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": 1}}}}}}}}},
    {"\x00": "\ud800"},
)
FIELDS = {
    "/customers/": ("first_name", "birth_date", "phone", "email", "document_type", "inn", "notes", "customer_type"),
    "/sims/": ("iccid", "imsi", "msisdn", "puk_code"),
    "/tariffs/": ("name", "description", "tariff_type", "monthly_fee", "data_gb_included", "extra_options", "priority"),
    "/contracts/": ("customer", "tariff", "signed_date", "credit_limit", "notes"),
    "/payments/": ("contract", "transaction_type", "amount", "payment_method", "transaction_id", "description"),
    "/tickets/": ("customer", "contract", "subject", "description", "category", "priority"),
    "/users/": ("username", "password", "first_name", "email", "phone", "role", "is_active"),
}


@pytest.mark.parametrize("path", FIELDS)
async def test_no_value_of_any_field_is_an_internal_error(path, api, factory):
    contract = await factory.contract()
    good = {
        "/customers/": {"first_name": "А", "last_name": "Б", "phone": "+996555000111", "document_number": "X"},
        "/sims/": {"iccid": "8999650000000999999", "imsi": "437050000999999", "msisdn": "+996700999999"},
        "/tariffs/": {"name": "Т", "monthly_fee": "1.00"},
        "/contracts/": {"customer": contract.customer_id, "tariff": contract.tariff_id},
        "/payments/": {"contract": contract.id, "amount": "1.00"},
        "/tickets/": {"customer": contract.customer_id, "subject": "А", "description": "Б"},
        "/users/": {"username": "u", "password": "long enough"},
    }[path]
    made = (await api.post(path, good)).json()["id"]
    for field in FIELDS[path]:
        for value in NASTY:
            body = json.dumps({field: value}).encode()
            response = await api.call("PATCH", f"{path}{made}/", content=body, headers=OBJECTS)
            assert response.status_code in {200, 400}, (field, value, response.text)
            if response.status_code == 400 and "code" not in response.json():
                assert list(response.json()) == [field], (field, value, response.text)


async def test_no_query_string_is_an_internal_error(app, api, factory):
    await factory.ticket()
    values = ("%00", "%FF", "%ED%A0%80", "%", "%zz", "9" * 400, "-1", "1e9", "%F0%9F%98%80", "a" * 5000, "'", "[]", "+")
    names = ("status", "customer", "search", "ordering", "page", "page_size", "created_after", "assigned_to", "x")
    for name in names:
        for value in values:
            response = await api.get(f"/tickets/?{name}={value}")
            assert response.status_code in {200, 400, 404}, (name, value)
    for raw in (b"\xff\xfe=\x80", b"search=\xd0\xb8&page_size=1", b"a" * 50_000, b"&" * 5_000, b"=&=;"):
        assert await status_of(app, api.bearer(Role.ADMIN), raw) in {200, 400}, raw[:20]


async def status_of(app, headers, query):
    """Of a list asked with a query string of any bytes, which a well-behaved client would not send."""
    told = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/api/tickets/",
        "raw_path": b"/api/tickets/",
        "root_path": "",
        "query_string": query,
        "headers": [(b"host", b"x"), (b"authorization", headers["Authorization"].encode())],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
    }

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        told.append(message)

    await app(scope, receive, send)
    return told[0]["status"]


async def test_no_id_in_a_path_is_an_internal_error(api):
    for row in ("0", "-1", "2147483648", "9" * 400, "1.0", "１", "abc", "%00", "%20", "1%0A", "%FF", "1;2", "null"):
        for path in ("/customers/{}/", "/contracts/{}/ledger/", "/users/{}/", "/tickets/{}/history/"):
            assert (await api.get(path.format(row))).status_code == 404, (path, row)
        assert (await api.post(f"/contracts/{row}/add_balance/", {"amount": 1})).status_code == 404, row
