"""Data of the release before billing are carried forward: terms, anchors and the months that were served."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from models import migrations
from models.database.engine import Dialect
from models.migrations import migrate
from tests.conftest import opened, settings_for

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)
BEFORE = (
    """INSERT INTO tariffs (created_at, updated_at, name, tariff_type, monthly_fee, minutes_included, sms_included,
    data_gb_included, minute_overage_cost, sms_overage_cost, data_gb_overage_cost, extra_options, priority, is_active,
    search) VALUES ({now}, {now}, 'Старт', 'prepaid', 25000, 60, 50, 100, 1, 2, 3, '{{}}', 0, {true}, 'старт')""",
    """INSERT INTO customers (created_at, updated_at, first_name, last_name, phone, document_type, document_number,
    customer_type, status, search) VALUES ({now}, {now}, 'А', 'Б', '+996550123456', 'passport', '1', 'individual',
    'active', 'б')""",
    *(
        f"""INSERT INTO contracts (created_at, updated_at, number, customer_id, tariff_id, status, suspension_reason,
        signed_date, activation_date, termination_date, next_billing_date, credit_limit, balance, search)
        VALUES ({{now}}, {{now}}, '{number}', 1, 1, {state}, 0, {balance}, '{number}')"""
        for number, state, balance in (
            ("draft", "'draft', NULL, '2026-01-31', NULL, NULL, NULL", 0),
            ("active", "'active', NULL, '2026-01-31', '2026-01-31', NULL, '2026-02-28'", 700),
            ("suspended", "'suspended', 'manual', '2025-11-30', '2025-11-30', NULL, '2025-12-30'", 0),
            ("ended", "'terminated', NULL, '2025-11-30', '2025-11-30', '2025-12-05', NULL", 0),
            ("gone", "'draft', NULL, '2026-01-31', NULL, NULL, NULL", 0),
        )
    ),
    """INSERT INTO payments (created_at, updated_at, contract_id, transaction_type, amount, payment_method,
    transaction_id, status, balance_after, payment_date, processed_at, search) VALUES ({now}, {now}, 2, 'payment', 700,
    'cash', 'TXN-1', 'success', 700, {now}, {now}, 'txn-1')""",
    """INSERT INTO ledger_entries (contract_id, payment_id, amount, balance_after, created_at)
    VALUES (2, 1, 700, 700, {now})""",
    "DELETE FROM contracts WHERE number = 'gone'",
)


@pytest.fixture
async def carried(unmigrated_url, monkeypatch):
    """The database, with a row of each state from before billing."""
    settings, every = settings_for(unmigrated_url), migrations._files
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "_files", lambda kind: {n: f for n, f in every(kind).items() if n < "0013"})
        await migrate(settings)

    async def body(tx):
        postgres = tx.dialect is Dialect.POSTGRES
        spelt = {"now": f"'{NOW.isoformat()}'" if postgres else "'2026-01-31T08:00:00.000000Z'"}
        for statement in BEFORE:
            await tx.fetch(statement.format(true="true" if postgres else "1", **spelt))

    async with opened(settings_for(unmigrated_url, newer_schema=True)) as database:
        await database.write(body)
    await migrate(settings)
    async with opened(settings) as database:
        yield database


async def test_every_tariff_has_a_first_version_and_its_contracts_have_that(carried):
    sql = "SELECT tariff_id, version, monthly_fee, minutes_included, data_gb_included FROM tariff_terms"
    assert await carried.fetch(sql) == [(1, 1, 25000, 60, 100)]
    assert await carried.fetch("SELECT count(*) FROM contracts WHERE terms_id = 1") == [(4,)]


async def test_months_count_from_the_activation_and_are_settled_up_to_the_next_bill(carried):
    rows = await carried.fetch("SELECT contract_id, period_start, period_end, amount, status FROM charge_periods")
    assert [(one, _day(first), _day(last), amount, status) for one, first, last, amount, status in rows] == [
        (2, date(2026, 1, 31), date(2026, 2, 27), 0, "skipped"),
        (3, date(2025, 11, 30), date(2025, 12, 29), 0, "skipped"),
    ]
    anchors = await carried.fetch("SELECT anchor_date FROM contracts ORDER BY id")
    assert [_day(anchor) for (anchor,) in anchors] == [
        None,
        date(2026, 1, 31),
        date(2025, 11, 30),
        date(2025, 11, 30),
    ]


async def test_billing_is_off_and_nothing_else_has_changed(carried):
    assert await carried.fetch("SELECT id, billing_from, run_at FROM billing_policy") == [(1, None, None)]
    sql = "SELECT status, balance, promised_amount, search FROM contracts ORDER BY id"
    assert [row[:3] for row in await carried.fetch(sql)] == [
        ("draft", 0, 0),
        ("active", 700, 0),
        ("suspended", 0, 0),
        ("terminated", 0, 0),
    ]
    tallies = "SELECT key1, sum(number), sum(amount) FROM tallies WHERE counted = 'contracts' GROUP BY key1"
    found = {key: (number, amount) for key, number, amount in await carried.fetch(tallies)}
    assert found == {"active": (1, 700), "draft": (1, 0), "suspended": (1, 0), "terminated": (1, 0)}


async def test_an_id_that_was_given_is_not_given_again(carried):
    async def body(tx):
        sql = """INSERT INTO contracts (created_at, updated_at, number, customer_id, tariff_id, terms_id, status,
        signed_date, credit_limit, balance, search) SELECT created_at, updated_at, 'new', 1, 1, 1, status, signed_date,
        0, 0, 'new' FROM contracts WHERE id = 1 RETURNING id"""
        return await tx.fetch(sql)

    assert await carried.write(body) == [(6,)]


def _day(value):
    return date.fromisoformat(value) if isinstance(value, str) else value
