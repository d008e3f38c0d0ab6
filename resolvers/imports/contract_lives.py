"""Where a contract from an old system is in its life: its states are gone through as they were, with their days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from models.billing import ChargePeriod, PeriodStatus
from models.contracts import ContractStatus, SuspensionReason
from models.customers import Customer, CustomerStatus
from models.sims import Sim, SimStatus
from resolvers.billing.months import DAY, first_start, next_start
from resolvers.binding import bind, require_active_customer, start
from resolvers.contract_actions import resume_contract, suspend_contract, terminate_contract
from resolvers.faults import invalid, invalid_transition
from resolvers.imports.moments import beginning
from resolvers.sims import ActivateSimInput, activate_sim
from resolvers.write.operation import run
from resolvers.write.unit_of_work import Lock

if TYPE_CHECKING:
    from datetime import date

    from models.contracts import Contract
    from resolvers.write.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a row says of a contract's life."""

    status: ContractStatus | None
    reason: SuspensionReason | None
    since: date | None
    ended: date | None
    due: date | None

    @classmethod
    def of(cls, brought: dict[str, Any], *, has_sim: bool) -> Wanted:
        """A contract with a SIM, or a day since when it is served, is active unless the row says otherwise."""
        since = brought.get("activation_date")
        usual = ContractStatus.ACTIVE if has_sim or since else None
        return cls(
            brought.get("status", usual),
            brought.get("suspension_reason"),
            since,
            brought.get("termination_date"),
            brought.get("next_billing_date"),
        )

    @property
    def is_served(self) -> bool:
        """It is, or was, served."""
        return self.status is not None and self.status is not ContractStatus.DRAFT


async def bring_to_life(work: Work, contract: Contract, sim_id: int | None, wanted: Wanted) -> None:
    """Bring a locked contract to where the row says it is. Raises `invalid_transition` for what leads nowhere."""
    if wanted.status is None or wanted.status is contract.status:
        await _give_sim(work, contract, sim_id)
        return
    if contract.status is ContractStatus.DRAFT:
        await _from_draft(work, contract, sim_id, wanted)
        return
    if wanted.status is ContractStatus.SUSPENDED:
        await run(work, suspend_contract, contract.id)
    elif wanted.status is ContractStatus.TERMINATED:
        await _terminate(work, contract, wanted)
    elif wanted.status is ContractStatus.ACTIVE and contract.status is ContractStatus.SUSPENDED:
        await run(work, resume_contract, contract.id)
    else:
        raise invalid_transition(contract, contract.status, (), field="status")
    await _give_sim(work, contract, sim_id)


async def _give_sim(work: Work, contract: Contract, sim_id: int | None) -> None:
    """A SIM that the row names, for a contract that has none."""
    if sim_id is None or contract.status not in _SERVED:
        return
    sim = await work.lock(Sim, sim_id)
    if sim.contract_id != contract.id:
        await run(work, activate_sim, sim_id, ActivateSimInput(contract_id=contract.id))


_SERVED: Final = (ContractStatus.ACTIVE, ContractStatus.SUSPENDED)


async def _from_draft(work: Work, contract: Contract, sim_id: int | None, wanted: Wanted) -> None:
    if wanted.status is not ContractStatus.TERMINATED or wanted.since is not None:
        await _begin(work, contract, wanted)
        if sim_id is not None and wanted.status is not ContractStatus.TERMINATED:
            await _bind(work, contract, sim_id, wanted)
        work.note(contract, "activate")
    if wanted.status is ContractStatus.SUSPENDED:
        await _suspend(work, contract, wanted)
    if wanted.status is ContractStatus.TERMINATED:
        await _terminate(work, contract, wanted)


async def _begin(work: Work, contract: Contract, wanted: Wanted) -> None:
    """It is served since a day; what was before the next billing date the old system has settled."""
    if wanted.since is None:
        await start(work, contract)
        return
    if wanted.since > work.today:
        raise invalid("activation_date", "in_the_future")
    if wanted.status is ContractStatus.ACTIVE:
        await require_active_customer(work, contract)
    due = wanted.due or next_start(wanted.since, work.today)
    if due <= wanted.since:
        raise invalid("next_billing_date", "too_late", limit=wanted.since.isoformat())
    contract.status, contract.activation_date = ContractStatus.ACTIVE, wanted.since
    contract.anchor_date = wanted.since if first_start(wanted.since, due) == due else due
    contract.next_billing_date = due
    settled = ChargePeriod(
        contract_id=contract.id,
        period_start=wanted.since,
        period_end=due - DAY,
        terms_id=contract.terms_id,
        status=PeriodStatus.SKIPPED,
        created_at=work.now,
    )
    work.append(settled)


async def _bind(work: Work, contract: Contract, sim_id: int, wanted: Wanted) -> None:
    """Its SIM, since the same day; one that is blocked stays so."""
    sim = await work.lock(Sim, sim_id)
    blocked = sim.status is SimStatus.BLOCKED and sim.contract_id is None
    if sim.status is not SimStatus.FREE and not blocked:
        raise invalid_transition(sim, sim.status, (SimStatus.FREE,), field="sim_iccid")
    bind(work, sim, contract)
    if blocked:
        sim.status = SimStatus.BLOCKED
    if wanted.since is not None:
        sim.activated_at = beginning(wanted.since, work.context.settings.time_zone)
    work.mark(sim, "activate")


async def _suspend(work: Work, contract: Contract, wanted: Wanted) -> None:
    customer = await work.lock_owner(Customer, contract.customer_id, Lock.SHARE)
    reason = wanted.reason or SuspensionReason.MANUAL
    if customer.status is not CustomerStatus.ACTIVE:
        reason = SuspensionReason.CUSTOMER
    elif reason is SuspensionReason.CUSTOMER:
        reason = SuspensionReason.MANUAL
    contract.status, contract.suspension_reason = ContractStatus.SUSPENDED, reason
    if reason is SuspensionReason.INSUFFICIENT_FUNDS:
        contract.suspended_on = work.today
    for sim in await work.lock_children(Sim, "contract_id", [contract.id]):
        if sim.status is SimStatus.ACTIVE:
            sim.status = SimStatus.SUSPENDED
    work.note(contract, "suspend")


async def _terminate(work: Work, contract: Contract, wanted: Wanted) -> None:
    if wanted.ended is not None and wanted.ended > work.today:
        raise invalid("termination_date", "in_the_future")
    await run(work, terminate_contract, contract.id)
    if wanted.ended is not None:
        contract.termination_date = wanted.ended
