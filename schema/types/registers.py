"""Payment providers and the rows of their registers as people see them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

from models import registers as model
from resolvers import journal
from resolvers.read.columns import column
from resolvers.read.tables import PAYMENT_PROVIDERS, REGISTER_ROWS
from schema.types.connections import Connection
from schema.types.enums import AccountBy, Verdict
from schema.types.field_sources import global_id, stored, to_many, to_one
from schema.types.links import ContractLink, EventLink, JobLink, PaymentLink, StaffLink
from schema.types.node import Node
from schema.types.scalars import JSON

_PROVIDER = model.PaymentProvider
_ROW = model.RegisterRow


@strawberry.type(description="Somebody who takes payments for us, and how its registers are written.")
class PaymentProvider(Node):
    """Somebody who takes payments for us."""

    id: strawberry.ID = global_id(PAYMENT_PROVIDERS)
    database_id: int = stored(column(_PROVIDER, "id"), "The number in the global id; the `id` in REST.")
    name: str = stored(column(_PROVIDER, "name"), "What it is called; no two share a name.")
    mapping: JSON = stored(column(_PROVIDER, "mapping"), "By field the heading of its column in a register.")
    account_by: AccountBy = stored(column(_PROVIDER, "account_by"), "What its accounts are.")
    time_zone: str = stored(column(_PROVIDER, "time_zone"), "In which its times are written.")
    created_at: datetime = stored(column(_PROVIDER, "created_at"), "When it was made.")
    updated_at: datetime = stored(column(_PROVIDER, "updated_at"), "When anything about it last changed.")
    history: Connection[EventLink] = to_many(
        journal.HISTORY, "entity_id", "Every change of the provider, newest first.", entity=_PROVIDER.prefix
    )


@strawberry.type(description="A row of a register, or a payment of ours that none of its rows is about.")
class RegisterRow(Node):
    """A row of a register, beside ours."""

    id: strawberry.ID = global_id(REGISTER_ROWS)
    database_id: int = stored(column(_ROW, "id"), "The number in the global id; the `id` in REST.")
    register: JobLink = to_one("Job", column(_ROW, "job_id"), "The register's job.")
    line: int | None = stored(column(_ROW, "line"), "Its row in the file; null where it is ours alone.")
    verdict: Verdict = stored(column(_ROW, "verdict"), "What came of laying it beside our payments.")
    external_id: str | None = stored(column(_ROW, "external_id"), "What the provider calls the payment.")
    account: str | None = stored(column(_ROW, "account"), "Whom the payer named.")
    amount: Decimal | None = stored(
        column(_ROW, "amount"), "How much, as the provider says; ours, if it is ours alone."
    )
    taken_at: datetime | None = stored(column(_ROW, "taken_at"), "When it was taken.")
    contract: ContractLink | None = to_one("Contract", column(_ROW, "contract_id"), "The contract that the account is.")
    payment: PaymentLink | None = to_one(
        "Payment", column(_ROW, "payment_id"), "Our payment: the one it was laid beside, or that was made of it."
    )
    problem: str | None = stored(column(_ROW, "problem"), "What is wrong with it, or differs.")
    reason: str | None = stored(column(_ROW, "reason"), "Why it was settled by hand.")
    resolved_by: StaffLink | None = to_one("Staff", column(_ROW, "resolved_by_id"), "Who settled it.")
    resolved_at: datetime | None = stored(column(_ROW, "resolved_at"), "When it was settled by hand.")
    created_at: datetime = stored(column(_ROW, "created_at"), "When it was read.")
    updated_at: datetime = stored(column(_ROW, "updated_at"), "When anything about it last changed.")
