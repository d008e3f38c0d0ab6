"""SQLite's search index is kept in step by its triggers alone (PostgreSQL's is an ordinary index)."""

from __future__ import annotations

import pytest

from tests.conftest import opened
from tests.models.rows import added
from tests.models.test_schema import SEARCHED


@pytest.fixture
async def sqlite(sqlite_settings):
    async with opened(sqlite_settings) as database:
        yield database


async def found(database, table, piece):
    rows = await database.fetch(f"SELECT rowid FROM {table}_search WHERE search MATCH $1", [f'"{piece}"'])
    return [row_id for (row_id,) in rows]


@pytest.mark.parametrize("table", SEARCHED)
async def test_a_row_is_found_by_its_present_text_and_no_other(sqlite, table):
    row_id = await added(sqlite, table, search="иванов\nпетр")
    assert await found(sqlite, table, "вано") == [row_id]
    assert await found(sqlite, table, "ов\nпе") == [row_id]
    await sqlite.write(lambda tx: tx.fetch(f"UPDATE {table} SET search = 'сидоров'"))
    assert await found(sqlite, table, "вано") == []
    assert await found(sqlite, table, "сидо") == [row_id]
    await sqlite.write(lambda tx: tx.fetch(f"DELETE FROM {table}"))
    assert await found(sqlite, table, "сидо") == []


@pytest.mark.parametrize("table", SEARCHED)
async def test_the_index_can_be_filled_anew(sqlite, table):
    await added(sqlite, table, search="иванов")
    rebuild = f"INSERT INTO {table}_search ({table}_search) VALUES ('rebuild')"
    check = f"INSERT INTO {table}_search ({table}_search, rank) VALUES ('integrity-check', 1)"
    await sqlite.write(lambda tx: tx.fetch(rebuild))
    await sqlite.write(lambda tx: tx.fetch(check))
    assert await found(sqlite, table, "вано") == [1]


async def test_the_id_of_a_new_row_is_its_own_and_not_the_indexs(sqlite):
    for expected in range(1, 4):
        assert await added(sqlite, "customers") == expected
    assert await added(sqlite, "tickets") == 1


async def test_casefold_knows_every_alphabet(sqlite):
    assert await sqlite.fetch("SELECT casefold('ЁЖ Straße'), casefold(NULL)") == [("ёж strasse", None)]
