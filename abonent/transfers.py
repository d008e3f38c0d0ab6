"""`abonent import` and `abonent export`: whole files in and out, by whoever holds the database itself."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

from abonent.people import console
from abonent.worker.worker import Worker
from models.jobs import Job, JobStatus
from models.users import Role
from resolvers import contracts, customers, payments, sims, tariffs, tickets
from resolvers.faults import NO_FIELD, invalid
from resolvers.identity.permissions import sight_of
from resolvers.imports import uploads
from resolvers.imports.actions import start_import
from resolvers.imports.asked import Asked
from resolvers.imports.job import IMPORT
from resolvers.imports.results import result_file
from resolvers.read.list_criteria import criteria
from resolvers.transfer.exports import written
from resolvers.write.inputs import parse
from resolvers.write.operation import Call, perform_at_console
from resolvers.write.unit_of_work import select
from rest_compat.file_handlers import file_of, layout_of, without
from rest_compat.list_handlers import Lists
from rest_compat.query_string import asked
from schema.execution.read_field import CALLER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from models.database import Database, Reader
    from models.settings import Settings
    from resolvers.context import Context
    from resolvers.write.operation import Outcome

LISTS: Final = (customers.LIST, sims.LIST, tariffs.LIST, contracts.LIST, payments.LIST, tickets.LIST)
LOOK_SECONDS: Final = 0.5
_COUNTED: Final = ("created", "updated", "unchanged", "failed", "not_tried")


# --- in -----------------------------------------------------------------------------------------------------------


async def bring_in(database: Database, settings: Settings, kind: str, file: Path, how: Mapping[str, Any]) -> Job:
    """Bring a file in here, unless another worker has taken it; its job, ended. Raises `Invalid`."""
    context = console(database, settings)
    with file.open("rb") as content:
        upload = await uploads.keep(context, file.name, content, None)
    raw = {"kind": kind, "file": upload.id, **how}
    data = parse(start_import.input, raw) if start_import.input else None
    answer = await perform_at_console(context, Call(start_import, None, raw, _nothing), data)
    while True:
        await Worker(database, settings, context.clock, (IMPORT,), ()).drain()
        (job,) = await select(database, Job, [answer.outcome.id])
        if job.status not in {JobStatus.QUEUED, JobStatus.RUNNING}:
            return job
        await asyncio.sleep(LOOK_SECONDS)


async def _nothing(context: Context, reader: Reader, outcome: Outcome) -> bytes:
    del context, reader, outcome
    return b"{}"


def told_of_import(file: Path, job: Job) -> str:
    """What became of a file's rows, and the first of those that failed."""
    result: Mapping[str, Any] = job.result or {}
    counts = ", ".join(f"{result[name]} {name.replace('_', ' ')}" for name in _COUNTED if result.get(name))
    lines = [f"{file}: {counts or 'no rows'}"]
    if job.error is not None:
        lines.append(f"  {job.error}")
    if result.get("unknown_headings"):
        lines.append(f"  headings that mean nothing here: {', '.join(result['unknown_headings'])}")
    for one in result.get("faults", ()):
        named = f", {one['field']}" if one["field"] and one["field"] != NO_FIELD else ""
        lines.append(f"  row {one['row']}{named}: {one['message']}")
    return "\n".join(lines)


async def keep_result(database: Database, job: Job, file: Path, folder: Path) -> Path:
    """Write the file again, with what became of each row, into a folder; gives its path."""
    written_as = Asked.of(job.arguments).written
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    place = folder / f"{file.stem}-result{file.suffix}"
    with place.open("wb") as out:
        async with aclosing(result_file(database, job.id, written_as)) as pieces:
            async for piece in pieces:
                out.write(piece)
    return place


# --- out ----------------------------------------------------------------------------------------------------------


async def exported(database: Database, settings: Settings, kind: str, query: Mapping[str, str]) -> AsyncIterator[bytes]:
    """A whole list as a file, piece by piece. Raises `Invalid`."""
    context = console(database, settings)
    spec = next(one for one in LISTS if one.table.name == kind)
    wanted = asked(spec, _known(without(query), kind), settings.time_zone)
    file = file_of(query, spec.table)
    if file is None:
        raise invalid("format", "required")
    rows = Lists(spec).rows(
        context, sight_of(Role.ADMIN), file.keys, wanted, {"parent": None, "caller": None, CALLER: None}
    )
    async with aclosing(written(rows, file.form, layout_of(context, file, spec.table), kind)) as pieces:
        async for piece in pieces:
            yield piece


def _known(query: Mapping[str, str], kind: str) -> Mapping[str, str]:
    """The filters, all of which must be known: whoever types one wrong would get everything."""
    spec = next(one for one in LISTS if one.table.name == kind)
    names = {one.name for one in criteria(spec)} | {"search", "ordering"}
    for name in query:
        if name not in names:
            raise invalid(name, "not_a_choice", value=name, choices=", ".join(sorted(names)))
    return query
