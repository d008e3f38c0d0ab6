"""A billing run, and repricing: what is done for one contract done for all of them, as jobs (billing.md §6, §1)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING, Any, Final

from models.billing import BillingPolicy
from models.contracts import Contract, ContractStatus
from models.customers import Customer
from models.jobs import Job
from models.tariffs import Tariff
from resolvers.billing.ladder import billed, billing_is_off, climb
from resolvers.billing.policy import policy_of
from resolvers.billing.terms import latest_terms
from resolvers.faults import Code, Fault, fault, invalid
from resolvers.identity.permissions import Permission
from resolvers.jobs.kind import JobKind, Scheduled, enqueue, enqueue_once
from resolvers.jobs.running import Progress
from resolvers.value_kinds import Day, Truth, hundredths_text
from resolvers.words import Language, say
from resolvers.write.batch import Step, perform_batch
from resolvers.write.inputs import given, takes
from resolvers.write.operation import Effect, operation
from resolvers.write.unit_of_work import Lock, select

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resolvers.context import Context
    from resolvers.jobs.kind import JobRun
    from resolvers.write.batch import Result
    from resolvers.write.unit_of_work import Work

LOG = logging.getLogger(__name__)
BATCH: Final = 200
"""Contracts of one transaction."""
NAMED: Final = 100
"""Contracts that failed and are named in the result; of the rest only the number is."""
COUNTED: Final = ("due", "charged", "settled_free", "suspended", "reminded", "terminated", "resumed", "failed")


# --- one contract of a run ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BusinessDay:
    """The day for which a contract is settled."""

    day: date


async def _lock_for_run(work: Work, target: int, data: object) -> Contract:
    """The customer too, for whom money may bring the contract back."""
    del data
    seen = await work.glimpse(Contract, target)
    if seen.suspension_reason is not None:
        await work.lock_owner(Customer, seen.customer_id, Lock.SHARE)
    return await work.lock(Contract, target)


@operation(
    "contract.settle",
    entity=Contract,
    effect=Effect.ACTION,
    graphql="",
    may=Permission.DECIDE_ON_MONEY,
    lock=_lock_for_run,
    says="contract_billed",
    keyed=False,
)
async def settle_contract(work: Work, contract: Contract, data: BusinessDay) -> Contract:
    """What a run does for one contract. A bug leaves that contract out, and nobody else."""
    try:
        one = await billed(work, contract, data.day)
        due = contract.next_billing_date
        work.notes["due"] = int(one.is_active and due is not None and due <= data.day)
        await climb(one)
    except Fault:
        raise
    except Exception as error:
        LOG.exception("Contract %s could not be billed", contract.id)
        raise fault(Code.INTERNAL_ERROR) from error
    work.notes.update(charged=one.charged, settled_free=one.settled_free, amount=one.amount, tariff=one.tariff)
    work.notes.update(dict.fromkeys(one.came, 1))
    return contract


# --- the run ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BillingRunInput:
    """For which day everybody is billed, and whether for real."""

    business_date: date = takes(Day(), "The day up to which months are settled; not after today.", default="today")
    dry_run: bool = takes(Truth(), "Work it all out, and change nothing; any day then.", default="false")


@operation(
    "billing.run",
    entity=Job,
    effect=Effect.CREATE,
    graphql="startBillingRun",
    may=Permission.DECIDE_ON_MONEY,
    takes=BillingRunInput,
    says="billing_run_started",
    starts_job=True,
    raises=(Code.INVALID_TRANSITION,),
)
async def start_billing_run(work: Work, data: BillingRunInput) -> Job:
    """Bill every contract that is due, in the background: the job tells how far it is, and what has come out."""
    asked = given(data)
    return await enqueue_run(work, asked.get("business_date", work.today), dry_run=asked.get("dry_run", False))


async def enqueue_run(work: Work, day: date, *, dry_run: bool) -> Job:
    """The job of a billing run. Raises `invalid_transition` while billing is off."""
    if day > work.today and not dry_run:
        raise invalid("business_date", "in_the_future")
    if not (await policy_of(work)).on(day):
        raise billing_is_off()
    return await enqueue(work, BILLING_RUN, {"business_date": day.isoformat(), "dry_run": dry_run})


async def _count(run: JobRun) -> Progress:
    """How many contracts there are to look at."""
    where, params = await _wanted(run)
    sql = f"SELECT count(*) FROM contracts WHERE {where}"
    ((total,),) = await run.context.database.fetch(sql, [0, *params])
    return Progress(state={"after": 0}, total=total, result=_nothing())


def _nothing() -> dict[str, Any]:
    return dict.fromkeys(COUNTED, 0) | {"amount": "0.00", "by_tariff": [], "failures": []}


async def _wanted(run: JobRun) -> tuple[str, list[object]]:
    """Which contracts a run looks at, and the parameters of that from the second on: months, promises, suspensions."""
    day = _day(run)
    (policy,) = await select(run.context.database, BillingPolicy, [BillingPolicy.ONLY])
    ahead = max((*policy.prepaid_remind_days, *policy.postpaid_remind_days, 0))
    where = """id > $1 AND (status = 'active' AND (next_billing_date <= $2 OR promised_until < $3)
        OR suspension_reason = 'insufficient_funds')"""
    return where, [date.fromordinal(min(day.toordinal() + ahead, date.max.toordinal())), day]


def _day(run: JobRun) -> date:
    return date.fromisoformat(str(run.arguments["business_date"]))


async def _bill_batch(run: JobRun) -> None:
    """The next contracts, in one transaction with the progress; of a dry run only the progress stays."""
    where, params = await _wanted(run)
    database = run.context.database
    sql = f"SELECT id, customer_id, tariff_id, suspension_reason FROM contracts WHERE {where} ORDER BY id LIMIT {BATCH}"
    after = int(str(run.state["after"]))
    rows = await database.fetch(sql, [after, *params])
    ids = [row[0] for row in rows]
    dry = bool(run.arguments.get("dry_run"))

    async def steps(work: Work) -> list[Step]:
        """All rows at once, as seen a moment ago; what has changed since, each step locks for itself."""
        await work.lock_all(Customer, [customer for _, customer, _, reason in rows if reason is not None], Lock.SHARE)
        await work.lock_all(Tariff, [tariff for _, _, tariff, _ in rows], Lock.SHARE)
        await work.lock_all(Contract, ids)
        day = BusinessDay(_day(run))
        return [Step(settle_contract, row_id, day) for row_id in ids]

    def progress(results: Sequence[Result]) -> Progress:
        failed = sum(isinstance(one, Fault) for one in results)
        state = {"after": ids[-1] if ids else after}
        told = _added(run.result, ids, results)
        return Progress(state, len(results) - failed, failed, result=told, finished=len(ids) < BATCH)

    async def keep(work: Work, results: Sequence[Result]) -> None:
        if not dry:
            await run.save(work.tx, progress(results))

    results = await perform_batch(run.context, steps, after=keep, rollback=dry)
    if dry:
        await database.write(lambda tx: run.save(tx, progress(results)))


def _added(before: Mapping[str, Any], ids: Sequence[int], results: Sequence[Result]) -> dict[str, Any]:
    """The result so far with what a batch has brought."""
    told = {**_nothing(), **before}
    by_tariff = {row["tariff"]: dict(row) for row in told["by_tariff"]}
    failures, amount = list(told["failures"]), _hundredths(told["amount"])
    for row_id, one in zip(ids, results, strict=True):
        if isinstance(one, Fault):
            told["failed"] += 1
            failures.append({"contract": row_id, "code": one.code.value, "message": say(one.message, Language.EN)})
            continue
        notes = one.notes
        amount += notes["amount"]
        for what in COUNTED:
            told[what] += notes.get(what, 0)
        if notes["due"] or notes["charged"]:
            tariff: Tariff = notes["tariff"]
            row = by_tariff.setdefault(
                tariff.id, {"tariff": tariff.id, "name": tariff.name, "due": 0, "charged": 0, "amount": "0.00"}
            )
            row["due"] += notes["due"]
            row["charged"] += notes["charged"]
            row["amount"] = hundredths_text(_hundredths(row["amount"]) + notes["amount"])
    listed = sorted(by_tariff.values(), key=lambda row: row["tariff"])
    return told | {"amount": hundredths_text(amount), "by_tariff": listed, "failures": failures[:NAMED]}


def _hundredths(text: str) -> int:
    return int(text.replace(".", ""))


BILLING_RUN: Final = JobKind("billing_run", step=_bill_batch, prepare=_count)


async def _look(context: Context) -> None:
    """Once a day, from the policy's hour on, everybody is billed."""
    (policy,) = await select(context.database, BillingPolicy, [BillingPolicy.ONLY])
    now = context.clock().astimezone(context.settings.time_zone)
    if policy.run_at is None or not policy.on(now.date()) or now.time() < time.fromisoformat(policy.run_at):
        return
    day = now.date().isoformat()
    await enqueue_once(context, BILLING_RUN, {"business_date": day, "dry_run": False}, f"billing_run {day}")


BILLING_HOUR: Final = Scheduled("billing_run", _look)


# --- repricing ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RepriceInput:
    """From which day on the contracts of a tariff get its latest terms."""

    from_: date = takes(
        Day(), "The first billing date on or after this day has the new terms.", default="today", rest="from"
    )


@operation(
    "tariff.reprice",
    entity=Tariff,
    effect=Effect.ACTION,
    graphql="repriceContracts",
    rest="reprice",
    may=Permission.MANAGE_TARIFFS,
    takes=RepriceInput,
    says="repricing_started",
    starts_job=True,
)
async def reprice_contracts(work: Work, tariff: Tariff, data: RepriceInput) -> Tariff:
    """Give the tariff's latest terms to its contracts with older ones, each at its first billing date from a day on.

    It is done in the background. Contracts with a scheduled change of tariff are left out.
    """
    day: date = given(data).get("from_", work.today)
    if day < work.today:
        raise invalid("from_", "in_the_past")
    terms = await latest_terms(work, tariff.id)
    arguments = {"tariff": tariff.id, "terms": terms.id, "from": day.isoformat()}
    job = await enqueue(work, REPRICE, arguments)
    work.notes["job_id"] = job.id
    return tariff


_OLDER: Final = """id > $1 AND tariff_id = $2 AND status IN ('active', 'suspended') AND scheduled_tariff_id IS NULL
    AND terms_id <> $3"""


async def _count_older(run: JobRun) -> Progress:
    database = run.context.database
    sql = f"SELECT count(*) FROM contracts WHERE {_OLDER}"
    params = [0, run.arguments["tariff"], run.arguments["terms"]]
    ((total,),) = await database.fetch(sql, params)
    return Progress(state={"after": 0}, total=total, result={"contracts": 0})


async def _reprice_batch(run: JobRun) -> None:
    """Write on the next contracts which terms they are to have, and from when."""
    after, terms = int(str(run.state["after"])), int(str(run.arguments["terms"]))

    async def body(work: Work) -> Progress:
        sql = f"SELECT id FROM contracts WHERE {_OLDER} ORDER BY id LIMIT {BATCH}"
        rows = await work.tx.fetch(sql, [after, run.arguments["tariff"], terms])
        done = 0
        for contract in await work.lock_all(Contract, [row[0] for row in rows]):
            older = contract.tariff_id == run.arguments["tariff"] and contract.terms_id != terms
            served = contract.status in (ContractStatus.ACTIVE, ContractStatus.SUSPENDED)
            if older and served and contract.scheduled_tariff_id is None:
                contract.reprice_terms_id = terms
                contract.reprice_on = date.fromisoformat(str(run.arguments["from"]))
                done += 1
        told = {"contracts": int(str(run.result.get("contracts", 0))) + done}
        return Progress({"after": rows[-1][0] if rows else after}, done, result=told, finished=len(rows) < BATCH)

    await run.batch("reprice", body)


REPRICE: Final = JobKind("reprice", step=_reprice_batch, prepare=_count_older, alone=False)

OPERATIONS = (start_billing_run,)
