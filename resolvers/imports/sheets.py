"""What a spreadsheet's archive is before anybody unpacks it into memory: its size, its cells, its formulas."""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from resolvers.faults import invalid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PIECE: Final = 1_048_576
MOST_BYTES: Final = 536_870_912
"""Of all that is in the archive, unpacked."""
MOST_CELLS: Final = 8_000_000
"""Of a sheet, from its first to its last: as many are in memory at once, empty ones too."""
WIDEST: Final = 1_000
"""Columns."""
_CELL: Final = re.compile(rb'<(?:\w+:)?(?:c\s(?:[^>]*?\s)?r="([A-Z]{1,3})([0-9]{1,7})"|(f)[\s>/])')
_OVERLAP: Final = 200
_FIRST: Final = re.compile(rb'<(?:\w+:)?sheet\s[^>]*?\w+:id="([^"]+)"')


def inspected(path: Path) -> frozenset[int]:
    """The rows of the first sheet that have formulas. Raises `Invalid` for what is no spreadsheet, or too large."""
    try:
        with zipfile.ZipFile(path) as archive:
            _require_modest(archive)
            return _formulas(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise invalid("file", "file_unreadable") from error


def _require_modest(archive: zipfile.ZipFile) -> None:
    if sum(one.file_size for one in archive.infolist()) > MOST_BYTES:
        raise invalid("file", "file_unpacks_too_large", limit=MOST_BYTES)
    if "xl/workbook.xml" not in archive.namelist():
        raise invalid("file", "file_of_unknown_kind")


def _formulas(archive: zipfile.ZipFile) -> frozenset[int]:
    """Of the first sheet, all of which is looked through."""
    letters: set[bytes] = set()
    rows: set[int] = set()
    row = 0
    for column, number, formula in _cells(archive, _first_sheet(archive)):
        if formula:
            rows.add(row)
        else:
            letters.add(column)
            row = int(number)
    width = max(map(_number, letters), default=0)
    if width > WIDEST:
        raise invalid("file", "too_many_columns", most=WIDEST)
    if width * row > MOST_CELLS:
        raise invalid("file", "too_many_cells", limit=MOST_CELLS)
    return frozenset(rows)


def _cells(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Of each cell its column and row, of each formula that it is one; in their order."""
    rest = b""
    with archive.open(name) as sheet:
        while piece := sheet.read(PIECE):
            text = rest + piece
            whole = text.rfind(b"<") if len(piece) == PIECE else len(text)
            for found in _CELL.finditer(text, 0, whole):
                yield found[1] or b"", found[2] or b"", found[3] or b""
            rest = text[whole:] if whole >= len(text) - PIECE else b""


def _first_sheet(archive: zipfile.ZipFile) -> str:
    found = _FIRST.search(archive.read("xl/workbook.xml"))
    relations = archive.read("xl/_rels/workbook.xml.rels") if found else b""
    for relation in re.findall(rb"<(?:\w+:)?Relationship\s[^>]*>", relations):
        if found and b'Id="%s"' % found[1] in relation:
            target = re.search(rb'Target="/?(?:xl/)?([^"]+)"', relation)
            if target and f"xl/{target[1].decode()}" in archive.namelist():
                return f"xl/{target[1].decode()}"
    raise zipfile.BadZipFile


def _number(letters: bytes) -> int:
    """A is 1, XFD 16,384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
