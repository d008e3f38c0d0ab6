"""What one call changes in many rows costs statements by table, not by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from models.database import Dialect
from models.database.meter import METER, Meter
from models.tallies import wrong
from resolvers.write.batch import Step, perform_batch
from tests.factories import BY_NAME
from tests.properties.rules import breaches

if TYPE_CHECKING:
    from models.customers import Customer
    from models.database import Database, Transaction
    from tests.factories import Factory

MANY = 300

CONTRACTS = """
INSERT INTO contracts (created_at, updated_at, number, customer_id, tariff_id, terms_id, anchor_date, status,
    signed_date, activation_date, next_billing_date, credit_limit, balance, search)
SELECT c.created_at, c.updated_at, 'CTR-' || g, c.id, t.tariff_id, t.id, '2026-01-01', 'active', '2026-01-01',
    '2026-01-01', '2026-02-01', 0, 0, 'ctr-' || g || {newline} || 'осмонов' || {newline} || 'айбек'
FROM customers c, tariff_terms t, {numbers}
"""
SIMS = """
INSERT INTO sims (created_at, updated_at, iccid, imsi, msisdn, status, contract_id, search)
SELECT created_at, updated_at, CAST(1000000000000000000 + id AS text), CAST(100000000000000 + id AS text),
    '+996' || CAST(100000000 + id AS text), 'active', id, 'sim'
FROM contracts
"""
NUMBERS = {
    Dialect.POSTGRES: f"generate_series(1, {MANY}) g",
    Dialect.SQLITE: f"""(WITH RECURSIVE n(g) AS (SELECT 1 UNION ALL SELECT g + 1 FROM n WHERE g < {MANY})
        SELECT g FROM n)""",
}
NEWLINE = {Dialect.POSTGRES: "chr(10)", Dialect.SQLITE: "char(10)"}


@pytest.fixture
async def customer(factory: Factory) -> Customer:
    """A customer with many active contracts, each with its SIM."""
    made = await factory.customer()
    await factory.tariff()

    async def body(tx: Transaction) -> None:
        await tx.fetch(CONTRACTS.format(numbers=NUMBERS[tx.dialect], newline=NEWLINE[tx.dialect]))
        await tx.fetch(SIMS)

    await factory.database.write(body)
    return made


async def _statements(factory: Factory, name: str, customer: Customer, **raw: str) -> int:
    meter = Meter()
    token = METER.set(meter)
    try:
        if raw:
            await factory.patch(customer, **raw)
        else:
            await factory.run(name, customer.id)
    finally:
        METER.reset(token)
    return meter.statements


async def test_a_customer_with_many_contracts_is_suspended_in_few_statements(
    factory: Factory, database: Database, customer: Customer
) -> None:
    for name, status in (("customer.suspend", "suspended"), ("customer.activate", "active")):
        assert await _statements(factory, name, customer) <= 12
        for table in ("contracts", "sims"):
            assert await database.fetch(f"SELECT status, COUNT(*) FROM {table} GROUP BY status") == [(status, MANY)]
    events = await database.fetch("SELECT entity, action, COUNT(*) FROM audit_events GROUP BY 1, 2 ORDER BY 1, 2")
    assert {row[2] for row in events if row[0] in {"ctr", "sim"}} == {MANY}
    assert await breaches(database) == {}
    assert await database.fetch(wrong(database.dialect)) == []


async def test_a_customer_with_many_contracts_is_renamed_in_few_statements(
    factory: Factory, database: Database, customer: Customer
) -> None:
    assert await _statements(factory, "customer.update", customer, last_name="Новая") <= 10
    assert await database.fetch("SELECT COUNT(*) FROM contracts WHERE search LIKE '%новая%'") == [(MANY,)]
    assert await database.fetch("SELECT COUNT(*) FROM audit_events WHERE entity = 'ctr'") == [(0,)]


@pytest.mark.usefixtures("customer")
async def test_many_contracts_are_ended_at_once_in_few_statements_each(factory: Factory, database: Database) -> None:
    """Each looks for its own SIM, so here one statement more a call is the price."""
    ids = [row[0] for row in await database.fetch("SELECT id FROM contracts ORDER BY id LIMIT 20")]
    steps = [Step(BY_NAME["contract.terminate"], contract_id) for contract_id in ids]
    meter = Meter()
    token = METER.set(meter)
    await perform_batch(await factory.context(), steps)
    METER.reset(token)
    assert meter.statements <= len(steps) + 12
    assert await database.fetch("SELECT COUNT(*) FROM sims WHERE status = 'free'") == [(20,)]
    assert await database.fetch(wrong(database.dialect)) == []
