"""What staff may do for a contract that cannot pay: bill it now, take a promise, postpone, waive (billing.md §3–4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from models.billing import PeriodStatus
from models.contracts import Contract, ContractStatus, SuspensionReason
from models.customers import Customer, CustomerStatus
from models.tariffs import TariffType
from resolvers.billing.guards import BILLING_IS_ON, PROMISABLE
from resolvers.billing.ladder import (
    add_period,
    apply_due,
    billed,
    billing_is_off,
    catch_up,
    end_promise,
    lock_billed,
    resume,
    resume_if_paid,
    settle_due,
)
from resolvers.billing.months import DAY, next_start
from resolvers.billing.policy import policy_of
from resolvers.faults import Code, Fault, invalid, invalid_transition
from resolvers.identity.permissions import Permission
from resolvers.value_kinds import LONG_TEXT, Day, Hundredths, Text, Whole, hundredths_text
from resolvers.words import Message
from resolvers.write.inputs import takes
from resolvers.write.operation import Effect, operation
from resolvers.write.unit_of_work import Lock

if TYPE_CHECKING:
    from datetime import date

    from resolvers.write.unit_of_work import Work

LONGEST_POSTPONEMENT = 30
"""Days."""


@dataclass(frozen=True, slots=True)
class PromiseInput:
    """A promised payment."""

    amount: int = takes(
        Hundredths(least=0, nonzero=True), "How far below zero the balance may go until it comes.", required=True
    )
    days: int = takes(Whole(least=1), "For how many days from today on.", required=True)


@dataclass(frozen=True, slots=True)
class PostponeInput:
    """Until when a suspension is put off, and why."""

    until: date = takes(Day(), "The first day on which it may be suspended; at most 30 days ahead.", required=True)
    reason: str = takes(Text(LONG_TEXT), "Why; it goes into the history.", required=True)


@dataclass(frozen=True, slots=True)
class WaiveInput:
    """Why a month is not charged."""

    reason: str = takes(Text(LONG_TEXT), "Why the month is not charged; kept with it.", required=True)


@operation(
    "contract.bill",
    entity=Contract,
    effect=Effect.ACTION,
    graphql="billContract",
    rest="bill",
    may=Permission.MANAGE_SUBSCRIBERS,
    moves={ContractStatus.ACTIVE: None},
    guards=(BILLING_IS_ON,),
    lock=lock_billed,
    says="contract_billed",
)
async def bill_contract(work: Work, contract: Contract) -> Contract:
    """Settle the months of a contract that are due, as a billing run does; where nothing is due, nothing changes.

    One that cannot pay is suspended, once its days of grace are over.
    """
    one = await billed(work, contract)
    if not one.policy.on(one.day):
        raise billing_is_off()
    await settle_due(one)
    return contract


@operation(
    "contract.promise",
    entity=Contract,
    effect=Effect.ACTION,
    graphql="grantPromisedPayment",
    rest="promise",
    may=Permission.MANAGE_SUBSCRIBERS,
    takes=PromiseInput,
    moves={ContractStatus.ACTIVE: None, ContractStatus.SUSPENDED: None},
    guards=(PROMISABLE,),
    lock=lock_billed,
    says="payment_promised",
)
async def grant_promise(work: Work, contract: Contract, data: PromiseInput) -> Contract:
    """Let a prepaid balance go below zero for some days, because a payment is promised; one promise at a time.

    A contract that is suspended for lack of money resumes, if that suffices.
    """
    policy = await policy_of(work)
    if data.amount > policy.promise_max:
        raise invalid("amount", "too_large", limit=hundredths_text(policy.promise_max))
    if data.days > policy.promise_days:
        raise invalid("days", "too_large", limit=policy.promise_days)
    await catch_up(work, contract)
    one = await billed(work, contract)
    if one.tariff.tariff_type is not TariffType.PREPAID:
        raise Fault(Code.INVALID_TRANSITION, Message("promise_prepaid_only", {"id": contract.id}))
    if contract.suspension_reason not in {None, SuspensionReason.INSUFFICIENT_FUNDS}:
        raise invalid_transition(contract, contract.status, (ContractStatus.ACTIVE,))
    await end_promise(one, one.day, suspends=False)
    if contract.promised_until is not None:
        raise Fault(Code.INVALID_TRANSITION, Message("promise_is_open", {"id": contract.id}))
    contract.promised_amount, contract.promised_until = data.amount, one.day + timedelta(days=data.days)
    work.note(contract, "promise")
    await resume_if_paid(work, contract)
    return contract


@operation(
    "contract.postpone",
    entity=Contract,
    effect=Effect.ACTION,
    graphql="postponeSuspension",
    rest="postpone",
    may=Permission.DECIDE_ON_MONEY,
    takes=PostponeInput,
    moves={ContractStatus.ACTIVE: None, ContractStatus.SUSPENDED: None},
    says="suspension_postponed",
)
async def postpone_suspension(work: Work, contract: Contract, data: PostponeInput) -> Contract:
    """Do not suspend a contract for lack of money before a day, at most 30 days ahead."""
    ahead = (data.until - work.today).days
    if ahead < 1:
        raise invalid("until", "not_in_the_future")
    if ahead > LONGEST_POSTPONEMENT:
        raise invalid("until", "too_late", limit=(work.today + timedelta(days=LONGEST_POSTPONEMENT)).isoformat())
    contract.postponed_until = data.until
    work.mark(contract, work.action, data.reason)
    return contract


async def _lock_with_customer(work: Work, target: int, data: object) -> Contract:
    del data
    seen = await work.glimpse(Contract, target)
    await work.lock_owner(Customer, seen.customer_id, Lock.SHARE)
    return await work.lock(Contract, target)


@operation(
    "contract.waive",
    entity=Contract,
    effect=Effect.ACTION,
    graphql="waivePeriod",
    rest="waive",
    may=Permission.DECIDE_ON_MONEY,
    takes=WaiveInput,
    moves={ContractStatus.ACTIVE: None, ContractStatus.SUSPENDED: None},
    lock=_lock_with_customer,
    says="month_waived",
)
async def waive_month(work: Work, contract: Contract, data: WaiveInput) -> Contract:
    """Settle the month at the next billing date for nothing, due or not yet, after what is scheduled for it.

    A contract that is suspended for lack of money resumes by it.
    """
    one = await billed(work, contract)
    start = one.due_on
    await apply_due(one, start)
    end = next_start(one.anchor, start) - DAY
    add_period(one, (start, end), PeriodStatus.WAIVED, reason=data.reason)
    contract.next_billing_date = end + DAY
    work.note(contract, "waive", data.reason)
    customer = await work.lock(Customer, contract.customer_id, Lock.SHARE)
    unpaid = contract.suspension_reason is SuspensionReason.INSUFFICIENT_FUNDS
    if unpaid and customer.status is CustomerStatus.ACTIVE:
        await resume(one)
    return contract


OPERATIONS = (bill_contract, grant_promise, postpone_suspension, waive_month)
