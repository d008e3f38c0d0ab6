"""The contract as people see it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import strawberry

from models import contracts as model
from resolvers import bindings, journal, payments, statement, tickets
from resolvers.billing import periods
from resolvers.read.columns import column
from resolvers.read.selection import Expression, Kind
from resolvers.read.tables import CONTRACTS
from schema.types import sql_expressions
from schema.types.available import AvailableAction
from schema.types.connections import Connection
from schema.types.enums import ContractStatus, SuspensionReason
from schema.types.field_sources import (
    actions,
    computed,
    global_id,
    part_of_period,
    stored,
    stored_over_time,
    to_many,
    to_one,
    to_one_back,
)
from schema.types.links import (
    ChargePeriodLink,
    CustomerLink,
    EventLink,
    LedgerEntryLink,
    PaymentLink,
    SimBindingLink,
    SimLink,
    StatementLink,
    TariffLink,
    TariffTermsLink,
    TicketLink,
)
from schema.types.node import Node

_ROW = model.Contract
_SIM = Expression("(SELECT s_.id FROM sims s_ WHERE s_.contract_id = {t}.id)", Kind.INTEGER)
_FEE = Expression("(SELECT f_.monthly_fee FROM tariff_terms f_ WHERE f_.id = {t}.terms_id)", Kind.HUNDREDTHS)
_TARIFF_NAME = Expression("(SELECT f_.name FROM tariffs f_ WHERE f_.id = {t}.tariff_id)", Kind.TEXT)


@strawberry.type(description="A customer on a tariff, with a balance and at most one SIM.")
class Contract(Node):
    """A customer on a tariff, with a balance and at most one SIM."""

    id: strawberry.ID = global_id(CONTRACTS)
    database_id: int = stored(column(_ROW, "id"), "The number in the global id; the `id` in REST.")
    number: str = stored(column(_ROW, "number"), "Number that people use: year and id, as in `CTR-2026-000001`.")
    status: ContractStatus = stored(column(_ROW, "status"), "Where the contract is in its life.")
    suspension_reason: SuspensionReason | None = stored(
        column(_ROW, "suspension_reason"), "Why it is suspended; null in any other state."
    )
    customer: CustomerLink = to_one("Customer", column(_ROW, "customer_id"), "Whose contract it is.")
    customer_name: str = computed(
        sql_expressions.CUSTOMER_OF_ROW, "Name of the customer: an organization's, or a full name."
    )
    tariff: TariffLink = to_one("Tariff", column(_ROW, "tariff_id"), "What the contract costs and includes.")
    tariff_name: str = computed(_TARIFF_NAME, "What customers know the contract's tariff by.")
    terms: TariffTermsLink = to_one(
        "TariffTerms",
        column(_ROW, "terms_id"),
        "The version of the tariff's terms that it has: an edit leaves it alone.",
    )
    monthly_fee: Decimal = computed(_FEE, "Fee for a month, by the terms that it has.")
    sim: SimLink | None = to_one_back("Sim", "contract_id", _SIM, "The SIM that is bound to it, if any.")
    balance: Decimal = stored_over_time(
        column(_ROW, "balance"), statement.BALANCE_AT, "Money on the account: the sum of all ledger entries."
    )
    credit_limit: Decimal = stored(
        column(_ROW, "credit_limit"), "How far below zero the balance may go; zero on a prepaid tariff."
    )
    signed_date: date = stored(column(_ROW, "signed_date"), "Day on which it was signed.")
    activation_date: date | None = stored(column(_ROW, "activation_date"), "Day on which service began.")
    termination_date: date | None = stored(column(_ROW, "termination_date"), "Day on which it ended.")
    next_billing_date: date | None = stored(
        column(_ROW, "next_billing_date"), "Day of the next monthly fee; null before activation and after the end."
    )
    anchor_date: date | None = stored(column(_ROW, "anchor_date"), "Day from which its months are counted.")
    scheduled_tariff: TariffLink | None = to_one(
        "Tariff", column(_ROW, "scheduled_tariff_id"), "The tariff that it is to change to, if one is scheduled."
    )
    scheduled_on: date | None = stored(
        column(_ROW, "scheduled_on"), "The first month that begins on or after this day has the scheduled tariff."
    )
    reprice_on: date | None = stored(
        column(_ROW, "reprice_on"), "The first month that begins on or after this day has the tariff's newer terms."
    )
    promised_amount: Decimal = stored(
        column(_ROW, "promised_amount"), "How far below zero the balance may go until a promised payment has come."
    )
    promised_until: date | None = stored(column(_ROW, "promised_until"), "Last day of the promise, if there is one.")
    postponed_until: date | None = stored(
        column(_ROW, "postponed_until"), "It is not suspended for lack of money before this day."
    )
    suspended_on: date | None = stored(
        column(_ROW, "suspended_on"), "Day on which it was suspended for lack of money, while it is."
    )
    notes: str | None = stored(column(_ROW, "notes"), "What the staff noted about the contract.")
    external_id: str | None = stored(
        column(_ROW, "external_id"), "What another system calls the contract; no two share one."
    )
    payments_count: int = computed(
        sql_expressions.count_of("payments", "contract_id"), "How many payments, in any state."
    )
    tickets_count: int = computed(sql_expressions.count_of("tickets", "contract_id"), "How many tickets, in any state.")
    available_actions: list[AvailableAction] = actions()
    created_at: datetime = stored(column(_ROW, "created_at"), "When the contract was drawn up.")
    updated_at: datetime = stored(column(_ROW, "updated_at"), "When anything about the contract last changed.")
    payments: Connection[PaymentLink] = to_many(payments.LIST, "contract_id", "Its payments, posted or not.")
    ledger: Connection[LedgerEntryLink] = to_many(
        journal.LEDGER, "contract_id", "Every posting to its account, newest first."
    )
    statement: StatementLink = part_of_period(
        "Statement", "What went on on its account from one day to another, both included."
    )
    periods: Connection[ChargePeriodLink] = to_many(
        periods.LIST, "contract_id", "The months that are settled, newest first."
    )
    sim_bindings: Connection[SimBindingLink] = to_many(
        bindings.LIST, "contract_id", "The SIMs and numbers that it had, newest first."
    )
    tickets: Connection[TicketLink] = to_many(tickets.LIST, "contract_id", "Support tickets about this contract.")
    history: Connection[EventLink] = to_many(
        journal.HISTORY, "entity_id", "Every change of the contract, newest first.", entity=_ROW.prefix
    )
