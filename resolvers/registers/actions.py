"""How a register is asked for, what is only theirs posted, and any other row settled by hand."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.database.engine import give_longer
from models.jobs import Job
from models.registers import PaymentProvider, RegisterRow, Verdict
from resolvers.faults import Code, Fault, invalid, not_found
from resolvers.identity.permissions import Permission
from resolvers.imports import uploads
from resolvers.imports.readers import content
from resolvers.imports.sniffing import sniffed
from resolvers.jobs.kind import enqueue
from resolvers.read.columns import column, orderable
from resolvers.read.selection import Filter, ListSpec, Term
from resolvers.read.tables import REGISTER_ROWS
from resolvers.registers.job import POSTING, REGISTER
from resolvers.registers.matching import columns_of, counted
from resolvers.value_kinds import LONG_TEXT, Day, Reference, Text
from resolvers.words import Message
from resolvers.write.guards import Guard, Seen
from resolvers.write.inputs import given, takes
from resolvers.write.operation import Effect, operation
from resolvers.write.unit_of_work import Lock, select

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from resolvers.context import Context
    from resolvers.imports.sniffing import Written
    from resolvers.write.unit_of_work import Work

LIST = ListSpec(
    table=REGISTER_ROWS,
    filters=(
        Filter("register", column(RegisterRow, "job_id"), "Rows of this register.", refers_to="Job"),
        Filter("verdict", column(RegisterRow, "verdict"), "Rows of this verdict."),
        Filter("external_id", column(RegisterRow, "external_id"), "Rows with this number of the provider's."),
        Filter("amount", column(RegisterRow, "amount"), "By the amount."),
        Filter("taken", column(RegisterRow, "taken_at"), "By the time at which it was taken."),
        Filter("resolved", column(RegisterRow, "resolved_at"), "By the time at which it was settled by hand."),
        Filter("created", column(RegisterRow, "created_at"), "By the time at which it was read."),
        Filter("updated", column(RegisterRow, "updated_at"), "By the time of the last change."),
    ),
    default_order=(Term(column(RegisterRow, "id")),),
    orderable=orderable(RegisterRow),
    searchable=False,
)


@dataclass(frozen=True, slots=True)
class RegisterInput:
    """Which file is a register of whom, and of which days."""

    provider_id: int = takes(Reference("PaymentProvider"), "Whose register it is.", required=True, rest="provider")
    file: str = takes(Text(), "The id of the uploaded file.", required=True)
    from_day: date = takes(Day(), "The first day that it is about.", required=True, rest="from")
    to_day: date = takes(Day(), "The last day that it is about.", required=True, rest="to")


@dataclass(frozen=True, slots=True)
class _Examined(RegisterInput):
    """The same with what the file turned out to be."""

    written: Written | None = None


async def _examine(context: Context, data: RegisterInput) -> RegisterInput:
    """Look into the file before anybody waits for it. Raises `Invalid`."""
    if data.to_day < data.from_day:
        raise invalid("to_day", "day_out_of_range", first=data.from_day.isoformat(), last="9998-12-31")
    upload = await uploads.found(context.database, data.file)
    if upload is None:
        raise invalid("file", "upload_not_found")
    providers = await select(context.database, PaymentProvider, [data.provider_id])
    if not providers:
        raise not_found(PaymentProvider, data.provider_id, "provider_id")
    give_longer(uploads.STORING_SECONDS)
    async with uploads.on_disk(context.database, upload.id) as path:
        written = await asyncio.to_thread(_looked_into, path, providers[0])
    return _Examined(**given(data), written=written)


def _looked_into(path: Path, provider: PaymentProvider) -> Written:
    written = sniffed(path, counted(provider), None, None)
    headings = content(path, written).headings
    if headings:
        columns_of(provider, headings)
    return written


@operation(
    "register.start",
    entity=Job,
    effect=Effect.CREATE,
    graphql="startRegister",
    rest="registers",
    may=Permission.RECONCILE,
    takes=RegisterInput,
    prepare=_examine,
    says="register_started",
    starts_job=True,
    rehearsable=False,
)
async def start_register(work: Work, data: RegisterInput) -> Job:
    """Lay a payment provider's register beside our payments, row by row, in the background."""
    if not isinstance(data, _Examined) or data.written is None:
        raise TypeError(data)
    await work.lock(PaymentProvider, data.provider_id, Lock.SHARE, named="provider_id")
    arguments = {
        "provider": data.provider_id,
        "file": data.file,
        "from": data.from_day.isoformat(),
        "to": data.to_day.isoformat(),
        "format": data.written.form.value,
        "encoding": data.written.encoding,
        "separator": data.written.separator,
        "language": work.context.language.value,
    }
    return await enqueue(work, REGISTER, arguments)


def _refuse_unfinished(seen: Seen) -> None:
    if seen.row.kind != REGISTER.name or seen.row.finished_at is None:
        raise Fault(Code.INVALID_TRANSITION, Message("not_a_finished_register", {"id": seen.row.id}))


@operation(
    "register.post",
    entity=Job,
    effect=Effect.ACTION,
    graphql="postRegisterRows",
    rest="post",
    may=Permission.RECONCILE,
    guards=(Guard(_refuse_unfinished, ("kind", "finished_at")),),
    says="register_posting_started",
    starts_job=True,
    rehearsable=False,
    raises=(Code.INVALID_TRANSITION,),
)
async def post_register_rows(work: Work, register: Job) -> Job:
    """Post, in the background, whatever is only theirs: a payment each, and never a second one."""
    provider_id = int(str(register.arguments["provider"]))
    provider = await work.lock(PaymentProvider, provider_id, Lock.SHARE)
    job = await enqueue(work, POSTING, {"register": register.id, "provider": provider.name})
    work.notes["job_id"] = job.id
    return register


@dataclass(frozen=True, slots=True)
class ResolveRowInput:
    """Why a row needs nothing more."""

    reason: str = takes(Text(LONG_TEXT), "Why it needs nothing more; kept with the row.", required=True)


@operation(
    "register_row.resolve",
    entity=RegisterRow,
    effect=Effect.ACTION,
    graphql="resolveRegisterRow",
    rest="resolve",
    may=Permission.RECONCILE,
    takes=ResolveRowInput,
    says="register_row_resolved",
    raises=(Code.INVALID_TRANSITION,),
)
async def resolve_register_row(work: Work, row: RegisterRow, data: ResolveRowInput) -> RegisterRow:
    """Settle a row by hand: whatever was wrong with it has been seen to. Matched ones need nothing."""
    posted = row.verdict is Verdict.ONLY_THEIRS and row.payment_id is not None
    if row.verdict is Verdict.MATCHED or posted or row.resolved_at is not None:
        raise Fault(Code.INVALID_TRANSITION, Message("register_row_settled", {"id": row.id}))
    row.reason, row.resolved_at, row.resolved_by_id = data.reason, work.now, work.actor_id
    return row


OPERATIONS = (start_register, post_register_rows, resolve_register_row)
