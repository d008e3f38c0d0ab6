"""Lists as files: all rows at once, as CSV, NDJSON or a spreadsheet (in-and-out.md §1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from resolvers.faults import invalid
from resolvers.read.selection import Kind
from resolvers.transfer.exports import written
from resolvers.transfer.tables import MEDIA_TYPES, SEPARATORS, FileColumn, Format, Layout
from resolvers.words import heading
from rest_compat.http import JSON
from rest_compat.import_columns import IMPORT, import_keys, import_values
from rest_compat.representations import shown
from web.negotiation import preferred
from web.request import headers_of
from web.streams import PieceByPiece, begun

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from resolvers.context import Context
    from resolvers.read.selection import Table

T = TypeVar("T")

NOT_FOR_ROWS: Final = frozenset({"page", "page_size", "format", "columns", "headings", "separator", "bom"})
"""Parameters that say how a file is written, or have no meaning for one."""
SHOWN: Final = 100
"""Characters of a caller's own text that a refusal repeats."""


@dataclass(frozen=True, slots=True)
class FileAsked:
    """The file that a request asks for."""

    form: Format
    keys: tuple[str, ...]
    """Of the representation, in the order of the columns."""
    words: bool
    """Headings are words for people, and texts are guarded against spreadsheets that run them."""
    separator: str = ","
    bom: bool = False
    again: bool = False
    """It is to be brought in again: texts are guarded too, and an import takes that off."""


def file_asked(request: Request, table: Table) -> FileAsked | None:
    """The file that is asked for, by `format` or else by `Accept`; None for a page of a list as ever.

    Raises `Invalid` for a format, a column, a separator or headings that there are not.
    """
    return file_of(request.query_params, table, headers_of(request).get("accept"))


def file_of(query: Mapping[str, str], table: Table, accept: str | None = None) -> FileAsked | None:
    """The same by the parameters alone."""
    parameters = {name: value for name, value in query.items() if value.strip() or name == "separator"}
    form = _format(parameters.get("format"), accept)
    if form is None:
        return None
    return FileAsked(
        form,
        _keys(parameters.get("columns"), table),
        _chosen(parameters, "headings", {"names": False, "words": True}, default=False),
        _chosen(parameters, "separator", SEPARATORS, default=","),
        _chosen(parameters, "bom", {"0": False, "1": True, "false": False, "true": True}, default=False),
        again=parameters.get("columns", "").strip() == IMPORT,
    )


def without(parameters: Mapping[str, str]) -> dict[str, str]:
    """The parameters that say which rows are asked for."""
    return {name: value for name, value in parameters.items() if name not in NOT_FOR_ROWS}


def _format(name: str | None, accept: str | None) -> Format | None:
    if name is None:
        best = preferred(accept, (JSON, *MEDIA_TYPES.values()))
        return next((form for form, media_type in MEDIA_TYPES.items() if media_type == best), None)
    if name == "json":
        return None
    return _chosen({"format": name}, "format", {form.value: form for form in Format}, default=Format.CSV)


def _chosen(parameters: Mapping[str, str], name: str, choices: Mapping[str, T], default: T) -> T:
    value = parameters.get(name)
    if value is None:
        return default
    if value not in choices:
        raise invalid(
            name, "not_a_choice", value=value[:SHOWN], choices=", ".join(choice for choice in choices if choice.strip())
        )
    return choices[value]


def _keys(columns: str | None, table: Table) -> tuple[str, ...]:
    """The documented keys, or those that are named, each once."""
    known = [value.key for value in shown(table.typename)]
    if columns is None:
        return tuple(known)
    if columns.strip() == IMPORT and (own := import_keys(table)):
        return own
    wanted = tuple(dict.fromkeys(name.strip() for name in columns.split(",")))
    for name in wanted:
        if name not in known:
            raise invalid("columns", "not_a_choice", value=name[:SHOWN], choices=", ".join(known))
    return wanted


def layout_of(context: Context, asked: FileAsked, table: Table) -> Layout:
    """How the file is written."""
    kinds = {value.key: Kind.TEXT if value.worded else value.source.kind for value in shown(table.typename)}
    kinds |= {key: value.source.kind for key, value in import_values(table).items()}
    headings = [heading(key, context.language) if asked.words else key for key in asked.keys]
    columns = tuple(FileColumn(text, kinds[key]) for text, key in zip(headings, asked.keys, strict=True))
    return Layout(columns, asked.separator, bom=asked.bom, guarded=asked.words or asked.again)


async def file_answer(context: Context, asked: FileAsked, table: Table, batches: AsyncGenerator[list[str]]) -> Response:
    """The answer whose body is the file, row by row."""
    name = f"{table.name}-{context.today(context.clock())}.{asked.form}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Language": context.language.value,
        "Vary": "Accept, Accept-Language, Authorization",
    }
    pieces = written(await begun(batches), asked.form, layout_of(context, asked, table), table.name)
    return PieceByPiece(pieces, headers, MEDIA_TYPES[asked.form])
