"""The floor's SQL: one statement a case (a REST list has two, for its count), each building the JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import orjson

from models.contracts import ContractStatus, SuspensionReason
from models.customers import CustomerStatus, CustomerType, DocumentType
from models.payments import PaymentMethod, PaymentStatus, TransactionType
from resolvers.words import Language, word

if TYPE_CHECKING:
    from enum import StrEnum


def _moment(sql: str) -> str:
    return f"""to_char({sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


def _money(sql: str) -> str:
    return f"({sql} * 0.01)::text"


def words(sql: str, choices: type[StrEnum]) -> str:
    """The Russian word for each value."""
    cases = " ".join(f"WHEN '{one.value}' THEN '{word(one, Language.RU)}'" for one in choices)
    return f"CASE {sql} {cases} END"


_NAME: Final = (
    "coalesce(CASE WHEN {0}.customer_type = 'organization' THEN {0}.organization_name END, "
    "{0}.last_name || ' ' || {0}.first_name || coalesce(' ' || {0}.middle_name, ''))"
)

_CUSTOMER: Final = f"""
SELECT c.id, c.first_name, c.last_name, c.middle_name,
    c.last_name || ' ' || c.first_name || coalesce(' ' || c.middle_name, '') AS full_name,
    c.last_name || ' ' || left(c.first_name, 1) || '.' || coalesce(' ' || left(c.middle_name, 1) || '.', '')
        AS short_name,
    c.birth_date, c.phone, c.email, c.document_type,
    {words("c.document_type", DocumentType)} AS document_type_display, c.document_number, c.passport_issued_by,
    c.passport_issue_date, c.inn, c.address, c.customer_type,
    {words("c.customer_type", CustomerType)} AS customer_type_display, c.organization_name, c.notes, c.status,
    {words("c.status", CustomerStatus)} AS status_display,
    (SELECT count(*) FROM contracts k WHERE k.customer_id = c.id) AS contracts_count,
    (SELECT count(*) FROM tickets t WHERE t.customer_id = c.id) AS tickets_count,
    {_moment("c.created_at")} AS created_at, {_moment("c.updated_at")} AS updated_at
"""
_CONTRACT: Final = f"""
SELECT k.id, k.number, k.status, {words("k.status", ContractStatus)} AS status_display, k.suspension_reason,
    {words("k.suspension_reason", SuspensionReason)} AS suspension_reason_display,
    k.customer_id AS customer, {_NAME.format("c")} AS customer_name, k.tariff_id AS tariff, f.name AS tariff_name,
    k.terms_id AS terms, {_money("m.monthly_fee")} AS monthly_fee, k.anchor_date,
    k.scheduled_tariff_id AS scheduled_tariff, k.scheduled_on, k.reprice_on,
    {_money("k.promised_amount")} AS promised_amount, k.promised_until, k.postponed_until, k.suspended_on,
    s.id AS sim, {_money("k.balance")} AS balance, {_money("k.credit_limit")} AS credit_limit, k.signed_date,
    k.activation_date, k.termination_date, k.next_billing_date, k.notes, k.external_id,
    (SELECT count(*) FROM payments p WHERE p.contract_id = k.id) AS payments_count,
    (SELECT count(*) FROM tickets t WHERE t.contract_id = k.id) AS tickets_count,
    {_moment("k.created_at")} AS created_at, {_moment("k.updated_at")} AS updated_at
"""
_CONTRACT_JOINS: Final = (
    "JOIN customers c ON c.id = k.customer_id JOIN tariffs f ON f.id = k.tariff_id "
    "JOIN tariff_terms m ON m.id = k.terms_id LEFT JOIN sims s ON s.contract_id = k.id"
)
_PAYMENT: Final = f"""
SELECT p.id, p.contract_id AS contract, k.number AS contract_number, {_NAME.format("c")} AS customer_name,
    p.transaction_type, {words("p.transaction_type", TransactionType)} AS transaction_type_display,
    {_money("p.amount")} AS amount, p.payment_method,
    {words("p.payment_method", PaymentMethod)} AS payment_method_display, p.transaction_id, p.description, p.provider,
    p.external_id, p.status,
    {words("p.status", PaymentStatus)} AS status_display, {_money("p.balance_after")} AS balance_after,
    {_moment("p.payment_date")} AS payment_date, {_moment("p.processed_at")} AS processed_at,
    p.processed_by_id AS processed_by, {_money("p.refunded_amount")} AS refunded_amount,
    {_moment("p.created_at")} AS created_at,
    {_moment("p.updated_at")} AS updated_at
"""
_PAYMENT_JOINS: Final = "JOIN contracts k ON k.id = p.contract_id JOIN customers c ON c.id = k.customer_id"


def _array(rows: str) -> str:
    return f"SELECT coalesce(json_agg(row_to_json(x)), '[]')::text FROM ({rows}) x"


def _list(fields: str, table: str, joins: str, row: str, where: str = "") -> tuple[str, str]:
    """The count, and a page: its rows are found first, and then joined."""
    own = where.count("$")
    newest = f"ORDER BY {row}.created_at DESC, {row}.id DESC"
    page = f"SELECT * FROM {table} {row} {where} {newest} LIMIT ${own + 1} OFFSET ${own + 2}"
    return f"SELECT count(*) FROM {table} {row} {where}", _array(f"{fields} FROM ({page}) {row} {joins} {newest}")


CUSTOMER: Final = f"SELECT row_to_json(x)::text FROM ({_CUSTOMER} FROM customers c WHERE c.id = $1) x"
CONTRACT: Final = f"SELECT row_to_json(x)::text FROM ({_CONTRACT} FROM contracts k {_CONTRACT_JOINS} WHERE k.id = $1) x"
CUSTOMERS: Final = _list(_CUSTOMER, "customers", "", "c")
CUSTOMERS_FOUND: Final = _list(_CUSTOMER, "customers", "", "c", "WHERE c.search LIKE $1")
CONTRACTS: Final = _list(_CONTRACT, "contracts", _CONTRACT_JOINS, "k", "WHERE k.status = $1")
PAYMENTS: Final = _list(_PAYMENT, "payments", _PAYMENT_JOINS, "p")
PAYMENTS_OF: Final = _list(_PAYMENT, "payments", _PAYMENT_JOINS, "p", "WHERE p.contract_id = $1")


def found(word: str) -> str:
    """What finds a word within a text."""
    return f"%{word}%"


_PAID: Final = "status = 'success' AND transaction_type = 'payment'"
_STATUSES: Final = ", ".join(f"'{one.value}', count(*) FILTER (WHERE status = '{one.value}')" for one in PaymentStatus)
_METHODS: Final = ", ".join(
    f"'{one.value}', count(*) FILTER (WHERE {_PAID} AND payment_method = '{one.value}')" for one in PaymentMethod
)
STATISTICS: Final = f"""
SELECT json_build_object('total', count(*), {_STATUSES},
    'total_amount', (coalesce(sum(amount) FILTER (WHERE {_PAID}), 0) * 0.01)::text,
    'avg_payment', round(coalesce(avg(amount) FILTER (WHERE {_PAID}), 0) * 0.01, 2)::text,
    'by_method', json_build_object({_METHODS}),
    'deposits', (SELECT (coalesce(sum(amount), 0) * 0.01)::text FROM ledger_entries WHERE amount > 0),
    'deductions', (SELECT (coalesce(-sum(amount), 0) * 0.01)::text FROM ledger_entries WHERE amount < 0))::text
FROM payments
"""

LOCK: Final = "SELECT number, balance FROM contracts WHERE id = $1 FOR NO KEY UPDATE"
PAY: Final = """
INSERT INTO payments (created_at, updated_at, contract_id, transaction_type, amount, payment_method, transaction_id,
    status, balance_after, payment_date, processed_at, processed_by_id, search)
VALUES ($1, $1, $2, 'payment', $3, 'cash', $4, 'success', $5, $1, $1, $6, $7) RETURNING id
"""
MOVE: Final = "UPDATE contracts SET balance = $2, updated_at = $3 WHERE id = $1"
POST: Final = """
INSERT INTO ledger_entries (contract_id, payment_id, amount, balance_after, actor_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
"""
JOURNAL: Final = """
INSERT INTO audit_events (entity, entity_id, action, actor_id, request_id, changes, created_at)
VALUES ('ctr', $1, 'add_balance', $3, $4, $5, $7), ('pay', $2, 'create', $3, $4, $6, $7)
"""

# --- GraphQL ------------------------------------------------------------------------------------------------------

_NESTED: Final = f"""
SELECT json_build_object('customers', json_build_object('nodes', coalesce(json_agg(json_build_object(
    'id', 'cus_' || c.id, 'fullName', c.last_name || ' ' || c.first_name || coalesce(' ' || c.middle_name, ''),
    'phone', c.phone,
    'contracts', (SELECT json_build_object('nodes', coalesce(json_agg(json_build_object(
        'number', k.number, 'status', upper(k.status), 'balance', {_money("k.balance")},
        'tariff', (SELECT json_build_object('name', f.name, 'monthlyFee', {_money("f.monthly_fee")})
            FROM tariffs f WHERE f.id = k.tariff_id),
        'sim', (SELECT json_build_object('msisdn', s.msisdn, 'status', upper(s.status))
            FROM sims s WHERE s.contract_id = k.id),
        'payments', (SELECT json_build_object('nodes', coalesce(json_agg(json_build_object(
            'amount', {_money("p.amount")}, 'status', upper(p.status), 'paymentDate', {_moment("p.payment_date")}
            )), '[]')) FROM (SELECT * FROM payments p WHERE p.contract_id = k.id
            ORDER BY p.created_at DESC, p.id DESC LIMIT 5) p)
        )), '[]')) FROM (SELECT * FROM contracts k WHERE k.customer_id = c.id
        ORDER BY k.created_at DESC, k.id DESC LIMIT 2) k)
    )), '[]')))::text
FROM (SELECT * FROM customers c WHERE created_at <= $1 ORDER BY created_at DESC, id DESC LIMIT 50) c
"""
_FLAT: Final = f"""
SELECT json_build_object('contracts', json_build_object('nodes', coalesce(json_agg(json_build_object(
    'id', 'ctr_' || k.id, 'databaseId', k.id, 'number', k.number, 'status', upper(k.status),
    'balance', {_money("k.balance")}, 'creditLimit', {_money("k.credit_limit")}, 'signedDate', k.signed_date,
    'activationDate', k.activation_date, 'nextBillingDate', k.next_billing_date,
    'createdAt', {_moment("k.created_at")})), '[]')))::text
FROM (SELECT * FROM contracts WHERE created_at <= $1 ORDER BY created_at DESC, id DESC LIMIT 100) k
"""
_ONE: Final = f"""
SELECT json_build_object('contract', (SELECT json_build_object('id', 'ctr_' || k.id, 'number', k.number,
    'status', upper(k.status), 'balance', {_money("k.balance")}, 'customer', json_build_object('fullName',
    c.last_name || ' ' || c.first_name || coalesce(' ' || c.middle_name, ''), 'phone', c.phone))
FROM contracts k JOIN customers c ON c.id = k.customer_id WHERE k.id = $1))::text
"""
_DEEP: Final = f"""
SELECT json_build_object('payments', json_build_object(
    'nodes', coalesce(json_agg(json_build_object('id', 'pay_' || p.id, 'transactionId', p.transaction_id,
        'amount', {_money("p.amount")}, 'status', upper(p.status), 'createdAt', {_moment("p.created_at")}))
        FILTER (WHERE n <= 50), '[]'),
    'pageInfo', json_build_object('hasNextPage', count(*) > 50)))::text
FROM (SELECT *, row_number() OVER () AS n FROM (SELECT * FROM payments WHERE (created_at, id) < ($1, $2)
    ORDER BY created_at DESC, id DESC LIMIT 51) p) p
"""


def _before(variables: dict[str, Any]) -> tuple[object, ...]:
    return (datetime.fromisoformat(variables["before"]),)


def _id(variables: dict[str, Any]) -> tuple[object, ...]:
    return (int(variables["id"][4:]),)


def _cursor(variables: dict[str, Any]) -> tuple[object, ...]:
    _, moment, row_id = orjson.loads(bytes.fromhex(variables["after"]))
    return datetime.fromisoformat(moment), row_id


GRAPHQL: Final = {
    "Nested": (_NESTED, _before),
    "Flat": (_FLAT, _before),
    "One": (_ONE, _id),
    "Deep": (_DEEP, _cursor),
}
"""By the operation's name: the statement, and how its parameters are read from the variables."""
