"""Everything that can be read."""

from __future__ import annotations

import strawberry

from models.users import User as UserRow
from models.webhooks import Webhook as WebhookRow
from resolvers import api_keys, contracts, customers, payments, sims, tariffs, tickets, users
from resolvers.jobs import actions as jobs
from resolvers.registers import actions as registers
from resolvers.registers import providers
from resolvers.users import ACTIVE, STAFF_LIST
from resolvers.webhooks import actions as webhooks
from schema.execution.query_fields import (
    counted,
    feed,
    history,
    many,
    me,
    node,
    nodes,
    number_history,
    one,
    only,
    search,
)
from schema.types import statistics
from schema.types.connections import Connection
from schema.types.journal import EventFeed
from schema.types.links import (
    ApiKeyLink,
    BillingPolicyLink,
    CommentLink,
    ContractLink,
    CustomerLink,
    EventLink,
    JobLink,
    PaymentLink,
    PaymentProviderLink,
    RegisterRowLink,
    SimBindingLink,
    SimLink,
    StaffLink,
    TariffLink,
    TicketLink,
    UserLink,
    WebhookLink,
)
from schema.types.node import Node
from schema.types.search import SearchConnection


@strawberry.type(description="Everything that can be read. All of it needs an access token.")
class Query:
    """Everything that can be read."""

    node: Node | None = node("Any object by its global id; null if there is none, or none that the caller may see.")
    nodes: list[Node | None] = nodes("Objects of any types by their global ids, in the order asked.")
    search: SearchConnection | None = search(
        "Whatever is found by what somebody says of it, best first: a number or its last digits, a document, "
        "a contract, a name with a typo or in another keyboard layout."
    )
    me: UserLink = me("The user who is asking.")

    customer: CustomerLink | None = one("Customer", "The customer with this id, or null.")
    customers: Connection[CustomerLink] | None = many(customers.LIST, "All customers, a page at a time.")
    sim: SimLink | None = one("Sim", "The SIM with this id, or null.")
    sims: Connection[SimLink] | None = many(sims.LIST, "All SIMs, a page at a time.")
    number_history: Connection[SimBindingLink] | None = number_history(
        "Whose number it was: every contract that a phone number was in, newest first."
    )
    tariff: TariffLink | None = one("Tariff", "The tariff with this id, or null.")
    tariffs: Connection[TariffLink] | None = many(tariffs.LIST, "All tariffs, a page at a time.")
    contract: ContractLink | None = one("Contract", "The contract with this id, or null.")
    contracts: Connection[ContractLink] | None = many(contracts.LIST, "All contracts, a page at a time.")
    payment: PaymentLink | None = one("Payment", "The payment with this id, or null.")
    payments: Connection[PaymentLink] | None = many(payments.LIST, "All payments, a page at a time.")
    ticket: TicketLink | None = one("Ticket", "The ticket with this id, or null.")
    tickets: Connection[TicketLink] | None = many(tickets.LIST, "All tickets, a page at a time.")
    comment: CommentLink | None = one("Comment", "The comment on a ticket with this id, or null.")
    user: UserLink | None = one(
        "User", "The user with this id; null if there is none, or none that the caller may see."
    )
    users: Connection[UserLink] | None = many(
        users.LIST, "All users, a page at a time, for supervisors and administrators.", of=UserRow
    )
    staff: Connection[StaffLink] | None = many(
        STAFF_LIST, "All active users by name, to assign tickets to, for everybody.", *ACTIVE
    )
    history: Connection[EventLink] | None = history(
        "Every change of one entity, newest first, even if it was deleted since; a user's for whoever may see the user."
    )

    events: EventFeed | None = feed(
        "What has happened since a cursor, oldest first; nothing ever appears before an event that was told."
    )

    api_key: ApiKeyLink | None = one(
        "ApiKey", "The key with this id; null if there is none, or none that the caller may see."
    )
    api_keys: Connection[ApiKeyLink] | None = many(
        api_keys.LIST, "All keys that the caller may see: one's own, and all for supervisors and administrators."
    )
    job: JobLink | None = one("Job", "The job with this id, or null.")
    billing_policy: BillingPolicyLink = only("BillingPolicy", "How contracts are billed.")
    jobs: Connection[JobLink] | None = many(jobs.LIST, "All jobs, a page at a time.")
    payment_provider: PaymentProviderLink | None = one("PaymentProvider", "The payment provider with this id, or null.")
    payment_providers: Connection[PaymentProviderLink] | None = many(
        providers.LIST, "All payment providers, a page at a time."
    )
    register_row: RegisterRowLink | None = one("RegisterRow", "The row of a register with this id, or null.")
    register_rows: Connection[RegisterRowLink] | None = many(
        registers.LIST, "The rows of all registers, a page at a time."
    )
    webhook: WebhookLink | None = one("Webhook", "The webhook with this id, for administrators; else null.")
    webhooks: Connection[WebhookLink] | None = many(
        webhooks.LIST, "All webhooks, a page at a time, for administrators.", of=WebhookRow
    )

    customer_statistics: statistics.CustomerStatistics = counted(
        "Customer", statistics.CustomerStatistics, "All customers, counted."
    )
    sim_statistics: statistics.SimStatistics = counted("Sim", statistics.SimStatistics, "All SIMs, counted.")
    tariff_statistics: statistics.TariffStatistics = counted(
        "Tariff", statistics.TariffStatistics, "All tariffs, counted."
    )
    contract_statistics: statistics.ContractStatistics = counted(
        "Contract", statistics.ContractStatistics, "All contracts, counted, and the money on their accounts."
    )
    payment_statistics: statistics.PaymentStatistics = counted(
        "Payment", statistics.PaymentStatistics, "All payments, counted, and the money that they moved."
    )
    ticket_statistics: statistics.TicketStatistics = counted(
        "Ticket", statistics.TicketStatistics, "All tickets, counted, and how long it took to resolve them."
    )
