"""The work on a register: its rows are read once, laid beside our payments, and what is ours alone is added."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from models.database.rows import insert, updates, write
from models.payments import Payment, PaymentMethod
from models.registers import PaymentProvider, RegisterRow, Verdict
from models.users import Role
from resolvers.faults import Code, Fault, fault, invalid
from resolvers.identity.permissions import Caller, Permission
from resolvers.imports import uploads
from resolvers.imports.readers import content
from resolvers.imports.sniffing import Written
from resolvers.jobs.kind import JobKind
from resolvers.jobs.running import Progress
from resolvers.payment_actions import process_payment
from resolvers.payments import PaymentInput, create_payment
from resolvers.registers.matching import POSTED, Reading, columns_of, match
from resolvers.transfer.tables import Format
from resolvers.value_kinds import hundredths_text
from resolvers.words import Language
from resolvers.write.batch import Step, perform_batch
from resolvers.write.inputs import Mode, parse
from resolvers.write.operation import Effect, operation, run
from resolvers.write.unit_of_work import Work, select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.database import Transaction
    from resolvers.imports.readers import Content
    from resolvers.jobs.kind import JobRun
    from resolvers.write.batch import Result

BATCH: Final = 500


# --- reading and matching -----------------------------------------------------------------------------------------


async def reading_of(run: JobRun, columns: dict[str, int]) -> Reading:
    """How the register is read. Raises `not_found` for a provider that is gone."""
    told: Any = run.arguments
    rows = await select(run.context.database, PaymentProvider, [int(told["provider"])])
    if not rows:
        raise invalid("provider", "reference_unknown")
    first, last = date.fromisoformat(told["from"]), date.fromisoformat(told["to"])
    return Reading(rows[0], first, last, Language(told["language"]), columns)


async def _read(job: JobRun) -> Progress:
    """Read the whole file into the database; a register whose reading was cut short is read anew."""
    told: Any = job.arguments
    written = Written(Format(told["format"]), told["encoding"], told["separator"])
    seen: set[str] = set()
    total = 0

    async def clear(tx: Transaction) -> None:
        await tx.fetch("DELETE FROM register_rows WHERE job_id = $1", [job.job.id])

    await job.context.database.write(clear)
    async with uploads.on_disk(job.context.database, told["file"]) as path:
        read = await asyncio.to_thread(content, path, written)
        reading = await reading_of(job, {})
        if read.headings:
            reading = replace(reading, columns=columns_of(reading.provider, read.headings))
        while rows := await asyncio.to_thread(_some, read, reading, seen):
            await _keep(job, rows)
            total += len(rows)
    return Progress(state={"after": 0}, total=total, result=_nothing())


def _some(read: Content, reading: Reading, seen: set[str]) -> list[RegisterRow]:
    return [reading.read(row, seen) for row in islice(read.rows, BATCH)]


async def _keep(job: JobRun, rows: Sequence[RegisterRow]) -> None:
    async def body(tx: Transaction) -> None:
        now = job.now
        for row in rows:
            row.pk = None  # it may be kept once more, where the transaction was raced
            row.job_id, row.created_at, row.updated_at = job.job.id, now, now
        await insert(tx, *rows)

    await job.context.database.write(body)


def _nothing() -> dict[str, Any]:
    return {one.value: 0 for one in Verdict} | {"theirs": "0.00", "ours": "0.00", "difference": "0.00"}


async def _match(job: JobRun) -> None:
    """The next rows; after the last what is ours alone, and the totals."""
    after = int(str(job.state["after"]))
    reading = await reading_of(job, {})

    async def body(work: Work) -> Progress:
        sql = f"SELECT id FROM register_rows WHERE job_id = $1 AND id > $2 ORDER BY id LIMIT {BATCH}"
        ids = [row[0] for row in await work.tx.fetch(sql, [job.job.id, after])]
        rows = await select(work.tx, RegisterRow, ids)
        theirs = [row for row in rows if row.verdict is Verdict.ONLY_THEIRS]
        await match(work.tx, reading, theirs)
        await _store(work.tx, theirs)
        if len(ids) < BATCH:
            await _add_ours(work, job, reading)
            told = await _totals(work.tx, job)
            return Progress({"after": after}, len(ids), result=told, finished=True)
        return Progress({"after": ids[-1]}, len(ids))

    await job.batch("register", body)


async def _store(tx: Transaction, rows: Sequence[RegisterRow]) -> None:
    if rows:
        columns = ("contract_id", "payment_id", "problem", "verdict")
        await write(tx, updates(tx.dialect, list(rows), columns))


async def _add_ours(work: Work, job: JobRun, reading: Reading) -> None:
    """Payments of the provider that are of the period, and in none of its rows."""
    start = datetime.combine(reading.first, time(), reading.zone)
    end = datetime.combine(reading.last + timedelta(days=1), time(), reading.zone)
    sql = f"""INSERT INTO register_rows (created_at, updated_at, job_id, verdict, external_id, amount, taken_at,
        contract_id, payment_id) SELECT $1, $1, $2, 'only_ours', p.external_id, p.amount,
        coalesce(p.processed_at, p.payment_date), p.contract_id, p.id FROM payments p
        WHERE p.provider = $3 AND p.status IN {POSTED} AND coalesce(p.processed_at, p.payment_date) >= $4
        AND coalesce(p.processed_at, p.payment_date) < $5
        AND NOT EXISTS (SELECT 1 FROM register_rows r WHERE r.job_id = $2 AND r.payment_id = p.id)"""
    await work.tx.fetch(sql, [job.now, job.job.id, reading.provider.name, start, end])


async def _totals(tx: Transaction, job: JobRun) -> dict[str, Any]:
    told = _nothing()
    sql = "SELECT verdict, count(*) FROM register_rows WHERE job_id = $1 GROUP BY verdict"
    told.update(dict(await tx.fetch(sql, [job.job.id])))
    sql = f"""SELECT coalesce(sum(CASE WHEN r.verdict IN ('matched', 'only_theirs', 'differs') THEN r.amount END), 0),
        coalesce(sum(CASE WHEN r.verdict IN ('matched', 'only_ours', 'differs') AND p.status IN {POSTED}
        THEN p.amount END), 0) FROM register_rows r LEFT JOIN payments p ON p.id = r.payment_id WHERE r.job_id = $1"""
    ((theirs, ours),) = await tx.fetch(sql, [job.job.id])
    theirs, ours = int(theirs), int(ours)
    figures = {"theirs": theirs, "ours": ours, "difference": theirs - ours}
    return told | {name: hundredths_text(amount) for name, amount in figures.items()}


REGISTER: Final = JobKind("register", step=_match, prepare=_read, alone=False)


# --- posting what is theirs alone -----------------------------------------------------------------------------------


@operation(
    "register_row.post",
    entity=RegisterRow,
    effect=Effect.ACTION,
    graphql="",
    may=Permission.RECONCILE,
    says="updated",
    keyed=False,
)
async def post_row(work: Work, row: RegisterRow, provider: str) -> RegisterRow:
    """Make a payment of a row that is only theirs, and post it."""
    if row.verdict is not Verdict.ONLY_THEIRS or row.payment_id is not None or row.resolved_at is not None:
        return row
    if row.contract_id is None:
        raise invalid("account", "reference_unknown")
    raw = {
        "contract_id": row.contract_id,
        "amount": hundredths_text(row.amount or 0),
        "payment_method": PaymentMethod.TERMINAL.value,
        "provider": provider,
        "external_id": row.external_id,
    }
    made = await run(work, create_payment, None, parse(PaymentInput, raw, Mode.FULL))
    await run(work, process_payment, made.id)
    payment = await work.lock(Payment, made.id)
    if row.taken_at is not None:
        payment.payment_date = row.taken_at
    row.payment_id = payment.id
    return row


async def _count(job: JobRun) -> Progress:
    sql = f"SELECT count(*) FROM register_rows WHERE {_OPEN}"
    ((total,),) = await job.context.database.fetch(sql, [job.arguments["register"], 0])
    return Progress(state={"after": 0}, total=total, result={"posted": 0, "failed": 0})


_OPEN: Final = "job_id = $1 AND id > $2 AND verdict = 'only_theirs' AND payment_id IS NULL AND resolved_at IS NULL"


async def _post(job: JobRun) -> None:
    """The next rows that are only theirs; one that cannot be posted keeps why as its problem."""
    after = int(str(job.state["after"]))
    sql = f"SELECT id FROM register_rows WHERE {_OPEN} ORDER BY id LIMIT {BATCH // 2}"
    ids = [row[0] for row in await job.context.database.fetch(sql, [job.arguments["register"], after])]
    steps = [Step(post_row, row_id, str(job.arguments["provider"])) for row_id in ids]
    context = job.context
    if (actor := job.job.created_by_id) is not None:
        users = await context.database.fetch("SELECT username, role FROM users WHERE id = $1 AND is_active", [actor])
        if not users:
            raise fault(Code.TOKEN_NOT_VALID)
        context = replace(context, caller=Caller(actor, users[0][0], Role(users[0][1]), None))

    async def keep(work: Work, results: Sequence[Result]) -> None:
        failed = sum(isinstance(one, Fault) for one in results)
        told: Any = job.result
        result = {"posted": told["posted"] + len(results) - failed, "failed": told["failed"] + failed}
        state = {"after": ids[-1] if ids else after}
        done = Progress(state, len(results) - failed, failed, result=result, finished=len(ids) < BATCH // 2)
        await job.save(work.tx, done)

    await perform_batch(context, steps, after=keep)


POSTING: Final = JobKind("register_posting", step=_post, prepare=_count)
