"""Customers: what may be done with them (contract §2) and how their lists can be asked (contract §4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.contracts import Contract, ContractStatus, SuspensionReason
from models.customers import Customer, CustomerStatus, CustomerType, DocumentType
from models.sims import SimStatus
from models.tickets import Ticket
from resolvers.billing.ladder import begin_anew, billed, catch_up
from resolvers.binding import follow
from resolvers.faults import Invalid
from resolvers.identity.permissions import Permission
from resolvers.read.columns import column, orderable
from resolvers.read.selection import Expression, Filter, Kind, ListSpec, Term
from resolvers.read.tables import CUSTOMERS
from resolvers.value_kinds import LONG_TEXT, Choice, Day, DocumentKey, Email, EmailKey, Phone, Text
from resolvers.words import Message
from resolvers.write.guards import unreferenced
from resolvers.write.inputs import given, takes
from resolvers.write.operation import Effect, operation

if TYPE_CHECKING:
    from datetime import date

    from resolvers.write.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class CustomerInput:
    """What may be written of a customer."""

    first_name: str = takes(Text(), "Given name.", required=True)
    last_name: str = takes(Text(), "Family name.", required=True)
    middle_name: str | None = takes(Text(), "Patronymic, if there is one.", nullable=True)
    birth_date: date | None = takes(Day(), "Day of birth.", nullable=True)
    phone: str = takes(Phone(), "Contact number; any usual spelling is kept as E.164. Unique.", required=True)
    email: str | None = takes(Email(), "Email address. Unique, whatever the case of its letters.", nullable=True)
    document_type: DocumentType = takes(Choice(DocumentType), "Kind of identity document.", default="passport")
    document_number: str = takes(Text(), "Number of the document. Unique within its kind.", required=True)
    passport_issued_by: str | None = takes(Text(), "Authority that issued the document.", nullable=True)
    passport_issue_date: date | None = takes(Day(), "Day on which the document was issued.", nullable=True)
    inn: str | None = takes(Text(), "Taxpayer number (ИНН).", nullable=True)
    address: str | None = takes(Text(LONG_TEXT), "Postal address.", nullable=True)
    customer_type: CustomerType = takes(Choice(CustomerType), "Person or organization.", default="individual")
    organization_name: str | None = takes(Text(), "What an organization is called.", nullable=True)
    notes: str | None = takes(Text(LONG_TEXT), "Notes of the staff.", nullable=True)


_HAS_CONTRACTS = Expression("EXISTS (SELECT 1 FROM contracts k_ WHERE k_.customer_id = {t}.id)", Kind.TRUTH)

LIST = ListSpec(
    table=CUSTOMERS,
    filters=(
        Filter("status", column(Customer, "status"), "Customers in this state."),
        Filter("document_type", column(Customer, "document_type"), "Customers with this kind of document."),
        Filter("customer_type", column(Customer, "customer_type"), "Persons or organizations."),
        Filter("has_contracts", _HAS_CONTRACTS, "Customers who have a contract, in any state, or have none."),
        Filter(
            "phone", column(Customer, "phone"), "The customer with this number, in any usual spelling.", takes=Phone()
        ),
        Filter(
            "email",
            column(Customer, "email_key"),
            "The customer with this email address, in any case.",
            takes=EmailKey(),
        ),
        Filter(
            "document_number",
            column(Customer, "document_key"),
            "Customers with this document number, whatever its case, blanks and dashes.",
            takes=DocumentKey(),
        ),
        Filter("inn", column(Customer, "inn"), "Customers with this taxpayer number."),
        Filter("birth_date", column(Customer, "birth_date"), "By the day of birth."),
        Filter("created", column(Customer, "created_at"), "By the time of registration."),
        Filter("updated", column(Customer, "updated_at"), "By the time of the last change."),
    ),
    default_order=(
        Term(column(Customer, "created_at"), descending=True),
        Term(column(Customer, "id"), descending=True),
    ),
    orderable=orderable(Customer),
)


@operation(
    "customer.create",
    entity=Customer,
    effect=Effect.CREATE,
    graphql="createCustomer",
    may=Permission.MANAGE_SUBSCRIBERS,
    takes=CustomerInput,
    says="created",
)
async def create_customer(work: Work, data: CustomerInput) -> Customer:
    """Register a customer; a new one is active."""
    customer = Customer(**given(data))
    _complete(work, customer)
    return await work.add(customer)


def _complete(work: Work, customer: Customer) -> None:
    """Write what follows from the texts; nobody is born, and nothing issued, tomorrow."""
    days = {"birth_date": customer.birth_date, "passport_issue_date": customer.passport_issue_date}
    coming = [name for name, day in days.items() if day is not None and day > work.today]
    if coming:
        raise Invalid({name: (Message("in_the_future"),) for name in coming})
    customer.search = customer.searchable()
    customer.update_from_dict(customer.keys())


@operation(
    "customer.update",
    entity=Customer,
    effect=Effect.UPDATE,
    graphql="updateCustomer",
    may=Permission.MANAGE_SUBSCRIBERS,
    takes=CustomerInput,
    says="updated",
)
async def update_customer(work: Work, customer: Customer, data: CustomerInput) -> Customer:
    """Change a customer's data. A rename is found by its new words in contracts and tickets at once."""
    names = customer.names()
    customer.update_from_dict(given(data))
    _complete(work, customer)
    if customer.names() != names:
        await _rewrite_search(work, customer)
    return customer


async def _rewrite_search(work: Work, customer: Customer) -> None:
    """Contracts and tickets are found by their customer's names (contract §1)."""
    for contract in await work.lock_children(Contract, "customer_id", [customer.id]):
        contract.search = contract.searchable(customer)
    for ticket in await work.lock_children(Ticket, "customer_id", [customer.id]):
        ticket.search = ticket.searchable(customer)


@operation(
    "customer.delete",
    entity=Customer,
    effect=Effect.DELETE,
    graphql="deleteCustomer",
    may=Permission.DELETE,
    guards=(unreferenced(contracts=(Contract, "customer_id"), tickets=(Ticket, "customer_id")),),
    says="deleted",
)
async def delete_customer(work: Work, customer: Customer) -> Customer:
    """Delete a customer who has neither contracts nor tickets; the history stays readable."""
    await work.remove(customer)
    return customer


@operation(
    "customer.activate",
    entity=Customer,
    effect=Effect.ACTION,
    graphql="activateCustomer",
    rest="activate",
    may=Permission.MANAGE_SUBSCRIBERS,
    moves={CustomerStatus.SUSPENDED: CustomerStatus.ACTIVE, CustomerStatus.BLOCKED: CustomerStatus.ACTIVE},
    says="customer_activated",
)
async def activate_customer(work: Work, customer: Customer) -> Customer:
    """Serve a customer again: contracts that were suspended because of the customer resume, with their SIMs."""
    contracts = await work.lock_children(Contract, "customer_id", [customer.id])
    resumed = [one for one in contracts if one.suspension_reason is SuspensionReason.CUSTOMER]
    for contract in resumed:
        contract.status, contract.suspension_reason = ContractStatus.ACTIVE, None
        work.mark(contract, "resume")
        await begin_anew(await billed(work, contract))
    await follow(work, resumed, SimStatus.SUSPENDED, SimStatus.ACTIVE, "resume")
    return customer


@operation(
    "customer.suspend",
    entity=Customer,
    effect=Effect.ACTION,
    graphql="suspendCustomer",
    rest="suspend",
    may=Permission.MANAGE_SUBSCRIBERS,
    moves={CustomerStatus.ACTIVE: CustomerStatus.SUSPENDED},
    says="customer_suspended",
)
async def suspend_customer(work: Work, customer: Customer) -> Customer:
    """Stop serving a customer for a while: active contracts and their SIMs are suspended."""
    await _suspend_contracts(work, customer)
    return customer


@operation(
    "customer.block",
    entity=Customer,
    effect=Effect.ACTION,
    graphql="blockCustomer",
    rest="block",
    may=Permission.MANAGE_SUBSCRIBERS,
    moves={CustomerStatus.ACTIVE: CustomerStatus.BLOCKED, CustomerStatus.SUSPENDED: CustomerStatus.BLOCKED},
    says="customer_blocked",
)
async def block_customer(work: Work, customer: Customer) -> Customer:
    """Bar a customer: active contracts and their SIMs are suspended, and no contract can be made."""
    await _suspend_contracts(work, customer)
    return customer


async def _suspend_contracts(work: Work, customer: Customer) -> None:
    contracts = await work.lock_children(Contract, "customer_id", [customer.id])
    active = [contract for contract in contracts if contract.status is ContractStatus.ACTIVE]
    for contract in active:
        await catch_up(work, contract, suspends=False)
        contract.status, contract.suspension_reason = ContractStatus.SUSPENDED, SuspensionReason.CUSTOMER
        work.mark(contract, "suspend")
    await follow(work, active, SimStatus.ACTIVE, SimStatus.SUSPENDED, "suspend")


OPERATIONS = (
    create_customer,
    update_customer,
    delete_customer,
    activate_customer,
    suspend_customer,
    block_customer,
)
