"""The floor's SQL for SQLite: one statement a case (a REST list has two, for its count), each building the JSON.

Moments and days are kept as the text that is shown, money in hundredths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from benchmarks.floor_sql import words
from models.contracts import ContractStatus, SuspensionReason
from models.customers import CustomerStatus, CustomerType, DocumentType
from models.payments import PaymentMethod, PaymentStatus, TransactionType

if TYPE_CHECKING:
    from collections.abc import Mapping


def _money(sql: str) -> str:
    return f"printf('%.2f', {sql} * 0.01)"


_FULL: Final = "c.last_name || ' ' || c.first_name || coalesce(' ' || c.middle_name, '')"
_NAME: Final = f"coalesce(CASE WHEN c.customer_type = 'organization' THEN c.organization_name END, {_FULL})"
_CUSTOMER: Final = {
    **{name: f"c.{name}" for name in ("id", "first_name", "last_name", "middle_name")},
    "full_name": _FULL,
    "short_name": "c.last_name || ' ' || substr(c.first_name, 1, 1) || '.' "
    "|| coalesce(' ' || substr(c.middle_name, 1, 1) || '.', '')",
    **{name: f"c.{name}" for name in ("birth_date", "phone", "email", "document_type")},
    "document_type_display": words("c.document_type", DocumentType),
    **{
        name: f"c.{name}" for name in ("document_number", "passport_issued_by", "passport_issue_date", "inn", "address")
    },
    "customer_type": "c.customer_type",
    "customer_type_display": words("c.customer_type", CustomerType),
    **{name: f"c.{name}" for name in ("organization_name", "notes", "status")},
    "status_display": words("c.status", CustomerStatus),
    "contracts_count": "(SELECT count(*) FROM contracts k WHERE k.customer_id = c.id)",
    "tickets_count": "(SELECT count(*) FROM tickets t WHERE t.customer_id = c.id)",
    **{name: f"c.{name}" for name in ("created_at", "updated_at")},
}
_CONTRACT: Final = {
    **{name: f"k.{name}" for name in ("id", "number", "status")},
    "status_display": words("k.status", ContractStatus),
    "suspension_reason": "k.suspension_reason",
    "suspension_reason_display": words("k.suspension_reason", SuspensionReason),
    "customer": "k.customer_id",
    "customer_name": _NAME,
    "tariff": "k.tariff_id",
    "tariff_name": "f.name",
    "terms": "k.terms_id",
    "monthly_fee": _money("m.monthly_fee"),
    "scheduled_tariff": "k.scheduled_tariff_id",
    "promised_amount": _money("k.promised_amount"),
    **{
        name: f"k.{name}"
        for name in ("anchor_date", "scheduled_on", "reprice_on", "promised_until", "postponed_until", "suspended_on")
    },
    "sim": "s.id",
    "balance": _money("k.balance"),
    "credit_limit": _money("k.credit_limit"),
    **{
        name: f"k.{name}"
        for name in ("signed_date", "activation_date", "termination_date", "next_billing_date", "notes", "external_id")
    },
    "payments_count": "(SELECT count(*) FROM payments p WHERE p.contract_id = k.id)",
    "tickets_count": "(SELECT count(*) FROM tickets t WHERE t.contract_id = k.id)",
    **{name: f"k.{name}" for name in ("created_at", "updated_at")},
}
_CONTRACT_JOINS: Final = (
    "JOIN customers c ON c.id = k.customer_id JOIN tariffs f ON f.id = k.tariff_id "
    "JOIN tariff_terms m ON m.id = k.terms_id LEFT JOIN sims s ON s.contract_id = k.id"
)
_PAYMENT: Final = {
    "id": "p.id",
    "contract": "p.contract_id",
    "contract_number": "k.number",
    "customer_name": _NAME,
    "transaction_type": "p.transaction_type",
    "transaction_type_display": words("p.transaction_type", TransactionType),
    "amount": _money("p.amount"),
    "payment_method": "p.payment_method",
    "payment_method_display": words("p.payment_method", PaymentMethod),
    **{name: f"p.{name}" for name in ("transaction_id", "description", "provider", "external_id", "status")},
    "status_display": words("p.status", PaymentStatus),
    "balance_after": f"CASE WHEN p.balance_after IS NOT NULL THEN {_money('p.balance_after')} END",
    **{name: f"p.{name}" for name in ("payment_date", "processed_at")},
    "processed_by": "p.processed_by_id",
    "refunded_amount": _money("p.refunded_amount"),
    **{name: f"p.{name}" for name in ("created_at", "updated_at")},
}
_PAYMENT_JOINS: Final = "JOIN contracts k ON k.id = p.contract_id JOIN customers c ON c.id = k.customer_id"


def _object(fields: Mapping[str, str]) -> str:
    members = ", ".join(f"'{name}', {sql}" for name, sql in fields.items())
    return f"json_object({members})"


def _list(fields: Mapping[str, str], table: str, joins: str, row: str, where: str = "") -> tuple[str, str]:
    """The count, and a page: its rows are found first, and then joined."""
    newest = f"ORDER BY {row}.created_at DESC, {row}.id DESC"
    page = f"SELECT {row}.* FROM {table} {row} {where} {newest} LIMIT ? OFFSET ?"
    rows = f"SELECT {_object(fields)} AS j FROM ({page}) {row} {joins} {newest}"
    return f"SELECT count(*) FROM {table} {row} {where}", f"SELECT json_group_array(json(j)) FROM ({rows})"


CUSTOMER: Final = f"SELECT {_object(_CUSTOMER)} FROM customers c WHERE c.id = ?"
CONTRACT: Final = f"SELECT {_object(_CONTRACT)} FROM contracts k {_CONTRACT_JOINS} WHERE k.id = ?"
CUSTOMERS: Final = _list(_CUSTOMER, "customers", "", "c")
CUSTOMERS_FOUND: Final = _list(
    _CUSTOMER, "customers", "", "c", "WHERE c.id IN (SELECT rowid FROM customers_search WHERE customers_search MATCH ?)"
)
CONTRACTS: Final = _list(_CONTRACT, "contracts", _CONTRACT_JOINS, "k", "WHERE k.status = ?")
PAYMENTS: Final = _list(_PAYMENT, "payments", _PAYMENT_JOINS, "p")
PAYMENTS_OF: Final = _list(_PAYMENT, "payments", _PAYMENT_JOINS, "p", "WHERE p.contract_id = ?")


def found(word: str) -> str:
    """What finds a word within a text."""
    return f'"{word}"'


_PAID: Final = "status = 'success' AND transaction_type = 'payment'"
_STATUSES: Final = ", ".join(f"'{one.value}', count(*) FILTER (WHERE status = '{one.value}')" for one in PaymentStatus)
_METHODS: Final = ", ".join(
    f"'{one.value}', count(*) FILTER (WHERE {_PAID} AND payment_method = '{one.value}')" for one in PaymentMethod
)
STATISTICS: Final = f"""
SELECT json_object('total', count(*), {_STATUSES},
    'total_amount', {_money(f"coalesce(sum(amount) FILTER (WHERE {_PAID}), 0)")},
    'avg_payment', {_money(f"coalesce(round(avg(amount) FILTER (WHERE {_PAID})), 0)")},
    'by_method', json_object({_METHODS}),
    'deposits', (SELECT {_money("coalesce(sum(amount), 0)")} FROM ledger_entries WHERE amount > 0),
    'deductions', (SELECT {_money("coalesce(-sum(amount), 0)")} FROM ledger_entries WHERE amount < 0))
FROM payments
"""

LOCK: Final = "SELECT number, balance FROM contracts WHERE id = ?"
PAY: Final = """
INSERT INTO payments (created_at, updated_at, contract_id, transaction_type, amount, payment_method, transaction_id,
    status, balance_after, payment_date, processed_at, processed_by_id, search)
VALUES (?1, ?1, ?2, 'payment', ?3, 'cash', ?4, 'success', ?5, ?1, ?1, ?6, ?7) RETURNING id
"""
MOVE: Final = "UPDATE contracts SET balance = ?2, updated_at = ?3 WHERE id = ?1"
POST: Final = """
INSERT INTO ledger_entries (contract_id, payment_id, amount, balance_after, actor_id, created_at)
VALUES (?, ?, ?, ?, ?, ?)
"""
JOURNAL: Final = """
INSERT INTO audit_events (entity, entity_id, action, actor_id, request_id, changes, created_at)
VALUES ('ctr', ?1, 'add_balance', ?3, ?4, ?5, ?7), ('pay', ?2, 'create', ?3, ?4, ?6, ?7)
"""

# --- GraphQL ------------------------------------------------------------------------------------------------------

_PAID_LAST: Final = f"""(SELECT json_object('nodes', json_group_array(json_object('amount', {_money("p.amount")},
    'status', upper(p.status), 'paymentDate', p.payment_date))) FROM (SELECT * FROM payments p
    WHERE p.contract_id = k.id ORDER BY p.created_at DESC, p.id DESC LIMIT 5) p)"""
_HELD: Final = f"""(SELECT json_object('nodes', json_group_array(json_object('number', k.number,
    'status', upper(k.status), 'balance', {_money("k.balance")},
    'tariff', (SELECT json_object('name', f.name, 'monthlyFee', {_money("f.monthly_fee")})
        FROM tariffs f WHERE f.id = k.tariff_id),
    'sim', (SELECT json_object('msisdn', s.msisdn, 'status', upper(s.status)) FROM sims s WHERE s.contract_id = k.id),
    'payments', {_PAID_LAST}))) FROM (SELECT * FROM contracts k WHERE k.customer_id = c.id
    ORDER BY k.created_at DESC, k.id DESC LIMIT 2) k)"""
_NESTED: Final = f"""
SELECT json_object('customers', json_object('nodes', json_group_array(json_object(
    'id', 'cus_' || c.id, 'fullName', {_FULL}, 'phone', c.phone, 'contracts', {_HELD}))))
FROM (SELECT * FROM customers c WHERE created_at <= ? ORDER BY created_at DESC, id DESC LIMIT 50) c
"""
_FLAT: Final = f"""
SELECT json_object('contracts', json_object('nodes', json_group_array(json_object(
    'id', 'ctr_' || k.id, 'databaseId', k.id, 'number', k.number, 'status', upper(k.status),
    'balance', {_money("k.balance")}, 'creditLimit', {_money("k.credit_limit")}, 'signedDate', k.signed_date,
    'activationDate', k.activation_date, 'nextBillingDate', k.next_billing_date, 'createdAt', k.created_at))))
FROM (SELECT * FROM contracts WHERE created_at <= ? ORDER BY created_at DESC, id DESC LIMIT 100) k
"""
_ONE: Final = f"""
SELECT json_object('contract', (SELECT json_object('id', 'ctr_' || k.id, 'number', k.number,
    'status', upper(k.status), 'balance', {_money("k.balance")},
    'customer', json_object('fullName', {_FULL}, 'phone', c.phone))
FROM contracts k JOIN customers c ON c.id = k.customer_id WHERE k.id = ?))
"""
_DEEP: Final = f"""
SELECT json_object('payments', json_object(
    'nodes', json_group_array(json_object('id', 'pay_' || p.id, 'transactionId', p.transaction_id,
        'amount', {_money("p.amount")}, 'status', upper(p.status), 'createdAt', p.created_at)) FILTER (WHERE n <= 50),
    'pageInfo', json_object('hasNextPage', json(CASE WHEN count(*) > 50 THEN 'true' ELSE 'false' END))))
FROM (SELECT *, row_number() OVER () AS n FROM (SELECT * FROM payments WHERE (created_at, id) < (?, ?)
    ORDER BY created_at DESC, id DESC LIMIT 51) p) p
"""


def _before(variables: dict[str, Any]) -> tuple[object, ...]:
    return (variables["before"],)


def _id(variables: dict[str, Any]) -> tuple[object, ...]:
    return (int(variables["id"][4:]),)


def _cursor(variables: dict[str, Any]) -> tuple[object, ...]:
    _, moment, row_id = orjson.loads(bytes.fromhex(variables["after"]))
    return moment, row_id


GRAPHQL: Final = {
    "Nested": (_NESTED, _before),
    "Flat": (_FLAT, _before),
    "One": (_ONE, _id),
    "Deep": (_DEEP, _cursor),
}
"""By the operation's name: the statement, and how its parameters are read from the variables."""
