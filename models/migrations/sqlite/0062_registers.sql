-- Payment providers and the registers that they send: row by row, beside our own payments.

CREATE TABLE payment_providers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    name TEXT NOT NULL,
    mapping TEXT NOT NULL CONSTRAINT payment_providers_mapping
        CHECK (json_valid(mapping) AND json_type(mapping) = 'object'),
    account_by TEXT NOT NULL CONSTRAINT payment_providers_account_by CHECK (account_by IN ('msisdn', 'contract')),
    time_zone TEXT NOT NULL,
    CONSTRAINT payment_providers_lengths CHECK (length(name) <= 255 AND length(time_zone) <= 255)
) STRICT;
CREATE UNIQUE INDEX payment_providers_name_key ON payment_providers (name);
CREATE INDEX payment_providers_created ON payment_providers (created_at, id);

CREATE TABLE register_rows (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    line INTEGER,
    verdict TEXT NOT NULL CONSTRAINT register_rows_verdict CHECK (
        verdict IN ('matched', 'only_theirs', 'only_ours', 'differs', 'duplicate', 'out_of_period', 'unreadable')
    ),
    external_id TEXT,
    account TEXT,
    amount INTEGER,
    taken_at TEXT,
    contract_id INTEGER REFERENCES contracts (id) ON DELETE RESTRICT,
    payment_id INTEGER REFERENCES payments (id) ON DELETE SET NULL,
    problem TEXT,
    reason TEXT,
    resolved_by_id INTEGER REFERENCES users (id) ON DELETE RESTRICT,
    resolved_at TEXT,
    CONSTRAINT register_rows_resolved CHECK ((reason IS NULL) = (resolved_at IS NULL)),
    CONSTRAINT register_rows_lengths CHECK (
        length(external_id) <= 255 AND length(account) <= 255 AND length(problem) <= 10000 AND length(reason) <= 10000
    )
) STRICT;
CREATE INDEX register_rows_job ON register_rows (job_id, verdict, id);
CREATE INDEX register_rows_place ON register_rows (job_id, id);
CREATE INDEX register_rows_contract ON register_rows (contract_id);
CREATE INDEX register_rows_payment ON register_rows (payment_id);
CREATE INDEX register_rows_resolved_by ON register_rows (resolved_by_id);
