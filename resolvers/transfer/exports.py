"""Exports: every row of a list, from one snapshot, written while it is read (in-and-out.md §1).

Memory stays flat: a batch of rows at a time comes from the database, is written and sent. What writes takes place in
threads, so that other requests go on. Whoever stops listening closes the generator, which ends the query.
"""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from resolvers.transfer.tables import Format, Spreadsheet, csv_heading, csv_lines, ndjson_lines

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from resolvers.transfer.tables import Layout

PIECE: Final = 64 * 1024
"""Bytes of a finished file that are sent at once."""


async def written(
    batches: AsyncGenerator[list[str]], form: Format, layout: Layout, title: str
) -> AsyncGenerator[bytes]:
    """The file of these rows, piece by piece; `title` names the sheets of a spreadsheet."""
    async with aclosing(batches):
        match form:
            case Format.CSV:
                yield csv_heading(layout)
                async for rows in batches:
                    yield await asyncio.to_thread(csv_lines, layout, rows)
            case Format.NDJSON:
                async for rows in batches:
                    yield ndjson_lines(rows)
            case Format.XLSX:
                async with aclosing(_spreadsheet(batches, layout, title)) as pieces:
                    async for piece in pieces:
                        yield piece


async def _spreadsheet(batches: AsyncGenerator[list[str]], layout: Layout, title: str) -> AsyncGenerator[bytes]:
    """A spreadsheet is a packed archive: none of it can be sent before the last row is in it."""
    with tempfile.TemporaryDirectory(prefix="abonent-export-") as folder:
        file = Path(folder) / "export.xlsx"
        book = await asyncio.to_thread(Spreadsheet, file, layout, title)
        async for rows in batches:
            await asyncio.to_thread(book.add, rows)
        await asyncio.to_thread(book.close)
        with file.open("rb") as content:
            while piece := await asyncio.to_thread(content.read, PIECE):
                yield piece
