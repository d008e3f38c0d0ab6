"""Every call of `rest-endpoints.ru.md`, section by section: the document itself, beside this file, is the table.

Whatever stands in it as a call is made, with the body that it shows, on a row in a state in which it is allowed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.states import contract_in, customer_in, sim_in

pytestmark = pytest.mark.anyio

DOCUMENT = (Path(__file__).parent / "rest-endpoints.ru.md").read_text()


@dataclass(frozen=True)
class Documented:
    """A call as a section of the document lists it: `- `POST /api/sims/{id}/activate/` - …`, with its body."""

    section: str
    method: str
    path: str
    body: str | None

    def __str__(self) -> str:
        return f"{self.section}: {self.method} {self.path}"


_CALL = re.compile(
    r"^- `(?P<method>[A-Z]+) (?P<path>/api/\S+)`[^\n]*(\n  ```json\n  (?P<body>.*)\n  ```)?", re.MULTILINE
)
_FILTER = re.compile(r"^- `\?(?P<query>\S+)`", re.MULTILINE)
_SECTION = re.compile(r"^## \d\. (?P<name>\w+) API \(`(?P<path>[^`]+)`\)\n(?P<text>.*?)^---", re.MULTILINE | re.DOTALL)


def sections():
    return list(_SECTION.finditer(DOCUMENT))


CALLS = [
    Documented(section["name"], call["method"], call["path"], call["body"])
    for section in sections()
    for call in _CALL.finditer(section["text"])
]
FILTERS = [(section["path"], found["query"]) for section in sections() for found in _FILTER.finditer(section["text"])]


def test_the_document_is_read_whole():
    assert [section["name"] for section in sections()] == [
        "Customers",
        "SIMs",
        "Tariffs",
        "Contracts",
        "Payments",
        "Tickets",
    ]
    assert len(CALLS) == DOCUMENT.count("- `GET /api") + DOCUMENT.count("- `POST /api") + DOCUMENT.count(
        "- `PUT /api"
    ) + DOCUMENT.count("- `PATCH /api") + DOCUMENT.count("- `DELETE /api")
    assert len(CALLS) == 70
    assert len(FILTERS) == DOCUMENT.count("- `?") == 27


# --- the row that a call is made on -------------------------------------------------------------------------------

CUSTOMER = {"first_name": "Иван", "last_name": "Иванов", "phone": "+996550999999", "document_number": "ID1234567"}
SIM = {"iccid": "8999650000000999999", "imsi": "437050000999999", "msisdn": "+996700999999"}
TARIFF = {"name": "Безлимит плюс", "monthly_fee": "700.00"}


async def assigned_ticket(factory):
    ticket = await factory.ticket()
    await factory.run("ticket.start_work", ticket.id)
    return ticket


async def resolved_ticket(factory):
    ticket = await factory.ticket()
    await factory.run("ticket.resolve", ticket.id, resolution="Готово")
    return ticket


ROWS = {
    "POST /api/customers/{id}/activate/": lambda factory: customer_in(factory, "suspended"),
    "POST /api/sims/{id}/deactivate/": lambda factory: sim_in(factory, "active"),
    "POST /api/contracts/{id}/suspend/": lambda factory: contract_in(factory, "active"),
    "POST /api/contracts/{id}/resume/": lambda factory: contract_in(factory, "suspended"),
    "POST /api/contracts/{id}/deduct_balance/": lambda factory: factory.active_contract(balance="500.00"),
    "POST /api/tickets/{id}/reopen/": resolved_ticket,
}
"""Where a new row would not do."""
NEW = {
    "customers": lambda factory: factory.customer(),
    "sims": lambda factory: factory.sim(),
    "tariffs": lambda factory: factory.tariff(),
    "contracts": lambda factory: factory.contract(),
    "payments": lambda factory: factory.payment(),
    "tickets": lambda factory: factory.ticket(),
}


async def whole_body(factory, name):
    """What a POST and a PUT of an entity must hold."""
    if name == "contracts":
        return {"customer": (await factory.customer()).id, "tariff": (await factory.tariff()).id}
    if name == "payments":
        return {"contract": (await factory.contract()).id, "amount": "100.00"}
    if name == "tickets":
        return {"customer": (await factory.customer()).id, "subject": "Нет сети", "description": "С утра"}
    return {"customers": CUSTOMER, "sims": SIM, "tariffs": TARIFF}[name]


async def body_of(factory, call, name):
    """The document's own body, its ids replaced by those of rows that are there."""
    if call.body is None:
        return await whole_body(factory, name) if call.method in {"PUT", "PATCH"} or "{id}" not in call.path else None
    body = json.loads(call.body)
    there = {
        "contract_id": factory.contract,
        "sim_id": factory.sim,
        "user_id": factory.user,
    }
    return {key: (await there[key]()).id if key in there else value for key, value in body.items()}


STATUS = {"GET": 200, "PUT": 200, "PATCH": 200, "DELETE": 204}


@pytest.mark.parametrize("call", CALLS, ids=str)
async def test_documented_call(call, api, factory):
    name = call.path.split("/")[2]
    row = await ROWS.get(f"{call.method} {call.path}", NEW[name])(factory)
    path = call.path.replace("{id}", str(row.id))
    sent = await body_of(factory, call, name) if call.method in {"POST", "PUT", "PATCH"} else None
    response = await api.call(call.method, path, **({"json": sent} if sent is not None else {}))
    creates = call.method == "POST" and "{id}" not in call.path
    assert response.status_code == STATUS.get(call.method, 201 if creates else 200), response.text
    if call.method == "DELETE":
        assert response.content == b""
        assert (await api.get(path)).status_code == 404
        return
    answer = response.json()
    if call.path.endswith("/statistics/"):
        assert answer["total"] >= 1
    elif call.method == "GET" and call.path.endswith("{id}/"):
        assert answer["id"] == row.id
    elif call.method == "GET":
        assert list(answer) == ["count", "next", "previous", "results"]
        assert answer["count"] == len(answer["results"])
    elif call.method == "POST" and not creates:
        assert (answer["status"], answer["data"]["id"]) == ("success", row.id)
        assert answer["message"]
    else:
        assert answer.items() >= sent.items()


@pytest.mark.parametrize(("path", "query"), FILTERS, ids="?".join)
async def test_documented_filter(path, query, api, factory):
    name = path.split("/")[2]
    await NEW[name](factory)
    response = await api.get(f"{path}?{query}")
    assert response.status_code == 200
    assert list(response.json()) == ["count", "next", "previous", "results"]
