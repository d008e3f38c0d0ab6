"""Valid rows of every table, put in by plain SQL: what the database itself allows and refuses is tested here."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from itertools import count

MOMENT = datetime(2026, 1, 31, 8, 0, 0, 123456, tzinfo=UTC)
DAY = date(2026, 1, 31)
_unique = count(1)
KEYS = {"users": {"username_key": "username"}, "customers": {"document_key": "document_number"}}
"""Columns that are, unless given, as the ones that they are the keys of."""


def valid(table, **references):
    """The columns of a valid row, those with the least that is allowed; what must be unique is."""
    n = next(_unique)
    times = {"created_at": MOMENT, "updated_at": MOMENT, "search": f"row {n}"}
    rows = {
        "users": times
        | {
            "username": f"user{n}",
            "password": "hash",
            "role": "employee",
            "is_active": True,
        },
        "customers": times
        | {
            "first_name": "Айбек",
            "last_name": "Уулу",
            "phone": f"+99655{n:07d}",
            "document_type": "passport",
            "document_number": f"ID{n}",
            "customer_type": "individual",
            "status": "active",
        },
        "tariffs": times
        | {
            "name": f"Tariff {n}",
            "tariff_type": "prepaid",
            "monthly_fee": 0,
            "minutes_included": 0,
            "sms_included": 0,
            "data_gb_included": 0,
            "minute_overage_cost": 0,
            "sms_overage_cost": 0,
            "data_gb_overage_cost": 0,
            "extra_options": "{}",
            "priority": 0,
            "is_active": True,
        },
        "tariff_terms": {
            "version": n,
            "monthly_fee": 0,
            "minutes_included": 0,
            "sms_included": 0,
            "data_gb_included": 0,
            "minute_overage_cost": 0,
            "sms_overage_cost": 0,
            "data_gb_overage_cost": 0,
            "created_at": MOMENT,
        },
        "charge_periods": {
            "period_start": DAY,
            "period_end": DAY,
            "amount": 0,
            "status": "skipped",
            "created_at": MOMENT,
        },
        "contracts": times
        | {"number": f"CTR-{n}", "status": "draft", "signed_date": DAY, "credit_limit": 0, "balance": 0},
        "sims": times | {"iccid": f"{n:019d}", "imsi": f"{n:015d}", "msisdn": f"+99670{n:07d}", "status": "free"},
        "payments": times
        | {
            "transaction_type": "payment",
            "amount": 1,
            "payment_method": "cash",
            "transaction_id": f"TXN-{n}",
            "status": "pending",
            "payment_date": MOMENT,
        },
        "tickets": times
        | {
            "subject": "Нет связи",
            "description": "Совсем",
            "category": "other",
            "priority": "low",
            "status": "new",
            "due_at": MOMENT,
        },
        "ledger_entries": {"amount": 1, "balance_after": 1, "created_at": MOMENT},
        "audit_events": {
            "entity": "cus",
            "entity_id": 1,
            "action": "create",
            "request_id": "r",
            "changes": "{}",
            "created_at": MOMENT,
        },
        "jobs": {
            "created_at": MOMENT,
            "updated_at": MOMENT,
            "kind": "count",
            "arguments": "{}",
            "status": "queued",
            "done": 0,
            "failed": 0,
            "cancel_requested": False,
            "fence": 0,
        },
        "webhooks": {
            "created_at": MOMENT,
            "updated_at": MOMENT,
            "url": "https://partner.example/",
            "types": "[]",
            "role": "employee",
            "is_active": True,
            "secret_hint": "abc=",
            "status": "ok",
            "position": 0,
            "epoch": 0,
        },
        "sessions": {
            "id": uuid.uuid4(),
            "created_at": MOMENT,
            "refreshed_at": MOMENT,
            "expires_at": MOMENT,
        },
        "login_failures": {"username": "nobody", "address": "127.0.0.1", "created_at": MOMENT},
        "idempotency_keys": {
            "operation": "customer.create",
            "key": f"key{n}",
            "fingerprint": "f",
            "door": "",
            "outcome": "{}",
            "created_at": MOMENT,
        },
    }
    row = rows[table] | references
    return {column: row[source] for column, source in KEYS.get(table, {}).items()} | row


NEEDS = {
    "tariff_terms": ("tariff",),
    "contracts": ("customer", "tariff", "terms"),
    "charge_periods": ("contract", "terms"),
    "payments": ("contract",),
    "tickets": ("customer",),
    "ledger_entries": ("contract", "payment"),
    "sessions": ("user",),
    "idempotency_keys": ("user",),
}
"""What a row cannot be without."""


async def insert(tx, table, **columns):
    """Insert a valid row, but for these columns, with what it needs; gives its id."""
    for needed in NEEDS.get(table, ()):
        if f"{needed}_id" not in columns:
            columns[f"{needed}_id"] = await insert(tx, "tariff_terms" if needed == "terms" else f"{needed}s")
    row = valid(table, **columns)
    marks = ", ".join(f"${position}" for position in range(1, len(row) + 1))
    sql = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks}) RETURNING id"
    ((row_id,),) = await tx.fetch(sql, list(row.values()))
    return row_id


async def added(database, table, **columns):
    """The same in a write of its own."""
    return await database.write(lambda tx: insert(tx, table, **columns))
