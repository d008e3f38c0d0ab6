"""A small world of rows for reads: plain values, put into the database as they are, and kept for the evaluator.

Names meet and differ only by case, by ё and е, by quotes and wildcards; moments and priorities are often the same;
everything that can be null is null somewhere.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta

from models.database.engine import Dialect
from models.database.sqlite_worker import adapted
from models.entity import search_text

NAMES = ("Ёлкин", "ёлкин", "Елкин", "Жанибек", "О'Нил", 'Ку"к', "back\\slash", "100%", "a_b", "Zed", "zed", "я😀", "Ң")
START = datetime(2026, 1, 31, 8, 0, 0, 123456, tzinfo=UTC)
LONG_AGO, FAR_AHEAD = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def world(seed=1, customers=8, contracts=20, payments=45, tickets=16, tariffs=5):
    """Rows by table, ids from 1; those of a table in the order of their ids."""
    chance = random.Random(seed)
    rows = {"users": [_user(chance, n) for n in range(1, 4)]}
    rows["tariffs"] = [_tariff(chance, n) for n in range(1, tariffs + 1)]
    rows["tariff_terms"] = [_terms(chance, n, tariffs) for n in range(1, tariffs + 3)]
    rows["customers"] = [_customer(chance, n) for n in range(1, customers + 1)]
    rows["contracts"] = [_contract(chance, n, customers) for n in range(1, contracts + 1)]
    rows["charge_periods"] = [_period(chance, n, rows["contracts"]) for n in range(1, contracts + 1)]
    rows["sims"] = [_sim(chance, n, rows["contracts"]) for n in range(1, contracts + 4)]
    rows["payments"] = [_payment(chance, n, contracts) for n in range(1, payments + 1)]
    rows["tickets"] = [_ticket(chance, n, rows["contracts"]) for n in range(1, tickets + 1)]
    rows["ledger_entries"] = [_entry(chance, one, place + 1) for place, one in enumerate(rows["payments"][:20])]
    rows["audit_events"] = [_event(chance, n) for n in range(1, 25)]
    return rows


async def put(database, rows):
    """Insert the rows."""

    async def body(tx):
        for table, some in rows.items():
            await _insert(tx, table, some)

    await database.write(body)


async def _insert(tx, table, rows):
    """All rows of a table in one statement."""
    names = list(rows[0])
    if tx.dialect is Dialect.POSTGRES:
        source = f"SELECT {', '.join(names)} FROM jsonb_populate_recordset(NULL::{table}, $1::jsonb)"
        text = json.dumps(rows, default=lambda value: value.isoformat())
    else:
        values = ", ".join(f"json_extract(value, '$.{name}')" for name in names)
        source = f"SELECT {values} FROM json_each($1)"
        text = json.dumps([{name: _for_sqlite(value) for name, value in row.items()} for row in rows])
    await tx.fetch(f"INSERT INTO {table} ({', '.join(names)}) {source}", [text])


def _for_sqlite(value):
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else adapted(value)


def _moment(chance):
    return START + timedelta(microseconds=chance.choice((0, 0, 1, 999_999)), hours=chance.randrange(4))


def _stamps(chance, n):
    return {"id": n, "created_at": _moment(chance), "updated_at": _moment(chance)}


def _maybe(chance, value):
    return value if chance.random() < 0.6 else None


def _user(chance, n):
    names = {"first_name": _maybe(chance, chance.choice(NAMES)), "last_name": _maybe(chance, chance.choice(NAMES))}
    told = {
        "username": f"user{n}",
        "username_key": f"user{n}",
        "password": "-",
        "kind": "person",
        "role": chance.choice(("employee", "admin")),
        "is_active": n != 2,
    }
    return _stamps(chance, n) | told | names | {"search": f"user{n}", "last_login": _maybe(chance, _moment(chance))}


def _tariff(chance, n):
    name = f"{chance.choice(NAMES)} {n}"
    money = {"monthly_fee": chance.choice((0, 5, 99, 10050, 999_999_999_999)), "data_gb_included": 150}
    counts = {"minutes_included": n, "sms_included": 0, "priority": chance.randrange(2), "is_active": n % 2 == 0}
    costs = {"minute_overage_cost": 1, "sms_overage_cost": 10, "data_gb_overage_cost": 0}
    options = {"extra_options": chance.choice(({}, {"roaming": True, "Ё": [1.5, None, "\"'"]}))}
    told = {"name": name, "description": _maybe(chance, "Без\nлимита"), "tariff_type": "prepaid"}
    return _stamps(chance, n) | told | money | counts | costs | options | {"search": search_text((name,))}


def _terms(chance, n, tariffs):
    """The first version of each tariff, then second ones."""
    money = {"monthly_fee": chance.choice((0, 99, 10050)), "data_gb_included": 150}
    counts = {"minutes_included": n, "sms_included": 0}
    costs = {"minute_overage_cost": 1, "sms_overage_cost": 10, "data_gb_overage_cost": 0}
    of = {"tariff_id": (n - 1) % tariffs + 1, "version": (n - 1) // tariffs + 1}
    return {"id": n, "created_at": _moment(chance)} | of | money | counts | costs


def _period(chance, n, contracts):
    """One skipped or waived month of each contract."""
    status, first = chance.choice(("skipped", "waived", "charged")), date(2026, 1, chance.randrange(1, 4))
    days = {"period_start": first, "period_end": first + timedelta(days=30)}
    told = {"amount": 0, "status": status, "reason": "Сбой" if status == "waived" else None}
    of = {"contract_id": contracts[n - 1]["id"], "terms_id": chance.randrange(1, 5)}
    return {"id": n, "created_at": _moment(chance)} | of | days | told


def _customer(chance, n):
    first, last, middle = chance.choice(NAMES), chance.choice(NAMES), _maybe(chance, chance.choice(NAMES))
    told = {
        "first_name": first,
        "last_name": last,
        "middle_name": middle,
        "birth_date": _maybe(chance, date(1990, 1, chance.randrange(1, 4))),
        "phone": f"+99655012345{n % 10}{n // 10}",
        "document_type": chance.choice(("passport", "id_card", "driver_license", "foreign_passport")),
        "document_number": f"ID{n}",
        "document_key": f"id{n}",
        "customer_type": chance.choice(("individual", "organization")),
        "organization_name": _maybe(chance, "ОсОО «Ёлка»"),
        "status": chance.choice(("active", "suspended", "blocked")),
    }
    return _stamps(chance, n) | told | {"search": search_text((last, first, middle))}


def _contract(chance, n, customers):
    status = chance.choice(("draft", "active", "suspended", "terminated"))
    served, day = status in {"active", "suspended"}, date(2026, 1, chance.randrange(1, 4))
    told = {
        "number": f"CTR-2026-{n:06}",
        "customer_id": chance.randrange(1, customers + 1),
        "tariff_id": chance.randrange(1, 5),
        "terms_id": chance.randrange(1, 5),
        "anchor_date": None if status == "draft" else day,
        "promised_amount": 0,
        "status": status,
        "suspension_reason": chance.choice(("manual", "customer")) if status == "suspended" else None,
        "signed_date": day,
        "activation_date": None if status == "draft" else day,
        "termination_date": day if status == "terminated" else None,
        "next_billing_date": day if served else None,
        "credit_limit": 100_000,
        "balance": chance.choice((0, -5, -100, 99, 1050, -100_000, 123_456_789)),
        "notes": _maybe(chance, chance.choice(NAMES)),
    }
    return _stamps(chance, n) | told | {"search": f"ctr-2026-{n:06}\n{chance.choice(('елкин', '100%', 'a_b'))}"}


def _sim(chance, n, contracts):
    contract = contracts[n - 1]["id"] if n <= len(contracts) and chance.random() < 0.7 else None
    told = {
        "iccid": f"{n:019}",
        "imsi": f"{n:015}",
        "msisdn": f"+99670{n:07}",
        "puk_code": _maybe(chance, "12345678"),
        "status": "free" if contract is None else chance.choice(("active", "suspended", "blocked")),
        "contract_id": contract,
        "activated_at": _maybe(chance, _moment(chance)),
    }
    return _stamps(chance, n) | told | {"search": f"{n:019}"}


def _payment(chance, n, contracts):
    status = chance.choice(("pending", "processing", "success", "failed", "cancelled"))
    posted = status == "success" or n <= 20
    amount = chance.choice((1, 10, 5000, 999_999_999_999))
    told = {
        "contract_id": chance.randrange(1, contracts + 1),
        "transaction_type": "payment",
        "amount": amount,
        "payment_method": chance.choice(("cash", "card", "terminal", "system")),
        "transaction_id": f"TXN-{n}",
        "description": _maybe(chance, chance.choice(NAMES)),
        "status": "success" if posted else status,
        "balance_after": chance.choice((-5, 0, 1050)) if posted else None,
        "payment_date": _moment(chance),
        "processed_at": _moment(chance) if posted else None,
        "processed_by_id": _maybe(chance, chance.randrange(1, 4)),
        "refunded_amount": amount // 2 if posted else 0,
    }
    return _stamps(chance, n) | told | {"search": f"txn-{n}"}


def _ticket(chance, n, contracts):
    status = chance.choice(("new", "in_progress", "waiting", "resolved", "closed"))
    assigned = chance.randrange(1, 4) if status == "in_progress" or chance.random() < 0.4 else None
    contract = _maybe(chance, chance.choice(contracts))
    told = {
        "customer_id": contract["customer_id"] if contract else 1,
        "contract_id": contract["id"] if contract else None,
        "subject": chance.choice(NAMES),
        "description": "Нет сети",
        "category": chance.choice(("technical", "billing", "other")),
        "priority": chance.choice(("low", "medium", "high", "critical")),
        "status": status,
        "assigned_to_id": assigned,
        "due_at": chance.choice((LONG_AGO, FAR_AHEAD)),
        "assigned_at": _moment(chance) if assigned else None,
        "resolved_at": _moment(chance) if status == "resolved" else None,
        "closed_at": _moment(chance) if status == "closed" else None,
    }
    return _stamps(chance, n) | told | {"search": "нет сети"}


def _entry(chance, payment, n):
    told = {"contract_id": payment["contract_id"], "payment_id": payment["id"], "amount": payment["amount"]}
    money = {"balance_after": chance.choice((-5, 0, 1050)), "actor_id": _maybe(chance, 1)}
    return {"id": n, "created_at": _moment(chance)} | told | money


def _event(chance, n):
    changes = {"status": [None, "active"], "first_name": ["Ё", 'q"'], "is_active": [True, False], "fee": ["1.00", None]}
    kept = {name: pair for name, pair in changes.items() if chance.random() < 0.6}
    told = {"entity": chance.choice(("cus", "ctr")), "entity_id": chance.randrange(1, 6), "action": "update"}
    about = {"actor_id": _maybe(chance, 1), "request_id": "r", "changes": kept, "reason": _maybe(chance, "так")}
    return {"id": n, "created_at": _moment(chance)} | told | about
