"""The tables that people see as objects, and the model behind each (contract §1, §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.api_keys import ApiKey
from models.billing import BillingPolicy, ChargePeriod, TariffTerms
from models.comments import Comment
from models.contracts import Contract
from models.customers import Customer
from models.jobs import Job
from models.journal import AuditEvent
from models.money import LedgerEntry
from models.payments import Payment
from models.registers import PaymentProvider, RegisterRow
from models.sims import Sim, SimBinding
from models.tariffs import Tariff
from models.tickets import Ticket
from models.users import User
from models.webhooks import Webhook, WebhookDelivery
from resolvers.read.selection import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tortoise.models import Model

CUSTOMERS: Final = Table("customers", "cus", "Customer")
SIMS: Final = Table("sims", "sim", "Sim")
SIM_BINDINGS: Final = Table("sim_bindings", "bnd", "SimBinding")
TARIFFS: Final = Table("tariffs", "trf", "Tariff")
CONTRACTS: Final = Table("contracts", "ctr", "Contract")
PAYMENTS: Final = Table("payments", "pay", "Payment")
TICKETS: Final = Table("tickets", "tkt", "Ticket")
COMMENTS: Final = Table("comments", "cmt", "Comment")
USERS: Final = Table("users", "usr", "User")
STAFF: Final = Table("users", "stf", "Staff")
"""Users as everybody may see them: id, username, full name."""
STATEMENTS: Final = Table("contracts", "ctr", "Statement")
"""Contracts once more, as what went on on their accounts in a period."""
LEDGER_ENTRIES: Final = Table("ledger_entries", "led", "LedgerEntry")
API_KEYS: Final = Table("api_keys", "abk", "ApiKey")
JOBS: Final = Table("jobs", "job", "Job")
TARIFF_TERMS: Final = Table("tariff_terms", "trm", "TariffTerms")
CHARGE_PERIODS: Final = Table("charge_periods", "per", "ChargePeriod")
BILLING_POLICY: Final = Table("billing_policy", "pol", "BillingPolicy")
BILLING_RULES: Final = Table("billing_rules", "rul", "BillingRules")
"""The policy's two halves, as a view shows them."""
AUDIT_EVENTS: Final = Table("audit_events", "evt", "Event")
PAYMENT_PROVIDERS: Final = Table("payment_providers", "prv", "PaymentProvider")
REGISTER_ROWS: Final = Table("register_rows", "rgr", "RegisterRow")
WEBHOOKS: Final = Table("webhooks", "whk", "Webhook")
WEBHOOK_DELIVERIES: Final = Table("webhook_deliveries", "dlv", "WebhookDelivery")

TABLES_BY_TYPENAME: Final[Mapping[str, Table]] = {
    table.typename: table
    for table in (
        CUSTOMERS,
        SIMS,
        SIM_BINDINGS,
        TARIFFS,
        CONTRACTS,
        PAYMENTS,
        TICKETS,
        COMMENTS,
        USERS,
        STAFF,
        STATEMENTS,
        LEDGER_ENTRIES,
        AUDIT_EVENTS,
        JOBS,
        API_KEYS,
        TARIFF_TERMS,
        CHARGE_PERIODS,
        BILLING_POLICY,
        BILLING_RULES,
        PAYMENT_PROVIDERS,
        REGISTER_ROWS,
        WEBHOOKS,
        WEBHOOK_DELIVERIES,
    )
}

MODELS: Final[Mapping[str, type[Model]]] = {
    "Customer": Customer,
    "Sim": Sim,
    "SimBinding": SimBinding,
    "Tariff": Tariff,
    "Contract": Contract,
    "Payment": Payment,
    "Ticket": Ticket,
    "Comment": Comment,
    "User": User,
    "Staff": User,
    "LedgerEntry": LedgerEntry,
    "Event": AuditEvent,
    "Job": Job,
    "ApiKey": ApiKey,
    "TariffTerms": TariffTerms,
    "ChargePeriod": ChargePeriod,
    "BillingPolicy": BillingPolicy,
    "PaymentProvider": PaymentProvider,
    "RegisterRow": RegisterRow,
    "Webhook": Webhook,
    "WebhookDelivery": WebhookDelivery,
}
