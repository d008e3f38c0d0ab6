"""The customer as people see it."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from models import customers as model
from resolvers import contracts, journal, payments, sims, tickets
from resolvers.read.columns import column
from resolvers.read.selection import Expression, Kind, OfParent
from resolvers.read.tables import CUSTOMERS
from schema.types import sql_expressions
from schema.types.available import AvailableAction
from schema.types.connections import Connection
from schema.types.enums import CustomerStatus, CustomerType, DocumentType
from schema.types.field_sources import actions, computed, global_id, stored, to_many
from schema.types.links import ContractLink, EventLink, PaymentLink, SimLink, TicketLink
from schema.types.node import Node

_ROW = model.Customer


@strawberry.type(description="A person or an organization that contracts are made with.")
class Customer(Node):
    """A person or an organization that contracts are made with."""

    id: strawberry.ID = global_id(CUSTOMERS)
    database_id: int = stored(column(_ROW, "id"), "The number in the global id; the `id` in REST.")
    first_name: str = stored(column(_ROW, "first_name"), "Given name; of an organization, its representative's.")
    last_name: str = stored(column(_ROW, "last_name"), "Family name; of an organization, its representative's.")
    middle_name: str | None = stored(column(_ROW, "middle_name"), "Patronymic, if there is one.")
    full_name: str = computed(Expression(sql_expressions.full_name("{t}"), Kind.TEXT), "Last, first and middle name.")
    short_name: str = computed(
        Expression(sql_expressions.short_name("{t}"), Kind.TEXT), "Last name and initials: `Асанов Б. К.`"
    )
    birth_date: date | None = stored(column(_ROW, "birth_date"), "Day of birth, if known.")
    phone: str = stored(column(_ROW, "phone"), "Contact number in E.164; no two customers share one.")
    email: str | None = stored(column(_ROW, "email"), "Email address; no two customers share one.")
    document_type: DocumentType = stored(column(_ROW, "document_type"), "Kind of the identity document.")
    document_number: str = stored(column(_ROW, "document_number"), "Number of the document, unique within its kind.")
    passport_issued_by: str | None = stored(column(_ROW, "passport_issued_by"), "Authority that issued the document.")
    passport_issue_date: date | None = stored(column(_ROW, "passport_issue_date"), "Day of issue of the document.")
    inn: str | None = stored(column(_ROW, "inn"), "Taxpayer number (ИНН), as written in the documents.")
    address: str | None = stored(column(_ROW, "address"), "Postal address, as the customer gave it.")
    customer_type: CustomerType = stored(column(_ROW, "customer_type"), "Whether it is a person or an organization.")
    organization_name: str | None = stored(
        column(_ROW, "organization_name"), "Name of the organization, under which contracts and tickets show it."
    )
    notes: str | None = stored(column(_ROW, "notes"), "What the staff noted about the customer.")
    status: CustomerStatus = stored(column(_ROW, "status"), "Whether the customer is served.")
    contracts_count: int = computed(
        sql_expressions.count_of("contracts", "customer_id"), "How many contracts, in any state."
    )
    tickets_count: int = computed(sql_expressions.count_of("tickets", "customer_id"), "How many tickets, in any state.")
    available_actions: list[AvailableAction] = actions()
    created_at: datetime = stored(column(_ROW, "created_at"), "When the customer was registered.")
    updated_at: datetime = stored(column(_ROW, "updated_at"), "When anything about the customer last changed.")
    contracts: Connection[ContractLink] = to_many(
        contracts.LIST, "customer_id", "The customer's contracts, in any state."
    )
    tickets: Connection[TicketLink] = to_many(
        tickets.LIST, "customer_id", "The customer's support tickets, in any state."
    )
    sims: Connection[SimLink] = to_many(
        sims.LIST, OfParent("contract_id", "contracts", "customer_id"), "The SIMs of the customer's contracts."
    )
    payments: Connection[PaymentLink] = to_many(
        payments.LIST,
        OfParent("contract_id", "contracts", "customer_id"),
        "The payments of the customer's contracts, posted or not.",
    )
    history: Connection[EventLink] = to_many(
        journal.HISTORY, "entity_id", "Every change of the customer, newest first.", entity=_ROW.prefix
    )
