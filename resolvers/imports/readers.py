"""The rows of a file as cells, one by one; a row's number is what a spreadsheet shows beside it."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from resolvers.faults import invalid
from resolvers.imports.sheets import inspected
from resolvers.imports.sniffing import decoded
from resolvers.transfer.tables import Format

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resolvers.imports.sniffing import Written

MOST_COLUMNS: Final = 1_000
LONGEST_LINE: Final = 1_048_576
"""Characters of a line: far more than a row of the longest texts."""
LONGEST_CELL: Final = 100_000

Cells = list[Any] | dict[str, Any]
"""Of a table by place, of an object by name."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file."""

    place: int
    cells: Cells
    fault: str | None = None
    """The key of what is wrong with the row as a whole."""
    line: str | None = field(default=None, repr=False)
    """An object as it was written."""

    @property
    def kept(self) -> str:
        """The cells as JSON."""
        return self.line or json.dumps(self.cells)


@dataclass(frozen=True, slots=True)
class Content:
    """What is in a file: its headings (none of NDJSON, where each row has its own) and its rows."""

    headings: list[str]
    rows: Iterator[Row] = field(repr=False)


def content(path: Path, written: Written) -> Content:
    """The file's headings, and its rows as they are asked for. Raises `Invalid`, naming `file`."""
    match written.form:
        case Format.XLSX:
            return _table(_of_sheet(path))
        case Format.NDJSON:
            return Content([], _objects(path, written.encoding))
        case _:
            return _table(_of_text(path, written))


def _table(rows: Iterator[Row]) -> Content:
    """The first row that is not empty has the headings."""
    for row in rows:
        headings = [_heading(cell) for cell in row.cells]
        if row.fault is not None:
            raise invalid("file", row.fault, most=MOST_COLUMNS)
        if any(headings):
            return Content(
                headings, (one for one in rows if one.fault or any(_is_something(cell) for cell in one.cells))
            )
    raise invalid("file", "file_empty")


def _heading(cell: object) -> str:
    return "" if cell is None else str(cell).replace("\xa0", " ").strip().strip("\ufeff")


def _is_something(cell: object) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


# --- CSV ----------------------------------------------------------------------------------------------------------


def _of_text(path: Path, written: Written) -> Iterator[Row]:
    reader = csv.reader(_lines(path, written.encoding), delimiter=written.separator, strict=False)
    place = 0
    while True:
        place += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(place, [], "row_unreadable")
            continue
        if len(cells) > MOST_COLUMNS:
            yield Row(place, cells[:1], "too_many_columns")
        else:
            yield Row(place, cells)


def _lines(path: Path, encoding: str) -> Iterator[str]:
    """The lines of a text, their ends with them. Raises `Invalid` for one that has no end."""
    rest = ""
    for piece in decoded(path, encoding):
        text = rest + piece
        held = text.endswith("\r")  # its line feed may come with the next piece
        *whole, rest = (text[:-1] if held else text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        rest += "\r" if held else ""
        yield from (f"{line}\n" for line in whole)
        if len(rest) > LONGEST_LINE:
            raise invalid("file", "line_too_long")
    if rest.strip("\r"):
        yield rest.strip("\r")


# --- NDJSON -------------------------------------------------------------------------------------------------------


def _objects(path: Path, encoding: str) -> Iterator[Row]:
    for place, line in enumerate(_lines(path, encoding), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line, parse_float=Decimal)
        except (ValueError, RecursionError):
            yield Row(place, {}, "row_not_json")
            continue
        if not isinstance(value, dict):
            yield Row(place, {}, "row_not_object")
        elif len(value) > MOST_COLUMNS:
            yield Row(place, {}, "too_many_columns")
        else:
            yield Row(place, value, line=line.strip())


# --- XLSX ---------------------------------------------------------------------------------------------------------


def _of_sheet(path: Path) -> Iterator[Row]:
    """The rows of the first sheet, as numbers, texts and ISO days."""
    import python_calamine  # noqa: PLC0415 - it is large, and only spreadsheets need it

    formulas = inspected(path)
    try:
        book = python_calamine.load_workbook(str(path))
        sheet = book.get_sheet_by_index(0)
        for place, cells in enumerate(sheet.iter_rows(), 1):
            yield Row(place, [_cell(one) for one in cells], "row_has_formula" if place in formulas else None)
    except (python_calamine.CalamineError, OSError) as error:
        raise invalid("file", "file_unreadable") from error


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time | timedelta):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:  # noqa: PLR2004
        return int(value)
    return None if value == "" else value
