"""The types whose rows people see, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from schema.types.api_keys import ApiKey
from schema.types.billing import BillingPolicy, BillingRules, ChargePeriod, TariffTerms
from schema.types.comments import Comment
from schema.types.contracts import Contract
from schema.types.customers import Customer
from schema.types.jobs import Job
from schema.types.journal import Event, LedgerEntry
from schema.types.payments import Payment
from schema.types.registers import PaymentProvider, RegisterRow
from schema.types.sim_bindings import SimBinding
from schema.types.sims import Sim
from schema.types.tariffs import Tariff
from schema.types.tickets import Ticket
from schema.types.users import Staff, User
from schema.types.webhooks import Webhook, WebhookDelivery

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPES: Final[Mapping[str, type]] = {
    "Customer": Customer,
    "Sim": Sim,
    "SimBinding": SimBinding,
    "Tariff": Tariff,
    "Contract": Contract,
    "Payment": Payment,
    "Ticket": Ticket,
    "Comment": Comment,
    "User": User,
    "Staff": Staff,
    "Event": Event,
    "LedgerEntry": LedgerEntry,
    "Job": Job,
    "ApiKey": ApiKey,
    "TariffTerms": TariffTerms,
    "ChargePeriod": ChargePeriod,
    "BillingPolicy": BillingPolicy,
    "BillingRules": BillingRules,
    "PaymentProvider": PaymentProvider,
    "RegisterRow": RegisterRow,
    "Webhook": Webhook,
    "WebhookDelivery": WebhookDelivery,
}
"""The Strawberry type of each table's rows, by its GraphQL name."""
