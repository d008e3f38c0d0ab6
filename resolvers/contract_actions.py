"""The lifecycle of a contract, its SIM in step (contract §2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.contracts import Contract, ContractStatus, SuspensionReason
from models.customers import Customer
from models.sims import Sim, SimStatus
from resolvers.billing.guards import ACTIVE_CUSTOMER, ACTIVE_CUSTOMER_LATER, FIRST_FEE
from resolvers.billing.ladder import begin_anew, billed, catch_up, end_service, lock_billed
from resolvers.binding import bind, follow, start
from resolvers.faults import Code, invalid_transition
from resolvers.identity.permissions import Permission
from resolvers.value_kinds import Reference
from resolvers.write.inputs import takes
from resolvers.write.operation import Effect, operation
from resolvers.write.unit_of_work import Lock

if TYPE_CHECKING:
    from resolvers.write.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class ActivateContractInput:
    """Which SIM a contract is activated with."""

    sim_id: int = takes(Reference("Sim"), "A free SIM.", required=True)


async def _lock_with_customer(work: Work, target: int, data: object) -> Contract:
    """The customer, who must be active and stay so, and the contract."""
    del data
    glimpsed = await work.glimpse(Contract, target)
    await work.lock_owner(Customer, glimpsed.customer_id, Lock.SHARE)
    return await work.lock(Contract, target)


async def _lock_to_activate(work: Work, target: int, data: ActivateContractInput) -> Contract:
    """The SIM as well, so that one that does not exist is told before anything about states."""
    contract = await _lock_with_customer(work, target, data)
    await work.lock(Sim, data.sim_id, named="sim_id")
    return contract


@operation(
    "contract.activate",
    entity=Contract,
    effect=Effect.ACTION,
    graphql="activateContract",
    rest="activate",
    may=Permission.MANAGE_SUBSCRIBERS,
    takes=ActivateContractInput,
    moves={ContractStatus.DRAFT: ContractStatus.ACTIVE},
    guards=(ACTIVE_CUSTOMER_LATER, FIRST_FEE),
    lock=_lock_to_activate,
    says="contract_activated",
    raises=(Code.INSUFFICIENT_FUNDS,),
)
async def activate_contract(work: Work, contract: Contract, data: ActivateContractInput) -> Contract:
    """Begin to serve a contract with a free SIM, which becomes active. The customer must be active."""
    sim = await work.lock(Sim, data.sim_id, named="sim_id")
    if sim.status is not SimStatus.FREE:
        raise invalid_transition(sim, sim.status, (SimStatus.FREE,), field="sim_id")
    await start(work, contract)
    bind(work, sim, contract)
    return contract


@operation(
    "contract.suspend",
    entity=Contract,
    effect=Effect.ACTION,
    graphql="suspendContract",
    rest="suspend",
    may=Permission.MANAGE_SUBSCRIBERS,
    moves={ContractStatus.ACTIVE: ContractStatus.SUSPENDED},
    lock=lock_billed,
    says="contract_suspended",
)
async def suspend_contract(work: Work, contract: Contract) -> Contract:
    """Stop serving a contract for a while; its SIM is suspended too, unless it is blocked."""
    await catch_up(work, contract, suspends=False)
    contract.suspension_reason = SuspensionReason.MANUAL
    await follow(work, [contract], SimStatus.ACTIVE, SimStatus.SUSPENDED, "suspend")
    return contract


@operation(
    "contract.resume",
    entity=Contract,
    effect=Effect.ACTION,
    graphql="resumeContract",
    rest="resume",
    may=Permission.MANAGE_SUBSCRIBERS,
    moves={ContractStatus.SUSPENDED: ContractStatus.ACTIVE},
    guards=(ACTIVE_CUSTOMER,),
    lock=_lock_with_customer,
    says="contract_resumed",
)
async def resume_contract(work: Work, contract: Contract) -> Contract:
    """Serve a suspended contract again, with its SIM. One suspended because of the customer resumes with them only."""
    contract.suspension_reason = contract.suspended_on = None
    await follow(work, [contract], SimStatus.SUSPENDED, SimStatus.ACTIVE, "resume")
    await begin_anew(await billed(work, contract))
    return contract


@operation(
    "contract.terminate",
    entity=Contract,
    effect=Effect.ACTION,
    graphql="terminateContract",
    rest="terminate",
    may=Permission.MANAGE_SUBSCRIBERS,
    moves={
        ContractStatus.DRAFT: ContractStatus.TERMINATED,
        ContractStatus.ACTIVE: ContractStatus.TERMINATED,
        ContractStatus.SUSPENDED: ContractStatus.TERMINATED,
    },
    lock=lock_billed,
    says="contract_terminated",
)
async def terminate_contract(work: Work, contract: Contract) -> Contract:
    """End a contract for good; its SIM is free again, but a blocked one stays blocked."""
    await catch_up(work, contract)
    await end_service(await billed(work, contract))
    return contract
