"""References between the types, which name each other in circles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from schema.types.api_keys import ApiKey
    from schema.types.billing import BillingPolicy, ChargePeriod, TariffTerms
    from schema.types.comments import Comment
    from schema.types.contracts import Contract
    from schema.types.customers import Customer
    from schema.types.jobs import Job
    from schema.types.journal import Event, LedgerEntry
    from schema.types.payments import Payment
    from schema.types.registers import PaymentProvider, RegisterRow
    from schema.types.sim_bindings import SimBinding
    from schema.types.sims import Sim
    from schema.types.statements import Statement
    from schema.types.tariffs import Tariff
    from schema.types.tickets import Ticket
    from schema.types.users import Staff, User
    from schema.types.webhooks import Webhook, WebhookDelivery

CustomerLink = Annotated["Customer", strawberry.lazy("schema.types.customers")]
SimLink = Annotated["Sim", strawberry.lazy("schema.types.sims")]
SimBindingLink = Annotated["SimBinding", strawberry.lazy("schema.types.sim_bindings")]
TariffLink = Annotated["Tariff", strawberry.lazy("schema.types.tariffs")]
ContractLink = Annotated["Contract", strawberry.lazy("schema.types.contracts")]
PaymentLink = Annotated["Payment", strawberry.lazy("schema.types.payments")]
TicketLink = Annotated["Ticket", strawberry.lazy("schema.types.tickets")]
CommentLink = Annotated["Comment", strawberry.lazy("schema.types.comments")]
StaffLink = Annotated["Staff", strawberry.lazy("schema.types.users")]
LedgerEntryLink = Annotated["LedgerEntry", strawberry.lazy("schema.types.journal")]
EventLink = Annotated["Event", strawberry.lazy("schema.types.journal")]
UserLink = Annotated["User", strawberry.lazy("schema.types.users")]
StatementLink = Annotated["Statement", strawberry.lazy("schema.types.statements")]
ApiKeyLink = Annotated["ApiKey", strawberry.lazy("schema.types.api_keys")]
JobLink = Annotated["Job", strawberry.lazy("schema.types.jobs")]
TariffTermsLink = Annotated["TariffTerms", strawberry.lazy("schema.types.billing")]
ChargePeriodLink = Annotated["ChargePeriod", strawberry.lazy("schema.types.billing")]
PaymentProviderLink = Annotated["PaymentProvider", strawberry.lazy("schema.types.registers")]
RegisterRowLink = Annotated["RegisterRow", strawberry.lazy("schema.types.registers")]
WebhookLink = Annotated["Webhook", strawberry.lazy("schema.types.webhooks")]
WebhookDeliveryLink = Annotated["WebhookDelivery", strawberry.lazy("schema.types.webhooks")]
BillingPolicyLink = Annotated["BillingPolicy", strawberry.lazy("schema.types.billing")]
