"""SIMs and contracts in step: who follows whom when either changes (contract §2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.billing import ChargePeriod, PeriodStatus
from models.contracts import Contract, ContractStatus
from models.customers import Customer, CustomerStatus
from models.sims import Sim, SimStatus
from resolvers.billing.ladder import billed, charge_month
from resolvers.billing.months import DAY, months_after
from resolvers.billing.policy import policy_of
from resolvers.faults import invalid_transition
from resolvers.write.unit_of_work import Lock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resolvers.write.unit_of_work import Work


def implied_status(contract: Contract | None) -> SimStatus:
    """The state of a SIM that nobody has blocked: that of its contract, or free."""
    if contract is None:
        return SimStatus.FREE
    return SimStatus.SUSPENDED if contract.status is ContractStatus.SUSPENDED else SimStatus.ACTIVE


def bind(work: Work, sim: Sim, contract: Contract) -> None:
    """Put a free SIM into a contract that is active or suspended; both are locked."""
    sim.contract_id, sim.status = contract.id, implied_status(contract)
    sim.activated_at, sim.deactivated_at = work.now, None


def release(work: Work, sim: Sim) -> None:
    """Take a SIM out of its contract: it is free again, but a blocked one stays blocked."""
    sim.contract_id, sim.deactivated_at = None, work.now
    if sim.status is not SimStatus.BLOCKED:
        sim.status = SimStatus.FREE


async def start(work: Work, contract: Contract) -> None:
    """Begin to serve a draft contract; its customer is locked. Raises `invalid_transition` for one not active."""
    await require_active_customer(work, contract)
    today, billed_on = work.today, months_after(work.today, 1)
    contract.status, contract.activation_date, contract.anchor_date = ContractStatus.ACTIVE, today, today
    contract.next_billing_date = billed_on
    if (await policy_of(work)).charges_first_month(today):
        await charge_month(await billed(work, contract), today, billed_on - DAY)
        return
    sold = ChargePeriod(
        contract_id=contract.id,
        period_start=today,
        period_end=billed_on - DAY,
        terms_id=contract.terms_id,
        status=PeriodStatus.SKIPPED,
        created_at=work.now,
    )
    work.append(sold)


async def require_active_customer(work: Work, contract: Contract) -> None:
    """Raise `invalid_transition` unless the contract's customer, held until the end, is active."""
    customer = await work.lock_owner(Customer, contract.customer_id, Lock.SHARE)
    if customer.status is not CustomerStatus.ACTIVE:
        raise invalid_transition(customer, customer.status, (CustomerStatus.ACTIVE,))


async def follow(work: Work, contracts: Iterable[Contract], old: SimStatus, new: SimStatus, action: str) -> None:
    """The SIMs of these contracts go from one state to another; those in a third (blocked) stay."""
    for sim in await work.lock_children(Sim, "contract_id", [contract.id for contract in contracts]):
        if sim.status is old:
            sim.status = new
            work.mark(sim, action)
