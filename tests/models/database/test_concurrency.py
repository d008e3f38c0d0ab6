"""Readers, writers, and other processes on the same database: real processes, some of them killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from models.database import Dialect
from models.migrations import migrate
from tests.conftest import opened, settings_for
from tests.models.database.test_write import users
from tests.models.rows import added, insert

ROOT = Path(__file__).parents[3]


async def process(script, *arguments):
    """A Python process that runs `script` with the project at hand."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        script,
        *map(str, arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def finished(*processes):
    """Their outputs, once they have ended well."""
    outputs = []
    for one in processes:
        output, errors = await asyncio.wait_for(one.communicate(), 60)
        assert one.returncode == 0, errors.decode()
        outputs.append(output.decode())
    return outputs


async def test_readers_do_not_wait_behind_an_open_transaction(database):
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def body(tx):
        await insert(tx, "users")
        begun.set()
        await go_on.wait()

    writer = asyncio.create_task(database.write(body))
    await begun.wait()
    async with asyncio.timeout(1):
        assert await users(database) == 0
    go_on.set()
    await writer
    assert await users(database) == 1


async def test_a_slow_reader_does_not_hold_up_a_writer(database):
    slow = "SELECT count(*) FROM pg_sleep(0.5)"
    if database.dialect is Dialect.SQLITE:
        slow = "WITH RECURSIVE n AS (SELECT 1 UNION ALL SELECT 1 FROM n LIMIT 2000000) SELECT count(*) FROM n"
    reader = asyncio.create_task(database.fetch(slow))
    await asyncio.sleep(0.02)
    await added(database, "users")
    assert not reader.done()
    await reader


INCREMENTS = """
import asyncio, sys
from models.database import Dialect, open_database
from models.settings import Settings

async def main(url, count):
    database = await open_database(Settings(url, ("",)))
    async def body(tx):
        locked = " FOR UPDATE" if tx.dialect is Dialect.POSTGRES else ""
        ((balance,),) = await tx.fetch("SELECT balance FROM contracts WHERE id = 1" + locked)
        await tx.fetch("UPDATE contracts SET balance = $1", [balance + 1])
    await asyncio.gather(*(database.write(body) for _ in range(count)))
    await database.close()

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


async def test_concurrent_increments_by_two_processes_lose_none(database, settings):
    await added(database, "contracts")
    await finished(*[await process(INCREMENTS, settings.database_url, 25) for _ in range(2)])
    assert await database.fetch("SELECT balance FROM contracts") == [(50,)]


async def test_transactions_that_lock_each_other_out_are_run_anew(postgres_settings):
    """Each takes the two rows in the other's order; PostgreSQL breaks the deadlock, and nobody hears of it."""
    async with opened(postgres_settings) as database:
        for _ in range(2):
            await added(database, "customers")
        meeting = asyncio.Barrier(2)
        tried = []

        async def body(tx, ids):
            tried.append(ids)
            for position, row_id in enumerate(ids):
                await tx.fetch("SELECT id FROM customers WHERE id = $1 FOR UPDATE", [row_id])
                if position == 0 and len(tried) <= 2:
                    await meeting.wait()

        await asyncio.gather(database.write(lambda tx: body(tx, (1, 2))), database.write(lambda tx: body(tx, (2, 1))))
        assert len(tried) == 3


async def test_a_racer_for_the_sqlite_file_waits_for_its_turn(sqlite_settings):
    """Another process holds the file for longer than one attempt's patience."""
    holder = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(2.5)
connection.execute("COMMIT")
"""
    async with opened(sqlite_settings) as database:
        other = await process(holder, sqlite_settings.database_url.removeprefix("sqlite://"))
        assert await other.stdout.readline() == b"held\n"
        assert await users(database) == 0
        assert await added(database, "users") == 1
        await finished(other)


MIGRATING = """
import asyncio, sys
from models.migrations import migrate
from models.settings import Settings
print(len(asyncio.run(migrate(Settings(sys.argv[1], ("",))))))
"""


async def test_two_processes_that_start_at_once_migrate_once(unmigrated_url):
    outputs = await finished(*[await process(MIGRATING, unmigrated_url) for _ in range(3)])
    async with opened(settings_for(unmigrated_url)) as database:
        every = len(list((ROOT / "models" / "migrations" / database.dialect.value).glob("*.sql")))
        assert sorted(int(output) for output in outputs) == [0, 0, every]
        assert await added(database, "payments") == 1


async def test_migrating_again_changes_nothing(settings, database):
    await added(database, "users")
    assert await migrate(settings) == []
    assert await users(database) == 1


WRITING = """
import asyncio, sys
from models.database import Dialect, open_database
from models.settings import Settings
from tests.models.rows import insert

async def main(url):
    database = await open_database(Settings(url, ("",)))
    async def pair(tx):
        await insert(tx, "users")
        return await insert(tx, "users")
    while True:
        print(await database.write(pair), flush=True)

asyncio.run(main(sys.argv[1]))
"""


async def test_a_process_killed_in_mid_write_leaves_whole_transactions(database, settings):
    writer = await process(WRITING, settings.database_url)
    acknowledged = 0
    for _ in range(20):
        acknowledged = int(await writer.stdout.readline())
    os.kill(writer.pid, signal.SIGKILL)
    rest, _ = await writer.communicate()
    acknowledged = int((rest.split(b"\n")[:-1] or [acknowledged])[-1])
    await database.write(lambda tx: tx.fetch("DELETE FROM users WHERE id = 0"))  # after whatever was under way
    count = await users(database)
    assert count % 2 == 0
    assert count in (acknowledged, acknowledged + 2)  # what was acknowledged is there
    if database.dialect is Dialect.SQLITE:
        assert await database.fetch("PRAGMA integrity_check") == [("ok",)]
    assert await added(database, "users", username="next")


@pytest.mark.parametrize("slashes", [2, 3])
async def test_four_slashes_are_an_absolute_file_like_three(tmp_path, slashes):
    settings = settings_for(f"sqlite:{'/' * slashes}{tmp_path}/abonent.sqlite3")
    await migrate(settings)
    async with opened(settings) as database:
        assert await added(database, "users") == 1
    assert (tmp_path / "abonent.sqlite3").exists()
