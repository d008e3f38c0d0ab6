"""Files that were brought in are personal data: they go when they have done their work."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest

from models.users import Role
from resolvers.imports import uploads
from tests.resolvers.imports.files import PEOPLE, as_csv

pytestmark = pytest.mark.anyio


async def counted(database):
    sql = """SELECT (SELECT count(*) FROM uploads), (SELECT count(*) FROM upload_pieces),
        (SELECT count(*) FROM import_rows), (SELECT count(*) FROM import_results)"""
    return (await database.fetch(sql))[0]


async def another(factory, days):
    """A file that comes so many days later."""
    later = datetime.now(UTC) + timedelta(days=days)
    context = await factory.context(Role.SUPERVISOR, clock=lambda: later)
    await uploads.keep(context, "b.csv", io.BytesIO(f"phone\n{days}".encode()), None)


async def test_a_file_goes_after_a_week_and_its_rows_after_a_month(door, api, factory, database):
    job = await door.bring_in(as_csv(PEOPLE))
    assert tuple(await counted(database)) == (1, 1, 4, 3)
    await another(factory, 2)
    assert tuple(await counted(database)) == (2, 2, 4, 3)
    await another(factory, 8)
    assert tuple(await counted(database)) == (2, 2, 4, 3)
    await another(factory, 31)
    assert tuple(await counted(database))[2:] == (0, 0)
    assert (await api.get(f"/imports/{job['id']}/result/")).status_code == 404


async def test_a_file_stays_while_its_import_waits(door, factory, database):
    await door.start(as_csv(PEOPLE))
    await another(factory, 8)
    assert (await counted(database))[0] == 2
    await door.work()
    assert (await counted(database))[3] == 3
