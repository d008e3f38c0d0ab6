"""A contract's statement and its balance at a moment, in REST (screens.md §1)."""

from __future__ import annotations

import csv
import io

import pytest

from models.users import Role
from tests.schema.test_statements import contract, moved

__all__ = ["contract"]

pytestmark = pytest.mark.anyio

MARCH = "from=2026-03-01&to=2026-03-31"


async def test_a_statement_shows_its_days_its_figures_and_its_entries(api, contract):
    told = (await api.get(f"/contracts/{contract.id}/statement/?{MARCH}", role=Role.EMPLOYEE)).json()
    ledger = (await api.get(f"/contracts/{contract.id}/ledger/")).json()["results"]
    assert list(told) == ["contract", "from", "to", "opening", "closing", "in", "out", "entries"]
    assert told == {
        "contract": contract.id,
        "from": "2026-03-01",
        "to": "2026-03-31",
        "opening": "100.00",
        "closing": "79.50",
        "in": "30.00",
        "out": "50.50",
        "entries": [ledger[2], ledger[1]],
    }
    assert (told["entries"][1]["transaction_type_display"], told["entries"][1]["description"]) == (
        "Списание",
        "на -50.50",
    )


async def test_without_days_it_is_all_that_ever_was(api, contract):
    told = (await api.get(f"/contracts/{contract.id}/statement/?from=&to=")).json()
    assert (told["from"], told["to"], told["opening"], told["closing"]) == (None, None, "0.00", "78.00")
    assert len(told["entries"]) == 4


async def test_as_a_file_it_is_its_entries(api, contract):
    path = f"/contracts/{contract.id}/statement/?{MARCH}&columns=created_at,amount,balance_after"
    response = await api.get(path, headers={"Accept": "text/csv"})
    assert response.headers["content-type"].startswith("text/csv")
    assert list(csv.reader(io.StringIO(response.text, newline=""))) == [
        ["created_at", "amount", "balance_after"],
        ["2026-02-28T18:00:00.000000Z", "30.00", "130.00"],
        ["2026-03-31T17:59:59.999999Z", "-50.50", "79.50"],
    ]


@pytest.mark.parametrize(
    ("query", "field"),
    [("from=yesterday", "from"), ("to=2026-02-30", "to"), ("from=2026-03-02&to=2026-03-01", "to")],
)
async def test_what_is_no_period_is_refused(api, contract, query, field):
    response = await api.get(f"/contracts/{contract.id}/statement/?{query}")
    assert (response.status_code, list(response.json())) == (400, [field])


async def test_the_balance_at_a_moment(api, factory, contract):
    path = f"/contracts/{contract.id}/balance/"
    told = (await api.get(f"{path}?at=2026-03-31")).json()
    assert told == {"contract": contract.id, "at": "2026-03-31T17:59:59.999999Z", "balance": "79.50"}
    assert (await api.get(path)).json()["balance"] == "78.00"
    assert (await api.get(f"{path}?at=soon")).json().keys() == {"at"}
    await moved(factory, contract, "2026-05-01T00:00:00", "2.00")
    assert (await api.get(f"{path}?at=2026-05-01T00:00:00%2B06:00")).json()["balance"] == "80.00"


@pytest.mark.parametrize("what", ["statement/", "statement/?format=csv", "balance/"])
async def test_there_is_none_of_a_contract_that_is_not_there(api, what):
    assert (await api.get(f"/contracts/99/{what}")).status_code == 404
    assert (await api.get(f"/contracts/99/{what}", role=None)).status_code == 401
