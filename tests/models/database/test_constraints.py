"""Every rule that one row can show is kept by the database itself, on both alike, and is told by its name."""

from __future__ import annotations

from datetime import date

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from models.database.constraints import broken_rule
from tests.models.rows import DAY, MOMENT, added, insert

LONG = "x" * 256
LONGER = "x" * 10_001
WHOLE = {"refunded_amount": 1}

REFUSED = [
    ("users", {"role": "boss"}, "users_role"),
    ("users", {"username": LONG}, "users_lengths"),
    ("customers", {"status": "gone"}, "customers_status"),
    ("customers", {"document_type": "diploma"}, "customers_document_type"),
    ("customers", {"customer_type": "robot"}, "customers_customer_type"),
    ("customers", {"email": "a@b.kg"}, "customers_email_folded"),
    ("customers", {"first_name": LONG}, "customers_lengths"),
    ("customers", {"notes": LONGER}, "customers_lengths"),
    ("tariffs", {"tariff_type": "free"}, "tariffs_tariff_type"),
    ("tariffs", {"monthly_fee": -1}, "tariffs_monthly_fee"),
    ("tariffs", {"minutes_included": -1}, "tariffs_minutes_included"),
    ("tariffs", {"sms_included": -1}, "tariffs_sms_included"),
    ("tariffs", {"data_gb_included": -1}, "tariffs_data_gb_included"),
    ("tariffs", {"minute_overage_cost": -1}, "tariffs_minute_overage_cost"),
    ("tariffs", {"sms_overage_cost": -1}, "tariffs_sms_overage_cost"),
    ("tariffs", {"data_gb_overage_cost": -1}, "tariffs_data_gb_overage_cost"),
    ("tariffs", {"extra_options": "[]"}, "tariffs_extra_options"),
    ("tariffs", {"description": LONGER}, "tariffs_lengths"),
    ("contracts", {"status": "paused"}, None),
    ("contracts", {"credit_limit": -1, "balance": 5}, "contracts_credit_limit"),
    ("contracts", {"balance": -1}, "contracts_floor"),
    ("contracts", {"credit_limit": 100, "balance": -101}, "contracts_floor"),
    ("contracts", {"suspension_reason": "manual"}, "contracts_suspended"),
    (
        "contracts",
        {"status": "suspended", "activation_date": DAY, "anchor_date": DAY, "next_billing_date": DAY},
        "contracts_suspended",
    ),
    (
        "contracts",
        {
            "status": "suspended",
            "activation_date": DAY,
            "anchor_date": DAY,
            "next_billing_date": DAY,
            "suspension_reason": "whim",
        },
        "contracts_suspension_reason",
    ),
    ("contracts", {"status": "terminated"}, "contracts_terminated"),
    ("contracts", {"termination_date": DAY}, "contracts_terminated"),
    ("contracts", {"status": "active", "anchor_date": DAY, "next_billing_date": DAY}, "contracts_activated"),
    ("contracts", {"activation_date": DAY}, "contracts_activated"),
    ("contracts", {"status": "active", "activation_date": DAY, "anchor_date": DAY}, "contracts_billed"),
    ("contracts", {"status": "active", "activation_date": DAY, "next_billing_date": DAY}, "contracts_anchored"),
    ("contracts", {"scheduled_on": DAY}, "contracts_scheduled"),
    ("contracts", {"reprice_on": DAY}, "contracts_repriced"),
    ("contracts", {"promised_amount": 1}, "contracts_promised"),
    ("contracts", {"suspended_on": DAY}, "contracts_suspended_on"),
    ("tariff_terms", {"version": 0}, "tariff_terms_version"),
    ("tariff_terms", {"monthly_fee": -1}, "tariff_terms_monthly_fee"),
    ("charge_periods", {"status": "charged", "amount": 1}, "charge_periods_amount"),
    ("charge_periods", {"status": "lost"}, "charge_periods_status"),
    ("charge_periods", {"period_end": date(2026, 1, 30)}, "charge_periods_days"),
    ("charge_periods", {"status": "waived"}, "charge_periods_waived"),
    ("charge_periods", {"status": "waived", "reason": LONGER}, "charge_periods_lengths"),
    ("contracts", {"next_billing_date": DAY}, "contracts_billed"),
    ("contracts", {"status": "terminated", "termination_date": DAY, "next_billing_date": DAY}, "contracts_billed"),
    ("contracts", {"number": LONG}, "contracts_lengths"),
    ("contracts", {"external_id": LONG}, "contracts_external_id"),
    ("sims", {"status": "lost"}, None),
    ("sims", {"status": "active"}, "sims_bound"),
    ("sims", {"status": "suspended"}, "sims_bound"),
    ("sims", {"iccid": "1" * 18}, "sims_iccid"),
    ("sims", {"iccid": "1" * 18 + "x"}, "sims_iccid"),
    ("sims", {"imsi": "1" * 16}, "sims_imsi"),
    ("sims", {"msisdn": "996550123456"}, "sims_msisdn"),
    ("sims", {"msisdn": "+99655012345x"}, "sims_msisdn"),
    ("sims", {"puk_code": "1234567"}, "sims_puk_code"),
    ("payments", {"transaction_type": "gift"}, "payments_transaction_type"),
    ("payments", {"payment_method": "barter"}, "payments_payment_method"),
    ("payments", {"status": "lost"}, "payments_status"),
    ("payments", {"amount": 0}, "payments_amount"),
    ("payments", {"amount": -1}, "payments_amount"),
    ("payments", {"transaction_type": "correction", "amount": 0}, "payments_amount"),
    ("payments", {"status": "success", "processed_at": MOMENT}, "payments_posted"),
    ("payments", {"balance_after": 5}, "payments_posted"),
    ("payments", {"status": "success", "balance_after": 5}, "payments_processed"),
    (
        "payments",
        {"status": "refunded", "transaction_type": "charge", "balance_after": 5, "processed_at": MOMENT} | WHOLE,
        "payments_refunded",
    ),
    ("payments", {"transaction_type": "refund"}, "payments_refund"),
    ("payments", {"transaction_id": LONG}, "payments_lengths"),
    ("payments", {"provider": LONG}, "payments_provider"),
    ("payments", {"external_id": LONG}, "payments_external_id"),
    ("tickets", {"category": "weather"}, "tickets_category"),
    ("tickets", {"priority": "urgent"}, "tickets_priority"),
    ("tickets", {"status": "lost"}, None),
    ("tickets", {"assigned_at": MOMENT}, "tickets_assigned"),
    ("tickets", {"status": "in_progress"}, "tickets_in_progress"),
    ("tickets", {"status": "resolved"}, "tickets_resolved"),
    ("tickets", {"resolved_at": MOMENT}, "tickets_resolved"),
    ("tickets", {"status": "closed"}, "tickets_closed"),
    ("tickets", {"closed_at": MOMENT}, "tickets_closed"),
    ("tickets", {"description": LONGER}, "tickets_lengths"),
    ("ledger_entries", {"amount": 0}, "ledger_entries_amount"),
    ("audit_events", {"entity": "Dog"}, "audit_events_entity"),
    ("payments", {"refunded_amount": 1, "status": "pending"}, "payments_refunded_amount"),
    ("audit_events", {"changes": "[]"}, "audit_events_changes"),
    ("audit_events", {"request_id": LONG}, "audit_events_lengths"),
    ("jobs", {"arguments": "[]"}, "jobs_arguments"),
    ("jobs", {"status": "asleep"}, None),
    ("jobs", {"done": -1}, "jobs_progress"),
    ("jobs", {"status": "done"}, "jobs_finished"),
    ("jobs", {"finished_at": MOMENT}, "jobs_finished"),
    ("jobs", {"status": "running"}, "jobs_running"),
    ("jobs", {"kind": LONG}, "jobs_lengths"),
    ("webhooks", {"types": "{}"}, "webhooks_types"),
    ("webhooks", {"role": "king"}, "webhooks_role"),
    ("webhooks", {"status": "asleep"}, "webhooks_status"),
    ("webhooks", {"position": -1}, "webhooks_position"),
    ("webhooks", {"holder": "somebody"}, "webhooks_held"),
    ("webhooks", {"secret_hint": "abcde"}, "webhooks_lengths"),
    ("login_failures", {"username": LONG}, "login_failures_lengths"),
    ("idempotency_keys", {"outcome": "1"}, "idempotency_keys_outcome"),
    ("idempotency_keys", {"key": LONG}, "idempotency_keys_lengths"),
]
"""A table, what makes a valid row of it invalid, and the rule; None where several are broken at once."""


async def test_a_row_that_breaks_a_rule_is_refused_by_that_rule(database):
    for table, columns, name in REFUSED:
        with pytest.raises(IntegrityError) as refused:
            await added(database, table, **columns)
        rule = broken_rule(refused.value)
        assert rule is not None, (table, columns)
        assert (rule.kind, rule.table) == ("check", table), (table, columns)
        assert name in (None, rule.name), (table, columns, rule.name)
    assert await database.fetch("SELECT count(*) FROM customers") == [(0,)]  # what it needed went with the row


ALLOWED = [
    ("contracts", {"credit_limit": 100, "balance": -100}),
    ("contracts", {"promised_amount": 100, "promised_until": DAY, "balance": -100}),
    ("contracts", {"status": "terminated", "termination_date": DAY}),
    ("contracts", {"status": "terminated", "termination_date": DAY, "activation_date": DAY, "balance": 5}),
    ("sims", {"status": "blocked"}),
    ("sims", {"status": "closed"}),
    ("payments", {"transaction_type": "correction", "amount": -1}),
    ("payments", {"status": "refunded", "balance_after": -5, "processed_at": MOMENT} | WHOLE),
    ("tickets", {"status": "closed", "closed_at": MOMENT}),
    ("tickets", {"status": "closed", "closed_at": MOMENT, "resolved_at": MOMENT}),
    ("tickets", {"status": "waiting"}),
]


async def test_what_the_lifecycles_lead_to_is_allowed(database):
    for table, columns in ALLOWED:
        await added(database, table, **columns)


TAKEN = [
    ("users", {"username": "aibek"}, "users_username_key", "username"),
    ("customers", {"phone": "+996550000001"}, "customers_phone_key", "phone"),
    ("customers", {"email": "A@b.kg", "email_key": "a@b.kg"}, "customers_email_key", "email"),
    (
        "customers",
        {"document_type": "id_card", "document_number": "7"},
        "customers_document_key",
        "document_number",
    ),
    ("tariffs", {"name": "Безлимит"}, "tariffs_name_key", "name"),
    ("contracts", {"number": "CTR-2026-000001"}, "contracts_number_key", "number"),
    ("contracts", {"external_id": "70001"}, "contracts_external_id_key", "external_id"),
    ("sims", {"iccid": "8" * 19}, "sims_iccid_key", "iccid"),
    ("sims", {"imsi": "4" * 15}, "sims_imsi_key", "imsi"),
    ("sims", {"msisdn": "+996700000000"}, "sims_msisdn_key", "msisdn"),
    ("payments", {"transaction_id": "TXN-A"}, "payments_transaction_id_key", "transaction_id"),
    ("payments", {"provider": "ЭлКарт", "external_id": "1"}, "payments_external_id_key", "external_id"),
]


async def test_what_must_be_unique_is_and_says_which_field(database):
    for table, columns, name, field in TAKEN:
        await added(database, table, **columns)
        with pytest.raises(IntegrityError) as refused:
            await added(database, table, **columns)
        rule = broken_rule(refused.value)
        assert rule is not None, name
        assert (rule.name, rule.kind, rule.columns[-1]) == (name, "unique", field)


async def test_the_number_of_a_closed_sim_may_be_given_out_again(database):
    await added(database, "sims", msisdn="+996700000000", status="closed")
    await added(database, "sims", msisdn="+996700000000", status="closed")
    await added(database, "sims", msisdn="+996700000000")


async def test_customers_without_an_email_do_not_clash(database):
    await added(database, "customers")
    await added(database, "customers")


async def test_a_contract_has_one_sim_at_most(database):
    contract = await added(database, "contracts")
    await added(database, "sims", status="active", contract_id=contract)
    with pytest.raises(IntegrityError) as refused:
        await added(database, "sims", status="blocked", contract_id=contract)
    assert broken_rule(refused.value).name == "sims_contract_key"


async def test_a_payment_is_posted_once_at_most(database):
    paid = await added(database, "payments")
    await added(database, "ledger_entries", payment_id=paid)
    with pytest.raises(IntegrityError) as refused:
        await added(database, "ledger_entries", payment_id=paid)
    assert broken_rule(refused.value).name == "ledger_entries_payment_key"


async def test_one_answer_is_kept_under_an_idempotency_key(database):
    user = await added(database, "users")
    await added(database, "idempotency_keys", user_id=user, key="k")
    with pytest.raises(IntegrityError) as refused:
        await added(database, "idempotency_keys", user_id=user, key="k")
    assert broken_rule(refused.value).name == "idempotency_keys_key"


@pytest.mark.parametrize("table", ["ledger_entries", "audit_events"])
async def test_what_is_append_only_can_be_neither_changed_nor_deleted(database, table):
    await added(database, table)
    for statement in (f"UPDATE {table} SET actor_id = NULL", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError) as refused:
            await database.write(lambda tx, statement=statement: tx.fetch(statement))
        assert broken_rule(refused.value).name == f"{table}_append_only"
    assert await database.fetch(f"SELECT count(*) FROM {table}") == [(1,)]


async def test_a_row_that_others_refer_to_cannot_go(database):
    await added(database, "contracts")
    with pytest.raises(IntegrityError) as refused:
        await database.write(lambda tx: tx.fetch("DELETE FROM customers"))
    assert broken_rule(refused.value).kind == "foreign_key"


async def test_a_missing_value_is_told_by_its_column(database):
    with pytest.raises(IntegrityError) as refused:
        await added(database, "tickets", subject=None)
    rule = broken_rule(refused.value)
    assert (rule.kind, rule.columns) == ("not_null", ("subject",))


async def test_with_a_user_go_its_sessions_and_keys(database):
    user = await added(database, "users")
    await added(database, "sessions", user_id=user)
    await added(database, "idempotency_keys", user_id=user)
    await database.write(lambda tx: tx.fetch("DELETE FROM users"))
    assert await database.fetch("SELECT count(*) FROM sessions") == [(0,)]
    assert await database.fetch("SELECT count(*) FROM idempotency_keys") == [(0,)]


async def test_an_id_is_never_used_twice(database):
    async def replace(tx):
        first = await insert(tx, "customers")
        await tx.fetch("DELETE FROM customers")
        return first, await insert(tx, "customers")

    first, second = await database.write(replace)
    assert second > first


async def test_an_error_that_is_no_rules_is_none(database):
    del database
    assert broken_rule(IntegrityError("Can't update object that doesn't exist")) is None


async def test_booleans_are_nothing_else(database):
    with pytest.raises((IntegrityError, OperationalError)):
        await added(database, "users", is_active=7)
