"""The data to begin with: what the demo tells, and that a seed at scale is whole, repeatable and leaves no trace."""

from __future__ import annotations

import pytest

from abonent.people import STAFF
from abonent.seed.demo import load_demo
from abonent.seed.scale import load_scale
from models.database import Dialect, open_database
from tests.conftest import settings_for

PASSWORDS = {person.username: "the-password-1" for person in STAFF}

STATES = {
    "customers": {"active", "suspended", "blocked"},
    "sims": {"free", "active", "suspended", "blocked", "closed"},
    "contracts": {"draft", "active", "suspended", "terminated"},
    "payments": {"pending", "processing", "success", "failed", "cancelled", "refunded"},
    "tickets": {"new", "in_progress", "waiting", "resolved", "closed"},
}


async def states(database, table):
    return {row[0] for row in await database.fetch(f"SELECT DISTINCT status FROM {table}")}


async def one(database, sql):
    ((value,),) = await database.fetch(sql)
    return value


# --- the demo -----------------------------------------------------------------------------------------------------


@pytest.fixture
async def demo(database, settings):
    await load_demo(database, settings, PASSWORDS)
    return database


async def test_the_demo_has_every_state_of_everything(demo):
    assert {table: await states(demo, table) for table in STATES} == STATES


async def test_the_demo_tells_what_staff_meet(demo):
    moment = "now()" if demo.dialect is Dialect.POSTGRES else "strftime('%Y-%m-%dT%H:%M:%f000Z')"
    open_states = "('new', 'in_progress', 'waiting')"
    assert await one(demo, f"SELECT COUNT(*) FROM tickets WHERE status IN {open_states} AND due_at < {moment}") >= 1
    assert await one(demo, "SELECT COUNT(*) FROM tickets WHERE status = 'new' AND assigned_to_id IS NULL") >= 1
    assert await one(demo, "SELECT COUNT(*) FROM contracts WHERE suspension_reason = 'customer'") >= 1
    assert await one(demo, "SELECT COUNT(*) FROM contracts WHERE suspension_reason = 'manual'") >= 1
    assert await one(demo, "SELECT COUNT(*) FROM customers WHERE customer_type = 'organization'") == 2
    assert await one(demo, "SELECT COUNT(*) FROM contracts WHERE balance < 0") == 3
    assert await one(demo, "SELECT COUNT(*) FROM contracts WHERE suspension_reason = 'insufficient_funds'") == 1
    promised = "SELECT COUNT(*) FROM contracts WHERE status = 'active' AND promised_amount > 0 AND balance < 0"
    assert await one(demo, promised) == 1
    near = """SELECT COUNT(*) FROM contracts c JOIN tariff_terms t ON t.id = c.terms_id
        WHERE c.status = 'active' AND c.balance < t.monthly_fee AND c.balance > t.monthly_fee - 100"""
    assert await one(demo, near) == 1
    assert await one(demo, "SELECT COUNT(*) FROM payments WHERE transaction_type = 'refund'") == 1
    assert await one(demo, "SELECT COUNT(*) FROM payments WHERE transaction_type = 'correction' AND amount < 0") == 1


async def test_the_demos_history_is_real(demo):
    made = await one(demo, "SELECT COUNT(*) FROM audit_events WHERE entity = 'cus' AND action = 'create'")
    assert made == await one(demo, "SELECT COUNT(*) FROM customers")
    assert await one(demo, "SELECT COUNT(*) FROM audit_events WHERE entity = 'pay' AND action = 'refund'") == 1


# --- at scale -----------------------------------------------------------------------------------------------------


async def schema_of(database):
    if database.dialect is Dialect.SQLITE:
        return await database.fetch(
            "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 1, 2"
        )
    indexes = await database.fetch("SELECT 'index', indexname, indexdef FROM pg_indexes ORDER BY 2")
    rules = "SELECT 'rule', conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid > 0 ORDER BY 2, 3"
    return [tuple(row) for row in [*indexes, *await database.fetch(rules)]]


async def test_scale_has_every_state_of_everything(database, settings):
    await load_scale(database, settings, PASSWORDS, 200)
    assert {table: await states(database, table) for table in STATES} == STATES


async def test_scale_leaves_the_schema_as_it_was(database, settings):
    before = await schema_of(database)
    await load_scale(database, settings, PASSWORDS, 5)
    assert await schema_of(database) == before


async def test_work_goes_on_after_a_seed_at_scale(database, settings, factory):
    contract = await factory.active_contract()
    await load_scale(database, settings, PASSWORDS, 5)
    await load_scale(database, settings, PASSWORDS, 5)
    assert (await factory.active_contract(balance="10.00")).id == contract.id + 21
    assert await one(database, "SELECT COUNT(*) FROM payments") == 201


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_two_seeds_are_alike(sqlite_template, settings, database, tmp_path):
    other_file = tmp_path / "other.sqlite3"
    other_file.write_bytes(sqlite_template.read_bytes())
    other_settings = settings_for(f"sqlite://{other_file}")
    other = await open_database(other_settings)
    await load_scale(other, other_settings, PASSWORDS, 30)
    await load_scale(database, settings, PASSWORDS, 30)
    for table in (*STATES, "tariffs", "ledger_entries", "audit_events"):
        rows = f"SELECT * FROM {table} WHERE 'usr' <> {'entity' if table == 'audit_events' else 'id'} ORDER BY id"
        assert await database.fetch(rows) == await other.fetch(rows)
    await other.close()


async def test_a_seed_that_fails_leaves_nothing(database, settings, monkeypatch):
    before = await schema_of(database)

    def broken(*_):
        raise RuntimeError("no more tickets")
        yield

    monkeypatch.setattr("abonent.seed.scale.ticket_rows", broken)
    with pytest.raises(RuntimeError):
        await load_scale(database, settings, PASSWORDS, 5)
    assert await one(database, "SELECT COUNT(*) FROM customers") == 0
    assert await schema_of(database) == before
