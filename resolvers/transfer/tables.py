"""Tables as files, written a batch of rows at a time: CSV (RFC 4180), NDJSON, XLSX.

A row is the JSON object that the read compiler made of it, its members in the order of the columns.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

import orjson
import xlsxwriter

from resolvers.read.selection import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path


class Format(StrEnum):
    """What a file is; its value is the file's suffix."""

    CSV = "csv"
    NDJSON = "ndjson"
    XLSX = "xlsx"


MEDIA_TYPES: Final = {
    Format.CSV: "text/csv",
    Format.NDJSON: "application/x-ndjson",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SEPARATORS: Final = {",": ",", ";": ";", "\t": "\t", "tab": "\t"}
"""How the separator of a CSV may be asked for, and what it is."""
ROWS_OF_A_SHEET: Final = 1_048_576
"""As many rows, the heading's among them, has a sheet of a spreadsheet."""
RISKY: Final = ("=", "+", "-", "@", "\t", "\r")
"""With one of these first a spreadsheet takes a cell for a formula."""
PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column of a file: its heading, and what its values are."""

    heading: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table is written."""

    columns: tuple[FileColumn, ...]
    separator: str = ","
    """Of a CSV's cells."""
    bom: bool = False
    """A CSV begins with a byte order mark, by which some spreadsheets know UTF-8."""
    guarded: bool = False
    """An apostrophe stands before texts that a spreadsheet would run."""


# --- CSV ----------------------------------------------------------------------------------------------------------


def csv_heading(layout: Layout) -> bytes:
    """The first line, and what stands before it."""
    headings = [_guarded(one.heading) if layout.guarded else one.heading for one in layout.columns]
    return (b"\xef\xbb\xbf" if layout.bom else b"") + _lines(layout, [headings])


def csv_lines(layout: Layout, rows: Sequence[str]) -> bytes:
    """A line for each row."""
    cells = [_cell_of(column, guarded=layout.guarded) for column in layout.columns]
    return _lines(layout, ([cell(value) for cell, value in zip(cells, row, strict=True)] for row in _values(rows)))


def _lines(layout: Layout, rows: Iterable[Iterable[object]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text, delimiter=layout.separator, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _values(rows: Sequence[str]) -> Iterable[Iterable[Any]]:
    objects: list[dict[str, Any]] = orjson.loads(f"[{','.join(rows)}]")
    return (one.values() for one in objects)


def _cell_of(column: FileColumn, *, guarded: bool) -> Callable[[Any], object]:
    """How a value of a column is written in a cell; nothing for null."""
    match column.kind:
        case Kind.TRUTH:
            return {True: "true", False: "false", None: ""}.__getitem__
        case Kind.DOCUMENT:
            return _json
        case Kind.TEXT if guarded:
            return _guarded
        case _:
            return _as_it_is


def _as_it_is(value: object) -> object:
    return value


def _json(value: object) -> str:
    return "" if value is None else orjson.dumps(value).decode()


def _guarded(value: str | None) -> str:
    """A text that no spreadsheet takes for a formula; plain numbers and phone numbers are none."""
    if value is None:
        return ""
    risky = value.removeprefix("'").startswith(RISKY) if value.startswith("'") else value.startswith(RISKY)
    return f"'{value}" if risky and not PLAIN_NUMBER.fullmatch(value) else value


# --- NDJSON -------------------------------------------------------------------------------------------------------


def ndjson_lines(rows: Sequence[str]) -> bytes:
    """A line for each row: its object, as a list shows it."""
    return "".join(f"{row}\n" for row in rows).encode()


# --- XLSX ---------------------------------------------------------------------------------------------------------


class Spreadsheet:
    """An XLSX file in the making; rows go to the disk as they come, and further sheets follow a full one.

    Numbers and money are numbers, days are dates, all else is text.
    """

    def __init__(self, file: Path, layout: Layout, title: str) -> None:
        self._layout = layout
        self._title = title
        self._book = xlsxwriter.Workbook(
            str(file),
            {
                "constant_memory": True,
                "tmpdir": str(file.parent),
                "strings_to_urls": False,
                "strings_to_formulas": False,
            },
        )
        self._bold = self._book.add_format({"bold": True})
        self._money = self._book.add_format({"num_format": "0.00"})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._begin_sheet()

    def close(self) -> None:
        """Finish the file."""
        self._book.close()

    def add(self, rows: Sequence[str]) -> None:
        """Write rows below those that are there."""
        for values in _values(rows):
            if self._next == ROWS_OF_A_SHEET:
                self._begin_sheet()
            for place, (column, value) in enumerate(zip(self._layout.columns, values, strict=True)):
                if value is not None:
                    self._write(place, column.kind, value)
            self._next += 1

    def _begin_sheet(self) -> None:
        number = len(self._book.worksheets())
        self._sheet = self._book.add_worksheet(self._title if not number else f"{self._title} {number + 1}")
        self._sheet.freeze_panes(1, 0)
        for place, column in enumerate(self._layout.columns):
            self._sheet.write_string(0, place, column.heading, self._bold)
        self._next = 1

    def _write(self, place: int, kind: Kind, value: Any) -> None:
        row = self._next
        match kind:
            case Kind.INTEGER | Kind.NUMBER:
                self._sheet.write_number(row, place, value)
            case Kind.HUNDREDTHS:
                self._sheet.write_number(row, place, float(value), self._money)
            case Kind.DAY:
                self._sheet.write_datetime(row, place, date.fromisoformat(value), self._day)
            case Kind.TRUTH:
                self._sheet.write_boolean(row, place, value)
            case Kind.DOCUMENT:
                self._sheet.write_string(row, place, _json(value))
            case _:
                self._sheet.write_string(row, place, value)
