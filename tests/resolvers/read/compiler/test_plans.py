"""What a page costs does not depend on where it is: the databases' own plans say so."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import product

import pytest

from models import Payment, Tariff
from models.database import open_database
from models.database.engine import Dialect
from resolvers import contracts, customers, payments, sims, tariffs, tickets, users
from resolvers.journal import HISTORY, LEDGER
from resolvers.read.columns import column
from resolvers.read.compiler import compile_root
from resolvers.read.selection import (
    Choose,
    Comparison,
    Condition,
    Nodes,
    Numbered,
    Object,
    PageFact,
    PageInfo,
    Scalar,
    Term,
)
from resolvers.read.tables import PAYMENTS, TARIFFS
from tests.resolvers.read.selections import TABLES, bound, connection, newest
from tests.resolvers.read.world import START, put, world

MANY = 4000
SIZE = 10
DEEP = (START + timedelta(seconds=MANY // 2), MANY // 2)
"""The cursor of a row in the middle of the payments below, in the default order."""

IDS = Object(PAYMENTS, (Scalar("id", column(Payment, "id")),))
BOTH_WAYS = PageInfo("pageInfo", (("next", PageFact.HAS_NEXT), ("previous", PageFact.HAS_PREVIOUS)))
NEWEST = newest(PAYMENTS)
BY_ID = (Term(column(Payment, "id")),)
PENDING = Condition(column(Payment, "status"), Comparison.EQUALS, bound("pending"))


@pytest.fixture
async def sqlite_database(sqlite_settings):
    """For what only SQLite's plans tell in so many words, which do not depend on how many rows there are."""
    opened = await open_database(sqlite_settings)
    yield opened
    await opened.close()


@pytest.fixture
async def postgres_database(postgres_settings):
    """For what only PostgreSQL has an index for."""
    opened = await open_database(postgres_settings)
    yield opened
    await opened.close()


async def fill(database, payments=MANY, tariffs=5):
    """So many payments, in every state, that no planner mistakes them for few; or as many tariffs of one priority."""
    rows = world(payments=payments, tariffs=tariffs)
    for payment in rows["payments"]:
        payment["created_at"] = START + timedelta(seconds=payment["id"])
    for tariff in rows["tariffs"]:
        tariff.update(name=f"Тариф {tariff['id']:04}", priority=0)
    await put(database, rows)
    if database.dialect is Dialect.POSTGRES:

        async def analyze(tx):
            await tx.fetch("ANALYZE")

        await database.write(analyze)


async def steps(database, root):
    """Every step of the plan, in the database's own words; on PostgreSQL with the rows that it gave."""
    plan = compile_root(root, database.dialect)
    params = [bind({}) for bind in plan.binds]
    if database.dialect is Dialect.SQLITE:
        return [row[3] for row in await database.fetch(f"EXPLAIN QUERY PLAN {plan.sql}", params)]
    ((told,),) = await database.fetch(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {plan.sql}", params)
    return list(_nodes(json.loads(told)[0]["Plan"]))


def _nodes(node):
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def assert_walks_an_index(found):
    """No table is scanned, and next to no row is read or sorted but those of the page and the one after it."""
    if isinstance(found[0], str):
        made_here = {step.replace("CO-ROUTINE", "SCAN") for step in found}
        assert not [step for step in found if step.startswith("SCAN t") and not step.endswith(tuple(made_here))]
        assert not [step for step in found if "OF ORDER BY" in step]
        return
    assert not [node for node in found if node["Node Type"] == "Seq Scan"]
    assert all(node["Actual Rows"] + node.get("Rows Removed by Filter", 0) <= 10 * SIZE for node in found)


def page(order=NEWEST, where=(), **bounds):
    return connection(PAYMENTS, (Nodes("nodes", IDS), BOTH_WAYS), SIZE, order, where, **bounds)


@pytest.mark.parametrize(
    ("order", "cursor", "where"),
    [(NEWEST, DEEP, ()), (NEWEST, DEEP, (PENDING,)), (BY_ID, DEEP[1:], ())],
    ids=["created_at", "created_at of one status", "id"],
)
async def test_a_page_deep_in_a_list_is_read_off_an_index_either_way(database, order, cursor, where):
    await fill(database)
    for backward, boundary in product((False, True), ("after", "before")):
        assert_walks_an_index(await steps(database, page(order, where, backward=backward, **{boundary: cursor})))


async def test_the_boundary_is_where_the_index_is_entered(database):
    await fill(database)
    found = await steps(database, page(after=DEEP))
    if isinstance(found[0], str):
        assert [step for step in found if "payments_created (created_at<?)" in step]
    else:
        assert [node for node in found if "ROW(created_at, id) < ROW" in node.get("Index Cond", "")]


async def test_a_numbered_page_takes_its_ids_from_an_index_before_it_reads_a_row(sqlite_database):
    await fill(sqlite_database)
    found = await steps(sqlite_database, Numbered(IDS, Choose((), (), NEWEST), SIZE, MANY // 2))
    assert "SCAN t1 USING COVERING INDEX payments_created" in found
    assert [step for step in found if step.endswith("USING INTEGER PRIMARY KEY (rowid=?)")]


async def test_a_search_finds_its_hits_by_the_index_of_trigrams(database):
    await fill(database)

    async def searched(tx):
        if tx.dialect is Dialect.POSTGRES:
            await tx.fetch("SET LOCAL enable_seqscan = off")  # 4,000 rows are few enough to be looked through
        return await steps(tx, connection(PAYMENTS, (Nodes("nodes", IDS),), SIZE, words=("txn-399",)))

    found = await database.write(searched)
    if isinstance(found[0], str):
        hits = found.index("SCAN s VIRTUAL TABLE INDEX 0:M1")
        assert found[hits + 1] == "SEARCH t1 USING INTEGER PRIMARY KEY (rowid=?)"
    else:
        assert [node for node in found if node.get("Index Name") == "payments_search"]
        assert [node for node in found if node.get("Subplan Name", "").startswith("CTE")]


async def test_of_a_long_number_the_index_is_asked_for_its_end(postgres_database):
    await fill(postgres_database)

    async def searched(tx):
        await tx.fetch("SET LOCAL enable_seqscan = off")
        return await steps(tx, connection(PAYMENTS, (Nodes("nodes", IDS),), SIZE, words=("txn-0123456",)))

    found = await postgres_database.write(searched)
    (hits,) = (node for node in found if node.get("Index Name") == "payments_search")
    assert hits["Index Cond"] == "(search ~~ '%123456%'::text)"


SPECS = [customers.LIST, sims.LIST, contracts.LIST, payments.LIST, tickets.LIST, users.LIST, HISTORY, LEDGER]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.table.typename)
async def test_the_default_order_of_every_list_has_an_index(sqlite_database, spec):
    asked = Object(spec.table, (Scalar("id", column(TABLES[spec.table], "id")),))
    found = await steps(sqlite_database, connection(spec.table, (Nodes("n", asked),), SIZE, spec.default_order))
    assert not [step for step in found if "TEMP B-TREE" in step]


TARIFF_IDS = Object(TARIFFS, (Scalar("id", column(Tariff, "id")),))
OF_TARIFFS = tariffs.LIST.default_order
ACTIVE = Condition(column(Tariff, "is_active"), Comparison.EQUALS, bound(True))


@pytest.mark.parametrize("where", [(), (ACTIVE,)], ids=["all", "active"])
async def test_a_page_deep_in_tariffs_is_read_off_an_index_either_way(postgres_database, where):
    await fill(postgres_database, payments=45, tariffs=MANY)
    middle = (0, "тариф 2000", 2000)
    for backward, boundary in product((False, True), ("after", "before")):
        asked = (TARIFFS, (Nodes("nodes", TARIFF_IDS), BOTH_WAYS), SIZE, OF_TARIFFS, where)
        found = await steps(postgres_database, connection(*asked, backward=backward, **{boundary: middle}))
        assert_walks_an_index(found)
        assert [node for node in found if "ROW((~ priority), (CASE" in node.get("Index Cond", "")]


async def test_tariffs_of_one_priority_are_sorted_by_name_but_no_others_with_them(sqlite_database):
    found = await steps(sqlite_database, connection(TARIFFS, (Nodes("n", TARIFF_IDS),), SIZE, OF_TARIFFS))
    assert "SCAN t1 USING INDEX tariffs_priority" in found
    (sorted_by,) = (step for step in found if "TEMP B-TREE" in step)
    assert sorted_by in {f"USE TEMP B-TREE FOR {part} OF ORDER BY" for part in ("RIGHT PART", "LAST 2 TERMS")}
