"""A contract's account over time: its statement between two days, its balance at a moment (screens.md §1)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.contracts import Contract

pytestmark = pytest.mark.anyio

BISHKEK = "+06:00"


async def moved(factory, contract, when, amount):
    """Move the balance at a moment of Bishkek's; what is negative is taken from it."""
    moment = datetime.fromisoformat(when + BISHKEK)
    context = await factory.context(clock=lambda: moment)
    name = "contract.deduct_balance" if amount.startswith("-") else "contract.add_balance"
    await factory.run(name, contract.id, context=context, amount=amount.removeprefix("-"), description=f"на {amount}")


async def drawn_up(factory):
    """A contract of the beginning of 2026."""
    parties = {"customer_id": (await factory.customer()).id, "tariff_id": (await factory.tariff()).id}
    context = await factory.context(clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    made = await factory.run("contract.create", context=context, **parties)
    return await factory.get(Contract, made.outcome.id)


@pytest.fixture
async def contract(factory):
    """An account that was moved at the edges of days in Bishkek, which are not those of UTC."""
    contract = await drawn_up(factory)
    await moved(factory, contract, "2026-02-28T23:59:59.999999", "100.00")
    await moved(factory, contract, "2026-03-01T00:00:00", "30.00")
    await moved(factory, contract, "2026-03-31T23:59:59.999999", "-50.50")
    await moved(factory, contract, "2026-04-01T00:00:00", "-1.50")
    return contract


STATEMENT = """query ($id: ID!, $from: Date, $to: Date) { contract(id: $id) { statement(from: $from, to: $to) {
    opening in out closing
    entries { totalCount nodes { amount balanceAfter transactionType description payment { amount } } } } } }"""


async def stated(ask, contract, **days):
    data = await ask.data(STATEMENT, {"id": f"ctr_{contract.id}", **days})
    return data["contract"]["statement"]


async def test_both_days_belong_to_a_statement_in_the_operators_zone(ask, contract):
    told = await stated(ask, contract, **{"from": "2026-03-01", "to": "2026-03-31"})
    assert told == {
        "opening": "100.00",
        "in": "30.00",
        "out": "50.50",
        "closing": "79.50",
        "entries": {
            "totalCount": 2,
            "nodes": [
                {
                    "amount": "30.00",
                    "balanceAfter": "130.00",
                    "transactionType": "PAYMENT",
                    "description": "на 30.00",
                    "payment": {"amount": "30.00"},
                },
                {
                    "amount": "-50.50",
                    "balanceAfter": "79.50",
                    "transactionType": "CHARGE",
                    "description": "на -50.50",
                    "payment": {"amount": "50.50"},
                },
            ],
        },
    }


@pytest.mark.parametrize(
    ("days", "figures"),
    [
        ({}, ("0.00", "130.00", "52.00", "78.00")),
        ({"to": "2026-02-28"}, ("0.00", "100.00", "0.00", "100.00")),
        ({"from": "2026-04-01"}, ("79.50", "0.00", "1.50", "78.00")),
        ({"from": "2026-04-02", "to": "2999-12-31"}, ("78.00", "0.00", "0.00", "78.00")),
        ({"from": "1900-01-01", "to": "9998-12-31"}, ("0.00", "130.00", "52.00", "78.00")),
    ],
)
async def test_a_day_that_is_not_given_is_no_bound(ask, contract, days, figures):
    told = await stated(ask, contract, **days)
    assert (told["opening"], told["in"], told["out"], told["closing"]) == figures


async def test_a_period_does_not_end_before_it_begins(ask, contract):
    refusal = await ask.refusal(STATEMENT, {"id": f"ctr_{contract.id}", "from": "2026-03-02", "to": "2026-03-01"})
    assert refusal["code"] == "VALIDATION"
    assert "2026-03-02" in refusal["message"]


@pytest.mark.usefixtures("contract")
async def test_many_statements_stand_in_one_statement_of_sql(ask, factory):
    other = await drawn_up(factory)
    await moved(factory, other, "2026-03-05T12:00:00", "7.00")
    data = await ask.data("""{ contracts(orderBy: [{field: ID}]) { nodes { tariff { name }
        march: statement(from: "2026-03-01", to: "2026-03-31") {
            closing entries(first: 1) { pageInfo { hasNextPage } nodes {
                amount contract { customer { contracts { nodes { statement { closing } } } } } } } }
        april: statement(from: "2026-04-01") { opening entries { nodes { amount } } } } } }""")
    first, second = data["contracts"]["nodes"]
    assert (first["march"]["closing"], second["march"]["closing"]) == ("79.50", "7.00")
    assert first["march"]["entries"]["pageInfo"] == {"hasNextPage": True}
    (entry,) = second["march"]["entries"]["nodes"]
    assert entry["contract"]["customer"]["contracts"]["nodes"] == [{"statement": {"closing": "7.00"}}]
    assert first["april"] == {"opening": "79.50", "entries": {"nodes": [{"amount": "-1.50"}]}}
    assert second["april"] == {"opening": "7.00", "entries": {"nodes": []}}


BALANCE = "query ($id: ID!, $at: DateTime) { contract(id: $id) { now: balance then: balance(at: $at) } }"


@pytest.mark.parametrize(
    ("at", "balance"),
    [
        (None, "78.00"),
        ("2026-02-28T23:59:59.999998+06:00", "0.00"),
        ("2026-02-28T17:59:59.999999Z", "100.00"),
        ("2026-02-28", "100.00"),
        ("2026-03-01T00:00:00", "130.00"),
        ("2026-03-31", "79.50"),
        ("2999-01-01", "78.00"),
    ],
)
async def test_the_balance_at_a_moment_has_what_was_posted_at_it(ask, contract, at, balance):
    data = await ask.data(BALANCE, {"id": f"ctr_{contract.id}", "at": at})
    assert data["contract"] == {"now": "78.00", "then": balance}
