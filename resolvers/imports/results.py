"""The file of an import again, in its own format, with what became of each row; and templates for new ones."""

from __future__ import annotations

import asyncio
import codecs
import csv
import json
import tempfile
from contextlib import aclosing
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter

from resolvers.imports.kind import RESULTS
from resolvers.imports.store import HEADINGS, loaded
from resolvers.transfer.tables import ROWS_OF_A_SHEET, Format
from resolvers.words import Language, heading

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Sequence

    from models.database import Database
    from resolvers.imports.kind import ImportKind
    from resolvers.imports.sniffing import Written

PIECE: Final = 65_536
_SQL: Final = """SELECT r.place, r.cells, s.outcome, s.entity_id, s.error FROM import_rows r
    LEFT JOIN import_results s ON s.job_id = r.job_id AND s.place = r.place WHERE r.job_id = $1 ORDER BY r.place"""
WIDEST_GAP: Final = 10_000
"""Empty rows in a row that are written out."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of the result."""

    place: int
    cells: str
    """As JSON."""
    outcome: tuple[object, ...]

    @property
    def whole(self) -> list[object]:
        """All cells of a table's row."""
        return [*_list(loaded(self.cells)), *self.outcome]


def _list(cells: Any) -> list[object]:
    return list(cells) if isinstance(cells, list) else []


async def result_file(database: Database, job_id: int, written: Written) -> AsyncGenerator[bytes]:
    """The result, piece by piece, from one snapshot."""
    lines = _lines(database, job_id)
    async with aclosing(lines):
        match written.form:
            case Format.NDJSON:
                async for some in lines:
                    text = "".join(_object(one) for one in some)
                    yield text.encode(written.encoding if written.encoding != "utf-8-sig" else "utf-8")
            case Format.XLSX:
                async with aclosing(_spreadsheet(_table(lines))) as pieces:
                    async for piece in pieces:
                        yield piece
            case _:
                encoder = codecs.getincrementalencoder(written.encoding)("replace")
                async for rows in _table(lines):
                    yield encoder.encode(_text(rows, written.separator))


async def _lines(database: Database, job_id: int) -> AsyncGenerator[list[_Line]]:
    async with aclosing(database.stream(_SQL, [job_id])) as batches:
        async for batch in batches:
            yield [
                _Line(place, cells, tuple(RESULTS) if place == HEADINGS else (outcome or "", entity_id, error))
                for place, cells, outcome, entity_id, error in batch
            ]


async def _table(lines: AsyncGenerator[list[_Line]]) -> AsyncGenerator[list[list[object]]]:
    """The rows where they were, and as wide as the headings; columns of an earlier result are left out."""
    kept: list[int] = []
    width, place = 0, 1
    async for some in lines:
        rows: list[list[object]] = []
        for line in some:
            whole = line.whole
            if line.place == HEADINGS:
                width = len(whole) - len(RESULTS)
                kept = [at for at, name in enumerate(whole[:width]) if name not in RESULTS]
                rows.append([whole[at] for at in kept] + list(RESULTS))
                continue
            rows += [[]] * min(line.place - place - 1, WIDEST_GAP)
            place = line.place
            cells = whole[: -len(RESULTS)]
            rows.append([cells[at] if at < len(cells) else None for at in kept] + list(line.outcome))
        yield rows


def _text(rows: Iterable[Iterable[object]], separator: str) -> str:
    text = StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _object(line: _Line) -> str:
    """The object as it was written, with three members more."""
    if not line.cells.startswith("{") or any(f'"{name}"' in line.cells for name in RESULTS):
        plain = json.loads(line.cells) if line.cells.startswith("{") else {}
        cells = json.dumps({name: value for name, value in plain.items() if name not in RESULTS}, ensure_ascii=False)
    else:
        cells = line.cells
    told = json.dumps(dict(zip(RESULTS, line.outcome, strict=True)), ensure_ascii=False)
    body = cells.rstrip()[:-1].rstrip()
    return f"{body}{'' if body.endswith('{') else ', '}{told[1:]}\n"


async def _spreadsheet(batches: AsyncGenerator[list[list[object]]]) -> AsyncGenerator[bytes]:
    with tempfile.TemporaryDirectory(prefix="abonent-result-") as folder:
        file = Path(folder) / "result.xlsx"
        sheet = _Sheet(file)
        async for rows in batches:
            await asyncio.to_thread(sheet.add, rows)
        await asyncio.to_thread(sheet.close)
        with file.open("rb") as content:
            while piece := await asyncio.to_thread(content.read, PIECE):
                yield piece


class _Sheet:
    """A spreadsheet in the making, of whatever cells there are."""

    def __init__(self, file: Path) -> None:
        options = {"constant_memory": True, "tmpdir": str(file.parent)}
        self._book = xlsxwriter.Workbook(
            str(file), {**options, "strings_to_urls": False, "strings_to_formulas": False, "strings_to_numbers": False}
        )
        self._sheet = self._book.add_worksheet("import")
        self._sheet.freeze_panes(1, 0)
        self._next = 0

    def add(self, rows: Sequence[Sequence[object]]) -> None:
        for row in rows[: ROWS_OF_A_SHEET - self._next]:
            for place, value in enumerate(row):
                if isinstance(value, bool):
                    self._sheet.write_boolean(self._next, place, value)
                elif isinstance(value, int | float):
                    self._sheet.write_number(self._next, place, value)
                elif value not in {None, ""}:
                    self._sheet.write_string(self._next, place, str(value))
            self._next += 1

    def close(self) -> None:
        self._book.close()


# --- templates ----------------------------------------------------------------------------------------------------


async def template(kind: ImportKind, form: Format, language: Language) -> AsyncGenerator[bytes]:
    """An empty file with every column of a kind, in words of the language where people will fill it in."""
    names = [heading(one.name, language) for one in kind.columns]
    match form:
        case Format.CSV:
            yield _text([names], ";" if language is Language.RU else ",").encode("utf-8-sig")
        case Format.NDJSON:
            yield (json.dumps({one.name: None for one in kind.columns}) + "\n").encode()
        case Format.XLSX:
            async with aclosing(_spreadsheet(_once([list(names)]))) as pieces:
                async for piece in pieces:
                    yield piece


async def _once(rows: list[list[object]]) -> AsyncGenerator[list[list[object]]]:
    yield rows
