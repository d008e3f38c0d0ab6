"""The migrated schema is the wanted one, on both databases: every rule, index and trigger by name."""

from __future__ import annotations

import re

import models
from models.database import Dialect
from models.database.constraints import RULES
from tests.conftest import TABLES, opened
from tests.resolvers.read.world import put, world

CHECKS = """
    users_role users_kind users_service users_lengths
    api_keys_digest api_keys_scopes api_keys_networks api_keys_cost_per_minute api_keys_lengths
    budgets_taken budgets_lengths
    customers_document_type customers_customer_type customers_status customers_email_folded customers_lengths
    tariffs_tariff_type tariffs_monthly_fee tariffs_minutes_included tariffs_sms_included tariffs_data_gb_included
    tariffs_minute_overage_cost tariffs_sms_overage_cost tariffs_data_gb_overage_cost tariffs_extra_options
    tariffs_lengths
    contracts_status contracts_suspension_reason contracts_credit_limit contracts_floor contracts_suspended
    contracts_terminated contracts_activated contracts_billed contracts_anchored contracts_scheduled contracts_repriced
    contracts_promised contracts_suspended_on contracts_external_id contracts_lengths
    tariff_terms_version tariff_terms_monthly_fee
    charge_periods_status charge_periods_days charge_periods_amount charge_periods_waived charge_periods_lengths
    billing_policy_one billing_policy_run_at billing_policy_first_month billing_policy_refund_unused
    billing_policy_promise_max billing_policy_promise_days
    billing_policy_prepaid_remind_days billing_policy_prepaid_grace_days billing_policy_prepaid_resume_anchor
    billing_policy_prepaid_terminate_after_days billing_policy_postpaid_remind_days billing_policy_postpaid_grace_days
    billing_policy_postpaid_resume_anchor billing_policy_postpaid_terminate_after_days
    sims_iccid sims_imsi sims_msisdn sims_puk_code sims_status sims_bound
    payments_transaction_type payments_payment_method payments_status payments_amount payments_posted
    payments_processed payments_refunded payments_refund payments_refunded_amount payments_provider
    payments_external_id payments_lengths
    tickets_category tickets_priority tickets_status tickets_assigned tickets_in_progress tickets_resolved
    tickets_closed tickets_lengths
    comments_side comments_lengths sim_bindings_times
    ledger_entries_amount
    audit_events_entity audit_events_changes audit_events_lengths
    jobs_arguments jobs_status jobs_progress jobs_finished jobs_running jobs_lengths
    webhooks_types webhooks_role webhooks_status webhooks_position webhooks_held webhooks_lengths
    webhook_secrets_secret
    webhook_deliveries_entity webhook_deliveries_status webhook_deliveries_attempts webhook_deliveries_lengths
    uploads_lengths import_results_outcome
    payment_providers_mapping payment_providers_account_by payment_providers_lengths
    register_rows_verdict register_rows_resolved register_rows_lengths
    login_failures_lengths
    idempotency_keys_outcome idempotency_keys_lengths
"""
# PostgreSQL has booleans
ONLY_SQLITE_CHECKS = """
    users_is_active tariffs_is_active jobs_cancel_requested webhooks_is_active login_failures_is_pending
    comments_is_internal comments_from_customer
"""
UNIQUE = {
    "users_username_key": "username_key",
    "customers_phone_key": "phone",
    "customers_email_key": "email_key",
    "customers_document_key": "document_key, document_type",
    "tariffs_name_key": "name",
    "contracts_number_key": "number",
    "contracts_external_id_key": "external_id",
    "tariff_terms_version_key": "tariff_id, version",
    "charge_periods_month_key": "contract_id, period_start",
    "sims_iccid_key": "iccid",
    "sims_imsi_key": "imsi",
    "sims_msisdn_key": "msisdn",
    "sims_contract_key": "contract_id",
    "sim_bindings_current_key": "sim_id",
    "payments_transaction_id_key": "transaction_id",
    "payments_external_id_key": "provider, external_id",
    "ledger_entries_payment_key": "payment_id",
    "payment_providers_name_key": "name",
    "jobs_lane_key": "lane",
    "jobs_once_key": "once",
    "webhook_secrets_current_key": "webhook_id",
    "webhook_deliveries_event_key": "webhook_id, event_id",
    "idempotency_keys_key": "user_id, operation, key",
}
INDEXES = {
    "users_created": "created_at, id",
    "users_role": "role, created_at, id",
    "api_keys_created": "created_at, id",
    "api_keys_user": "user_id, created_at, id",
    "customers_created": "created_at, id",
    "customers_status": "status, created_at, id",
    "customers_document_type": "document_type, created_at, id",
    "customers_customer_type": "customer_type, created_at, id",
    "tariffs_created": "created_at, id",
    "contracts_created": "created_at, id",
    "contracts_status": "status, created_at, id",
    "contracts_customer": "customer_id, created_at, id",
    "contracts_tariff": "tariff_id, created_at, id",
    "contracts_terms": "terms_id",
    "contracts_scheduled_tariff": "scheduled_tariff_id",
    "contracts_reprice_terms": "reprice_terms_id",
    "charge_periods_terms": "terms_id",
    "charge_periods_payment": "payment_id",
    "sims_created": "created_at, id",
    "sims_status": "status, created_at, id",
    "payments_created": "created_at, id",
    "payments_status": "status, created_at, id",
    "payments_transaction_type": "transaction_type, created_at, id",
    "payments_payment_method": "payment_method, created_at, id",
    "payments_contract": "contract_id, created_at, id",
    "payments_processed_by": "processed_by_id, id",
    "payments_refund_of": "refund_of_id",
    "payments_provider_created": "provider, created_at, id",
    "tickets_created": "created_at, id",
    "tickets_status": "status, created_at, id",
    "tickets_category": "category, created_at, id",
    "tickets_priority": "priority, created_at, id",
    "tickets_customer": "customer_id, created_at, id",
    "tickets_contract": "contract_id, created_at, id",
    "tickets_assigned_to": "assigned_to_id, created_at, id",
    "tickets_created_by": "created_by_id, id",
    "tickets_due": "due_at, id",
    "tickets_open_assigned": "assigned_to_id",
    "tickets_unassigned": "created_at, id",
    "tickets_unanswered": "first_response_due_at, id",
    "sim_bindings_sim": "sim_id, since, id",
    "sim_bindings_contract": "contract_id, since, id",
    "sim_bindings_msisdn": "msisdn, since, id",
    "comments_ticket": "ticket_id, id",
    "comments_author": "author_id, id",
    "ledger_entries_contract": "contract_id, id",
    "ledger_entries_actor": "actor_id, id",
    "audit_events_entity": "entity, entity_id, id",
    "audit_events_actor": "actor_id, id",
    "audit_events_job": "job_id, id",
    "jobs_created": "created_at, id",
    "jobs_status": "status, created_at, id",
    "jobs_kind": "kind, created_at, id",
    "jobs_created_by": "created_by_id, created_at, id",
    "jobs_unfinished": "id",
    "webhook_secrets_webhook": "webhook_id, id",
    "webhook_deliveries_due": "webhook_id, next_at, event_id",
    "webhook_deliveries_waiting": "webhook_id, entity, entity_id, event_id",
    "webhook_deliveries_done": "updated_at",
    "payment_providers_created": "created_at, id",
    "register_rows_job": "job_id, verdict, id",
    "register_rows_place": "job_id, id",
    "register_rows_contract": "contract_id",
    "register_rows_payment": "payment_id",
    "register_rows_resolved_by": "resolved_by_id",
    "uploads_created": "created_at",
    "uploads_created_by": "created_by_id, created_at",
    "import_results_entity": "job_id, entity_id",
    "sessions_user": "user_id, id",
    "sessions_expires": "expires_at",
    "refresh_tokens_session": "session_id",
    "login_failures_username": "username, address, created_at",
    "login_failures_pending": "created_at",
    "login_failures_address": "address, created_at",
    "login_failures_created": "created_at",
    "idempotency_keys_created": "created_at",
}
TARIFF_ORDER = {
    Dialect.POSTGRES: """((~ priority)), casefolded(name) COLLATE "C", ((~ id))""",
    Dialect.SQLITE: "(~priority), name",
}
STARTS_AND_ENDS = {
    Dialect.POSTGRES: {
        "customers_phone_start": 'phone COLLATE "C"',
        "customers_phone_end": '"right"(phone, 4)',
        "customers_document_start": 'document_key COLLATE "C"',
        "sims_msisdn_start": 'msisdn COLLATE "C"',
        "sims_msisdn_end": '"right"(msisdn, 4)',
        "sims_iccid_start": 'iccid COLLATE "C"',
    },
    Dialect.SQLITE: {
        "customers_phone_end": "substr(phone, -4)",
        "sims_msisdn_start": "msisdn",
        "sims_msisdn_end": "substr(msisdn, -4)",
    },
}
SEARCHED = ("users", "customers", "tariffs", "contracts", "sims", "payments", "tickets")
APPEND_ONLY = ("ledger_entries", "audit_events")
TALLIED = ("customers", "sims", "contracts", "payments", "tickets")  # and the ledger, which only grows

PARTS = re.compile(
    r"CREATE (UNIQUE )?INDEX (?P<name>\w+) ON (public\.)?\w+ (USING \w+ )?\((?P<columns>.*?)\)(\s+WHERE .*)?", re.DOTALL
)


async def live_checks(database):
    if database.dialect is Dialect.POSTGRES:
        rows = await database.fetch("SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0")
        return {name for (name,) in rows}
    rows = await database.fetch("SELECT sql FROM sqlite_master WHERE type = 'table'")
    return {name for (sql,) in rows for name in re.findall(r"CONSTRAINT (\w+)", sql)}


async def live_indexes(database):
    """Name → columns, and whether it is unique; but for primary keys."""
    if database.dialect is Dialect.POSTGRES:
        rows = await database.fetch(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey'"
        )
    else:
        rows = await database.fetch("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    found = [PARTS.fullmatch(sql) for (sql,) in rows]
    return {match["name"]: (match["columns"], bool(match[1])) for match in found}


async def test_every_check_is_there_and_no_other(database):
    wanted = set(CHECKS.split())
    if database.dialect is Dialect.SQLITE:
        wanted |= set(ONLY_SQLITE_CHECKS.split())
    assert await live_checks(database) == wanted


async def test_every_index_is_there_and_no_other(database):
    wanted = {name: (columns, True) for name, columns in UNIQUE.items()}
    wanted |= {name: (columns, False) for name, columns in INDEXES.items()}
    for name, filtered in (("priority", ""), ("is_active", "is_active, "), ("tariff_type", "tariff_type, ")):
        wanted[f"tariffs_{name}"] = (filtered + TARIFF_ORDER[database.dialect], False)
    wanted |= {name: (columns, False) for name, columns in STARTS_AND_ENDS[database.dialect].items()}
    if database.dialect is Dialect.POSTGRES:
        wanted |= {f"{table}_search": ("search gin_trgm_ops", False) for table in SEARCHED}
    assert await live_indexes(database) == wanted


async def test_what_holds_for_some_rows_only_says_which(database):
    expected = {
        "sims_msisdn_key": "closed",
        "payments_refund_of": "refund_of_id IS NOT NULL",
        "jobs_lane_key": "running",
        "jobs_once_key": "once IS NOT NULL",
        "jobs_unfinished": "queued",
        "webhook_secrets_current_key": "expires_at IS NULL",
        "webhook_deliveries_due": "next_at IS NOT NULL",
        "webhook_deliveries_waiting": "waiting",
        "webhook_deliveries_done": "delivered",
        "tickets_due": "waiting",
        "tickets_open_assigned": "waiting",
        "tickets_unassigned": "assigned_to_id IS NULL",
    }
    catalogue = ("pg_indexes", "indexname", "indexdef")
    if database.dialect is Dialect.SQLITE:
        catalogue = ("sqlite_master", "name", "sql")
    table, name, text = catalogue
    definitions = dict(await database.fetch(f"SELECT {name}, {text} FROM {table}"))
    for index, condition in expected.items():
        assert condition in definitions[index].partition(" WHERE ")[2]


async def test_triggers_keep_the_append_only_the_search_and_the_tallies(database):
    if database.dialect is Dialect.POSTGRES:
        rows = await database.fetch("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        wanted = {f"{table}_append_only" for table in APPEND_ONLY}
    else:
        rows = await database.fetch("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        wanted = {f"{table}_no_{event}" for table in APPEND_ONLY for event in ("update", "delete")}
        wanted |= {f"{table}_search_{event}" for table in SEARCHED for event in ("insert", "update", "delete")}
        wanted |= {f"tickets_tally_resolutions{event}" for event in ("", "_update", "_delete")}
    wanted |= {f"sims_{name}{event}" for name in ("binding", "number_rests") for event in ("", "_update")}
    wanted |= {f"{table}_tally_delete" for table in TALLIED}
    wanted |= {f"{table}_tally" for table in (*TALLIED, "ledger_entries")}
    wanted |= {f"{table}_tally_update" for table in TALLIED}
    assert {name for (name,) in rows} == wanted


async def test_tables_have_the_columns_of_their_models(database):
    for name in models.__all__:
        meta = getattr(models, name)._meta
        assert await live_columns(database, meta.db_table) == set(meta.fields_db_projection.values()), name


async def live_columns(database, table):
    if database.dialect is Dialect.POSTGRES:
        sql = "SELECT column_name FROM information_schema.columns WHERE table_name = $1 AND table_schema = 'public'"
    else:
        sql = "SELECT name FROM pragma_table_info($1)"
    return {name for (name,) in await database.fetch(sql, [table])}


async def test_every_foreign_key_has_an_index_that_begins_with_it(database):
    indexes = await live_indexes(database)
    for name in models.__all__:
        meta = getattr(models, name)._meta
        begun = {columns.split(",")[0] for index, (columns, _) in indexes.items() if index.startswith(meta.db_table)}
        for relation in meta.fk_fields:
            assert f"{relation}_id" in begun, (name, relation)


async def test_all_rules_that_can_be_told_are_there(database):
    append_only = {f"{table}_append_only" for table in APPEND_ONLY} | {"sims_number_rests"}
    live = await live_checks(database) | set(await live_indexes(database)) | append_only
    assert set(RULES) - live <= set(ONLY_SQLITE_CHECKS.split())
    assert set(CHECKS.split()) | set(UNIQUE) | append_only <= set(RULES)


async def test_the_test_fixtures_know_every_table(database):
    if database.dialect is Dialect.POSTGRES:
        rows = await database.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    else:
        rows = await database.fetch(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%/_search%' ESCAPE '/' "
            "AND name NOT LIKE 'sqlite%'"
        )
    assert {name for (name,) in rows} == {*TABLES, "schema_migrations"}


async def test_a_balance_changes_without_a_new_entry_in_any_index(postgres_settings):
    async with opened(postgres_settings) as database:
        await put(database, world(contracts=400))

        async def pay(tx):
            await tx.fetch("UPDATE contracts SET balance = balance + 1, updated_at = now() WHERE id % 10 = 0")
            return await tx.fetch("SELECT pg_stat_get_xact_tuples_hot_updated(CAST('contracts' AS regclass))")

        assert await database.write(pay) == [(40,)]
