"""Files that come in: uploads, imports, their results, and templates (in-and-out.md §2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar
from urllib.parse import quote

import orjson

from models.imports import Imported
from models.jobs import Job
from resolvers.faults import invalid, not_found
from resolvers.identity.permissions import Permission, require
from resolvers.imports import uploads
from resolvers.imports.actions import start_import
from resolvers.imports.asked import Asked
from resolvers.imports.job import IMPORT
from resolvers.imports.kinds import KINDS
from resolvers.imports.results import result_file, template
from resolvers.imports.store import has_rows
from resolvers.registers.actions import start_register
from resolvers.transfer.tables import MEDIA_TYPES, Format
from resolvers.write.inputs import input_fields
from resolvers.write.unit_of_work import select
from rest_compat.dry_runs import dry_run_asked
from rest_compat.http import answer, path_id
from rest_compat.representations import read
from rest_compat.write_handlers import Write, body_of
from web.request import idempotency_key, receive_body
from web.streams import PieceByPiece
from web.uploads import file_in, form_of, is_form, texts_in

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from resolvers.context import Context
    from resolvers.imports.uploads import Upload

T = TypeVar("T")

SHOWN: Final = 100
_TRUTHS: Final[Mapping[str, bool]] = {"true": True, "1": True, "on": True, "false": False, "0": False, "off": False}


async def _kept(request: Request, context: Context) -> tuple[Upload, dict[str, str]]:
    """The file of a form, put into the database, and what the form says besides."""
    caller = require(context, Permission.IMPORT)
    async with form_of(request, context.settings.import_bytes) as form:
        file = file_in(form)
        if file is None:
            raise invalid("file", "required")
        return await uploads.keep(context, file.filename or "", file.file, caller.user_id), texts_in(form)


@dataclass(frozen=True, slots=True)
class FileUpload:
    """Takes a file."""

    takes_body: ClassVar[bool] = True

    async def __call__(self, request: Request, context: Context) -> Response:
        upload, _ = await _kept(request, context)
        told = {"id": upload.id, "name": upload.name, "size": upload.size}
        return answer(orjson.dumps(told), context.language, 201)


@dataclass(frozen=True, slots=True)
class FileStart:
    """Takes a file with what is to be done with it, or, as JSON, the id of one that was uploaded."""

    takes_body: ClassVar[bool] = True
    start: ClassVar[Write]

    async def __call__(self, request: Request, context: Context) -> Response:
        require(context, self.start.operation.may)
        key = idempotency_key(request)
        raw: dict[str, object]
        if is_form(request):
            upload, texts = await _kept(request, context)
            raw = {name: text for name, text in texts.items() if text or name == "separator"}
            raw |= {"file": upload.id}
            raw |= {name: _TRUTHS.get(texts[name].lower(), texts[name]) for name in ("dry_run",) if texts.get(name)}
        else:
            await receive_body(request)
            raw = await body_of(request)
        takes = self.start.operation.input
        names = {field.rest_name: field.name for field in input_fields(takes)} if takes else {}
        raw = {names[name]: value for name, value in raw.items() if name in names}
        if dry_run_asked(request):
            if "dry_run" not in names:
                raise invalid("dry_run", "no_dry_run")
            raw["dry_run"] = True
        return await self.start.carried_out(context, raw, key)


class ImportStart(FileStart):
    """Starts an import."""

    start = Write(start_import)


class RegisterStart(FileStart):
    """Starts a register."""

    start = Write(start_register)


async def _job(request: Request, context: Context, kind: str) -> Job:
    """The job in the path, if it is of the kind."""
    job_id = path_id(request, Job)
    rows = await select(context.database, Job, [job_id])
    if not rows or rows[0].kind != kind:
        raise not_found(Job, job_id)
    return rows[0]


@dataclass(frozen=True, slots=True)
class JobDetail:
    """How far an import, or a register, is, and what has come of it."""

    kind: str

    async def __call__(self, request: Request, context: Context) -> Response:
        caller = require(context, Permission.READ)
        job = await _job(request, context, self.kind)
        body = await read(context.reader, Job.__name__, job.id, caller.role, context.language)
        return answer(body, context.language)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The file again, with what has become of each row."""

    async def __call__(self, request: Request, context: Context) -> Response:
        require(context, Permission.IMPORT)
        job = await _job(request, context, IMPORT.name)
        if not await has_rows(context.database, job.id):
            raise not_found(Job, job.id)  # nothing was read of the file, or it was long ago
        asked = Asked.of(job.arguments)
        stem = asked.name.rpartition(".")[0] or asked.name or asked.kind.value
        pieces = result_file(context.database, job.id, asked.written)
        return _file(context, pieces, f"{stem}-{job.id}", asked.format)


@dataclass(frozen=True, slots=True)
class ImportTemplate:
    """An empty file to be filled in."""

    async def __call__(self, request: Request, context: Context) -> Response:
        require(context, Permission.READ)
        kind = _chosen(request, "kind", {one.value: one for one in Imported})
        form = _chosen(request, "format", {one.value: one for one in Format}, Format.XLSX)
        return _file(context, template(KINDS[kind], form, context.language), kind.value, form)


def _chosen(request: Request, name: str, choices: Mapping[str, T], default: T | None = None) -> T:
    value = request.query_params.get(name, "").strip()
    if not value and default is not None:
        return default
    if not value:
        raise invalid(name, "required")
    if value not in choices:
        raise invalid(name, "not_a_choice", value=value[:SHOWN], choices=", ".join(choices))
    return choices[value]


def _file(context: Context, pieces: AsyncGenerator[bytes], stem: str, form: Format) -> Response:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(stem)}.{form}",
        "Content-Language": context.language.value,
        "Vary": "Accept-Language, Authorization",
    }
    return PieceByPiece(pieces, headers, MEDIA_TYPES[form])
