"""Terms and settled months as people see them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import strawberry

from models import billing as model
from resolvers import journal
from resolvers.read.columns import column
from resolvers.read.selection import Column, Expression, Kind
from resolvers.read.tables import BILLING_POLICY, CHARGE_PERIODS, TARIFF_TERMS
from schema.types.available import AvailableAction
from schema.types.connections import Connection
from schema.types.enums import FirstMonth, PeriodStatus, RefundUnused, ResumeAnchor
from schema.types.field_sources import actions, computed, global_id, part, stored, to_many, to_one
from schema.types.links import ContractLink, EventLink, PaymentLink, TariffLink, TariffTermsLink
from schema.types.node import Node

_TERMS = model.TariffTerms
_PERIOD = model.ChargePeriod
_CONTRACTS = Expression(
    "(SELECT count(*) FROM contracts n_ WHERE n_.terms_id = {t}.id AND n_.tariff_id = {t}.tariff_id)", Kind.INTEGER
)


@strawberry.type(description="One version of what a tariff costs and includes. It never changes.")
class TariffTerms(Node):
    """One version of what a tariff costs and includes."""

    id: strawberry.ID = global_id(TARIFF_TERMS)
    database_id: int = stored(column(_TERMS, "id"), "The number in the global id; the `id` in REST.")
    tariff: TariffLink = to_one("Tariff", column(_TERMS, "tariff_id"), "The tariff whose terms they are.")
    version: int = stored(column(_TERMS, "version"), "Counts the tariff's terms, from 1; the highest are the latest.")
    monthly_fee: Decimal = stored(column(_TERMS, "monthly_fee"), "Fee for a month, in the operator's currency.")
    minutes_included: int = stored(column(_TERMS, "minutes_included"), "Minutes of calls in the fee; 0 is unlimited.")
    sms_included: int = stored(column(_TERMS, "sms_included"), "Messages in the fee; 0 is unlimited.")
    data_gb_included: Decimal = stored(column(_TERMS, "data_gb_included"), "Gigabytes in the fee; 0 is unlimited.")
    minute_overage_cost: Decimal = stored(column(_TERMS, "minute_overage_cost"), "Price of a minute beyond those.")
    sms_overage_cost: Decimal = stored(column(_TERMS, "sms_overage_cost"), "Price of a message beyond those.")
    data_gb_overage_cost: Decimal = stored(column(_TERMS, "data_gb_overage_cost"), "Price of a gigabyte beyond those.")
    contracts_count: int = computed(_CONTRACTS, "How many contracts have these terms, in any state.")
    created_at: datetime = stored(column(_TERMS, "created_at"), "When the terms were made.")


@strawberry.type(description="A settled month of a contract: charged, part of the sale, or waived.")
class ChargePeriod(Node):
    """A settled month of a contract."""

    id: strawberry.ID = global_id(CHARGE_PERIODS)
    database_id: int = stored(column(_PERIOD, "id"), "The number in the global id; the `id` in REST.")
    contract: ContractLink = to_one("Contract", column(_PERIOD, "contract_id"), "Whose month it is.")
    period_start: date = stored(column(_PERIOD, "period_start"), "Its first day; no two of a contract share one.")
    period_end: date = stored(column(_PERIOD, "period_end"), "Its last day.")
    terms: TariffTermsLink = to_one("TariffTerms", column(_PERIOD, "terms_id"), "The terms of that month.")
    amount: Decimal = stored(column(_PERIOD, "amount"), "What was charged for it.")
    status: PeriodStatus = stored(column(_PERIOD, "status"), "How it was settled.")
    payment: PaymentLink | None = to_one("Payment", column(_PERIOD, "payment_id"), "The charge, if there was one.")
    reason: str | None = stored(column(_PERIOD, "reason"), "Why it was waived.")
    created_at: datetime = stored(column(_PERIOD, "created_at"), "When it was settled.")


_POLICY = model.BillingPolicy


@strawberry.type(description="What the billing policy says of contracts on one type of tariff.")
class BillingRules:
    """What the policy says of one type of tariff."""

    remind_days: list[int] = stored(
        Column("remind_days", Kind.DOCUMENT), "How many days before a month to remind whoever cannot pay it."
    )
    grace_days: int = stored(
        Column("grace_days", Kind.INTEGER), "How many days a contract goes on with its month unpaid."
    )
    resume_anchor: ResumeAnchor = stored(
        Column("resume_anchor", Kind.CHOICE, model.ResumeAnchor), "From which day months count after money has come."
    )
    terminate_after_days: int | None = stored(
        Column("terminate_after_days", Kind.INTEGER, nullable=True),
        "How many days after a suspension for lack of money the contract ends; never, if null.",
    )


@strawberry.type(description="How contracts are billed: one policy for all of them.")
class BillingPolicy(Node):
    """How contracts are billed."""

    id: strawberry.ID = global_id(BILLING_POLICY)
    database_id: int = stored(column(_POLICY, "id"), "The number in the global id; the `id` in REST.")
    billing_from: date | None = stored(
        column(_POLICY, "billing_from"), "Months that begin before this day are not charged; null: billing is off."
    )
    run_at: str | None = stored(
        column(_POLICY, "run_at"), "Time of day at which a worker bills everybody; null: by hand only."
    )
    first_month: FirstMonth = stored(column(_POLICY, "first_month"), "What becomes of the month of the activation.")
    refund_unused: RefundUnused = stored(
        column(_POLICY, "refund_unused"), "What comes back when a contract is terminated."
    )
    promise_max: Decimal = stored(column(_POLICY, "promise_max"), "How much may be promised at most.")
    promise_days: int = stored(column(_POLICY, "promise_days"), "For how many days a promise may be made at most.")
    prepaid: BillingRules = part("BillingRules", "prepaid_of", "What holds for contracts on prepaid tariffs.")
    postpaid: BillingRules = part("BillingRules", "postpaid_of", "What holds for contracts on postpaid tariffs.")
    available_actions: list[AvailableAction] = actions()
    created_at: datetime = stored(column(_POLICY, "created_at"), "When the policy was made.")
    updated_at: datetime = stored(column(_POLICY, "updated_at"), "When the policy last changed.")
    history: Connection[EventLink] = to_many(
        journal.HISTORY, "entity_id", "Every change of the policy, newest first.", entity=_POLICY.prefix
    )
