"""Through either door: who was dismissed meanwhile does nothing more; what null and an amount mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from models.customers import Customer
from models.users import Role, User
from tests.factories import Factory
from tests.schema.door import Door

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx
    from starlette.applications import Starlette

CREATE_USER = 'createUser(input: {username: "%s", password: "correct horse 1"}) { user { id } errors { code } }'


@pytest.fixture
async def factory(app: Starlette, settings: Any) -> Factory:
    return await Factory(app.state.database, settings).prepare()


@pytest.fixture
def door(http: httpx.AsyncClient, factory: Factory) -> Door:
    return Door(http, factory)


async def _slowly(factory: Factory, body: bytes) -> AsyncIterator[bytes]:
    """A body whose sender is dismissed while it is on its way."""
    yield body[:1]
    sender = await factory.get(User, factory.callers[Role.SUPERVISOR].user_id)
    await factory.patch(sender, is_active=False)
    yield body[1:]


@pytest.mark.parametrize("path", ["/api/tariffs/", "/graphql"])
async def test_a_body_held_back_does_not_outlive_its_senders_rights(factory: Factory, door: Door, path: str) -> None:
    body = {"name": "Поздний", "monthly_fee": "1"}
    if path == "/graphql":
        body = {"query": 'mutation { createTariff(input: {name: "Поздний", monthlyFee: "1"}) { tariff { id } } }'}
    headers = {"Authorization": door.bearer(Role.SUPERVISOR), "Content-Type": "application/json"}
    response = await door.http.post(path, content=_slowly(factory, orjson.dumps(body)), headers=headers)
    assert "token" in response.text.lower()
    assert response.status_code == (401 if path == "/api/tariffs/" else 200)
    assert await factory.database.fetch("SELECT id FROM tariffs") == []


async def test_each_mutation_of_a_document_asks_anew_who_is_calling(factory: Factory, door: Door) -> None:
    me = factory.callers[Role.ADMIN].user_id
    await factory.user(role="admin")  # somebody must be left
    document = f"""mutation {{
        a: {CREATE_USER % "first"}
        b: updateUser(input: {{id: "usr_{me}", isActive: false}}) {{ errors {{ code }} }}
        c: {CREATE_USER % "second"}
    }}"""
    answer = (await door.ask(document)).json()
    assert answer["data"]["c"] is None
    assert [(one["path"], one["extensions"]["code"]) for one in answer["errors"]] == [(["c"], "TOKEN_NOT_VALID")]
    names = await factory.database.fetch("SELECT username FROM users WHERE username IN ('first', 'second')")
    assert names == [("first",)]


async def test_null_is_the_default_where_there_is_one(factory: Factory, door: Door) -> None:
    person = {"first_name": "А", "last_name": "Б", "phone": "+996550111111", "document_number": "ID1"}
    nulls = {"document_type": None, "customer_type": None}
    headers = {"Authorization": door.bearer(Role.ADMIN)}
    created = await door.http.post("/api/customers/", json=person | nulls, headers=headers)
    assert (created.status_code, created.json()["document_type"]) == (201, "passport")
    refused = await door.http.patch(f"/api/customers/{created.json()['id']}/", json=nulls, headers=headers)
    assert (refused.status_code, sorted(refused.json())) == (400, sorted(nulls))
    document = """mutation { createCustomer(input: {
        firstName: "А", lastName: "Б", phone: "+996550111112", documentNumber: "ID2", documentType: null,
        customerType: null, idempotencyKey: null
    }) { customer { documentType customerType } errors { field } } }"""
    payload = (await door.ask(document)).json()["data"]["createCustomer"]
    assert payload["customer"] == {"documentType": "PASSPORT", "customerType": "INDIVIDUAL"}
    assert len(await factory.database.fetch("SELECT id FROM customers")) == 2
    assert (await factory.get(Customer, created.json()["id"])).document_type == "passport"


async def test_an_amount_is_told_where_it_would_be_passed_over(factory: Factory, door: Door) -> None:
    payment = await factory.payment()
    headers = {"Authorization": door.bearer(Role.ADMIN)}
    path = f"/api/payments/{payment.id}"
    refused = await door.http.post(f"{path}/process/", json={"amount": "40"}, headers=headers)
    assert (refused.status_code, list(refused.json())) == (400, ["amount"])
    assert (await factory.fresh(payment)).status == "pending"
    await door.http.post(f"{path}/process/", json={"note": "ignored"}, headers=headers)
    part = await door.http.post(f"{path}/refund/", json={"amount": "40"}, headers=headers)
    assert (part.json()["data"]["refunded_amount"], part.json()["data"]["status"]) == ("40.00", "success")
    document = (
        f'mutation {{ refundPayment(input: {{id: "pay_{payment.id}"}}) {{ payment {{ refundedAmount status }} }} }}'
    )
    whole = (await door.ask(document)).json()["data"]["refundPayment"]["payment"]
    assert whole == {"refundedAmount": "100.00", "status": "REFUNDED"}


async def test_a_rest_replay_is_the_first_answer_whatever_its_language(factory: Factory, door: Door) -> None:
    contract = await factory.active_contract()
    headers = {"Authorization": door.bearer(Role.ADMIN), "Idempotency-Key": "k"}
    path = f"/api/contracts/{contract.id}/suspend/"
    first = await door.http.post(path, headers=headers | {"Accept-Language": "ru"})
    again = await door.http.post(path, headers=headers | {"Accept-Language": "en"})
    assert (again.content, again.headers["Idempotent-Replayed"]) == (first.content, "true")
    assert again.headers["Content-Language"] == "ru"
