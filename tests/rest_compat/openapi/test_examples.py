"""The document's requests, sent byte for byte as it shows them: its five worked examples, login and refresh."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from models.payments import PaymentStatus
from models.sims import SimStatus
from models.users import Role

pytestmark = pytest.mark.anyio

DOCUMENT = (Path(__file__).parents[1] / "rest-endpoints.ru.md").read_text()
_BLOCK = re.compile(r"^### (?P<title>[^\n]+)\n```bash\n(?P<request>.*?)```", re.MULTILINE | re.DOTALL)
REQUESTS = {found["title"].rstrip(":"): found["request"] for found in _BLOCK.finditer(DOCUMENT)}


async def send(http, request, token):
    """The request of a code block; only what the document itself puts in angle brackets is filled in."""
    head, _, body = request.partition("\n\n")
    (method, path), *lines = (line.split(" ", 1) for line in head.strip().split("\n"))
    headers = {name.rstrip(":"): value.replace("<token>", token) for name, value in lines}
    return await http.request(method, path, headers=headers, content=body.strip().encode())


@pytest.fixture
def token(api):
    return api.bearer(Role.ADMIN)["Authorization"].removeprefix("Bearer ")


async def test_1_the_active_customers(http, token, factory):
    active, suspended = await factory.customer(), await factory.customer()
    await factory.run("customer.suspend", suspended.id)
    response = await send(http, REQUESTS["1. Получить список активных клиентов"], token)
    assert response.status_code == 200
    assert [row["id"] for row in response.json()["results"]] == [active.id]


async def test_2_a_new_customer(http, token):
    response = await send(http, REQUESTS["2. Создать нового клиента"], token)
    assert response.status_code == 201
    made = response.json()
    assert made.pop("created_at") == made.pop("updated_at")
    assert made == {
        "id": 1,
        "first_name": "Иван",
        "last_name": "Иванов",
        "middle_name": "Иванович",
        "full_name": "Иванов Иван Иванович",
        "short_name": "Иванов И. И.",
        "birth_date": None,
        "phone": "+996550123456",
        "email": "ivan@example.com",
        "document_type": "passport",
        "document_type_display": "Паспорт",
        "document_number": "ID1234567",
        "passport_issued_by": "МВД КР",
        "passport_issue_date": "2020-01-01",
        "inn": None,
        "address": "г. Бишкек, ул. Ленина 1",
        "customer_type": "individual",
        "customer_type_display": "Физическое лицо",
        "organization_name": None,
        "notes": None,
        "status": "active",
        "status_display": "Активен",
        "contracts_count": 0,
        "tickets_count": 0,
    }


async def test_3_a_contract_activated_with_a_sim(http, token, factory):
    contract = await factory.contract()
    sims = [await factory.sim() for _ in range(5)]
    assert (contract.id, sims[-1].id) == (1, 5)
    response = await send(http, REQUESTS["3. Активировать договор с SIM-картой"], token)
    assert response.status_code == 200
    answer = response.json()
    assert list(answer) == ["status", "message", "data"]
    assert (answer["status"], answer["message"]) == ("success", "Договор активирован")
    assert (answer["data"]["id"], answer["data"]["status"], answer["data"]["sim"]) == (1, "active", 5)
    assert (await factory.fresh(sims[-1])).status is SimStatus.ACTIVE


async def test_4_a_payment_processed(http, token, factory):
    contract = await factory.active_contract()
    payments = [await factory.payment(contract_id=contract.id) for _ in range(10)]
    assert payments[-1].id == 10
    response = await send(http, REQUESTS["4. Обработать платеж"], token)
    assert response.status_code == 200
    answer = response.json()
    assert (answer["message"], answer["balance_after"]) == ("Платёж обработан", "100.00")
    assert (answer["data"]["id"], answer["data"]["status"]) == (10, "success")
    assert (await factory.fresh(payments[-1])).status is PaymentStatus.SUCCESS


async def test_5_statistics_of_all_tickets(http, token, factory):
    await factory.ticket(priority="high", category="technical")
    await factory.run("ticket.start_work", (await factory.ticket()).id)
    response = await send(http, REQUESTS["5. Получить статистику по всем тикетам"], token)
    assert response.status_code == 200
    assert response.json() == {
        "total": 2,
        "new": 1,
        "in_progress": 1,
        "waiting": 0,
        "resolved": 0,
        "closed": 0,
        "unassigned": 1,
        "overdue": 0,
        "by_category": {"technical": 1, "billing": 0, "tariff": 0, "sim": 0, "complaint": 0, "other": 1},
        "by_priority": {"low": 0, "medium": 1, "high": 1, "critical": 0},
        "avg_resolution_time": None,
    }


async def test_a_token_is_got_and_used_and_exchanged(http, factory):
    await factory.user(username="your_username", password="your_password")
    got = await send(http, REQUESTS["Получить токен"], "")
    assert (got.status_code, list(got.json())) == (200, ["access", "refresh"])
    me = await http.get("/api/users/me/", headers={"Authorization": f"Bearer {got.json()['access']}"})
    assert me.json()["username"] == "your_username"
    exchange = REQUESTS["Обновить токен"].replace("your_refresh_token", got.json()["refresh"])
    exchanged = await send(http, exchange, "")
    assert (exchanged.status_code, list(exchanged.json())) == (200, ["access", "refresh"])
