"""The floor of a billing run: a script of set-based statements that writes the rows which a run writes.

Everybody who is due begins a month today and can pay it, so the script decides nothing; tallies and full text are kept
by the database's own triggers, for both alike.
"""

from __future__ import annotations

from typing import Final

FEE: Final = 100
"""Hundredths, of all tariffs."""

PREPARE: Final = (
    f"UPDATE tariff_terms SET monthly_fee = {FEE}",
    f"UPDATE tariffs SET monthly_fee = {FEE}",
    "DELETE FROM charge_periods",
    f"""UPDATE contracts SET anchor_date = '{{today}}', next_billing_date =
        CASE WHEN balance - {FEE} >= -credit_limit THEN {{day}}'{{today}}' ELSE {{day}}'{{next}}' END
        WHERE status = 'active'""",
    "UPDATE billing_policy SET billing_from = '{today}'",
)
"""Who can pay is due today, who cannot is not due yet. `{{day}}` is what PostgreSQL calls a date."""

_DUE: Final = """CREATE TEMP TABLE due AS
    SELECT c.id, c.number, c.balance, c.terms_id, f.name, m.monthly_fee AS fee,
        {payments} + row_number() OVER (ORDER BY c.id) AS payment_id,
        'FEE-' || c.number || '-{today}' AS reference, f.name || ', {today} – {last}' AS description
    FROM contracts c JOIN tariffs f ON f.id = c.tariff_id JOIN tariff_terms m ON m.id = c.terms_id
    WHERE c.status = 'active' AND c.next_billing_date <= '{today}'
        AND c.balance - m.monthly_fee >= -c.credit_limit"""
_PAYMENTS: Final = """INSERT INTO payments (id, created_at, updated_at, contract_id, transaction_type, amount,
        payment_method, transaction_id, description, status, balance_after, payment_date, processed_at, search,
        refunded_amount)
    SELECT payment_id, {now}, {now}, id, 'charge', fee, 'system', reference, description, 'success',
        balance - fee, {now}, {now}, lower(reference || {line} || description || {line} || number), 0
    FROM due ORDER BY id"""
_LEDGER: Final = """INSERT INTO ledger_entries (contract_id, payment_id, amount, balance_after, created_at)
    SELECT id, payment_id, -fee, balance - fee, {now} FROM due ORDER BY id"""
_MONTHS: Final = """INSERT INTO charge_periods (contract_id, period_start, period_end, terms_id, amount, status,
        payment_id, created_at)
    SELECT id, {day}'{today}', {day}'{last}', terms_id, fee, 'charged', payment_id, {now} FROM due ORDER BY id"""
_CONTRACTS: Final = """UPDATE contracts SET balance = due.balance - due.fee, next_billing_date = {day}'{next}',
        updated_at = {now} FROM due WHERE due.id = contracts.id"""
_BILLED: Final = """INSERT INTO audit_events (entity, entity_id, action, request_id, changes, created_at, job_id)
    SELECT 'ctr', id, 'bill', 'floor', {object}('next_billing_date', {array}('{today}', '{next}'),
        'balance', {array}({before}, {after})), {now}, 1 FROM due ORDER BY id"""
_PAID: Final = """INSERT INTO audit_events (entity, entity_id, action, request_id, changes, created_at, job_id)
    SELECT 'pay', payment_id, 'create', 'floor', {object}('transaction_type', {array}(NULL, 'charge'),
        'amount', {array}(NULL, {fee}), 'payment_method', {array}(NULL, 'system'),
        'transaction_id', {array}(NULL, reference), 'description', {array}(NULL, description),
        'status', {array}(NULL, 'success'), 'balance_after', {array}(NULL, {after}),
        'payment_date', {array}(NULL, {moment}), 'processed_at', {array}(NULL, {moment}),
        'refunded_amount', {array}(NULL, '0.00'), 'contract', {array}(NULL, id)), {now}, 1 FROM due ORDER BY id"""
SCRIPT: Final = (_DUE, _PAYMENTS, _LEDGER, _MONTHS, _CONTRACTS, _BILLED, _PAID)

POSTGRES: Final = {
    "day": "date ",
    "now": "transaction_timestamp()",
    "moment": """to_char(transaction_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
    "line": "chr(10)",
    "payments": "(SELECT coalesce(max(id), 0) FROM payments)",
    "object": "jsonb_build_object",
    "array": "jsonb_build_array",
    "before": "(balance * 0.01)::text",
    "after": "((balance - fee) * 0.01)::text",
    "fee": "(fee * 0.01)::text",
}
_MOMENT: Final = "strftime('%Y-%m-%dT%H:%M:%f000Z')"
SQLITE: Final = {
    "day": "",
    "now": _MOMENT,
    "moment": _MOMENT,
    "line": "char(10)",
    "payments": "(SELECT coalesce(max(id), 0) FROM payments)",
    "object": "json_object",
    "array": "json_array",
    "before": "printf('%.2f', balance / 100.0)",
    "after": "printf('%.2f', (balance - fee) / 100.0)",
    "fee": "printf('%.2f', fee / 100.0)",
}

SAME: Final = (
    "SELECT count(*), sum(amount) FROM payments",
    "SELECT count(*), sum(amount) FROM ledger_entries",
    "SELECT count(*), sum(amount), sum(payment_id) FROM charge_periods",
    "SELECT sum(balance), sum(balance * id) FROM contracts",
    "SELECT key1, sum(number), sum(amount) FROM tallies WHERE counted = 'ledger_entries' GROUP BY key1 ORDER BY key1",
    "SELECT count(*) FROM audit_events WHERE entity IN ('ctr', 'pay')",
)
"""What is the same after the script and after a run."""
