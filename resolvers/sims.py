"""SIM cards: what may be done with them (contract §2) and how their lists can be asked (contract §4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from models.contracts import Contract, ContractStatus
from models.customers import Customer
from models.sims import ReplaceReason, Sim, SimStatus
from resolvers.binding import bind, implied_status, release, start
from resolvers.faults import Code, Fault, invalid_transition
from resolvers.identity.permissions import Permission
from resolvers.read.columns import column, orderable
from resolvers.read.selection import Filter, ListSpec, OfParent, Term
from resolvers.read.tables import SIMS
from resolvers.settlement import SERVED
from resolvers.value_kinds import Choice, Digits, Phone, Reference
from resolvers.words import Message
from resolvers.write.guards import Guard, Seen, unreferenced
from resolvers.write.inputs import given, takes
from resolvers.write.operation import Effect, operation
from resolvers.write.unit_of_work import Lock

if TYPE_CHECKING:
    from resolvers.write.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class SimInput:
    """What may be written of a SIM."""

    iccid: str = takes(Digits(19, 20), "Number of the card itself, 19 or 20 digits. Unique.", required=True)
    imsi: str = takes(Digits(15, 15), "Number of the subscriber in the network, 15 digits. Unique.", required=True)
    msisdn: str = takes(
        Phone(), "Phone number; any usual spelling is kept as E.164. Unique among SIMs not closed.", required=True
    )
    puk_code: str | None = takes(Digits(8, 8), "Code that unlocks the card, 8 digits.", nullable=True)


@dataclass(frozen=True, slots=True)
class ActivateSimInput:
    """Which contract a SIM is put into."""

    contract_id: int = takes(Reference("Contract"), "The contract that gets the SIM.", required=True)


@dataclass(frozen=True, slots=True)
class ReplaceSimInput:
    """Which SIM takes another's place, and why."""

    new_sim_id: int = takes(Reference("Sim"), "The free SIM that takes its place.", required=True)
    reason: ReplaceReason = takes(Choice(ReplaceReason), "Why it is replaced, for the history.", required=True)


LIST = ListSpec(
    table=SIMS,
    filters=(
        Filter("status", column(Sim, "status"), "SIMs in this state."),
        Filter("contract", column(Sim, "contract_id"), "The SIM of this contract.", refers_to="Contract"),
        Filter(
            "customer",
            OfParent("contract_id", "contracts", "customer_id"),
            "SIMs of this customer's contracts.",
            refers_to="Customer",
        ),
        Filter("iccid", column(Sim, "iccid"), "The SIM with this card number."),
        Filter("imsi", column(Sim, "imsi"), "The SIM with this subscriber number."),
        Filter("msisdn", column(Sim, "msisdn"), "SIMs with this phone number, in any usual spelling.", takes=Phone()),
        Filter("activated", column(Sim, "activated_at"), "By the time of the last activation."),
        Filter("deactivated", column(Sim, "deactivated_at"), "By the time at which it last left a contract."),
        Filter("created", column(Sim, "created_at"), "By the time of registration."),
        Filter("updated", column(Sim, "updated_at"), "By the time of the last change."),
    ),
    default_order=(Term(column(Sim, "created_at"), descending=True), Term(column(Sim, "id"), descending=True)),
    orderable=orderable(Sim),
)


@operation(
    "sim.create",
    entity=Sim,
    effect=Effect.CREATE,
    graphql="createSim",
    may=Permission.MANAGE_SUBSCRIBERS,
    takes=SimInput,
    says="created",
)
async def create_sim(work: Work, data: SimInput) -> Sim:
    """Register a SIM; a new one is free."""
    sim = Sim(**given(data))
    sim.search = sim.searchable()
    return await work.add(sim)


@operation(
    "sim.update",
    entity=Sim,
    effect=Effect.UPDATE,
    graphql="updateSim",
    may=Permission.MANAGE_SUBSCRIBERS,
    takes=SimInput,
    says="updated",
)
async def update_sim(work: Work, sim: Sim, data: SimInput) -> Sim:
    """Change a SIM's numbers or PUK code."""
    del work
    sim.update_from_dict(given(data))
    sim.search = sim.searchable()
    return sim


@operation(
    "sim.delete",
    entity=Sim,
    effect=Effect.DELETE,
    graphql="deleteSim",
    may=Permission.DELETE,
    guards=(unreferenced(SimStatus.FREE, SimStatus.CLOSED),),
    says="deleted",
)
async def delete_sim(work: Work, sim: Sim) -> Sim:
    """Delete a free or closed SIM; its history stays readable."""
    await work.remove(sim)
    return sim


async def _lock_to_bind(work: Work, target: int, data: ActivateSimInput) -> Sim:
    """The contract and its customer with the SIM: what a draft contract's activation decides on."""
    await work.glimpse(Sim, target)
    contract = await work.glimpse(Contract, data.contract_id, named="contract_id")
    await work.lock_owner(Customer, contract.customer_id, Lock.SHARE)
    await work.lock(Contract, data.contract_id, named="contract_id")
    return await work.lock(Sim, target)


@operation(
    "sim.activate",
    entity=Sim,
    effect=Effect.ACTION,
    graphql="activateSim",
    rest="activate",
    may=Permission.MANAGE_SUBSCRIBERS,
    takes=ActivateSimInput,
    moves={SimStatus.FREE: SimStatus.ACTIVE},
    lock=_lock_to_bind,
    says="sim_activated",
    raises=(Code.INSUFFICIENT_FUNDS,),
)
async def activate_sim(work: Work, sim: Sim, data: ActivateSimInput) -> Sim:
    """Put a free SIM into a contract. A draft contract is activated by it; under a suspended one the SIM is suspended.

    A terminated contract, or one that has a SIM, refuses; so does a draft whose customer is not active.
    """
    contract = await work.lock(Contract, data.contract_id, named="contract_id")
    await _require_vacant(work, contract)
    if contract.status is ContractStatus.DRAFT:
        await start(work, contract)
    bind(work, sim, contract)
    return sim


async def _require_vacant(work: Work, contract: Contract) -> None:
    if contract.status not in SERVED:
        raise invalid_transition(contract, contract.status, SERVED, field="contract_id")
    if await work.exists(Sim, "contract_id", contract.id):
        raise Fault(Code.INVALID_TRANSITION, Message("contract_has_sim", {"id": contract.id}), field="contract_id")


def _require_bound(seen: Seen) -> None:
    if seen.row.contract_id is None:
        raise invalid_transition(seen.row, seen.row.status, (SimStatus.ACTIVE, SimStatus.SUSPENDED))


@operation(
    "sim.deactivate",
    entity=Sim,
    effect=Effect.ACTION,
    graphql="deactivateSim",
    rest="deactivate",
    may=Permission.MANAGE_SUBSCRIBERS,
    moves={SimStatus.ACTIVE: SimStatus.FREE, SimStatus.SUSPENDED: SimStatus.FREE, SimStatus.BLOCKED: None},
    guards=(Guard(_require_bound, columns=("contract_id",)),),
    says="sim_deactivated",
)
async def deactivate_sim(work: Work, sim: Sim) -> Sim:
    """Take a SIM out of its contract, which goes on without one: it is free again, but a blocked one stays blocked."""
    release(work, sim)
    return sim


def _require_unbound(seen: Seen) -> None:
    if seen.row.contract_id is not None:
        params = {"id": seen.row.id, "contract": seen.row.contract_id}
        raise Fault(Code.INVALID_TRANSITION, Message("sim_is_bound", params))


@operation(
    "sim.close",
    entity=Sim,
    effect=Effect.ACTION,
    graphql="closeSim",
    rest="close",
    may=Permission.MANAGE_SUBSCRIBERS,
    moves={SimStatus.FREE: SimStatus.CLOSED, SimStatus.BLOCKED: SimStatus.CLOSED},
    guards=(Guard(_require_unbound, columns=("contract_id",)),),
    says="sim_closed",
)
async def close_sim(work: Work, sim: Sim) -> Sim:
    """Write off a worn out or lost SIM that is in no contract, for good: nothing leads out of this state.

    Its number can be given again, once it has rested for as long as the operator says.
    """
    if days := work.context.settings.number_quarantine_days:
        await work.write(_REST, [sim.msisdn, work.now + timedelta(days=days)])
    return sim


_REST = (
    "INSERT INTO number_rests (msisdn, until) VALUES ($1, $2) ON CONFLICT (msisdn) DO UPDATE SET until = excluded.until"
)


async def _lock_to_replace(work: Work, target: int, data: ReplaceSimInput) -> Sim:
    """The contract is held still while the new SIM takes its state from it; of the SIMs both."""
    glimpsed = await work.glimpse(Sim, target)
    await work.glimpse(Sim, data.new_sim_id, named="new_sim_id")
    if glimpsed.contract_id is not None:
        await work.lock_owner(Contract, glimpsed.contract_id, Lock.SHARE)
    await work.lock_all(Sim, [target, data.new_sim_id])
    return await work.lock(Sim, target)


@operation(
    "sim.replace",
    entity=Sim,
    effect=Effect.ACTION,
    graphql="replaceSim",
    rest="replace",
    may=Permission.MANAGE_SUBSCRIBERS,
    takes=ReplaceSimInput,
    moves={SimStatus.ACTIVE: None, SimStatus.SUSPENDED: None, SimStatus.BLOCKED: None},
    guards=(Guard(_require_bound, columns=("contract_id",)),),
    lock=_lock_to_replace,
    says="sim_replaced",
    graphql_extras=("new_sim_id",),
)
async def replace_sim(work: Work, sim: Sim, data: ReplaceSimInput) -> Sim:
    """Give a contract another card for its SIM: a free one takes over the number and the contract; the old is closed.

    The new SIM is active or suspended as the contract implies, whatever the old one was; its own number is given up.
    """
    new = await work.lock(Sim, data.new_sim_id, named="new_sim_id")
    if new.status is not SimStatus.FREE:
        raise invalid_transition(new, new.status, (SimStatus.FREE,), field="new_sim_id")
    contract = await work.lock_owner(Contract, cast("int", sim.contract_id), Lock.SHARE)  # it is bound
    sim.contract_id, sim.status, sim.deactivated_at = None, SimStatus.CLOSED, work.now
    work.mark(sim, work.action, data.reason)
    # the number and the contract must be given up before another SIM can have them
    await work.record()
    await work.store()
    new.msisdn = sim.msisdn
    new.search = new.searchable()
    bind(work, new, contract)
    work.mark(new, "activate")
    work.notes["new_sim_id"] = new.id
    return sim


@operation(
    "sim.block",
    entity=Sim,
    effect=Effect.ACTION,
    graphql="blockSim",
    rest="block",
    may=Permission.MANAGE_SUBSCRIBERS,
    moves={
        SimStatus.FREE: SimStatus.BLOCKED,
        SimStatus.ACTIVE: SimStatus.BLOCKED,
        SimStatus.SUSPENDED: SimStatus.BLOCKED,
    },
    says="sim_blocked",
)
async def block_sim(work: Work, sim: Sim) -> Sim:
    """Bar a SIM; it stays in its contract, if it is in one."""
    del work
    return sim


async def _lock_with_contract(work: Work, target: int, data: None) -> Sim:
    """The contract is held still while the SIM takes its state from it."""
    del data
    glimpsed = await work.glimpse(Sim, target)
    if glimpsed.contract_id is not None:
        await work.lock_owner(Contract, glimpsed.contract_id, Lock.SHARE)
    return await work.lock(Sim, target)


@operation(
    "sim.unblock",
    entity=Sim,
    effect=Effect.ACTION,
    graphql="unblockSim",
    rest="unblock",
    may=Permission.MANAGE_SUBSCRIBERS,
    moves={SimStatus.BLOCKED: None},
    lock=_lock_with_contract,
    says="sim_unblocked",
)
async def unblock_sim(work: Work, sim: Sim) -> Sim:
    """Lift a SIM's bar: it is free, active or suspended, as its contract implies."""
    contract = None if sim.contract_id is None else await work.lock_owner(Contract, sim.contract_id, Lock.SHARE)
    sim.status = implied_status(contract)
    return sim


OPERATIONS = (
    create_sim,
    update_sim,
    delete_sim,
    activate_sim,
    deactivate_sim,
    block_sim,
    unblock_sim,
    close_sim,
    replace_sim,
)
