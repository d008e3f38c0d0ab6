"""`write()`: whole or not at all, run anew when raced, the only way to change anything."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from models.database import Raced, Unavailable, rows
from models.database.meter import METER, Meter
from models.tariffs import Tariff
from models.users import User
from resolvers.write.unit_of_work import select
from tests.conftest import opened
from tests.models.rows import MOMENT, added, insert, valid


async def users(database):
    ((count,),) = await database.fetch("SELECT count(*) FROM users")
    return count


async def test_what_the_body_gives_is_given_and_its_work_is_committed(database):
    assert await database.write(lambda tx: insert(tx, "users")) == 1
    assert await users(database) == 1


async def test_an_exception_undoes_all(database):
    async def body(tx):
        await insert(tx, "users")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(body)
    assert await users(database) == 0


async def test_a_row_comes_back_as_it_was_saved(database):
    options = {"роуминг": [1, {"a": None}], "x": 1.5}
    tariff = Tariff(**valid("tariffs", extra_options=options, monthly_fee=999_999_999_999))
    await database.write(lambda tx: rows.insert(tx, tariff))
    (read,) = await select(database, Tariff, [tariff.id])
    assert read.row() == tariff.row()


async def test_moments_of_any_zone_are_the_same_moment(database):
    there = timezone(timedelta(hours=6))
    await added(database, "users", created_at=MOMENT.astimezone(there))

    sql = "SELECT id FROM users WHERE created_at = $1"
    assert await database.fetch(sql, [MOMENT]) == await database.fetch(sql, [MOMENT.astimezone(there)]) == [(1,)]
    (user,) = await select(database, User, [1])
    assert user.created_at == MOMENT


async def test_a_raced_write_runs_anew_on_a_clean_slate(database):
    attempts = []

    async def body(tx):
        await insert(tx, "users")
        attempts.append(1)
        if len(attempts) < 3:
            raise Raced
        return await tx.fetch("SELECT count(*) FROM users")

    assert await database.write(body) == [(1,)]
    assert len(attempts) == 3


async def test_a_write_that_is_always_raced_gives_up(database):
    async def body(tx):
        await insert(tx, "users")
        raise Raced

    with pytest.raises(Unavailable) as given_up:
        await database.write(body)
    assert isinstance(given_up.value.__cause__, Raced)
    assert await users(database) == 0


async def test_nothing_is_committed_after_a_failure_that_the_body_swallowed(postgres_settings):
    """PostgreSQL would answer COMMIT with a silent ROLLBACK."""
    async with opened(postgres_settings) as database:

        async def body(tx):
            await insert(tx, "users", username="a")
            try:
                await insert(tx, "users", username="a")
            except IntegrityError:
                return "all well"

        with pytest.raises(TransactionManagementError):
            await database.write(body)
        assert await users(database) == 0


async def test_reads_outside_a_transaction_cannot_write(database):
    statement = "INSERT INTO login_failures (username, address, created_at) VALUES ('a', 'b', '2026-01-01T00:00:00Z')"
    with pytest.raises(Unavailable):
        await database.fetch(statement)
    assert await users(database) == 0


@pytest.mark.parametrize("seconds", [0, 0.01], ids=["during the commit", "after it"])
async def test_what_is_left_running_after_the_end_is_refused(database, seconds):
    late = []

    async def straggler(tx):
        await asyncio.sleep(seconds)
        for work in (tx.fetch("SELECT 1"), insert(tx, "users"), tx.fetch_all([("SELECT 1", [])])):
            try:
                await work
            except TransactionManagementError:
                late.append("refused")

    async def body(tx):
        return asyncio.create_task(straggler(tx))

    await (await database.write(body))
    assert late == ["refused"] * 3
    assert await users(database) == 0


async def test_a_wrong_statement_is_an_operational_error(database):
    with pytest.raises(OperationalError):
        await database.fetch("SELECT nothing FROM nowhere")
    with pytest.raises(OperationalError):
        await database.write(lambda tx: tx.fetch("SELECT nothing FROM nowhere"))


async def test_concurrent_statements_in_one_transaction_take_turns(database):
    async def body(tx):
        await asyncio.gather(*(insert(tx, "users") for _ in range(7)))

    await database.write(body)
    assert await users(database) == 7


async def test_every_statement_is_metered_and_no_begin_or_commit(database):
    async def body(tx):
        await tx.fetch("SELECT 1")
        await insert(tx, "users")
        await tx.fetch("UPDATE users SET first_name = 'A'")

    meter = Meter()
    token = METER.set(meter)
    await database.write(body)
    assert meter.statements == 3
    await database.fetch("SELECT 1")
    assert meter.statements == 4
    assert 0 < meter.seconds < 5
    METER.reset(token)
    await database.fetch("SELECT 1")
    assert meter.statements == 4


async def test_two_databases_may_be_open_at_once(settings, database):
    async with opened(settings) as other:
        await other.write(lambda tx: insert(tx, "users"))
        assert await users(database) == 1
    await database.write(lambda tx: insert(tx, "users"))
    assert await users(database) == 2


async def test_both_kinds_may_be_opened_one_after_the_other(sqlite_settings, postgres_settings):
    for settings in (sqlite_settings, postgres_settings, sqlite_settings):
        async with opened(settings) as database:
            before = await users(database)
            await database.write(lambda tx: insert(tx, "users"))
            assert await users(database) == before + 1


async def test_the_moment_keeps_its_microseconds(database):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    await added(database, "users", created_at=moment)
    (user,) = await select(database, User, [1])
    assert user.created_at == moment
    if database.dialect == "sqlite":
        assert await database.fetch("SELECT created_at FROM users") == [("2026-01-01T00:00:00.000000Z",)]
