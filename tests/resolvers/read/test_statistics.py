"""Statistics of each entity, to the last key and digit: contract §4."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from models.database import open_database
from models.database.meter import METER, Meter
from resolvers.read.statistics import _STATISTICS, statistics

if TYPE_CHECKING:
    from models.settings import Settings
    from tests.factories import Factory

TYPENAMES = ("Customer", "Sim", "Tariff", "Contract", "Payment", "Ticket")


async def of(factory: Factory, typename: str) -> dict[str, Any]:
    return await statistics(factory.database, typename)


EMPTY: dict[str, dict[str, Any]] = {
    "Customer": {
        "total": 0,
        "active": 0,
        "suspended": 0,
        "blocked": 0,
        "by_document_type": {"passport": 0, "id_card": 0, "driver_license": 0, "foreign_passport": 0},
        "by_customer_type": {"individual": 0, "organization": 0},
    },
    "Sim": {"total": 0, "free": 0, "active": 0, "suspended": 0, "blocked": 0, "closed": 0},
    "Tariff": {
        "total": 0,
        "active": 0,
        "inactive": 0,
        "avg_monthly_fee": "0.00",
        "by_type": {"prepaid": 0, "postpaid": 0},
    },
    "Contract": {
        "total": 0,
        "draft": 0,
        "active": 0,
        "suspended": 0,
        "terminated": 0,
        "total_balance": "0.00",
        "avg_balance": "0.00",
    },
    "Payment": {
        "total": 0,
        "pending": 0,
        "processing": 0,
        "success": 0,
        "failed": 0,
        "cancelled": 0,
        "refunded": 0,
        "total_amount": "0.00",
        "avg_payment": "0.00",
        "by_method": {
            "cash": 0,
            "card": 0,
            "bank_transfer": 0,
            "mobile_payment": 0,
            "auto_payment": 0,
            "terminal": 0,
            "system": 0,
        },
        "deposits": "0.00",
        "deductions": "0.00",
    },
    "Ticket": {
        "total": 0,
        "new": 0,
        "in_progress": 0,
        "waiting": 0,
        "resolved": 0,
        "closed": 0,
        "unassigned": 0,
        "overdue": 0,
        "by_category": {"technical": 0, "billing": 0, "tariff": 0, "sim": 0, "complaint": 0, "other": 0},
        "by_priority": {"low": 0, "medium": 0, "high": 0, "critical": 0},
        "avg_resolution_time": None,
    },
}


@pytest.mark.parametrize("typename", TYPENAMES)
async def test_of_nothing_every_key_is_there_and_in_order(factory: Factory, typename: str) -> None:
    told = await of(factory, typename)
    assert told == EMPTY[typename]
    assert list(told) == list(EMPTY[typename])
    assert [list(value) for value in told.values() if isinstance(value, dict)] == [
        list(value) for value in EMPTY[typename].values() if isinstance(value, dict)
    ]


@pytest.mark.parametrize("typename", TYPENAMES)
async def test_they_are_one_statement(factory: Factory, typename: str) -> None:
    meter = Meter()
    reset = METER.set(meter)
    await of(factory, typename)
    METER.reset(reset)
    assert meter.statements == 1


async def test_customers(factory: Factory) -> None:
    await factory.customer()
    await factory.customer(document_type="id_card", customer_type="organization")
    for verb in ("suspend", "block", "block"):
        await factory.run(f"customer.{verb}", (await factory.customer()).id)
    assert await of(factory, "Customer") == {
        "total": 5,
        "active": 2,
        "suspended": 1,
        "blocked": 2,
        "by_document_type": {"passport": 4, "id_card": 1, "driver_license": 0, "foreign_passport": 0},
        "by_customer_type": {"individual": 4, "organization": 1},
    }


async def test_sims(factory: Factory) -> None:
    await factory.active_contract()
    suspended = await factory.active_contract()
    await factory.run("contract.suspend", suspended.id)
    await factory.sim()
    await factory.sim()
    await factory.run("sim.block", (await factory.sim()).id)
    await factory.run("sim.close", (await factory.sim()).id)
    assert await of(factory, "Sim") == {
        "total": 6,
        "free": 2,
        "active": 1,
        "suspended": 1,
        "blocked": 1,
        "closed": 1,
    }


async def test_tariffs_with_averages_rounded_half_up(factory: Factory) -> None:
    await factory.tariff(monthly_fee="100.00")
    await factory.postpaid(monthly_fee="100.01")
    assert (await of(factory, "Tariff"))["avg_monthly_fee"] == "100.01"
    await factory.run("tariff.deactivate", (await factory.tariff(monthly_fee="0.00")).id)
    assert await of(factory, "Tariff") == {
        "total": 3,
        "active": 2,
        "inactive": 1,
        "avg_monthly_fee": "66.67",
        "by_type": {"prepaid": 2, "postpaid": 1},
    }


async def test_contracts_sum_all_balances_and_average_those_of_active_ones(factory: Factory) -> None:
    tariff = await factory.postpaid()
    draft = await factory.contract(tariff_id=tariff.id, credit_limit="500.00")
    await factory.run("contract.deduct_balance", draft.id, amount="70.00")
    await factory.active_contract(balance="10.00")
    await factory.active_contract(balance="20.00")
    await factory.active_contract(balance="0.01")
    ended = await factory.active_contract(balance="5.00")
    await factory.run("contract.terminate", ended.id)
    assert await of(factory, "Contract") == {
        "total": 5,
        "draft": 1,
        "active": 3,
        "suspended": 0,
        "terminated": 1,
        "total_balance": "-34.99",
        "avg_balance": "10.00",
    }


async def test_payments_count_all_and_sum_successful_ones_of_type_payment(factory: Factory) -> None:
    contract = await factory.active_contract(balance="100.00")
    card = await factory.payment(contract_id=contract.id, amount="50.01", payment_method="card")
    refunded = await factory.payment(contract_id=contract.id, amount="30.00")
    for verb, payment in (("process", card), ("process", refunded), ("refund", refunded)):
        await factory.run(f"payment.{verb}", payment.id)
    await factory.run("contract.deduct_balance", contract.id, amount="20.00")
    correction = await factory.payment(contract_id=contract.id, amount="-1.00", transaction_type="correction")
    await factory.run("payment.process", correction.id)
    for verb in ("submit", "fail", "cancel", "cancel"):
        await factory.run(f"payment.{verb}", (await factory.payment(contract_id=contract.id)).id)
    await factory.payment(contract_id=contract.id, payment_method="terminal")
    told = await of(factory, "Payment")
    methods = told.pop("by_method")
    assert told == {
        "total": 11,
        "pending": 1,
        "processing": 1,
        "success": 5,  # what was paid in at first, by card, the refund, the charge, the correction
        "failed": 1,
        "cancelled": 2,
        "refunded": 1,
        "total_amount": "150.01",
        "avg_payment": "75.01",
        "deposits": "180.01",
        "deductions": "51.00",
    }
    assert {method: count for method, count in methods.items() if count} == {"cash": 1, "card": 1}


async def test_deposits_less_deductions_are_all_contracts_balance(factory: Factory) -> None:
    for balance in ("100.00", "33.33"):
        contract = await factory.active_contract(balance=balance)
        await factory.run("contract.deduct_balance", contract.id, amount="12.34")
    payments, contracts = await of(factory, "Payment"), await of(factory, "Contract")
    assert (payments["deposits"], payments["deductions"]) == ("133.33", "24.68")
    assert contracts["total_balance"] == "108.65"


async def test_tickets(factory: Factory) -> None:
    past = await factory.context(clock=lambda: datetime.now(UTC) - timedelta(hours=30))
    customer = await factory.customer()
    usual = {"customer_id": customer.id, "subject": "Нет сети", "description": "Со вчера"}
    overdue = (await factory.run("ticket.create", context=past, **usual)).outcome.id
    await factory.run("ticket.create", context=past, priority="low", **usual)
    late_but_closed = (await factory.run("ticket.create", context=past, priority="critical", **usual)).outcome.id
    await factory.run("ticket.close", late_but_closed)
    await factory.run("ticket.start_work", overdue)
    await factory.ticket(category="billing", priority="high")
    await factory.run("ticket.wait", (await factory.ticket(category="sim")).id)
    assert await of(factory, "Ticket") == {
        "total": 5,
        "new": 2,
        "in_progress": 1,
        "waiting": 1,
        "resolved": 0,
        "closed": 1,
        "unassigned": 3,
        "overdue": 1,
        "by_category": {"technical": 0, "billing": 1, "tariff": 0, "sim": 1, "complaint": 0, "other": 3},
        "by_priority": {"low": 1, "medium": 2, "high": 1, "critical": 1},
        "avg_resolution_time": None,
    }


async def test_the_average_resolution_time_is_of_resolved_tickets_closed_or_not(factory: Factory) -> None:
    for seconds in (10, 20, 20.5):
        ticket = await factory.ticket()
        moment = ticket.created_at + timedelta(seconds=seconds)
        context = await factory.context(clock=lambda moment=moment: moment)
        await factory.run("ticket.resolve", ticket.id, context=context, resolution="Готово")
        if seconds == 10:
            await factory.run("ticket.close", ticket.id)
    await factory.run("ticket.close", (await factory.ticket()).id)
    assert (await of(factory, "Ticket"))["avg_resolution_time"] == 16.83


async def test_nothing_is_counted_but_open_and_unassigned_tickets_by_index(sqlite_settings: Settings) -> None:
    database = await open_database(sqlite_settings)
    for typename, asked in _STATISTICS.items():
        if typename == "Tariff":  # an operator has a few dozen
            continue
        sql, parameters = asked.sql, ["x"] if "$" in asked.sql else []
        steps = [str(row[3]) for row in await database.fetch(f"EXPLAIN QUERY PLAN {sql}", parameters)]
        reads = [step for step in steps if step.startswith(("SCAN", "SEARCH"))]
        assert reads
        assert all("tallies USING PRIMARY KEY" in step or "INDEX tickets_" in step for step in reads), steps
    await database.close()
