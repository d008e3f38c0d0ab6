"""Settling a contract's months: charge, suspend for lack of money, resume when it has come (billing.md §3–4).

Everything here works on one locked contract on one business day (`Billed`). Whatever becomes of it is noted as an event
of its own, and stored with the unit of work.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from models.billing import BillingPolicy, ChargePeriod, PeriodStatus, RefundUnused, ResumeAnchor, TariffTerms
from models.contracts import Contract, ContractStatus, SuspensionReason
from models.customers import Customer, CustomerStatus
from models.database.rows import loaded, made
from models.payments import Payment, PaymentMethod, TransactionType
from models.sims import Sim, SimStatus
from models.tariffs import Tariff, TariffType
from resolvers.billing.months import DAY, days_between, first_start, month_start, next_start
from resolvers.billing.policy import policy_of
from resolvers.billing.terms import latest_terms, terms_by_id
from resolvers.faults import Code, Fault
from resolvers.settlement import new_payment, settle
from resolvers.value_kinds import hundredths_text
from resolvers.words import Message
from resolvers.write.unit_of_work import Lock

if TYPE_CHECKING:
    from datetime import date

    from resolvers.write.unit_of_work import Work

FEE: Final = "FEE-"
"""How the reference of a fee's payment begins; nobody else may give such a one."""


@dataclass(slots=True)
class Billed:
    """A locked contract whose money is decided on, and what that goes by."""

    work: Work
    contract: Contract
    policy: BillingPolicy
    tariff: Tariff
    terms: TariffTerms
    day: date
    """The business day."""
    charged: int = 0
    """Months that were charged, those that cost nothing, and money that was taken."""
    settled_free: int = 0
    amount: int = 0
    came: list[str] = field(default_factory=list)
    """What else has become of it: `suspended`, `resumed`, `terminated`, `reminded`."""

    @property
    def is_active(self) -> bool:
        return self.contract.status is ContractStatus.ACTIVE

    @property
    def due_on(self) -> date:
        """The first day that is not settled."""
        day = self.contract.next_billing_date
        if day is None:
            raise LookupError(f"Contract {self.contract.id} has no month that could be due.")
        return day

    @property
    def anchor(self) -> date:
        return self.contract.anchor_date or self.due_on


async def billed(work: Work, contract: Contract, day: date | None = None) -> Billed:
    """What a locked contract's money is decided by, today unless another business day is given."""
    policy = await policy_of(work)
    tariff = await work.lock(Tariff, contract.tariff_id, Lock.SHARE)
    terms = await terms_by_id(work, contract.terms_id)
    return Billed(work, contract, policy, tariff, terms, day or work.today)


# --- months -------------------------------------------------------------------------------------------------------


async def settle_due(one: Billed, *, suspends: bool = True) -> None:
    """Settle every month that is due, the oldest first; whoever cannot pay is suspended, once grace is over."""
    while one.is_active and one.due_on <= one.day:
        month = one.due_on
        await end_promise(one, month, suspends=suspends)
        if not one.is_active:
            return
        await apply_due(one, month)
        if one.policy.billing_from is not None and month < one.policy.billing_from:
            _jump(one, one.policy.billing_from)
        elif not await _charge(one):
            if suspends and _grace_is_over(one):
                await suspend(one)
            break
    if one.is_active:
        await end_promise(one, one.day, suspends=suspends)


def _jump(one: Billed, billing_from: date) -> None:
    """All months that begin before fees are charged at all are settled by one row."""
    start = first_start(one.anchor, billing_from)
    add_period(one, (one.due_on, start - DAY), PeriodStatus.SKIPPED)
    one.contract.next_billing_date = start
    one.work.note(one.contract, "bill")


async def _charge(one: Billed) -> bool:
    """Charge the month that is due, unless that would take the balance below its floor."""
    contract, start, fee = one.contract, one.due_on, one.terms.monthly_fee
    if fee and contract.balance - fee < contract.floor(start):
        return False
    await charge_month(one, start, next_start(one.anchor, start) - DAY)
    one.work.note(contract, "bill")
    return True


async def charge_month(one: Billed, start: date, end: date, suffix: str = "") -> ChargePeriod:
    """Take the fee of a month, and keep the month as charged; the next one is due after it.

    Raises `insufficient_funds`.
    """
    fee, payment = one.terms.monthly_fee, None
    if fee:
        payment = new_payment(
            one.work,
            one.contract,
            transaction_type=TransactionType.CHARGE,
            payment_method=PaymentMethod.SYSTEM,
            amount=fee,
            transaction_id=f"{FEE}{one.contract.number}-{start}{suffix}",
            description=f"{one.tariff.name}, {start} – {end}",
        )
        await settle(one.work, one.contract, payment, day=start)
        one.charged += 1
        one.amount += fee
    else:
        one.settled_free += 1
    one.contract.next_billing_date = end + DAY
    return add_period(one, (start, end), PeriodStatus.CHARGED, payment)


def add_period(
    one: Billed,
    days: tuple[date, date],
    status: PeriodStatus,
    payment: Payment | None = None,
    reason: str | None = None,
) -> ChargePeriod:
    """Keep a month, by its first and last day, as settled."""
    month = {
        "contract_id": one.contract.id,
        "period_start": days[0],
        "period_end": days[1],
        "terms_id": one.terms.id,
        "amount": payment.amount if payment else 0,
        "status": status,
        "payment_id": payment.id if payment else None,
        "reason": reason,
        "created_at": one.work.now,
    }
    period = made(ChargePeriod, month)
    one.work.append(period)
    return period


async def month_with(one: Billed, day: date) -> ChargePeriod | None:
    """The settled month that a day lies in."""
    for row in (row for row in one.work.appended if isinstance(row, ChargePeriod)):
        if row.contract_id == one.contract.id and row.period_start <= day <= row.period_end:
            return row
    columns = list(ChargePeriod._meta.fields_db_projection)
    sql = f"""SELECT {", ".join(columns)} FROM charge_periods
        WHERE contract_id = $1 AND period_start <= $2 AND period_end >= $2"""
    rows = await one.work.tx.fetch(sql, [one.contract.id, day])
    return loaded(ChargePeriod, columns, rows[0]) if rows else None


async def give_back(one: Billed, period: ChargePeriod | None, first: date) -> None:
    """Give the fee of a charged month back for its days from `first` on; halves to even."""
    if period is None or not period.amount or first > period.period_end:
        return
    left, whole = days_between(first, period.period_end), days_between(period.period_start, period.period_end)
    back = _half_even(period.amount * left, whole)
    if back == 0:
        return
    payment = new_payment(
        one.work,
        one.contract,
        transaction_type=TransactionType.CORRECTION,
        payment_method=PaymentMethod.SYSTEM,
        amount=back,
        description=f"{one.tariff.name}, {first} – {period.period_end}",
    )
    await settle(one.work, one.contract, payment)


def _half_even(dividend: int, divisor: int) -> int:
    whole, rest = divmod(dividend, divisor)
    if 2 * rest == divisor:
        return whole + whole % 2
    return whole + (2 * rest > divisor)


# --- what was scheduled -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Planned:
    """What a contract is to have from a day on, and why a scheduled change is dropped instead."""

    tariff: Tariff
    terms: TariffTerms
    credit_limit: int
    change: bool = False
    """By a scheduled change of tariff, be it to the latest terms of the same one."""
    dropped: str | None = None


async def planned(one: Billed, day: date) -> Planned:
    """What a month that begins on that day has, by what is scheduled; nothing is changed by asking."""
    contract, dropped, terms = one.contract, None, one.terms
    if contract.scheduled_tariff_id is not None and contract.scheduled_on is not None and contract.scheduled_on <= day:
        wanted = await one.work.lock(Tariff, contract.scheduled_tariff_id, Lock.SHARE)
        dropped = obstacle(contract, wanted)
        if dropped is None:
            return Planned(wanted, await latest_terms(one.work, wanted.id), limit_on(contract, wanted), change=True)
    if contract.reprice_terms_id is not None and contract.reprice_on is not None and contract.reprice_on <= day:
        terms = await terms_by_id(one.work, contract.reprice_terms_id)
    return Planned(one.tariff, terms, contract.credit_limit, dropped=dropped)


def limit_on(contract: Contract, tariff: Tariff) -> int:
    """The credit limit that a contract has on a tariff: none on a prepaid one."""
    return 0 if tariff.tariff_type is TariffType.PREPAID else contract.credit_limit


def obstacle(contract: Contract, tariff: Tariff) -> str | None:
    """Why a contract cannot get a tariff now: the reason of its event."""
    if not tariff.is_active:
        return "tariff_inactive"
    if contract.balance < -limit_on(contract, tariff) - contract.promised_amount:
        return "insufficient_funds"
    return None


async def apply_due(one: Billed, day: date) -> None:
    """Make the change of tariff or terms that is due by the month that begins on that day."""
    contract, plan = one.contract, await planned(one, day)
    if plan.dropped is not None:
        contract.scheduled_tariff_id = contract.scheduled_on = None
        one.work.note(contract, "tariff_change_dropped", plan.dropped)
    if plan.change:
        take_tariff(one, plan)
        one.work.note(contract, "change_tariff")
    elif plan.terms is not one.terms:
        contract.terms_id, contract.reprice_terms_id, contract.reprice_on = plan.terms.id, None, None
        one.terms = plan.terms
        one.work.note(contract, "reprice")


def take_tariff(one: Billed, plan: Planned) -> None:
    """The contract gets another tariff, by which whatever waited for it is over."""
    contract, one.tariff, one.terms = one.contract, plan.tariff, plan.terms
    contract.tariff_id, contract.terms_id, contract.credit_limit = plan.tariff.id, plan.terms.id, plan.credit_limit
    contract.scheduled_tariff_id = contract.scheduled_on = contract.reprice_terms_id = contract.reprice_on = None


# --- the ladder ---------------------------------------------------------------------------------------------------


def _postponed(one: Billed) -> bool:
    return one.contract.postponed_until is not None and one.day < one.contract.postponed_until


def _grace_is_over(one: Billed) -> bool:
    grace = one.policy.ladder(one.tariff.tariff_type).grace_days
    return (one.day - one.due_on).days >= grace and not _postponed(one)


async def end_promise(one: Billed, day: date, *, suspends: bool = True) -> None:
    """A promise whose last day was before that day is over: unused it ends, owed it stays, and suspends."""
    contract = one.contract
    if contract.promised_until is None or contract.promised_until >= day:
        return
    if contract.balance >= 0:
        contract.promised_amount, contract.promised_until = 0, None
        one.work.note(contract, "promise_ended")
    elif one.is_active and suspends and not _postponed(one):
        await suspend(one)


async def suspend(one: Billed) -> None:
    """Stop serving a contract for lack of money, and its SIM."""
    contract = one.contract
    contract.status, contract.suspension_reason = ContractStatus.SUSPENDED, SuspensionReason.INSUFFICIENT_FUNDS
    contract.suspended_on = one.day
    await follow_sims(one.work, contract, SimStatus.ACTIVE, SimStatus.SUSPENDED, "suspend")
    one.came.append("suspended")
    one.work.note(contract, "suspend")


async def follow_sims(work: Work, contract: Contract, old: SimStatus, new: SimStatus, action: str) -> None:
    """The contract's SIM goes from one state to another; one in a third (blocked) stays."""
    for sim in await work.lock_children(Sim, "contract_id", [contract.id]):
        if sim.status is old:
            sim.status = new
            work.mark(sim, action)


async def money_came(one: Billed) -> None:
    """Resume a contract that was suspended for lack of money, if it can pay by now, and charge its month."""
    contract, day = one.contract, one.day
    if contract.suspension_reason is not SuspensionReason.INSUFFICIENT_FUNDS or not one.policy.on(day):
        return
    if contract.suspended_on is not None and contract.suspended_on > day:
        return  # the business day lies in the past
    if not await _can_resume(one):
        return
    await resume(one)
    await settle_due(one)


async def _can_resume(one: Billed) -> bool:
    customer = await one.work.lock(Customer, one.contract.customer_id, Lock.SHARE)
    if customer.status is not CustomerStatus.ACTIVE:
        return False
    contract, day, due = one.contract, one.day, 0
    floor = contract.floor(day)
    if one.due_on <= day:
        plan = await planned(one, day)
        due = plan.terms.monthly_fee if _begins(one, plan.tariff) >= (one.policy.billing_from or day) else 0
        floor += contract.credit_limit - plan.credit_limit
    return contract.balance - due >= floor


def _begins(one: Billed, tariff: Tariff) -> date:
    """The first day of the month that money brings back: today, or the month in which today lies."""
    keep = one.policy.ladder(tariff.tariff_type).resume_anchor is ResumeAnchor.KEEP
    return month_start(one.anchor, one.day) if keep else one.day


async def resume(one: Billed) -> None:
    """Serve a contract again whose month was unpaid; time in which it was not served is not charged."""
    contract = one.contract
    contract.status, contract.suspension_reason, contract.suspended_on = ContractStatus.ACTIVE, None, None
    await follow_sims(one.work, contract, SimStatus.SUSPENDED, SimStatus.ACTIVE, "resume")
    if one.due_on < one.day:
        await apply_due(one, one.day)
        start = _begins(one, one.tariff)
        if one.policy.ladder(one.tariff.tariff_type).resume_anchor is ResumeAnchor.TODAY:
            contract.anchor_date = start
        contract.next_billing_date = start
    one.came.append("resumed")
    one.work.note(contract, "resume")


async def begin_anew(one: Billed) -> None:
    """A contract that is served again, by whatever: its months count from today, if one was due meanwhile."""
    if one.policy.on(one.day) and one.due_on < one.day:
        await apply_due(one, one.day)
        one.contract.anchor_date = one.contract.next_billing_date = one.day


async def end_service(one: Billed) -> None:
    """End a contract for good: unused days come back if the policy says so, nothing is scheduled any more."""
    contract, work = one.contract, one.work
    if one.policy.refund_unused is RefundUnused.DAYS and one.policy.on(one.day):
        await give_back(one, await month_with(one, one.day), one.day + DAY)
    contract.suspension_reason = contract.suspended_on = contract.next_billing_date = None
    contract.scheduled_tariff_id = contract.scheduled_on = contract.reprice_terms_id = contract.reprice_on = None
    contract.postponed_until = None
    if contract.balance >= 0:
        contract.promised_amount, contract.promised_until = 0, None
    contract.termination_date = work.today
    for sim in await work.lock_children(Sim, "contract_id", [contract.id]):
        sim.contract_id, sim.deactivated_at = None, work.now
        if sim.status is not SimStatus.BLOCKED:
            sim.status = SimStatus.FREE
        work.mark(sim, "deactivate")


async def climb(one: Billed) -> None:
    """What a run does for one contract: settle, and remind, resume or terminate where it is time for that."""
    contract = one.contract
    if one.is_active:
        await settle_due(one)
        if one.is_active:
            await _remind(one)
    if contract.suspension_reason is SuspensionReason.INSUFFICIENT_FUNDS:
        await end_promise(one, one.day)
        if "suspended" not in one.came:
            await money_came(one)
    if contract.suspension_reason is SuspensionReason.INSUFFICIENT_FUNDS and _terminates(one):
        contract.status = ContractStatus.TERMINATED
        await end_service(one)
        one.came.append("terminated")
        one.work.note(contract, "terminate", SuspensionReason.INSUFFICIENT_FUNDS)


def _terminates(one: Billed) -> bool:
    after, since = one.policy.ladder(one.tariff.tariff_type).terminate_after_days, one.contract.suspended_on
    return after is not None and since is not None and (one.day - since).days >= after


async def _remind(one: Billed) -> None:
    """Tell, on the days that the policy names, that the next month cannot be paid; each step once."""
    contract, month = one.contract, one.due_on
    step = (month - one.day).days
    plan = await planned(one, month)
    if step < 1 or step not in one.policy.ladder(plan.tariff.tariff_type).remind_days:
        return
    if contract.reminded_for == month and contract.reminded_step is not None and contract.reminded_step <= step:
        return
    floor = contract.floor(month) + contract.credit_limit - plan.credit_limit
    shortfall = floor - contract.balance + plan.terms.monthly_fee
    if shortfall <= 0 or plan.terms.monthly_fee == 0:
        return
    contract.reminded_for, contract.reminded_step = month, step
    one.came.append("reminded")
    told: dict[str, list[object]] = {"shortfall": [None, hundredths_text(shortfall)], "due": [None, month.isoformat()]}
    one.work.note(contract, "remind", told=told)


# --- beside other operations --------------------------------------------------------------------------------------


async def lock_billed(work: Work, contract_id: int, data: object = None) -> Contract:
    """Lock a contract, and before it the customer, where money may bring the contract back."""
    del data
    policy, today = await policy_of(work), work.today
    if policy.on(today):
        seen = await work.glimpse(Contract, contract_id)
        unpaid = seen.next_billing_date is not None and seen.next_billing_date <= today
        if unpaid or seen.suspension_reason is SuspensionReason.INSUFFICIENT_FUNDS or seen.promised_until:
            await work.lock_owner(Customer, seen.customer_id, Lock.SHARE)
    return await work.lock(Contract, contract_id)


async def catch_up(work: Work, contract: Contract, *, suspends: bool = True) -> None:
    """Settle what is due before an operation decides on an active contract (billing.md §3, Catching up).

    The operation may already have moved it to another state; what it was before is settled.
    """
    policy = await policy_of(work)
    asked, was = contract.status, work.tracked[Contract, contract.id].before.get("status")
    if was != ContractStatus.ACTIVE or not policy.on(work.today):
        return
    if not _something_is_due(contract, work.today):
        return
    contract.status = ContractStatus.ACTIVE
    await settle_due(await billed(work, contract), suspends=suspends)
    if asked is not ContractStatus.ACTIVE:
        contract.status = asked


def _something_is_due(contract: Contract, today: date) -> bool:
    days = (contract.next_billing_date, contract.promised_until and contract.promised_until + DAY)
    return any(day is not None and day <= today for day in days)


async def resume_if_paid(work: Work, contract: Contract) -> None:
    """Resume a contract that was suspended for lack of money, if what has just been done lets it pay."""
    if contract.suspension_reason is SuspensionReason.INSUFFICIENT_FUNDS and (await policy_of(work)).on(work.today):
        await money_came(await billed(work, contract))


def billing_is_off() -> Fault:
    """The refusal of what needs billing to be on."""
    return Fault(Code.INVALID_TRANSITION, Message("billing_is_off"))
