"""What is true: entities, the states of their lifecycles, money, journal, users, migrations, database.

Tortoise declares the models, their columns and relations; every statement is our own.
"""

from tortoise import Tortoise

from models.api_keys import ApiKey
from models.billing import BillingPolicy, ChargePeriod, TariffTerms
from models.comments import Comment
from models.contracts import Contract
from models.customers import Customer
from models.jobs import Job
from models.journal import AuditEvent, IdempotencyKey
from models.money import LedgerEntry
from models.payments import Payment
from models.registers import PaymentProvider, RegisterRow
from models.sims import Sim, SimBinding
from models.tariffs import Tariff
from models.tickets import Ticket
from models.users import LoginFailure, RefreshToken, Session, User
from models.webhooks import Webhook, WebhookDelivery, WebhookSecret

__all__ = [
    "ApiKey",
    "AuditEvent",
    "BillingPolicy",
    "ChargePeriod",
    "Comment",
    "Contract",
    "Customer",
    "IdempotencyKey",
    "Job",
    "LedgerEntry",
    "LoginFailure",
    "Payment",
    "PaymentProvider",
    "RefreshToken",
    "RegisterRow",
    "Session",
    "Sim",
    "SimBinding",
    "Tariff",
    "TariffTerms",
    "Ticket",
    "User",
    "Webhook",
    "WebhookDelivery",
    "WebhookSecret",
]

for model in Tortoise.init_app("models", ["models"]).values():
    model._meta.finalise_fields()
