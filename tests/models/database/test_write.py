"""`write()`: whole or not at all, run anew when raced, the only way to change anything."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError
from tortoise.transactions import in_transaction

from models.database import Raced, Unavailable, open_database
from models.database.meter import METER, Meter
from models.tariffs import Tariff
from models.users import User
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
        await User.create(**valid("users"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(body)
    assert await users(database) == 0


async def test_tortoises_models_use_the_transaction(database):
    async def body(tx):
        user = await User.create(**valid("users", username="aibek"))
        assert await tx.fetch("SELECT username FROM users") == [("aibek",)]
        await insert(tx, "users", username="nurlan")
        assert await User.filter(username="nurlan").exists()
        assert await User.filter(username__in=["aibek", "nurlan"]).update(first_name="A") == 2
        await user.delete()

    await database.write(body)
    assert await database.fetch("SELECT username, first_name FROM users") == [("nurlan", "A")]


async def test_a_row_comes_back_as_it_was_saved(database):
    async def body(tx):
        del tx
        options = {"роуминг": [1, {"a": None}], "x": 1.5}
        tariff = await Tariff.create(**valid("tariffs", extra_options=options, monthly_fee=999_999_999_999))
        return tariff.row(), (await Tariff.get(id=tariff.id)).row()

    saved, read = await database.write(body)
    assert read == saved | {"created_at": MOMENT}


async def test_moments_of_any_zone_are_the_same_moment(database):
    there = timezone(timedelta(hours=6))
    await added(database, "users", created_at=MOMENT.astimezone(there))

    async def found(tx):
        by_sql = await tx.fetch("SELECT id FROM users WHERE created_at = $1", [MOMENT])
        by_model = await User.filter(created_at__gte=MOMENT.astimezone(there)).values_list("id", flat=True)
        return by_sql, by_model, (await User.first()).created_at

    assert await database.write(found) == ([(1,)], [1], MOMENT)


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
    with pytest.raises(Unavailable):
        await User.create(**valid("users"))
    assert await users(database) == 0


async def test_tortoises_own_transactions_are_refused(database):
    async def body(tx):
        del tx
        async with in_transaction():
            pass

    with pytest.raises(TransactionManagementError):
        await database.write(body)


@pytest.mark.parametrize("seconds", [0, 0.01], ids=["during the commit", "after it"])
async def test_what_is_left_running_after_the_end_is_refused(database, seconds):
    late = []

    async def straggler(tx):
        await asyncio.sleep(seconds)
        for work in (tx.fetch("SELECT 1"), User.create(**valid("users")), User.all().count()):
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
        await asyncio.gather(*(insert(tx, "users") for _ in range(5)), *(User.create(**valid("users")) for _ in "12"))

    await database.write(body)
    assert await users(database) == 7


async def test_every_statement_is_metered_and_no_begin_or_commit(database):
    async def body(tx):
        await tx.fetch("SELECT 1")
        user = await User.create(**valid("users"))
        user.first_name = "A"
        await user.save(update_fields=["first_name"])
        await User.bulk_create([User(**valid("users")) for _ in range(3)])
        await user.delete()

    meter = Meter()
    token = METER.set(meter)
    await database.write(body)
    assert meter.statements == 5
    await database.fetch("SELECT 1")
    await User.all().count()
    assert meter.statements == 7
    assert 0 < meter.seconds < 5
    METER.reset(token)
    await database.fetch("SELECT 1")
    assert meter.statements == 7


async def test_two_databases_may_be_open_at_once(settings, database):
    async with opened(settings) as other:
        await other.write(lambda tx: insert(tx, "users"))
        assert await users(database) == 1
    await database.write(lambda tx: User.create(**valid("users")))
    assert await User.all().count() == 2


async def test_both_kinds_may_be_opened_one_after_the_other(sqlite_settings, postgres_settings):
    for settings in (sqlite_settings, postgres_settings, sqlite_settings):
        async with opened(settings) as database:
            saved = await database.write(lambda tx: User.create(**valid("users")))
            read = await database.write(lambda tx, saved=saved: User.get(id=saved.id))
            assert (read.is_active, read.created_at) == (True, MOMENT)
            assert await database.write(lambda tx: User.filter(created_at__gte=MOMENT, is_active=True).count()) >= 1


def test_a_database_left_open_in_a_loop_that_is_gone_is_in_nobodys_way(sqlite_settings):
    asyncio.run(open_database(sqlite_settings))

    async def by_model():
        async with opened(sqlite_settings) as database:
            await added(database, "users")
            return await User.all().count()

    assert asyncio.run(by_model()) == 1


async def test_the_moment_keeps_its_microseconds(database):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    await added(database, "users", created_at=moment)
    assert (await User.get(id=1)).created_at == moment
    if database.dialect == "sqlite":
        assert await database.fetch("SELECT created_at FROM users") == [("2026-01-01T00:00:00.000000Z",)]
