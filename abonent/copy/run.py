"""The copy itself: which tables, batch by batch, and whether all has come."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NoReturn

from tqdm import tqdm

from abonent.copy import postgres, sqlite
from models.database import Dialect, Unavailable, dialect_of
from models.database.postgres_pool import ERRORS
from models.database.sqlite import database_file
from models.migrations import migrate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from abonent.copy.store import Row, Store, Table
    from models.settings import Settings

BATCH: Final = 5_000
"""Rows that are in memory at once."""


async def copy(source: Settings, target: Settings) -> Mapping[str, int]:
    """Copy everything into an empty database, all or nothing; gives the number of rows by table.

    Both must have been migrated by this version. Raises `Unavailable`, with a sentence.
    """
    try:
        fresh = await _of_migrations(target)
        async with (
            _opened(source.database_url, writes=False) as origin,
            _opened(target.database_url, writes=True) as place,
        ):
            return await _copied(origin, place, fresh)
    except (*ERRORS, sqlite3.Error) as error:
        raise Unavailable(f"The copy was given up, and nothing is left of it: {error}") from error


@asynccontextmanager
async def _opened(url: str, *, writes: bool) -> AsyncIterator[Store]:
    if dialect_of(url) is Dialect.SQLITE:
        with sqlite.opened(database_file(url), writes=writes) as file:
            yield file
    else:
        async with postgres.opened(url, writes=writes) as server:
            yield server


async def _of_migrations(settings: Settings) -> Mapping[str, int]:
    """The rows that a new database has by its migrations alone, by table."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite://{folder}/new.sqlite3"
        await migrate(replace(settings, database_url=url))
        async with _opened(url, writes=False) as new:
            return {name: await new.count(table) for name, table in (await new.tables()).items()}


async def _copied(source: Store, target: Store, fresh: Mapping[str, int]) -> dict[str, int]:
    there, here = await source.tables(), await target.tables()
    for name, table in here.items():
        if await target.count(table) != fresh.get(name, 0):
            raise Unavailable(f"The target is not empty: it has rows in {table.name}. Name a new database in --to")
    counts = {name: await source.count(table) for name, table in there.items()}
    homeless = sorted(name for name, number in counts.items() if number and name not in here)
    if homeless:
        raise Unavailable(f"The target has no place for {', '.join(homeless)}")
    tables = [name for name in there if name in here]
    await target.prepare(here.values())
    for name in tables:
        await target.clear(here[name])
    with tqdm(total=sum(counts.values()), unit=" rows", unit_scale=True, disable=None) as bar:
        for name in tables:
            await _copy_table(source, there[name], target, here[name], bar)
        bar.set_description("building what is derived")
        await _compare(target, here, {name: counts[name] for name in tables})
        await target.finish()
    return {name: counts[name] for name in tables}


async def _copy_table(source: Store, there: Table, target: Store, here: Table, bar: tqdm[NoReturn]) -> None:
    """Row by row in the order of its key; ids that were given once are not given again."""
    missing = sorted(name for name, column in here.columns.items() if column.required and name not in there.columns)
    if missing:
        raise Unavailable(f"The source has no {', '.join(missing)} in {there.name}: are both of this version?")
    columns = [name for name in there.columns if name in here.columns]
    after: Row | None = None
    while rows := await source.read(there, columns, after, BATCH):
        await target.write(here, columns, [row[: len(columns)] for row in rows])
        after = rows[-1][len(columns) :]
        bar.update(len(rows))
    last = await source.last_id(there)
    if last:
        await target.give_after(here, last)


async def _compare(target: Store, tables: Mapping[str, Table], counts: Mapping[str, int]) -> None:
    for name, number in counts.items():
        come = await target.count(tables[name])
        if come != number:
            raise Unavailable(f"{name} had {number:,} rows, of which {come:,} have come")
