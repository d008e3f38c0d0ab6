"""How an import is asked for (in-and-out.md §2)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models.database.engine import give_longer
from models.imports import Imported, OnFault
from models.jobs import Job
from resolvers.faults import invalid
from resolvers.identity.permissions import Permission
from resolvers.imports import uploads
from resolvers.imports.asked import Asked
from resolvers.imports.job import IMPORT
from resolvers.imports.kind import counted, headed
from resolvers.imports.kinds import KINDS
from resolvers.imports.readers import content
from resolvers.imports.sniffing import sniffed
from resolvers.jobs.kind import enqueue
from resolvers.transfer.tables import Format
from resolvers.value_kinds import Choice, Text, Truth
from resolvers.write.inputs import given, takes
from resolvers.write.operation import Effect, operation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from resolvers.context import Context
    from resolvers.identity.permissions import Caller
    from resolvers.imports.sniffing import Written
    from resolvers.write.unit_of_work import Work


AT_ONCE: Final = 1_048_576
"""A spreadsheet is opened while its sender waits if it is no larger; else the job tells what is wrong with it."""


@dataclass(frozen=True, slots=True)
class ImportInput:
    """Which file is brought in, and how."""

    kind: Imported = takes(Choice(Imported), "What its rows are.", required=True)
    file: str = takes(Text(), "The id of the uploaded file.", required=True)
    dry_run: bool = takes(Truth(), "Do all of it, tell what comes of it, and change nothing.", default="false")
    on_fault: OnFault = takes(Choice(OnFault), "What is done where a row is at fault.", default="skip")
    match: str | None = takes(
        Text(),
        "By what rows are known again: customers by `document` or `phone`, contracts by `number` or `external_id`.",
        nullable=True,
    )
    encoding: str | None = takes(
        Text(), "Of the text: `utf-8`, `utf-16`, `windows-1251`; found out unless given.", nullable=True
    )
    separator: str | None = takes(
        Text(), "Of a CSV's cells: a comma, a semicolon or `tab`; found out unless given.", nullable=True
    )


@dataclass(frozen=True, slots=True)
class _Examined(ImportInput):
    """The same with what the file turned out to be."""

    name: str = ""
    written: Written | None = None


async def _examine(context: Context, data: ImportInput) -> ImportInput:
    """Look into the file before anybody waits for it. Raises `Invalid`."""
    upload = await uploads.found(context.database, data.file)
    if upload is None:
        raise invalid("file", "upload_not_found")
    values = given(data)
    match = values.get("match") or KINDS[data.kind].matches[0]
    if match not in KINDS[data.kind].matches:
        raise invalid("match", "not_a_choice", value=match, choices=", ".join(KINDS[data.kind].matches))
    give_longer(uploads.STORING_SECONDS)
    async with uploads.on_disk(context.database, upload.id) as path:
        written = await asyncio.to_thread(_looked_into, path, data)
    return _Examined(**values, name=upload.name, written=written)


def _looked_into(path: Path, data: ImportInput) -> Written:
    values, kind = given(data), KINDS[data.kind]
    written = sniffed(path, counted(kind), values.get("encoding"), values.get("separator"))
    if written.form is not Format.XLSX or path.stat().st_size <= AT_ONCE:
        headed_by = content(path, written).headings
        if headed_by:
            headed(kind, headed_by)
    return written


_WRITES: Final[Mapping[str, Permission]] = {
    Imported.CUSTOMERS: Permission.MANAGE_SUBSCRIBERS,
    Imported.SIMS: Permission.MANAGE_SUBSCRIBERS,
    Imported.CONTRACTS: Permission.MANAGE_SUBSCRIBERS,
    Imported.TARIFFS: Permission.MANAGE_TARIFFS,
    Imported.PAYMENTS: Permission.MANAGE_PAYMENTS,
    Imported.TICKETS: Permission.WORK_ON_TICKETS,
}


def _to_write_them(caller: Caller, target: int | None, raw: Mapping[str, object]) -> Permission | None:
    """Rows are brought in by whoever may write them one by one: a key may have the one without the other."""
    del caller, target
    return _WRITES.get(str(raw.get("kind")))


@operation(
    "import.start",
    entity=Job,
    effect=Effect.CREATE,
    graphql="startImport",
    rest="imports",
    may=Permission.IMPORT,
    also_needs=_to_write_them,
    takes=ImportInput,
    prepare=_examine,
    says="import_started",
    starts_job=True,
)
async def start_import(work: Work, data: ImportInput) -> Job:
    """Bring a file in, in the background: the job tells how far it is, and what has become of its rows."""
    if not isinstance(data, _Examined) or data.written is None:
        raise TypeError(data)
    values = given(data)
    asked = Asked(
        kind=data.kind,
        file=data.file,
        name=data.name,
        format=data.written.form,
        encoding=data.written.encoding,
        separator=data.written.separator,
        dry_run=values.get("dry_run", False),
        on_fault=values.get("on_fault", OnFault.SKIP),
        match=values.get("match") or "",
        language=work.context.language,
    )
    return await enqueue(work, IMPORT, asked.arguments())


OPERATIONS: Final = (start_import,)
