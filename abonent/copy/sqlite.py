"""An SQLite file as a copy's source or target."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import orjson

from abonent.copy.store import NOT_COPIED, Column, Store, Table
from models.database import Dialect, Unavailable
from models.database.sqlite_worker import adapted, connect
from models.tallies import recount

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from abonent.copy.store import Row


class SqliteStore(Store):
    """The open file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._triggers: list[str] = []

    async def tables(self) -> Mapping[str, Table]:
        names = self.connection.execute(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite~_%'"
            " ESCAPE '~' ORDER BY name"
        ).fetchall()
        return {name: self._table(name) for (name,) in names if name not in NOT_COPIED}

    def _table(self, name: str) -> Table:
        rows = self.connection.execute(
            'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)', [name]
        ).fetchall()
        columns = {
            column: Column(column, kind, bool(needed) and default is None and not key)
            for column, kind, needed, default, key, hidden in rows
            if not hidden
        }
        keys = sorted((key, column) for column, _, _, _, key, _ in rows if key)
        return Table(name, columns, tuple(column for _, column in keys) or ("rowid",))

    async def read(self, table: Table, columns: Sequence[str], after: Row | None, limit: int) -> list[Row]:
        key = ", ".join(table.key)
        within = f"WHERE ({key}) > ({', '.join('?' * len(table.key))})" if after is not None else ""
        sql = f"SELECT {', '.join((*columns, key))} FROM {table.name} {within} ORDER BY {key} LIMIT {limit}"
        return self.connection.execute(sql, after or ()).fetchall()

    async def count(self, table: Table) -> int:
        number: int = self.connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]
        return number

    async def last_id(self, table: Table) -> int | None:
        found = self.connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", [table.name]).fetchone()
        return found[0] if found else None

    async def prepare(self, tables: Iterable[Table]) -> None:
        del tables
        found = self.connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, sql in found:
            self.connection.execute(f"DROP TRIGGER {name}")
            self._triggers.append(sql)

    async def clear(self, table: Table) -> None:
        self.connection.execute(f"DELETE FROM {table.name}")

    async def write(self, table: Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
        marks = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"
        self.connection.executemany(sql, ([_kept(value) for value in row] for row in rows))

    async def give_after(self, table: Table, last: int) -> None:
        self.connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", [table.name])
        self.connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [table.name, last])

    async def finish(self) -> None:
        for sql in self._triggers:
            self.connection.execute(sql)
        texts = self.connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5%'")
        for (name,) in texts.fetchall():
            self.connection.execute(f"INSERT INTO {name} ({name}) VALUES ('rebuild')")
        for sql in recount(Dialect.SQLITE):
            self.connection.execute(sql)
        astray = self.connection.execute('SELECT "table", rowid, parent FROM pragma_foreign_key_check').fetchone()
        if astray:
            raise Unavailable(f"{astray[0]} {astray[1]} refers to one of {astray[2]} that does not exist")
        self.connection.execute("COMMIT")
        self.connection.execute("ANALYZE")


def _kept(value: object) -> object:
    """A value of PostgreSQL's in the form that SQLite keeps it in."""
    return orjson.dumps(value).decode() if isinstance(value, list) else adapted(value)


@contextmanager
def opened(file: Path, *, writes: bool) -> Iterator[SqliteStore]:
    """The file in one transaction; what is not finished is undone. Foreign keys are looked at in the end."""
    connection = connect(file, read_only=not writes)
    try:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        yield SqliteStore(connection)
    finally:
        connection.close()
