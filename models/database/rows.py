"""Rows in and out of the database: one statement a table, however many they are, one message for all tables.

A statement's text is written once for each model and set of columns. One row's values are its parameters; of several
rows each column is one parameter, an array on PostgreSQL, which is sent what belongs together as one statement: each
table's is a part of it (`WITH … AS (INSERT …)`). SQLite has neither arrays nor a network to cross: it runs one row's
statement for each of them, all in one visit to its thread.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tortoise import fields

from models.database.engine import Dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tortoise.models import Model

    from models.database.engine import Transaction

M = TypeVar("M", bound="Model")

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


@dataclass(frozen=True, slots=True)
class Change:
    """A statement of one table: its text (`{1}`, `{2}` … are its parameters) and the parameters of each run of it."""

    sql: str
    runs: Sequence[Sequence[object]]


def insertions(dialect: Dialect, rows: Sequence[Model]) -> list[Change]:
    """New rows of one model, with their ids if they have any."""
    model, numbered = type(rows[0]), rows[0].pk is not None
    columns = (*_columns(model), "id") if numbered else _columns(model)
    return [
        _change(dialect, _insertion(dialect, model, columns, several=len(some) > 1), some, columns)
        for some in _together(rows)
    ]


def updates(dialect: Dialect, rows: Sequence[Model], columns: Sequence[str]) -> list[Change]:
    """These columns of rows that are there, all of one model."""
    model = type(rows[0])
    return [
        _change(dialect, _updating(dialect, model, tuple(columns), several=len(some) > 1), some, (*columns, "id"))
        for some in _together(rows)
    ]


def deletion(dialect: Dialect, model: type[Model], ids: Sequence[int]) -> Change:
    """Rows that go; refused by the database where another still refers to one of them."""
    return Change(f"DELETE FROM {model._meta.db_table} WHERE id {any_of(dialect, '{1}')}", [[id_list(dialect, ids)]])


async def write(tx: Transaction, changes: Sequence[Change]) -> None:
    """Make all these changes, in one message to the database. Raises the driver's `IntegrityError`."""
    if not changes:
        return
    if tx.dialect is Dialect.SQLITE:
        await tx.fetch_all([(_numbered(change.sql), run) for change in changes for run in change.runs])
        return
    sql = _numbered(changes[0].sql) if len(changes) == 1 else _joined(tuple(change.sql for change in changes))
    await tx.fetch(sql, [value for change in changes for value in change.runs[0]])


async def insert(tx: Transaction, *rows: Model) -> None:
    """Insert new rows of one model, and give ids to those that have none. Raises the driver's `IntegrityError`."""
    if rows[0].pk is None:
        for row, row_id in zip(rows, await new_ids(tx, type(rows[0]), len(rows)), strict=True):
            row.pk = row_id
    await write(tx, insertions(tx.dialect, rows))


def loaded(model: type[M], columns: Sequence[str], values: Sequence[Any]) -> M:
    """A row of the database, its values as the model has them."""
    row = model.__new__(model)
    for (name, convert), value in zip(_converters(model, tuple(columns)), values, strict=True):
        object.__setattr__(row, name, value if convert is None else convert(value))
    return row


def made(model: type[M], values: Mapping[str, Any]) -> M:
    """A new row with these values, and the columns' defaults for the rest: what Tortoise's own does, at a fifth."""
    row = model.__new__(model)
    for name, default in _defaults(model):
        object.__setattr__(row, name, values[name] if name in values else default() if callable(default) else default)
    return row


@lru_cache(maxsize=64)
def _defaults(model: type[Model]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, model._meta.fields_map[name].default) for name in model._meta.fields_db_projection)


@lru_cache(maxsize=256)
def _converters(model: type[Model], columns: tuple[str, ...]) -> tuple[tuple[str, Callable[[Any], Any] | None], ...]:
    """By column what makes the driver's value the field's; None where they are the same on both databases."""
    return tuple((name, _converter(model._meta.fields_map[name])) for name in columns)


def _converter(field: fields.Field[Any]) -> Callable[[Any], Any] | None:
    if isinstance(field, fields.DateField):
        return _day
    if field.field_type in _NATIVE and type(field).to_python_value is _AS_IT_IS:
        return None
    return field.to_python_value


def _day(value: str | date | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


_NATIVE: Final = frozenset({int, str, bytes})
_AS_IT_IS: Final = fields.Field.to_python_value


def _together(rows: Sequence[Model]) -> list[Sequence[Model]]:
    return [rows[first : first + TOGETHER] for first in range(0, len(rows), TOGETHER)]


def _change(dialect: Dialect, sql: str, rows: Sequence[Model], columns: tuple[str, ...]) -> Change:
    values = _stored(rows, columns)
    if len(rows) > 1 and dialect is Dialect.POSTGRES:
        return Change(sql, [[list(column) for column in zip(*values, strict=True)]])
    return Change(sql, values)


@lru_cache(maxsize=1024)
def _numbered(sql: str, before: int = 0) -> str:
    """The text with its parameters numbered (`$1`), after those that come before."""
    return _PARAMETER.sub(lambda found: f"${int(found[1]) + before}", sql)


@lru_cache(maxsize=1024)
def _joined(parts: tuple[str, ...]) -> str:
    """PostgreSQL's one statement of several; each is carried out whole, and constraints hold at the end of all."""
    texts, before = [], 0
    for place, part in enumerate(parts):
        texts.append(f"part{place} AS ({_numbered(part, before)})")
        before += max(int(number) for number in _PARAMETER.findall(part))
    return f"WITH {', '.join(texts)} SELECT 1"


_PARAMETER: Final = re.compile(r"\{([0-9]+)\}")


def any_of(dialect: Dialect, parameter: str = "$1") -> str:
    """The condition that a column's value is in the list that is a parameter, the first: one text for any length."""
    if dialect is Dialect.POSTGRES:
        return f"= ANY({parameter}::int[])"
    return f"IN (SELECT value FROM json_each({parameter}))"


def id_list(dialect: Dialect, ids: Sequence[int]) -> object:
    """A list of ids as the parameter of `any_of`."""
    return list(ids) if dialect is Dialect.POSTGRES else json.dumps(list(ids))


async def new_ids(tx: Transaction, model: type[Model], count: int) -> list[int]:
    """Ids for rows that are still to be inserted: nobody else gets them, even if they are never used."""
    table = model._meta.db_table
    if tx.dialect is Dialect.POSTGRES:
        sql = f"SELECT nextval(pg_get_serial_sequence('{table}', 'id')) FROM generate_series(1, $1)"
        return [row[0] for row in await tx.fetch(sql, [count])]
    taken = await tx.fetch("UPDATE sqlite_sequence SET seq = seq + $2 WHERE name = $1 RETURNING seq", [table, count])
    if not taken:  # nothing has ever been inserted
        taken = await tx.fetch("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2) RETURNING seq", [table, count])
    return list(range(taken[0][0] - count + 1, taken[0][0] + 1))


async def ids_ahead(tx: Transaction, model: type[Model], passed: int, count: int) -> list[int]:
    """The ids that would come next, after `passed` of them, left where they are: for rows that will be undone.

    PostgreSQL's sequences do not come back with a transaction; SQLite's does. Somebody may take them meanwhile: then
    one of the two waits for the other's row, and the undone one breaks the primary key or is gone.
    """
    if tx.dialect is not Dialect.POSTGRES:
        return await new_ids(tx, model, count)
    sequence = f"pg_get_serial_sequence('{model._meta.db_table}', 'id')::regclass"
    sql = f"SELECT coalesce(pg_sequence_last_value({sequence}), 0) + $1 + n FROM generate_series(1, $2) n"
    return [row[0] for row in await tx.fetch(sql, [passed, count])]


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
        return f"{head} SELECT {taken} FROM {arrays} ORDER BY rows.place"
    return f"{head} VALUES ({', '.join(f'{{{place}}}' for place in range(1, len(columns) + 1))})"


@lru_cache(maxsize=1024)
def _updating(dialect: Dialect, model: type[Model], columns: tuple[str, ...], *, several: bool) -> str:
    table = model._meta.db_table
    if several and dialect is Dialect.POSTGRES:
        settings = ", ".join(f"{name} = rows.{name}" for name in columns)
        arrays = _arrays(model, (*columns, "id"), "AS rows", "")
        return f"UPDATE {table} SET {settings} FROM {arrays} WHERE {table}.id = rows.id"
    settings = ", ".join(f"{name} = {{{place}}}" for place, name in enumerate(columns, 1))
    return f"UPDATE {table} SET {settings} WHERE id = {{{len(columns) + 1}}}"


def _arrays(model: type[Model], columns: Sequence[str], alias: str, beside: str) -> str:
    """A table of the parameters, an array for each column."""
    arrays = ", ".join(f"{{{place}}}::{_type(model, name)}[]" for place, name in enumerate(columns, 1))
    return f"unnest({arrays}) {alias} ({', '.join(columns)}{beside})"


def _type(model: type[Model], column: str) -> str:
    field = model._meta.fields_map[column]
    return next((name for kind, name in _TYPES if isinstance(field, kind)), "text")
