"""Changing a contract's tariff with its money: now, with the next month, on a day (billing.md §5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from models.billing import ChargePeriod, PeriodStatus
from models.contracts import Contract, ContractStatus
from models.customers import Customer
from models.tariffs import Tariff
from resolvers.billing.guards import SCHEDULED_CHANGE
from resolvers.billing.ladder import (
    FEE,
    Billed,
    Planned,
    billed,
    catch_up,
    charge_month,
    give_back,
    limit_on,
    month_with,
    obstacle,
    resume_if_paid,
    take_tariff,
)
from resolvers.billing.months import DAY, next_start
from resolvers.billing.terms import latest_terms
from resolvers.faults import Code, Fault, invalid, invalid_transition
from resolvers.identity.permissions import Permission
from resolvers.value_kinds import Reference, Text, hundredths_text
from resolvers.words import Message
from resolvers.write.inputs import takes
from resolvers.write.operation import Effect, operation
from resolvers.write.unit_of_work import Lock

if TYPE_CHECKING:
    from resolvers.write.unit_of_work import Work

NOW, NEXT_MONTH = "now", "next_month"
LIVING = {ContractStatus.ACTIVE: None, ContractStatus.SUSPENDED: None}


@dataclass(frozen=True, slots=True)
class ChangeTariffInput:
    """Which tariff a contract gets, and when."""

    tariff_id: int = takes(Reference("Tariff"), "An active tariff.", required=True)
    when: str = takes(Text(), "`now`, `next_month`, or a day after today, such as `2026-03-31`.", required=True)


async def _lock_to_change(work: Work, target: int, data: ChangeTariffInput) -> Contract:
    """The customer, for whom a cheaper tariff may bring the contract back; the tariff that is wanted; the contract."""
    seen = await work.glimpse(Contract, target)
    await work.lock_owner(Customer, seen.customer_id, Lock.SHARE)
    await work.lock(Tariff, data.tariff_id, Lock.SHARE, named="tariff_id")
    return await work.lock(Contract, target)


@operation(
    "contract.change_tariff",
    entity=Contract,
    effect=Effect.ACTION,
    graphql="changeTariff",
    rest="change_tariff",
    may=Permission.MANAGE_SUBSCRIBERS,
    takes=ChangeTariffInput,
    moves=LIVING,
    lock=_lock_to_change,
    says="tariff_changed",
    raises=(Code.INSUFFICIENT_FUNDS,),
)
async def change_tariff(work: Work, contract: Contract, data: ChangeTariffInput) -> Contract:
    """Give a contract another tariff: now, with its next month, or with the first month on or after a day.

    Now, the unused days of a charged month come back and the new fee is charged, or nothing happens.
    A change that is to wait is kept on the contract; a second one replaces it.
    """
    await catch_up(work, contract)
    tariff = await work.lock(Tariff, data.tariff_id, Lock.SHARE, named="tariff_id")
    if not tariff.is_active:
        raise Fault(Code.INVALID_TRANSITION, Message("tariff_inactive", {"id": tariff.id}), field="tariff_id")
    if data.when == NOW:
        await _change_now(await billed(work, contract), tariff)
    else:
        contract.scheduled_tariff_id, contract.scheduled_on = tariff.id, _day(work, contract, data.when)
    work.note(contract, work.action)
    await resume_if_paid(work, contract)
    return contract


def _day(work: Work, contract: Contract, when: str) -> date:
    """The day from which a change holds that waits."""
    if when == NEXT_MONTH and contract.next_billing_date is not None:
        return contract.next_billing_date
    try:
        day = date.fromisoformat(when) if len(when) == len("2026-01-31") else None
    except ValueError:
        day = None
    if day is None:
        raise invalid("when", "not_a_time_to_change")
    if day <= work.today:
        raise invalid("when", "not_in_the_future")
    return day


async def _change_now(one: Billed, tariff: Tariff) -> None:
    """All or nothing: what is left of the month comes back, and a month of the new tariff begins today."""
    contract, work, today = one.contract, one.work, one.day
    if not one.is_active:
        raise invalid_transition(contract, contract.status, (ContractStatus.ACTIVE,))
    await work.record()
    await work.store()
    before = await month_with(one, today)
    await give_back(one, before, today)
    if obstacle(contract, tariff) is not None:
        params = {"balance": hundredths_text(contract.balance), "floor": hundredths_text(-limit_on(contract, tariff))}
        raise Fault(Code.INSUFFICIENT_FUNDS, Message("balance_under_floor", params), field="tariff_id")
    take_tariff(one, Planned(tariff, await latest_terms(work, tariff.id), limit_on(contract, tariff)))
    contract.anchor_date = today
    end = next_start(today, today) - DAY
    period = await charge_month(one, today, end, await _suffix(one))
    work.note(contract, work.action)
    await _make_room(one, before, period)


async def _suffix(one: Billed) -> str:
    """What tells a second payment for a month that begins today from the first."""
    reference = f"{FEE}{one.contract.number}-{one.day}"
    sql = "SELECT count(*) FROM payments WHERE contract_id = $1 AND (transaction_id = $2 OR transaction_id LIKE $3)"
    params = [one.contract.id, reference, f"{reference}-%"]
    ((made,),) = await one.work.tx.fetch(sql, params)
    return f"-{made + 1}" if made else ""


async def _make_room(one: Billed, before: ChargePeriod | None, period: ChargePeriod) -> None:
    """The month until now ends yesterday, or, on its own first day, is rewritten; waived ones to come are off."""
    work, today = one.work, one.day
    work.appended.remove(period)
    await work.record()
    await work.store()
    await work.write(
        "DELETE FROM charge_periods WHERE contract_id = $1 AND period_start > $2", [one.contract.id, today]
    )
    if before is None or before.period_start < today:
        if before is not None:
            sql = "UPDATE charge_periods SET period_end = $1 WHERE id = $2"
            await work.write(sql, [today - DAY, before.id])
        work.append(period)
        return
    sql = """UPDATE charge_periods SET period_end = $1, terms_id = $2, amount = $3, status = $4, payment_id = $5,
        reason = NULL WHERE id = $6"""
    values = [period.period_end, period.terms_id, period.amount, PeriodStatus.CHARGED.value, period.payment_id]
    await work.write(sql, [*values, before.id])


@operation(
    "contract.cancel_tariff_change",
    entity=Contract,
    effect=Effect.ACTION,
    graphql="cancelTariffChange",
    rest="cancel_tariff_change",
    may=Permission.MANAGE_SUBSCRIBERS,
    moves=LIVING,
    guards=(SCHEDULED_CHANGE,),
    says="tariff_change_cancelled",
)
async def cancel_tariff_change(work: Work, contract: Contract) -> Contract:
    """Call a scheduled change of tariff off."""
    del work
    contract.scheduled_tariff_id = contract.scheduled_on = None
    return contract


OPERATIONS = (change_tariff, cancel_tariff_change)
