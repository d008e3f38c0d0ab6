"""The payment as people see it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

from models import payments as model
from resolvers import journal, payments
from resolvers.read.columns import column
from resolvers.read.tables import PAYMENTS
from schema.types import sql_expressions
from schema.types.available import AvailableAction
from schema.types.connections import Connection
from schema.types.enums import PaymentMethod, PaymentStatus, TransactionType
from schema.types.field_sources import actions, computed, global_id, stored, to_many, to_one
from schema.types.links import ContractLink, EventLink, LedgerEntryLink, PaymentLink, StaffLink
from schema.types.node import Node

_ROW = model.Payment


@strawberry.type(description="Money that is to move on a contract's account, or has moved.")
class Payment(Node):
    """Money that is to move on a contract's account, or has moved."""

    id: strawberry.ID = global_id(PAYMENTS)
    database_id: int = stored(column(_ROW, "id"), "The number in the global id; the `id` in REST.")
    contract: ContractLink = to_one("Contract", column(_ROW, "contract_id"), "Whose account it is for.")
    contract_number: str = computed(sql_expressions.NUMBER_OF_CONTRACT, "Number of the contract it is for.")
    customer_name: str = computed(sql_expressions.CUSTOMER_OF_CONTRACT, "Name of the contract's customer.")
    transaction_type: TransactionType = stored(column(_ROW, "transaction_type"), "Which way the money goes.")
    amount: Decimal = stored(
        column(_ROW, "amount"), "How much, greater than zero whichever way it goes; a correction's may be negative."
    )
    payment_method: PaymentMethod = stored(column(_ROW, "payment_method"), "How the money was moved.")
    transaction_id: str = stored(column(_ROW, "transaction_id"), "Unique reference, the payer's or `TXN-` generated.")
    description: str | None = stored(column(_ROW, "description"), "What the payment is for.")
    provider: str | None = stored(column(_ROW, "provider"), "The payment provider that took the money, if one did.")
    external_id: str | None = stored(
        column(_ROW, "external_id"), "What the provider calls the payment; unique among those of one provider."
    )
    status: PaymentStatus = stored(column(_ROW, "status"), "Where the payment is on its way into the ledger.")
    balance_after: Decimal | None = stored(
        column(_ROW, "balance_after"), "Balance of the contract right after posting; null until posted."
    )
    payment_date: datetime = stored(column(_ROW, "payment_date"), "When the payment was made.")
    processed_at: datetime | None = stored(column(_ROW, "processed_at"), "When it was posted; null until then.")
    processed_by: StaffLink | None = to_one("Staff", column(_ROW, "processed_by_id"), "Who posted it; null until then.")
    refunded_amount: Decimal = stored(
        column(_ROW, "refunded_amount"), "How much of it has been given back by refunds; `0.00` of all that was not."
    )
    refund_of: PaymentLink | None = to_one(
        "Payment",
        column(_ROW, "refund_of_id"),
        "The payment that this refund gives back; null for all but refunds.",
        rest=False,
    )
    available_actions: list[AvailableAction] = actions()
    created_at: datetime = stored(column(_ROW, "created_at"), "When the payment was registered.")
    updated_at: datetime = stored(column(_ROW, "updated_at"), "When anything about the payment last changed.")
    refunds: Connection[PaymentLink] = to_many(
        payments.LIST, "refund_of_id", "The refunds that gave this payment back."
    )
    ledger: Connection[LedgerEntryLink] = to_many(
        journal.LEDGER, "payment_id", "What it posted to the contract's account."
    )
    history: Connection[EventLink] = to_many(
        journal.HISTORY, "entity_id", "Every change of the payment, newest first.", entity=_ROW.prefix
    )
