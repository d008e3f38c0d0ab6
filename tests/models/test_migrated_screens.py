"""Data of the release before comments and bindings are carried forward: first responses, and what is bound today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models import migrations
from models.migrations import migrate
from tests.conftest import opened, settings_for
from tests.models.rows import MOMENT, valid

RESOLVED = MOMENT + timedelta(minutes=90)


@pytest.fixture
async def carried(unmigrated_url, monkeypatch):
    """The database, with a bound SIM, a free one, and tickets from before."""
    settings, every = settings_for(unmigrated_url), migrations._files
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "_files", lambda kind: {n: f for n, f in every(kind).items() if n < "0066"})
        await migrate(settings)

    async def body(tx):
        async def put(table, **values):
            row = valid(table, **values)
            marks = ", ".join(f"${place}" for place in range(1, len(row) + 1))
            sql = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks}) RETURNING id"
            ((row_id,),) = await tx.fetch(sql, list(row.values()))
            return row_id

        tariff, customer = await put("tariffs"), await put("customers")
        terms = await put("tariff_terms", tariff_id=tariff)
        served = {"status": "active", "activation_date": MOMENT.date(), "anchor_date": MOMENT.date()}
        owners = {"customer_id": customer, "tariff_id": tariff, "terms_id": terms}
        contract = await put("contracts", **owners, **served, next_billing_date=MOMENT.date())
        await put("sims", msisdn="+996700000001", status="active", contract_id=contract, activated_at=RESOLVED)
        await put("sims", msisdn="+996700000002")
        await put("tickets", customer_id=customer, priority="critical")
        resolved = {"status": "resolved", "resolved_at": RESOLVED, "resolution": "Решено"}
        await put("tickets", customer_id=customer, priority="low", **resolved)

    async with opened(settings_for(unmigrated_url, newer_schema=True)) as database:
        await database.write(body)
    await migrate(settings)
    async with opened(settings) as database:
        yield database


def _moment(value):
    return datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) else value


async def test_what_is_bound_today_begins_the_history(carried):
    rows = await carried.fetch("SELECT sim_id, msisdn, contract_id, since, until FROM sim_bindings")
    assert [(*row[:3], _moment(row[3]), row[4]) for row in rows] == [(1, "+996700000001", 1, RESOLVED, None)]


async def test_a_resolution_was_the_first_response_and_every_ticket_has_its_time(carried):
    rows = await carried.fetch("SELECT first_response_at, first_response_due_at FROM tickets ORDER BY id")
    assert [tuple(map(_moment, row)) for row in rows] == [
        (None, MOMENT + timedelta(hours=1)),
        (RESOLVED, MOMENT + timedelta(hours=8)),
    ]
