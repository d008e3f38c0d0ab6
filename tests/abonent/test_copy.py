"""A whole database moves into an empty one, of either kind: every row and every id, and work goes on there."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager

import pytest

from abonent.check.run import check
from abonent.copy.run import BATCH, copy
from abonent.people import console, make_user
from abonent.seed.demo import load_demo
from abonent.seed.scale import load_scale
from models.database import Dialect, Unavailable
from models.migrations import migrate, need_migrated
from tests.abonent.test_app import serving
from tests.abonent.test_cli import runner
from tests.conftest import POSTGRES_URL, _execute, opened, settings_for

PASSWORDS = dict.fromkeys(("admin", "supervisor", "operator", "employee"), "a-long-enough-one")
"""Of the demo's staff."""


@pytest.fixture(params=["sqlite", "postgres"])
def target(request, tmp_path, worker_id):
    """Settings of a database that is still to be migrated."""
    if request.param == "sqlite":
        yield settings_for(f"sqlite://{tmp_path}/target/abonent.sqlite3")
        return
    name = f"abonent_copy_{worker_id}_{os.getpid()}"
    asyncio.run(_execute(POSTGRES_URL, f"CREATE DATABASE {name}"))
    yield settings_for(POSTGRES_URL.rpartition("/")[0] + f"/{name}")
    asyncio.run(_execute(POSTGRES_URL, f"DROP DATABASE {name} WITH (FORCE)"))


@asynccontextmanager
async def copied(settings, target):
    """The target, with everything in it."""
    await migrate(target)
    await copy(settings, target)
    async with opened(target) as database:
        yield database


TABLES = {
    Dialect.SQLITE: "SELECT name FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    Dialect.POSTGRES: "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}


async def counts(database):
    names = [row[0] for row in await database.fetch(TABLES[database.dialect])]
    return {
        name: (await database.fetch(f"SELECT count(*) FROM {name}"))[0][0]
        for name in names
        if name not in {"schema_migrations", "tallies"}
    }


async def wrong(database, settings):
    return [sentence async for verdict in check(database, settings) for sentence in verdict.told]


async def test_the_demo_moves_whole_and_nothing_is_wrong_with_it(database, settings, target):
    await load_demo(database, settings, PASSWORDS)
    async with copied(settings, target) as moved:
        before, after = await counts(database), await counts(moved)
        assert {name: number for name, number in before.items() if number} == {
            name: number for name, number in after.items() if number
        }
        assert after["audit_events"] > 100
        assert await wrong(moved, target) == []


QUERY = """{
    customers(first: 50) {
        totalCount
        nodes {
            id fullName email birthDate createdAt updatedAt
            contracts { nodes {
                id number balance activationDate
                tariff { name extraOptions isActive }
                sim { iccid status }
                ledger { nodes { id amount } }
                payments { nodes { id amount status processedAt } }
            } }
            tickets { nodes { id subject isOverdue dueAt } }
            history { nodes { id action createdAt changes { field old new } } }
        }
    }
    paymentStatistics { total totalAmount }
    found: customers(search: "Асан") { nodes { id } }
}"""


async def test_who_is_logged_in_stays_so_and_gets_the_same_answers(database, settings, target):
    await load_demo(database, settings, PASSWORDS)
    async with serving(settings) as http:
        login = {"username": "admin", "password": PASSWORDS["admin"]}
        token = (await http.post("/api/auth/login/", json=login)).json()["access"]
        bearer = {"Authorization": f"Bearer {token}"}
        before = (await http.post("/graphql", json={"query": QUERY}, headers=bearer)).json()
    async with copied(settings, target), serving(target) as http:
        after = (await http.post("/graphql", json={"query": QUERY}, headers=bearer)).json()
    assert "errors" not in before
    assert before["data"]["found"]["nodes"]
    assert after == before


async def test_work_goes_on_with_the_ids_that_follow(factory, settings, target):
    gone = await factory.user(username="gone")
    await factory.run("user.delete", gone.id)
    async with copied(settings, target) as moved:
        typed = {"username": "next", "password": PASSWORDS["admin"], "role": "admin"}
        assert await make_user(console(moved, target), typed) == gone.id + 1


@pytest.mark.long
async def test_a_batch_more_than_is_kept_in_memory_moves_too(database, settings, target):
    await load_scale(database, settings, PASSWORDS, BATCH // 18)
    async with copied(settings, target) as moved:
        assert (await moved.fetch("SELECT count(*) FROM payments"))[0][0] > BATCH
        assert await wrong(moved, target) == []


async def test_a_target_with_anything_in_it_is_refused_and_left_as_it_was(factory, settings, target):
    await factory.customer()
    await migrate(target)
    async with opened(target) as other:
        await make_user(console(other, target), {"username": "somebody", "password": PASSWORDS["admin"]})
        before = await counts(other)
        with pytest.raises(Unavailable, match="The target is not empty: it has rows in"):
            await copy(settings, target)
        assert await counts(other) == before


async def test_what_cannot_be_copied_leaves_nothing(factory, settings, target):
    await factory.customer()
    await factory.tariff()
    await migrate(target)
    async with opened(target) as other:
        narrow = "ALTER TABLE tariffs RENAME TO fares"
        await other.write(lambda work: work.fetch(narrow))
        before = await counts(other)
        with pytest.raises(Unavailable, match="no place for tariffs"):
            await copy(settings, target)
        assert await counts(other) == before


# --- the command --------------------------------------------------------------------------------------------------


async def test_the_command_counts_and_checks_what_has_come(factory, settings, target, tmp_path, monkeypatch):
    await factory.active_contract(balance="10.00")
    run = runner(settings.database_url, tmp_path, monkeypatch)
    done = await run("copy", "--to", target.database_url)
    assert done.exit_code == 0, done.output
    assert " 1 contracts" in done.output
    assert "all is well" in done.output


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_what_cannot_be_a_target_is_told(settings, tmp_path, monkeypatch):
    run = runner(settings.database_url, tmp_path, monkeypatch)
    for url, words in {
        "mysql://u:hunter2@h/n": "expected is sqlite://FILE",
        settings.database_url: "it is the database to be copied",
        "postgres://u:hunter2@127.0.0.1:1/n": "PostgreSQL cannot be reached",
    }.items():
        done = await run("copy", "--to", url)
        assert isinstance(done.exception, SystemExit)
        assert words in done.output
        assert "hunter2" not in done.output


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_source_of_an_older_version_is_refused(database, settings):
    await database.write(lambda work: work.fetch("DELETE FROM schema_migrations WHERE name = '0007_tariff_order'"))
    with pytest.raises(Unavailable, match="run `abonent migrate` on it first"):
        await need_migrated(settings)
