"""Rows on their way into the database: one statement a table, however many they are.

A statement is written once for each model and set of columns. One row's values are its parameters; of several rows each
column is one parameter, an array on PostgreSQL. SQLite has no arrays, and no network to cross: it runs the one row's
statement for each of them, in one visit to its thread.
"""

from __future__ import annotations

import json
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from tortoise import fields

from models.database.engine import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tortoise.models import Model

    from models.database.engine import Transaction

_CONVERTED: Final = (fields.DatetimeField, fields.JSONField)
"""Fields whose values are kept otherwise than the program has them."""
TOGETHER: Final = 10_000
"""Rows of one statement: its text never grows with them, but a message to the server should have an end."""

_TYPES: Final[tuple[tuple[type, str], ...]] = (
    (fields.BigIntField, "bigint"),
    (fields.IntField, "integer"),
    (fields.BooleanField, "boolean"),
    (fields.DatetimeField, "timestamptz"),
    (fields.DateField, "date"),
    (fields.UUIDField, "uuid"),
    (fields.JSONField, "jsonb"),
    (fields.BinaryField, "bytea"),
)
"""PostgreSQL's type of a field's column; what is not here is text."""


async def insert(tx: Transaction, *rows: Model) -> None:
    """Insert new rows of one model, and give ids to those that have none. Raises the driver's `IntegrityError`."""
    for first in range(0, len(rows), TOGETHER):
        await _insert(tx, rows[first : first + TOGETHER])


async def _insert(tx: Transaction, rows: Sequence[Model]) -> None:
    model, numbered = type(rows[0]), rows[0].pk is not None
    columns = _columns(model) if not numbered else (*_columns(model), "id")
    values = _stored(rows, columns)
    made = await _run(tx, _insertion(tx.dialect, model, columns, several=len(rows) > 1), values)
    if not numbered:
        for row, (row_id,) in zip(rows, sorted(made), strict=True):  # ids are given in the order of the rows
            row.pk = row_id


async def update(tx: Transaction, rows: Sequence[Model], columns: Sequence[str]) -> None:
    """Write these columns of rows that are there, all of one model. Raises the driver's `IntegrityError`."""
    for first in range(0, len(rows), TOGETHER):
        some = rows[first : first + TOGETHER]
        sql = _updating(tx.dialect, type(some[0]), tuple(columns), several=len(some) > 1)
        await _run(tx, sql, _stored(some, (*columns, "id")))


async def delete(tx: Transaction, model: type[Model], ids: Sequence[int]) -> None:
    """Delete rows. Raises the driver's `IntegrityError` where another still refers to one of them."""
    await tx.fetch(f"DELETE FROM {model._meta.db_table} WHERE id {any_of(tx.dialect)}", [id_list(tx.dialect, ids)])


def any_of(dialect: Dialect) -> str:
    """The condition that a column's value is in the list that is the first parameter: one text for any length."""
    return "= ANY($1::int[])" if dialect is Dialect.POSTGRES else "IN (SELECT value FROM json_each(?1))"


def id_list(dialect: Dialect, ids: Sequence[int]) -> object:
    """A list of ids as the parameter of `any_of`."""
    return list(ids) if dialect is Dialect.POSTGRES else json.dumps(list(ids))


async def new_ids(tx: Transaction, model: type[Model], count: int) -> list[int]:
    """Ids for rows that are still to be inserted: nobody else gets them, even if they are never used."""
    table = model._meta.db_table
    if tx.dialect is Dialect.POSTGRES:
        sql = f"SELECT nextval(pg_get_serial_sequence('{table}', 'id')) FROM generate_series(1, $1)"
        return [row[0] for row in await tx.fetch(sql, [count])]
    await tx.fetch(
        "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, 0 WHERE NOT EXISTS"
        " (SELECT 1 FROM sqlite_sequence WHERE name = ?1)",
        [table],
    )
    taken = await tx.fetch("UPDATE sqlite_sequence SET seq = seq + ?2 WHERE name = ?1 RETURNING seq", [table, count])
    return list(range(taken[0][0] - count + 1, taken[0][0] + 1))


async def _run(tx: Transaction, sql: str, values: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    if len(values) == 1:
        return await tx.fetch(sql, values[0])
    if tx.dialect is Dialect.SQLITE:
        return await tx.fetch_each(sql, values)
    return await tx.fetch(sql, [list(column) for column in zip(*values, strict=True)])


@lru_cache(maxsize=64)
def _columns(model: type[Model]) -> tuple[str, ...]:
    """All but the id."""
    return tuple(sorted(name for name in model._meta.fields_db_projection if name != model._meta.db_pk_column))


def _stored(rows: Sequence[Model], columns: tuple[str, ...]) -> Sequence[Sequence[Any]]:
    """What the driver is given for these columns of each row: most values are of its own types already."""
    read, converted = _reader(type(rows[0]), columns)
    if not converted:
        return [read(row) for row in rows]
    values = [list(read(row)) for row in rows]
    for place, convert in converted:
        for row, of_row in zip(rows, values, strict=True):
            of_row[place] = convert(of_row[place], row)
    return values


@lru_cache(maxsize=1024)
def _reader(
    model: type[Model], columns: tuple[str, ...]
) -> tuple[Callable[[Model], tuple[Any, ...]], tuple[tuple[int, Callable[[Any, Model], Any]], ...]]:
    """What reads columns (two at least: one is the id) from a row, and, by place, what still has to be converted."""
    known = model._meta.fields_map
    converted = ((place, known[name]) for place, name in enumerate(columns) if isinstance(known[name], _CONVERTED))
    return attrgetter(*columns), tuple((place, field.to_db_value) for place, field in converted)


@lru_cache(maxsize=512)
def _insertion(dialect: Dialect, model: type[Model], columns: tuple[str, ...], *, several: bool) -> str:
    head = f"INSERT INTO {model._meta.db_table} ({', '.join(columns)})"
    if several and dialect is Dialect.POSTGRES:
        taken = ", ".join(f"rows.{name}" for name in columns)
        arrays = _arrays(model, columns, "WITH ORDINALITY AS rows", ", place")
        return f"{head} SELECT {taken} FROM {arrays} ORDER BY rows.place RETURNING id"
    mark = "$" if dialect is Dialect.POSTGRES else "?"
    return f"{head} VALUES ({', '.join(f'{mark}{place}' for place in range(1, len(columns) + 1))}) RETURNING id"


@lru_cache(maxsize=1024)
def _updating(dialect: Dialect, model: type[Model], columns: tuple[str, ...], *, several: bool) -> str:
    table = model._meta.db_table
    if several and dialect is Dialect.POSTGRES:
        settings = ", ".join(f"{name} = rows.{name}" for name in columns)
        arrays = _arrays(model, (*columns, "id"), "AS rows", "")
        return f"UPDATE {table} SET {settings} FROM {arrays} WHERE {table}.id = rows.id"
    mark = "$" if dialect is Dialect.POSTGRES else "?"
    settings = ", ".join(f"{name} = {mark}{place}" for place, name in enumerate(columns, 1))
    return f"UPDATE {table} SET {settings} WHERE id = {mark}{len(columns) + 1}"


def _arrays(model: type[Model], columns: Sequence[str], alias: str, beside: str) -> str:
    """A table of the parameters, an array for each column."""
    arrays = ", ".join(f"${place}::{_type(model, name)}[]" for place, name in enumerate(columns, 1))
    return f"unnest({arrays}) {alias} ({', '.join(columns)}{beside})"


def _type(model: type[Model], column: str) -> str:
    field = model._meta.fields_map[column]
    return next((name for kind, name in _TYPES if isinstance(field, kind)), "text")
