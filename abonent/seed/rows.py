"""The rows of a scale seed, as the tables have them: a field for every column."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime


class TariffRow(NamedTuple):
    id: int
    created_at: datetime
    updated_at: datetime
    name: str
    description: str | None
    tariff_type: str
    monthly_fee: int
    minutes_included: int
    sms_included: int
    data_gb_included: int
    minute_overage_cost: int
    sms_overage_cost: int
    data_gb_overage_cost: int
    extra_options: str
    priority: int
    is_active: bool
    search: str


class TermsRow(NamedTuple):
    id: int
    tariff_id: int
    version: int
    monthly_fee: int
    minutes_included: int
    sms_included: int
    data_gb_included: int
    minute_overage_cost: int
    sms_overage_cost: int
    data_gb_overage_cost: int
    created_at: datetime


class PeriodRow(NamedTuple):
    id: int
    contract_id: int
    period_start: date
    period_end: date
    terms_id: int
    amount: int
    status: str
    created_at: datetime


class CustomerRow(NamedTuple):
    id: int
    created_at: datetime
    updated_at: datetime
    first_name: str
    last_name: str
    middle_name: str | None
    birth_date: date | None
    phone: str
    email: str | None
    email_key: str | None
    document_type: str
    document_number: str
    document_key: str
    passport_issued_by: str | None
    passport_issue_date: date | None
    inn: str | None
    address: str | None
    customer_type: str
    organization_name: str | None
    notes: str | None
    status: str
    search: str


class ContractRow(NamedTuple):
    id: int
    created_at: datetime
    updated_at: datetime
    number: str
    customer_id: int
    tariff_id: int
    status: str
    suspension_reason: str | None
    signed_date: date
    activation_date: date | None
    termination_date: date | None
    next_billing_date: date | None
    terms_id: int
    anchor_date: date | None
    credit_limit: int
    balance: int
    notes: str | None
    search: str


class SimRow(NamedTuple):
    id: int
    created_at: datetime
    updated_at: datetime
    iccid: str
    imsi: str
    msisdn: str
    puk_code: str | None
    status: str
    contract_id: int | None
    activated_at: datetime | None
    deactivated_at: datetime | None
    search: str


class PaymentRow(NamedTuple):
    id: int
    created_at: datetime
    updated_at: datetime
    contract_id: int
    transaction_type: str
    amount: int
    payment_method: str
    transaction_id: str
    description: str | None
    status: str
    balance_after: int | None
    payment_date: datetime
    processed_at: datetime | None
    processed_by_id: int | None
    refund_of_id: int | None
    refunded_amount: int
    search: str


class LedgerRow(NamedTuple):
    id: int
    contract_id: int
    payment_id: int
    amount: int
    balance_after: int
    actor_id: int
    created_at: datetime


class TicketRow(NamedTuple):
    id: int
    created_at: datetime
    updated_at: datetime
    customer_id: int
    contract_id: int | None
    subject: str
    description: str
    category: str
    priority: str
    status: str
    notes: str | None
    resolution: str | None
    assigned_to_id: int | None
    created_by_id: int | None
    due_at: datetime
    first_response_due_at: datetime
    first_response_at: datetime | None
    assigned_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    search: str


class EventRow(NamedTuple):
    id: int
    entity: str
    entity_id: int
    action: str
    actor_id: int
    request_id: str
    changes: str
    reason: str | None
    created_at: datetime
