"""Contracts: what may be done with them (contract §2) and how their lists can be asked (contract §4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from models.contracts import Contract, ContractStatus
from models.customers import Customer, CustomerStatus
from models.payments import Payment
from models.tariffs import Tariff, TariffType
from models.tickets import Ticket
from resolvers.balance import add_balance, deduct_balance
from resolvers.billing import changes, promises
from resolvers.billing.ladder import catch_up, resume_if_paid
from resolvers.billing.terms import give_tariff
from resolvers.contract_actions import activate_contract, resume_contract, suspend_contract, terminate_contract
from resolvers.faults import Code, Fault, invalid, invalid_transition
from resolvers.identity.permissions import Permission
from resolvers.read.columns import column, orderable
from resolvers.read.selection import Expression, Filter, Kind, ListSpec, Term
from resolvers.read.tables import CONTRACTS
from resolvers.value_kinds import LONG_TEXT, Day, Hundredths, Reference, Text, hundredths_text
from resolvers.words import Message
from resolvers.write.guards import unreferenced
from resolvers.write.inputs import changes_in, given, takes
from resolvers.write.operation import Effect, operation
from resolvers.write.unit_of_work import Lock

if TYPE_CHECKING:
    from datetime import date

    from resolvers.write.unit_of_work import Work


OURS = "CTR-"
"""How the numbers begin that the program gives."""


@dataclass(frozen=True, slots=True)
class ContractInput:
    """What may be written of a contract."""

    customer_id: int = takes(
        Reference("Customer"), "Whose contract it is; fixed once it is activated.", required=True, rest="customer"
    )
    tariff_id: int = takes(
        Reference("Tariff"), "What it costs and includes; an active tariff.", required=True, rest="tariff"
    )
    signed_date: date = takes(Day(), "Day on which it was signed.", default="today")
    credit_limit: int = takes(
        Hundredths(least=0), "How far below zero a postpaid balance may go; zero on a prepaid tariff.", default="0.00"
    )
    notes: str | None = takes(Text(LONG_TEXT), "Notes of the staff.", nullable=True)
    external_id: str | None = takes(Text(), "What another system calls the contract; unique.", nullable=True)


_HAS_SIM = Expression("EXISTS (SELECT 1 FROM sims s_ WHERE s_.contract_id = {t}.id)", Kind.TRUTH)

LIST = ListSpec(
    table=CONTRACTS,
    filters=(
        Filter("status", column(Contract, "status"), "Contracts in this state."),
        Filter(
            "customer",
            column(Contract, "customer_id"),
            "Contracts of this customer.",
            refers_to="Customer",
        ),
        Filter("tariff", column(Contract, "tariff_id"), "Contracts on this tariff.", refers_to="Tariff"),
        Filter("has_sim", _HAS_SIM, "Contracts that have a SIM, or have none."),
        Filter("number", column(Contract, "number"), "The contract with this number."),
        Filter("external_id", column(Contract, "external_id"), "The contract that another system calls so."),
        Filter("suspension_reason", column(Contract, "suspension_reason"), "Contracts suspended for this reason."),
        Filter("balance", column(Contract, "balance"), "By the balance."),
        Filter("credit_limit", column(Contract, "credit_limit"), "By the credit limit."),
        Filter("signed_date", column(Contract, "signed_date"), "By the day of signing."),
        Filter("activation_date", column(Contract, "activation_date"), "By the day of activation."),
        Filter("termination_date", column(Contract, "termination_date"), "By the day of termination."),
        Filter("next_billing_date", column(Contract, "next_billing_date"), "By the day of the next bill."),
        Filter("created", column(Contract, "created_at"), "By the time of registration."),
        Filter("updated", column(Contract, "updated_at"), "By the time of the last change."),
    ),
    default_order=(
        Term(column(Contract, "created_at"), descending=True),
        Term(column(Contract, "id"), descending=True),
    ),
    orderable=orderable(Contract),
)


async def _hold_parties(work: Work, data: ContractInput) -> None:
    await _parties(work, data.customer_id, data.tariff_id)


@operation(
    "contract.create",
    entity=Contract,
    effect=Effect.CREATE,
    graphql="createContract",
    may=Permission.MANAGE_SUBSCRIBERS,
    takes=ContractInput,
    holds=_hold_parties,
    says="created",
    raises=(Code.INVALID_TRANSITION,),
)
async def create_contract(work: Work, data: ContractInput) -> Contract:
    """Draw up a contract, a draft until it is activated. The customer may not be blocked; the tariff must be active."""
    await require_open(work, data)
    return await draw_up(work, data)


async def require_open(work: Work, data: ContractInput) -> None:
    """Raise `invalid_transition` where the customer takes no new contracts, or the tariff."""
    customer, tariff = await _parties(work, data.customer_id, data.tariff_id)
    _require_not_blocked(customer)
    _require_active(tariff)


async def draw_up(work: Work, data: ContractInput, number: str | None = None) -> Contract:
    """A draft, whatever the states of its customer and tariff, with a number of ours unless it brings its own."""
    customer, tariff = await _parties(work, data.customer_id, data.tariff_id)
    contract = Contract(**{"signed_date": work.today, **given(data)}, number=number or uuid4().hex, search="")
    _require_limit_fits(contract, tariff)
    await give_tariff(work, contract, tariff)
    await work.add(contract)
    if number is None:  # it holds the id, which the database has only now given
        contract.number = f"{OURS}{work.today.year}-{contract.id:06d}"
    contract.search = contract.searchable(customer)
    return contract


async def _parties(work: Work, customer_id: int, tariff_id: int) -> tuple[Customer, Tariff]:
    """The customer and the tariff, which may not change while the contract is decided on."""
    customer = await work.lock(Customer, customer_id, Lock.SHARE, named="customer_id")
    return customer, await work.lock(Tariff, tariff_id, Lock.SHARE, named="tariff_id")


async def _lock_terms(work: Work, target: int, data: ContractInput) -> Contract:
    """The customer and the tariff that the contract is to have, then the contract."""
    wanted = {**(await work.glimpse(Contract, target)).row(), **given(data)}
    await _parties(work, wanted["customer_id"], wanted["tariff_id"])
    return await work.lock(Contract, target)


@operation(
    "contract.update",
    entity=Contract,
    effect=Effect.UPDATE,
    graphql="updateContract",
    may=Permission.MANAGE_SUBSCRIBERS,
    takes=ContractInput,
    lock=_lock_terms,
    says="updated",
    raises=(Code.INVALID_TRANSITION, Code.INSUFFICIENT_FUNDS),
)
async def update_contract(work: Work, contract: Contract, data: ContractInput) -> Contract:
    """Change a contract's terms: another active tariff, and, while it is a draft, another customer.

    Moved to a prepaid tariff, its credit limit becomes zero. No change may put its balance under the lowest allowed.
    """
    await catch_up(work, contract)
    wanted = changes_in(data, contract)
    if "customer_id" in wanted:
        await _require_customer_open(work, contract)
    contract.update_from_dict(wanted)
    customer, tariff = await _parties(work, contract.customer_id, contract.tariff_id)
    if "customer_id" in wanted:
        _require_not_blocked(customer)
    if "tariff_id" in wanted:
        _require_active(tariff)
        await give_tariff(work, contract, tariff)
        if tariff.tariff_type is TariffType.PREPAID and "credit_limit" not in wanted:
            contract.credit_limit = 0
    _require_limit_fits(contract, tariff)
    _require_above_floor(contract, "tariff_id" if "tariff_id" in wanted else "credit_limit")
    contract.search = contract.searchable(customer)
    await resume_if_paid(work, contract)
    return contract


async def _require_customer_open(work: Work, contract: Contract) -> None:
    """Whose a contract is can change while it is a draft without tickets, which are the same customer's."""
    if contract.status is not ContractStatus.DRAFT:
        raise invalid("customer_id", "fixed")
    if await work.exists(Ticket, "contract_id", contract.id):
        raise invalid("customer_id", "fixed_by_tickets")


def _require_not_blocked(customer: Customer) -> None:
    if customer.status is CustomerStatus.BLOCKED:
        allowed = (CustomerStatus.ACTIVE, CustomerStatus.SUSPENDED)
        raise invalid_transition(customer, customer.status, allowed, field="customer_id")


def _require_active(tariff: Tariff) -> None:
    if not tariff.is_active:
        raise Fault(Code.INVALID_TRANSITION, Message("tariff_inactive", {"id": tariff.id}), field="tariff_id")


def _require_limit_fits(contract: Contract, tariff: Tariff) -> None:
    if contract.credit_limit > 0 and tariff.tariff_type is TariffType.PREPAID:
        raise invalid("credit_limit", "postpaid_only")


def _require_above_floor(contract: Contract, field: str) -> None:
    if contract.balance < contract.lowest():
        params = {"balance": hundredths_text(contract.balance), "floor": hundredths_text(contract.lowest())}
        raise Fault(Code.INSUFFICIENT_FUNDS, Message("balance_under_floor", params), field=field)


@operation(
    "contract.delete",
    entity=Contract,
    effect=Effect.DELETE,
    graphql="deleteContract",
    may=Permission.DELETE,
    guards=(unreferenced(ContractStatus.DRAFT, payments=(Payment, "contract_id"), tickets=(Ticket, "contract_id")),),
    says="deleted",
)
async def delete_contract(work: Work, contract: Contract) -> Contract:
    """Delete a draft that has neither payments nor tickets; the history stays readable."""
    await work.remove(contract)
    return contract


OPERATIONS = (
    create_contract,
    update_contract,
    delete_contract,
    activate_contract,
    suspend_contract,
    resume_contract,
    terminate_contract,
    add_balance,
    deduct_balance,
    *promises.OPERATIONS,
    *changes.OPERATIONS,
)
