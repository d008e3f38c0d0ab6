"""What an import keeps in the database beside its job: the rows that it has read, and what became of each."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from models.database import Dialect
from resolvers.imports.rows import KeptRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.database import Reader, Transaction
    from resolvers.imports.readers import Row
    from resolvers.imports.rows import RowResult
    from resolvers.words import Language

HEADINGS: Final = 0
"""The place under which a file's headings are kept: before its first row."""


async def keep_rows(tx: Transaction, job_id: int, rows: Sequence[Row]) -> None:
    """Keep rows that were read; those that are kept already stay as they are."""
    places, cells, faults = [one.place for one in rows], [one.kept for one in rows], [one.fault for one in rows]
    if tx.dialect is Dialect.POSTGRES:
        sql = """INSERT INTO import_rows (job_id, place, cells, fault)
            SELECT $1, * FROM unnest($2::int[], $3::text[], $4::text[]) ON CONFLICT DO NOTHING"""
        await tx.fetch(sql, [job_id, places, cells, faults])
        return
    sql = "INSERT OR IGNORE INTO import_rows (job_id, place, cells, fault) VALUES ($1, $2, $3, $4)"
    await tx.fetch_all([(sql, [job_id, *one]) for one in zip(places, cells, faults, strict=True)])


async def rows_after(reader: Reader, job_id: int, place: int, count: int) -> list[KeptRow]:
    """The next rows of the file."""
    sql = f"""SELECT place, cells, fault FROM import_rows WHERE job_id = $1 AND place > $2
        ORDER BY place LIMIT {int(count)}"""
    found = await reader.fetch(sql, [job_id, place])
    return [KeptRow(one, loaded(cells), fault) for one, cells, fault in found]


async def living_after(reader: Reader, job_id: int, place: int, count: int) -> list[tuple[KeptRow, int]]:
    """The next rows that stand, with the ids of what they are about."""
    sql = f"""SELECT r.place, r.cells, s.entity_id FROM import_rows r
        JOIN import_results s ON s.job_id = r.job_id AND s.place = r.place
        WHERE r.job_id = $1 AND r.place > $2 AND s.outcome IN ('created', 'updated', 'unchanged')
        ORDER BY r.place LIMIT {int(count)}"""
    found = await reader.fetch(sql, [job_id, place])
    return [(KeptRow(one, loaded(cells)), entity_id) for one, cells, entity_id in found]


async def outcomes_of(reader: Reader, job_id: int, first: int, last: int) -> dict[int, str]:
    """What became of the rows from one place to another."""
    sql = "SELECT place, outcome FROM import_results WHERE job_id = $1 AND place BETWEEN $2 AND $3"
    return dict(await reader.fetch(sql, [job_id, first, last]))


async def change_results(tx: Transaction, job_id: int, results: Sequence[RowResult], language: Language) -> None:
    """Keep what became of rows after all."""
    sql = "UPDATE import_results SET outcome = $3, error = $4 WHERE job_id = $1 AND place = $2"
    await tx.fetch_all([(sql, [job_id, one.place, one.outcome.value, one.told(language)]) for one in results])


def loaded(cells: str) -> object:
    """Cells as they were kept."""
    return json.loads(cells, parse_float=Decimal)


async def has_rows(reader: Reader, job_id: int) -> bool:
    """Whether anything is kept of the file."""
    return bool(await reader.fetch("SELECT 1 FROM import_rows WHERE job_id = $1 LIMIT 1", [job_id]))


async def headings_of(reader: Reader, job_id: int) -> list[str]:
    """The headings of the file; none of NDJSON."""
    found = await reader.fetch("SELECT cells FROM import_rows WHERE job_id = $1 AND place = $2", [job_id, HEADINGS])
    return list(json.loads(found[0][0])) if found else []


async def keep_results(
    tx: Transaction, job_id: int, results: Sequence[RowResult], language: Language, *, ids: bool = True
) -> None:
    """Keep what became of rows; without the ids of what was made where that is undone."""
    columns = [
        [one.place for one in results],
        [one.outcome.value for one in results],
        [one.entity_id if ids or one.outcome != "created" else None for one in results],
        [one.told(language) for one in results],
    ]
    if tx.dialect is Dialect.POSTGRES:
        sql = """INSERT INTO import_results (job_id, place, outcome, entity_id, error)
            SELECT $1, * FROM unnest($2::int[], $3::text[], $4::int[], $5::text[])"""
        await tx.fetch(sql, [job_id, *columns])
        return
    sql = "INSERT INTO import_results (job_id, place, outcome, entity_id, error) VALUES ($1, $2, $3, $4, $5)"
    await tx.fetch_all([(sql, [job_id, *one]) for one in zip(*columns, strict=True)])


async def keep_untried(tx: Transaction, job_id: int, after: int) -> None:
    """Keep of all rows after this one that they were not tried."""
    sql = """INSERT INTO import_results (job_id, place, outcome)
        SELECT job_id, place, 'not_tried' FROM import_rows WHERE job_id = $1 AND place > $2"""
    await tx.fetch(sql, [job_id, after])
