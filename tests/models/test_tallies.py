"""Tallies: how many rows there are, exact at every commit, though no writer waits for another because of them."""

from __future__ import annotations

import asyncio

import pytest

from models.database import open_database
from models.tallies import KEYS, RESOLUTIONS, wrong
from resolvers import contracts, payments, sims, tickets
from resolvers.read.compiler import compile_root
from resolvers.read.search import Lookup, Sought, search_words
from resolvers.read.selection import Choose, Comparison, Condition, Kind, Numbered, Object, Scalar
from resolvers.read.sources import Column
from resolvers.read.statistics import statistics
from tests.resolvers.read.selections import bound
from tests.resolvers.read.world import put, world

NOTHING_WRONG: list[tuple[object, ...]] = []


async def tallied(database, table):
    sql = f"SELECT key1, sum(number) FROM tallies WHERE counted = '{table}' GROUP BY key1 HAVING sum(number) <> 0"
    return {key: int(number) for key, number in await database.fetch(sql)}


async def change(database, *statements):
    async def body(tx):
        for sql in statements:
            await tx.fetch(sql)

    await database.write(body)


async def test_what_is_inserted_changed_and_deleted_is_counted_at_once(database):
    await put(database, world(payments=12))
    before = await tallied(database, "payments")
    assert sum(before.values()) == 12
    assert await database.fetch(wrong(database.dialect)) == NOTHING_WRONG
    await change(
        database,
        "UPDATE payments SET status = 'failed', balance_after = NULL, refunded_amount = 0 WHERE id <= 3",
        "DELETE FROM payments WHERE id = 12 AND NOT EXISTS (SELECT 1 FROM ledger_entries WHERE payment_id = 12)",
        "UPDATE contracts SET balance = balance + 1",
    )
    assert (await tallied(database, "payments"))["failed"] >= 3
    assert await database.fetch(wrong(database.dialect)) == NOTHING_WRONG


async def test_resolutions_are_counted_with_the_time_that_they_took(database):
    await put(database, world(tickets=12))
    for change_of_a_ticket in (
        "UPDATE tickets SET status = 'closed', closed_at = updated_at, resolved_at = created_at WHERE id <= 4",
        "UPDATE tickets SET resolved_at = NULL WHERE id = 2",
        "UPDATE tickets SET resolved_at = updated_at WHERE id = 3",
        "DELETE FROM tickets WHERE id = 4",
        "UPDATE tickets SET subject = 'another' WHERE id = 1",
    ):
        await change(database, change_of_a_ticket)
        assert await database.fetch(wrong(database.dialect)) == NOTHING_WRONG, change_of_a_ticket


async def test_what_is_rolled_back_was_never_counted(database):
    await put(database, world(payments=12))
    before = await tallied(database, "payments")

    async def fail(tx):
        await tx.fetch("UPDATE payments SET status = 'cancelled', balance_after = NULL, refunded_amount = 0")
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(fail)
    assert await tallied(database, "payments") == before


async def test_a_change_counts_for_nobody_else_before_it_is_committed(database):
    await put(database, world(payments=12))
    before = await statistics(database, "Payment")

    async def look_meanwhile(tx):
        await tx.fetch("UPDATE payments SET status = 'cancelled', balance_after = NULL, refunded_amount = 0")
        assert await statistics(database, "Payment") == before
        assert (await statistics(tx, "Payment"))["cancelled"] == 12

    await database.write(look_meanwhile)
    assert (await statistics(database, "Payment"))["cancelled"] == 12


SWAPS = ("UPDATE customers SET document_type = 'id_card'", "UPDATE customers SET document_type = 'passport'")


async def test_many_changes_leave_one_row_of_each_kind(database):
    await put(database, world(payments=12))
    for _ in range(8):
        await change(database, *SWAPS * 50)
    repeated = "SELECT counted, key1, key2, key3 FROM tallies GROUP BY 1, 2, 3, 4 HAVING count(*) > 1"
    assert await database.fetch(repeated) == NOTHING_WRONG
    assert await database.fetch(wrong(database.dialect)) == NOTHING_WRONG


@pytest.fixture
async def server(postgres_settings):
    """PostgreSQL alone has slots: SQLite has one writer at a time."""
    opened = await open_database(postgres_settings)
    yield opened
    await opened.close()


async def test_no_writer_waits_for_another_because_of_a_tally(server):
    await put(server, world(payments=12))
    await change(server, "UPDATE customers SET status = 'active'")
    changed, done = asyncio.Event(), asyncio.Event()

    async def hold(tx):
        await tx.fetch("UPDATE customers SET status = 'blocked' WHERE id = 1")
        changed.set()
        await done.wait()

    holding = asyncio.create_task(server.write(hold))
    await changed.wait()
    async with asyncio.timeout(5):
        await change(server, "UPDATE customers SET status = 'blocked' WHERE id <> 1")
    assert await tallied(server, "customers") == {"active": 1, "blocked": 7}
    done.set()
    await holding
    assert await tallied(server, "customers") == {"blocked": 8}
    assert await server.fetch(wrong(server.dialect)) == NOTHING_WRONG


async def test_what_changes_leave_behind_is_tidied_up_without_a_vacuum(server):
    await put(server, world(payments=12))
    await change(server, "ALTER TABLE tallies SET (autovacuum_enabled = off)")
    for _ in range(100):
        await change(server, *SWAPS)
    size = "SELECT pg_relation_size('tallies')"
    ((before,),) = await server.fetch(size)
    for _ in range(300):
        await change(server, *SWAPS)  # 32 rows each, of 100 bytes and more: almost a megabyte
    ((after,),) = await server.fetch(size)
    assert after - before <= 64 * 1024
    await change(server, "ALTER TABLE tallies RESET (autovacuum_enabled)")


async def test_every_table_that_is_tallied_is_known(database):
    await put(database, world(payments=12))
    rows = await database.fetch("SELECT DISTINCT counted FROM tallies")
    assert {name for (name,) in rows} <= {*KEYS, RESOLUTIONS}


def listed(spec, *where, words=()):
    shown = Object(spec.table, (Scalar("id", Column("id", Kind.INTEGER)),))
    return Numbered(shown, Choose(where, words, spec.default_order), 10, 0)


def equal(spec, name, value, comparison=Comparison.EQUALS):
    (source,) = (one.source for one in spec.filters if one.name == name)
    return Condition(source, comparison, bound(value))


TOLD = [
    (payments.LIST, ()),
    (payments.LIST, (("status", "pending"), ("payment_method", "cash"))),
    (payments.LIST, (("status", ["pending", "processing"], Comparison.IN),)),
    (contracts.LIST, (("status", "active"),)),
    (sims.LIST, (("status", "free"),)),
    (tickets.LIST, (("priority", "high"),)),
]


@pytest.mark.parametrize(("spec", "filters"), TOLD)
async def test_a_list_without_filters_or_with_those_that_are_tallied_counts_no_row(database, spec, filters):
    await put(database, world())
    root = listed(spec, *(equal(spec, *one) for one in filters))
    plan = compile_root(root, database.dialect)
    assert "count(*)" not in plan.sql
    count, _ = await plan.page(database, {})
    sql = f"SELECT count(*) FROM {spec.table.name}"
    for place, (name, value, *_) in enumerate(filters):
        values = value if isinstance(value, list) else [value]
        sql += f" {'AND' if place else 'WHERE'} {name} IN ({', '.join(repr(one) for one in values)})"
    assert [(count,)] == [tuple(row) for row in await database.fetch(sql)]


@pytest.mark.parametrize(
    "root",
    [
        listed(payments.LIST, equal(payments.LIST, "contract", 1)),
        listed(payments.LIST, words=search_words((Lookup.WHOLE,), bound((Sought("txn"),)))),
        listed(payments.LIST, words=search_words((Lookup.READING,), bound((Sought("t"),)))),
        listed(payments.LIST, equal(payments.LIST, "status", "pending"), equal(payments.LIST, "contract", 1)),
    ],
)
async def test_what_is_not_tallied_is_counted(database, root):
    assert "tallies" not in compile_root(root, database.dialect).sql
