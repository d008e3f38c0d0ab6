-- Money runs by itself: the terms of tariffs in versions, the months of contracts, and the policy by which they are charged.

CREATE TABLE tariff_terms (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tariff_id INTEGER NOT NULL REFERENCES tariffs (id) ON DELETE CASCADE,
    version INTEGER NOT NULL CONSTRAINT tariff_terms_version CHECK (version > 0),
    monthly_fee INTEGER NOT NULL CONSTRAINT tariff_terms_monthly_fee CHECK (monthly_fee >= 0),
    minutes_included INTEGER NOT NULL,
    sms_included INTEGER NOT NULL,
    data_gb_included INTEGER NOT NULL,
    minute_overage_cost INTEGER NOT NULL,
    sms_overage_cost INTEGER NOT NULL,
    data_gb_overage_cost INTEGER NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX tariff_terms_version_key ON tariff_terms (tariff_id, version);

INSERT INTO tariff_terms (
    tariff_id, version, monthly_fee, minutes_included, sms_included, data_gb_included, minute_overage_cost, sms_overage_cost,
    data_gb_overage_cost, created_at
)
SELECT id, 1, monthly_fee, minutes_included, sms_included, data_gb_included, minute_overage_cost, sms_overage_cost,
    data_gb_overage_cost, created_at
FROM tariffs ORDER BY id;

-- SQLite changes no CHECK in place: the contracts move into a new table, with its indexes and triggers

CREATE TABLE new_contracts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    number TEXT NOT NULL,
    customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE RESTRICT,
    tariff_id INTEGER NOT NULL REFERENCES tariffs (id) ON DELETE RESTRICT,
    status TEXT NOT NULL CONSTRAINT contracts_status
        CHECK (status IN ('draft', 'active', 'suspended', 'terminated')),
    suspension_reason TEXT CONSTRAINT contracts_suspension_reason
        CHECK (suspension_reason IN ('manual', 'customer', 'insufficient_funds')),
    signed_date TEXT NOT NULL,
    activation_date TEXT,
    termination_date TEXT,
    next_billing_date TEXT,
    credit_limit INTEGER NOT NULL CONSTRAINT contracts_credit_limit CHECK (credit_limit >= 0),
    balance INTEGER NOT NULL,
    notes TEXT,
    search TEXT NOT NULL,
    terms_id INTEGER NOT NULL REFERENCES tariff_terms (id) ON DELETE RESTRICT,
    anchor_date TEXT,
    scheduled_tariff_id INTEGER REFERENCES tariffs (id) ON DELETE RESTRICT,
    scheduled_on TEXT,
    reprice_terms_id INTEGER REFERENCES tariff_terms (id) ON DELETE RESTRICT,
    reprice_on TEXT,
    promised_amount INTEGER NOT NULL DEFAULT 0,
    promised_until TEXT,
    postponed_until TEXT,
    suspended_on TEXT,
    reminded_for TEXT,
    reminded_step INTEGER,
    CONSTRAINT contracts_floor CHECK (balance >= -(credit_limit + promised_amount)),
    CONSTRAINT contracts_suspended CHECK ((status = 'suspended') = (suspension_reason IS NOT NULL)),
    CONSTRAINT contracts_terminated CHECK ((status = 'terminated') = (termination_date IS NOT NULL)),
    CONSTRAINT contracts_activated CHECK (
        status = 'terminated' OR (status = 'draft') = (activation_date IS NULL)
    ),
    CONSTRAINT contracts_billed CHECK (
        (status IN ('active', 'suspended')) = (next_billing_date IS NOT NULL)
    ),
    CONSTRAINT contracts_anchored CHECK (status NOT IN ('active', 'suspended') OR anchor_date IS NOT NULL),
    CONSTRAINT contracts_scheduled CHECK ((scheduled_tariff_id IS NULL) = (scheduled_on IS NULL)),
    CONSTRAINT contracts_repriced CHECK ((reprice_terms_id IS NULL) = (reprice_on IS NULL)),
    CONSTRAINT contracts_promised CHECK (promised_amount >= 0 AND (promised_amount > 0) = (promised_until IS NOT NULL)),
    CONSTRAINT contracts_suspended_on CHECK (
        coalesce(suspension_reason = 'insufficient_funds', 0) = (suspended_on IS NOT NULL)
    ),
    CONSTRAINT contracts_lengths CHECK (length(number) <= 255 AND length(notes) <= 10000)
) STRICT;
INSERT INTO new_contracts (
    id, created_at, updated_at, number, customer_id, tariff_id, status, suspension_reason, signed_date, activation_date,
    termination_date, next_billing_date, credit_limit, balance, notes, search, terms_id, anchor_date
)
SELECT id, created_at, updated_at, number, customer_id, tariff_id, status, suspension_reason, signed_date, activation_date,
    termination_date, next_billing_date, credit_limit, balance, notes, search,
    (SELECT t.id FROM tariff_terms t WHERE t.tariff_id = contracts.tariff_id), activation_date
FROM contracts ORDER BY id;
INSERT INTO sqlite_sequence (name, seq) SELECT 'new_contracts', 0
WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'new_contracts');
UPDATE sqlite_sequence SET seq = coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'contracts'), seq)
WHERE name = 'new_contracts';
DROP TABLE contracts;
ALTER TABLE new_contracts RENAME TO contracts;

CREATE UNIQUE INDEX contracts_number_key ON contracts (number);
CREATE INDEX contracts_created ON contracts (created_at, id);
CREATE INDEX contracts_status ON contracts (status, created_at, id);
CREATE INDEX contracts_customer ON contracts (customer_id, created_at, id);
CREATE INDEX contracts_tariff ON contracts (tariff_id, created_at, id);
CREATE INDEX contracts_terms ON contracts (terms_id);
CREATE INDEX contracts_scheduled_tariff ON contracts (scheduled_tariff_id) WHERE scheduled_tariff_id IS NOT NULL;
CREATE INDEX contracts_reprice_terms ON contracts (reprice_terms_id) WHERE reprice_terms_id IS NOT NULL;

CREATE TRIGGER contracts_search_insert AFTER INSERT ON contracts BEGIN
    INSERT INTO contracts_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER contracts_search_update AFTER UPDATE OF search ON contracts WHEN old.search <> new.search BEGIN
    INSERT INTO contracts_search (contracts_search, rowid, search) VALUES ('delete', old.id, old.search);
    INSERT INTO contracts_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER contracts_search_delete AFTER DELETE ON contracts BEGIN
    INSERT INTO contracts_search (contracts_search, rowid, search) VALUES ('delete', old.id, old.search);
END;

CREATE TRIGGER contracts_tally AFTER INSERT ON contracts BEGIN
    INSERT INTO tallies VALUES ('contracts', NEW.status, '', '', 1, NEW.balance)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;
CREATE TRIGGER contracts_tally_update AFTER UPDATE OF status, balance ON contracts BEGIN
    INSERT INTO tallies VALUES ('contracts', OLD.status, '', '', -1, -OLD.balance)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
    INSERT INTO tallies VALUES ('contracts', NEW.status, '', '', 1, NEW.balance)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;
CREATE TRIGGER contracts_tally_delete AFTER DELETE ON contracts BEGIN
    INSERT INTO tallies VALUES ('contracts', OLD.status, '', '', -1, -OLD.balance)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;

CREATE TABLE charge_periods (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    contract_id INTEGER NOT NULL REFERENCES contracts (id) ON DELETE RESTRICT,
    period_start TEXT NOT NULL,
    period_end TEXT NOT NULL,
    terms_id INTEGER NOT NULL REFERENCES tariff_terms (id) ON DELETE RESTRICT,
    amount INTEGER NOT NULL,
    status TEXT NOT NULL CONSTRAINT charge_periods_status CHECK (status IN ('charged', 'skipped', 'waived')),
    payment_id INTEGER REFERENCES payments (id) ON DELETE RESTRICT,
    reason TEXT,
    created_at TEXT NOT NULL,
    CONSTRAINT charge_periods_days CHECK (period_start <= period_end),
    CONSTRAINT charge_periods_amount CHECK (
        amount >= 0 AND (amount > 0) = (payment_id IS NOT NULL) AND (amount = 0 OR status = 'charged')
    ),
    CONSTRAINT charge_periods_waived CHECK ((status = 'waived') = (reason IS NOT NULL)),
    CONSTRAINT charge_periods_lengths CHECK (length(reason) <= 10000)
) STRICT;
CREATE UNIQUE INDEX charge_periods_month_key ON charge_periods (contract_id, period_start);
CREATE INDEX charge_periods_terms ON charge_periods (terms_id);
CREATE INDEX charge_periods_payment ON charge_periods (payment_id) WHERE payment_id IS NOT NULL;

-- what was served until now was part of the sale, or was paid in other ways

INSERT INTO charge_periods (contract_id, period_start, period_end, terms_id, amount, status, created_at)
SELECT id, activation_date, date(next_billing_date, '-1 day'), terms_id, 0, 'skipped', strftime('%Y-%m-%dT%H:%M:%f000Z')
FROM contracts WHERE next_billing_date > activation_date ORDER BY id;

CREATE TABLE billing_policy (
    id INTEGER PRIMARY KEY AUTOINCREMENT CONSTRAINT billing_policy_one CHECK (id = 1),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    billing_from TEXT,
    run_at TEXT CONSTRAINT billing_policy_run_at CHECK (run_at GLOB '[0-2][0-9]:[0-5][0-9]' AND run_at < '24'),
    first_month TEXT NOT NULL CONSTRAINT billing_policy_first_month CHECK (first_month IN ('sale', 'charge')),
    refund_unused TEXT NOT NULL CONSTRAINT billing_policy_refund_unused CHECK (refund_unused IN ('none', 'days')),
    promise_max INTEGER NOT NULL CONSTRAINT billing_policy_promise_max CHECK (promise_max >= 0),
    promise_days INTEGER NOT NULL CONSTRAINT billing_policy_promise_days CHECK (promise_days >= 0),
    prepaid_remind_days TEXT NOT NULL CONSTRAINT billing_policy_prepaid_remind_days
        CHECK (json_valid(prepaid_remind_days) AND json_type(prepaid_remind_days) = 'array'),
    prepaid_grace_days INTEGER NOT NULL CONSTRAINT billing_policy_prepaid_grace_days CHECK (prepaid_grace_days >= 0),
    prepaid_resume_anchor TEXT NOT NULL CONSTRAINT billing_policy_prepaid_resume_anchor
        CHECK (prepaid_resume_anchor IN ('today', 'keep')),
    prepaid_terminate_after_days INTEGER CONSTRAINT billing_policy_prepaid_terminate_after_days
        CHECK (prepaid_terminate_after_days >= 0),
    postpaid_remind_days TEXT NOT NULL CONSTRAINT billing_policy_postpaid_remind_days
        CHECK (json_valid(postpaid_remind_days) AND json_type(postpaid_remind_days) = 'array'),
    postpaid_grace_days INTEGER NOT NULL CONSTRAINT billing_policy_postpaid_grace_days CHECK (postpaid_grace_days >= 0),
    postpaid_resume_anchor TEXT NOT NULL CONSTRAINT billing_policy_postpaid_resume_anchor
        CHECK (postpaid_resume_anchor IN ('today', 'keep')),
    postpaid_terminate_after_days INTEGER CONSTRAINT billing_policy_postpaid_terminate_after_days
        CHECK (postpaid_terminate_after_days >= 0)
) STRICT;
INSERT INTO billing_policy (
    id, created_at, updated_at, first_month, refund_unused, promise_max, promise_days, prepaid_remind_days, prepaid_grace_days,
    prepaid_resume_anchor, postpaid_remind_days, postpaid_grace_days, postpaid_resume_anchor
) VALUES (1, strftime('%Y-%m-%dT%H:%M:%f000Z'), strftime('%Y-%m-%dT%H:%M:%f000Z'), 'sale', 'none', 50000, 5, '[3, 1]', 0, 'today', '[3, 1]', 0, 'today');

-- the two halves of the policy as rows, as they are shown

CREATE VIEW billing_rules AS
SELECT id, 1 AS prepaid_of, CAST(NULL AS integer) AS postpaid_of, prepaid_remind_days AS remind_days,
    prepaid_grace_days AS grace_days, prepaid_resume_anchor AS resume_anchor,
    prepaid_terminate_after_days AS terminate_after_days FROM billing_policy
UNION ALL
SELECT id + 1, NULL, 1, postpaid_remind_days, postpaid_grace_days, postpaid_resume_anchor, postpaid_terminate_after_days
FROM billing_policy;
