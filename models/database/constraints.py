"""The database's own rules by name, so that a refusal can be told as the error of a field."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import asyncpg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tortoise.exceptions import IntegrityError


@dataclass(frozen=True, slots=True)
class Rule:
    """A constraint, a unique index or a trigger. Its columns are as people know them; the last is told as the field."""

    name: str
    kind: str
    """`unique`, `check`, `append_only`, `rests`, `foreign_key` or `not_null`."""
    table: str
    columns: tuple[str, ...]


def _unique(name: str, table: str, *columns: str) -> Rule:
    return Rule(f"{table}_{name}_key", "unique", table, columns)


UNIQUE: Final = (
    _unique("username", "users", "username"),
    _unique("phone", "customers", "phone"),
    _unique("email", "customers", "email"),
    _unique("document", "customers", "document_type", "document_number"),
    _unique("name", "tariffs", "name"),
    _unique("version", "tariff_terms", "tariff_id", "version"),
    _unique("number", "contracts", "number"),
    _unique("external_id", "contracts", "external_id"),
    _unique("month", "charge_periods", "contract_id", "period_start"),
    _unique("iccid", "sims", "iccid"),
    _unique("imsi", "sims", "imsi"),
    _unique("msisdn", "sims", "msisdn"),
    _unique("contract", "sims", "contract_id"),
    _unique("current", "sim_bindings", "sim_id"),
    _unique("transaction_id", "payments", "transaction_id"),
    _unique("external_id", "payments", "provider", "external_id"),
    _unique("payment", "ledger_entries", "payment_id"),
    _unique("name", "payment_providers", "name"),
    _unique("lane", "jobs", "lane"),
    _unique("once", "jobs", "once"),
    _unique("current", "webhook_secrets", "webhook_id"),
    _unique("event", "webhook_deliveries", "webhook_id", "event_id"),
    Rule("idempotency_keys_key", "unique", "idempotency_keys", ("user_id", "operation", "key")),
)

_CHECKS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "users": {
        "role": ("role",),
        "kind": ("kind",),
        "service": ("kind", "password"),
        "is_active": ("is_active",),
        "lengths": (),
    },
    "api_keys": {
        "digest": (),
        "scopes": ("scopes",),
        "networks": ("networks",),
        "cost_per_minute": ("cost_per_minute",),
        "lengths": (),
    },
    "customers": {
        "document_type": ("document_type",),
        "customer_type": ("customer_type",),
        "status": ("status",),
        "email_folded": ("email",),
        "lengths": (),
    },
    "tariffs": {
        "tariff_type": ("tariff_type",),
        "monthly_fee": ("monthly_fee",),
        "minutes_included": ("minutes_included",),
        "sms_included": ("sms_included",),
        "data_gb_included": ("data_gb_included",),
        "minute_overage_cost": ("minute_overage_cost",),
        "sms_overage_cost": ("sms_overage_cost",),
        "data_gb_overage_cost": ("data_gb_overage_cost",),
        "extra_options": ("extra_options",),
        "is_active": ("is_active",),
        "lengths": (),
    },
    "contracts": {
        "status": ("status",),
        "suspension_reason": ("suspension_reason",),
        "credit_limit": ("credit_limit",),
        "floor": ("credit_limit", "balance"),
        "anchored": ("anchor_date", "status"),
        "scheduled": ("scheduled_tariff_id", "scheduled_on"),
        "repriced": ("reprice_terms_id", "reprice_on"),
        "promised": ("promised_until", "promised_amount"),
        "suspended_on": ("suspended_on", "suspension_reason"),
        "suspended": ("suspension_reason", "status"),
        "external_id": ("external_id",),
        "terminated": ("termination_date", "status"),
        "activated": ("activation_date", "status"),
        "billed": ("next_billing_date", "status"),
        "lengths": (),
    },
    "sims": {
        "iccid": ("iccid",),
        "imsi": ("imsi",),
        "msisdn": ("msisdn",),
        "puk_code": ("puk_code",),
        "status": ("status",),
        "bound": ("contract_id", "status"),
    },
    "sim_bindings": {"times": ("since", "until")},
    "payments": {
        "transaction_type": ("transaction_type",),
        "payment_method": ("payment_method",),
        "status": ("status",),
        "amount": ("transaction_type", "amount"),
        "posted": ("balance_after", "status"),
        "processed": ("processed_at", "status"),
        "refunded": ("transaction_type", "status"),
        "refund": ("refund_of_id", "transaction_type"),
        "refunded_amount": ("refunded_amount",),
        "provider": ("provider",),
        "external_id": ("external_id",),
        "lengths": (),
    },
    "tickets": {
        "category": ("category",),
        "priority": ("priority",),
        "status": ("status",),
        "assigned": ("assigned_at", "assigned_to_id"),
        "in_progress": ("assigned_to_id", "status"),
        "resolved": ("resolved_at", "status"),
        "closed": ("closed_at", "status"),
        "lengths": (),
    },
    "comments": {
        "is_internal": ("is_internal",),
        "from_customer": ("from_customer",),
        "side": ("from_customer", "is_internal"),
        "lengths": (),
    },
    "tariff_terms": {"version": ("version",), "monthly_fee": ("monthly_fee",)},
    "charge_periods": {
        "status": ("status",),
        "days": ("period_start", "period_end"),
        "amount": ("status", "amount"),
        "waived": ("status", "reason"),
        "lengths": (),
    },
    "billing_policy": {
        "one": ("id",),
        "run_at": ("run_at",),
        "first_month": ("first_month",),
        "refund_unused": ("refund_unused",),
        "promise_max": ("promise_max",),
        "promise_days": ("promise_days",),
        "prepaid_remind_days": ("prepaid_remind_days",),
        "prepaid_grace_days": ("prepaid_grace_days",),
        "prepaid_resume_anchor": ("prepaid_resume_anchor",),
        "prepaid_terminate_after_days": ("prepaid_terminate_after_days",),
        "postpaid_remind_days": ("postpaid_remind_days",),
        "postpaid_grace_days": ("postpaid_grace_days",),
        "postpaid_resume_anchor": ("postpaid_resume_anchor",),
        "postpaid_terminate_after_days": ("postpaid_terminate_after_days",),
    },
    "ledger_entries": {"amount": ("amount",)},
    "audit_events": {"entity": ("entity",), "changes": ("changes",), "lengths": ()},
    "jobs": {
        "arguments": ("arguments",),
        "status": ("status",),
        "cancel_requested": ("cancel_requested",),
        "progress": ("total", "done", "failed"),
        "finished": ("finished_at", "status"),
        "running": ("heartbeat", "status"),
        "lengths": (),
    },
    "webhooks": {
        "types": ("types",),
        "role": ("role",),
        "is_active": ("is_active",),
        "status": ("status",),
        "position": ("position",),
        "held": ("holder", "heartbeat"),
        "lengths": (),
    },
    "webhook_secrets": {"secret": ("secret",)},
    "webhook_deliveries": {"entity": ("entity",), "status": ("status",), "attempts": ("attempts",), "lengths": ()},
    "uploads": {"lengths": ()},
    "payment_providers": {"mapping": ("mapping",), "account_by": ("account_by",), "lengths": ()},
    "register_rows": {"verdict": ("verdict",), "resolved": ("reason", "resolved_at"), "lengths": ()},
    "import_results": {"outcome": ("outcome",)},
    "budgets": {"taken": (), "lengths": ()},
    "login_failures": {"lengths": (), "is_pending": ("pending",)},
    "idempotency_keys": {"outcome": ("outcome",), "lengths": ()},
}

CHECKS: Final = tuple(
    Rule(f"{table}_{name}", "check", table, columns)
    for table, checks in _CHECKS.items()
    for name, columns in checks.items()
)

APPEND_ONLY: Final = tuple(
    Rule(f"{table}_append_only", "append_only", table, ()) for table in ("ledger_entries", "audit_events")
)

NUMBER_RESTS: Final = Rule("sims_number_rests", "rests", "sims", ("msisdn",))

RULES: Final[Mapping[str, Rule]] = {rule.name: rule for rule in (*UNIQUE, *CHECKS, *APPEND_ONLY, NUMBER_RESTS)}

FOREIGN_KEY: Final = Rule("foreign_key", "foreign_key", "", ())
"""A row that another refers to is missing, or is about to be. SQLite does not say which."""


def broken_rule(error: IntegrityError) -> Rule | None:
    """The rule whose refusal this is; None for an error that is none of the database's."""
    cause = error.args[0] if error.args else None
    if isinstance(cause, asyncpg.IntegrityConstraintViolationError):
        return _of_postgres(cause)
    return _of_sqlite(str(cause)) if isinstance(cause, sqlite3.IntegrityError) else None


def _of_postgres(cause: asyncpg.IntegrityConstraintViolationError) -> Rule | None:
    if isinstance(cause, asyncpg.ForeignKeyViolationError):
        return FOREIGN_KEY
    if isinstance(cause, asyncpg.NotNullViolationError):
        return _not_null(cause.table_name, cause.column_name)
    return RULES.get(cause.constraint_name)


_MESSAGE = re.compile(r"(?P<kind>UNIQUE|CHECK|NOT NULL|FOREIGN KEY) constraint failed(: (?P<what>.+))?")
_BY_COLUMNS: Final = {", ".join(f"{rule.table}.{column}" for column in rule.columns): rule for rule in UNIQUE} | {
    "users.username_key": RULES["users_username_key"],
    "customers.email_key": RULES["customers_email_key"],
    "customers.document_key, customers.document_type": RULES["customers_document_key"],
}
"""SQLite names the columns of a unique index, rather than the index."""


def _of_sqlite(message: str) -> Rule | None:
    matched = _MESSAGE.fullmatch(message)
    if matched is None:
        return RULES.get(message)  # what a trigger raises
    kind, what = matched["kind"], matched["what"] or ""
    if kind == "FOREIGN KEY":
        return FOREIGN_KEY
    if kind == "NOT NULL":
        return _not_null(*what.split(".", 1))
    return _BY_COLUMNS.get(what) if kind == "UNIQUE" else RULES.get(what)


def _not_null(table: str, column: str) -> Rule:
    return Rule(f"{table}_{column}_not_null", "not_null", table, (column,))
