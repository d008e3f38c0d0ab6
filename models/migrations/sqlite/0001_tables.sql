-- Entities, with every rule that one row can show. Hundredths are whole numbers; moments are UTC text in TIME_FORMAT,
-- whose order is theirs; ids are never used twice (AUTOINCREMENT). Constraints have the same names on PostgreSQL.

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    username TEXT NOT NULL,
    password TEXT NOT NULL,
    first_name TEXT,
    last_name TEXT,
    email TEXT,
    phone TEXT,
    role TEXT NOT NULL CONSTRAINT users_role CHECK (role IN ('employee', 'operator', 'supervisor', 'admin')),
    is_active INTEGER NOT NULL CONSTRAINT users_is_active CHECK (is_active IN (0, 1)),
    last_login TEXT,
    search TEXT NOT NULL,
    CONSTRAINT users_lengths CHECK (
        length(username) <= 255 AND length(password) <= 255 AND length(first_name) <= 255
        AND length(last_name) <= 255 AND length(email) <= 255 AND length(phone) <= 255
    )
) STRICT;

CREATE TABLE customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    middle_name TEXT,
    birth_date TEXT,
    phone TEXT NOT NULL,
    email TEXT,
    email_key TEXT,
    document_type TEXT NOT NULL CONSTRAINT customers_document_type
        CHECK (document_type IN ('passport', 'id_card', 'driver_license', 'foreign_passport')),
    document_number TEXT NOT NULL,
    passport_issued_by TEXT,
    passport_issue_date TEXT,
    inn TEXT,
    address TEXT,
    customer_type TEXT NOT NULL CONSTRAINT customers_customer_type
        CHECK (customer_type IN ('individual', 'organization')),
    organization_name TEXT,
    notes TEXT,
    status TEXT NOT NULL CONSTRAINT customers_status CHECK (status IN ('active', 'suspended', 'blocked')),
    search TEXT NOT NULL,
    CONSTRAINT customers_email_folded CHECK ((email IS NULL) = (email_key IS NULL)),
    CONSTRAINT customers_lengths CHECK (
        length(first_name) <= 255 AND length(last_name) <= 255 AND length(middle_name) <= 255
        AND length(phone) <= 255 AND length(email) <= 255 AND length(document_number) <= 255
        AND length(passport_issued_by) <= 255 AND length(inn) <= 255 AND length(organization_name) <= 255
        AND length(address) <= 10000 AND length(notes) <= 10000
    )
) STRICT;

CREATE TABLE tariffs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    tariff_type TEXT NOT NULL CONSTRAINT tariffs_tariff_type CHECK (tariff_type IN ('prepaid', 'postpaid')),
    monthly_fee INTEGER NOT NULL CONSTRAINT tariffs_monthly_fee CHECK (monthly_fee >= 0),
    minutes_included INTEGER NOT NULL CONSTRAINT tariffs_minutes_included CHECK (minutes_included >= 0),
    sms_included INTEGER NOT NULL CONSTRAINT tariffs_sms_included CHECK (sms_included >= 0),
    data_gb_included INTEGER NOT NULL CONSTRAINT tariffs_data_gb_included CHECK (data_gb_included >= 0),
    minute_overage_cost INTEGER NOT NULL CONSTRAINT tariffs_minute_overage_cost CHECK (minute_overage_cost >= 0),
    sms_overage_cost INTEGER NOT NULL CONSTRAINT tariffs_sms_overage_cost CHECK (sms_overage_cost >= 0),
    data_gb_overage_cost INTEGER NOT NULL CONSTRAINT tariffs_data_gb_overage_cost CHECK (data_gb_overage_cost >= 0),
    extra_options TEXT NOT NULL CONSTRAINT tariffs_extra_options
        CHECK (json_valid(extra_options) AND json_type(extra_options) = 'object'),
    priority INTEGER NOT NULL,
    is_active INTEGER NOT NULL CONSTRAINT tariffs_is_active CHECK (is_active IN (0, 1)),
    search TEXT NOT NULL,
    CONSTRAINT tariffs_lengths CHECK (length(name) <= 255 AND length(description) <= 10000)
) STRICT;

CREATE TABLE contracts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    number TEXT NOT NULL,
    customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE RESTRICT,
    tariff_id INTEGER NOT NULL REFERENCES tariffs (id) ON DELETE RESTRICT,
    status TEXT NOT NULL CONSTRAINT contracts_status
        CHECK (status IN ('draft', 'active', 'suspended', 'terminated')),
    suspension_reason TEXT CONSTRAINT contracts_suspension_reason
        CHECK (suspension_reason IN ('manual', 'customer')),
    signed_date TEXT NOT NULL,
    activation_date TEXT,
    termination_date TEXT,
    next_billing_date TEXT,
    credit_limit INTEGER NOT NULL CONSTRAINT contracts_credit_limit CHECK (credit_limit >= 0),
    balance INTEGER NOT NULL,
    notes TEXT,
    search TEXT NOT NULL,
    CONSTRAINT contracts_floor CHECK (balance >= -credit_limit),
    CONSTRAINT contracts_suspended CHECK ((status = 'suspended') = (suspension_reason IS NOT NULL)),
    CONSTRAINT contracts_terminated CHECK ((status = 'terminated') = (termination_date IS NOT NULL)),
    CONSTRAINT contracts_activated CHECK (
        status = 'terminated' OR (status = 'draft') = (activation_date IS NULL)
    ),
    CONSTRAINT contracts_billed CHECK (
        (status IN ('active', 'suspended')) = (next_billing_date IS NOT NULL)
    ),
    CONSTRAINT contracts_lengths CHECK (length(number) <= 255 AND length(notes) <= 10000)
) STRICT;

CREATE TABLE sims (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    iccid TEXT NOT NULL CONSTRAINT sims_iccid
        CHECK (length(iccid) BETWEEN 19 AND 20 AND iccid NOT GLOB '*[^0-9]*'),
    imsi TEXT NOT NULL CONSTRAINT sims_imsi CHECK (length(imsi) = 15 AND imsi NOT GLOB '*[^0-9]*'),
    msisdn TEXT NOT NULL CONSTRAINT sims_msisdn
        CHECK (length(msisdn) BETWEEN 3 AND 20 AND msisdn GLOB '+*' AND substr(msisdn, 2) NOT GLOB '*[^0-9]*'),
    puk_code TEXT CONSTRAINT sims_puk_code CHECK (length(puk_code) = 8 AND puk_code NOT GLOB '*[^0-9]*'),
    status TEXT NOT NULL CONSTRAINT sims_status
        CHECK (status IN ('free', 'active', 'suspended', 'blocked', 'closed')),
    contract_id INTEGER REFERENCES contracts (id) ON DELETE RESTRICT,
    activated_at TEXT,
    deactivated_at TEXT,
    search TEXT NOT NULL,
    CONSTRAINT sims_bound CHECK (
        status = 'blocked' OR (status IN ('active', 'suspended')) = (contract_id IS NOT NULL)
    )
) STRICT;

CREATE TABLE payments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    contract_id INTEGER NOT NULL REFERENCES contracts (id) ON DELETE RESTRICT,
    transaction_type TEXT NOT NULL CONSTRAINT payments_transaction_type
        CHECK (transaction_type IN ('payment', 'charge', 'refund', 'correction')),
    amount INTEGER NOT NULL,
    payment_method TEXT NOT NULL CONSTRAINT payments_payment_method CHECK (
        payment_method IN ('cash', 'card', 'bank_transfer', 'mobile_payment', 'auto_payment', 'terminal', 'system')
    ),
    transaction_id TEXT NOT NULL,
    description TEXT,
    status TEXT NOT NULL CONSTRAINT payments_status
        CHECK (status IN ('pending', 'processing', 'success', 'failed', 'cancelled', 'refunded')),
    balance_after INTEGER,
    payment_date TEXT NOT NULL,
    processed_at TEXT,
    processed_by_id INTEGER REFERENCES users (id) ON DELETE RESTRICT,
    refund_of_id INTEGER REFERENCES payments (id) ON DELETE RESTRICT,
    search TEXT NOT NULL,
    CONSTRAINT payments_amount CHECK (amount > 0 OR (transaction_type = 'correction' AND amount < 0)),
    CONSTRAINT payments_posted CHECK ((status IN ('success', 'refunded')) = (balance_after IS NOT NULL)),
    CONSTRAINT payments_processed CHECK (status NOT IN ('success', 'refunded') OR processed_at IS NOT NULL),
    CONSTRAINT payments_refunded CHECK (status <> 'refunded' OR transaction_type = 'payment'),
    CONSTRAINT payments_refund CHECK ((transaction_type = 'refund') = (refund_of_id IS NOT NULL)),
    CONSTRAINT payments_lengths CHECK (length(transaction_id) <= 255 AND length(description) <= 10000)
) STRICT;

CREATE TABLE tickets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE RESTRICT,
    contract_id INTEGER REFERENCES contracts (id) ON DELETE RESTRICT,
    subject TEXT NOT NULL,
    description TEXT NOT NULL,
    category TEXT NOT NULL CONSTRAINT tickets_category
        CHECK (category IN ('technical', 'billing', 'tariff', 'sim', 'complaint', 'other')),
    priority TEXT NOT NULL CONSTRAINT tickets_priority CHECK (priority IN ('low', 'medium', 'high', 'critical')),
    status TEXT NOT NULL CONSTRAINT tickets_status
        CHECK (status IN ('new', 'in_progress', 'waiting', 'resolved', 'closed')),
    notes TEXT,
    resolution TEXT,
    assigned_to_id INTEGER REFERENCES users (id) ON DELETE RESTRICT,
    created_by_id INTEGER REFERENCES users (id) ON DELETE RESTRICT,
    due_at TEXT NOT NULL,
    assigned_at TEXT,
    resolved_at TEXT,
    closed_at TEXT,
    search TEXT NOT NULL,
    CONSTRAINT tickets_assigned CHECK ((assigned_to_id IS NULL) = (assigned_at IS NULL)),
    CONSTRAINT tickets_in_progress CHECK (status <> 'in_progress' OR assigned_to_id IS NOT NULL),
    CONSTRAINT tickets_resolved CHECK (status = 'closed' OR (status = 'resolved') = (resolved_at IS NOT NULL)),
    CONSTRAINT tickets_closed CHECK ((status = 'closed') = (closed_at IS NOT NULL)),
    CONSTRAINT tickets_lengths CHECK (
        length(subject) <= 255 AND length(description) <= 10000 AND length(notes) <= 10000
        AND length(resolution) <= 10000
    )
) STRICT;

CREATE TABLE ledger_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contract_id INTEGER NOT NULL REFERENCES contracts (id) ON DELETE RESTRICT,
    payment_id INTEGER NOT NULL REFERENCES payments (id) ON DELETE RESTRICT,
    amount INTEGER NOT NULL CONSTRAINT ledger_entries_amount CHECK (amount <> 0),
    balance_after INTEGER NOT NULL,
    actor_id INTEGER REFERENCES users (id) ON DELETE RESTRICT,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE audit_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entity TEXT NOT NULL CONSTRAINT audit_events_entity
        CHECK (entity IN ('cus', 'sim', 'trf', 'ctr', 'pay', 'tkt', 'usr')),
    entity_id INTEGER NOT NULL,
    action TEXT NOT NULL,
    actor_id INTEGER REFERENCES users (id) ON DELETE RESTRICT,
    request_id TEXT NOT NULL,
    changes TEXT NOT NULL CONSTRAINT audit_events_changes
        CHECK (json_valid(changes) AND json_type(changes) = 'object'),
    reason TEXT,
    created_at TEXT NOT NULL,
    CONSTRAINT audit_events_lengths CHECK (
        length(action) <= 40 AND length(request_id) <= 64 AND length(reason) <= 10000
    )
) STRICT;

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    refresh_jti TEXT NOT NULL,
    created_at TEXT NOT NULL,
    refreshed_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    ended_at TEXT
) STRICT;

CREATE TABLE login_failures (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    username TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT login_failures_lengths CHECK (length(username) <= 255 AND length(address) <= 255)
) STRICT;

CREATE TABLE idempotency_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    door TEXT NOT NULL,
    outcome TEXT NOT NULL CONSTRAINT idempotency_keys_outcome
        CHECK (json_valid(outcome) AND json_type(outcome) = 'object'),
    answer BLOB,
    created_at TEXT NOT NULL,
    CONSTRAINT idempotency_keys_lengths CHECK (
        length(operation) <= 60 AND length(key) <= 255 AND length(fingerprint) <= 64 AND length(door) <= 64
    )
) STRICT;
