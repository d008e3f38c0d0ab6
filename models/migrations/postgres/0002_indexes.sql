-- What must be unique. A clash is told by these names (models/database/constraints.py).

CREATE UNIQUE INDEX users_username_key ON users (username);
CREATE UNIQUE INDEX customers_phone_key ON customers (phone);
CREATE UNIQUE INDEX customers_email_key ON customers (email_key);
CREATE UNIQUE INDEX customers_document_key ON customers (document_type, document_number);
CREATE UNIQUE INDEX tariffs_name_key ON tariffs (name);
CREATE UNIQUE INDEX contracts_number_key ON contracts (number);
CREATE UNIQUE INDEX sims_iccid_key ON sims (iccid);
CREATE UNIQUE INDEX sims_imsi_key ON sims (imsi);
CREATE UNIQUE INDEX sims_msisdn_key ON sims (msisdn) WHERE status <> 'closed';
CREATE UNIQUE INDEX sims_contract_key ON sims (contract_id);
CREATE UNIQUE INDEX payments_transaction_id_key ON payments (transaction_id);
CREATE UNIQUE INDEX payments_refund_of_key ON payments (refund_of_id) WHERE refund_of_id IS NOT NULL;
CREATE UNIQUE INDEX ledger_entries_payment_key ON ledger_entries (payment_id);
CREATE UNIQUE INDEX idempotency_keys_key ON idempotency_keys (user_id, operation, key);

-- The default order of lists (newest first; tariffs by priority), alone and under each filter. Read backwards.
-- An index that begins with a foreign key also serves the joins over it and the check that nothing depends on a row.

CREATE INDEX users_created ON users (created_at, id);
CREATE INDEX users_role ON users (role, created_at, id);

CREATE INDEX customers_created ON customers (created_at, id);
CREATE INDEX customers_status ON customers (status, created_at, id);
CREATE INDEX customers_document_type ON customers (document_type, created_at, id);
CREATE INDEX customers_customer_type ON customers (customer_type, created_at, id);

CREATE INDEX tariffs_created ON tariffs (created_at, id);
CREATE INDEX tariffs_priority ON tariffs (priority DESC, name, id);
CREATE INDEX tariffs_is_active ON tariffs (is_active, priority DESC, name, id);
CREATE INDEX tariffs_tariff_type ON tariffs (tariff_type, priority DESC, name, id);

CREATE INDEX contracts_created ON contracts (created_at, id);
CREATE INDEX contracts_status ON contracts (status, created_at, id);
CREATE INDEX contracts_customer ON contracts (customer_id, created_at, id);
CREATE INDEX contracts_tariff ON contracts (tariff_id, created_at, id);

CREATE INDEX sims_created ON sims (created_at, id);
CREATE INDEX sims_status ON sims (status, created_at, id);

CREATE INDEX payments_created ON payments (created_at, id);
CREATE INDEX payments_status ON payments (status, created_at, id);
CREATE INDEX payments_transaction_type ON payments (transaction_type, created_at, id);
CREATE INDEX payments_payment_method ON payments (payment_method, created_at, id);
CREATE INDEX payments_contract ON payments (contract_id, created_at, id);
CREATE INDEX payments_processed_by ON payments (processed_by_id, id) WHERE processed_by_id IS NOT NULL;

CREATE INDEX tickets_created ON tickets (created_at, id);
CREATE INDEX tickets_status ON tickets (status, created_at, id);
CREATE INDEX tickets_category ON tickets (category, created_at, id);
CREATE INDEX tickets_priority ON tickets (priority, created_at, id);
CREATE INDEX tickets_customer ON tickets (customer_id, created_at, id);
CREATE INDEX tickets_contract ON tickets (contract_id, created_at, id);
CREATE INDEX tickets_assigned_to ON tickets (assigned_to_id, created_at, id);
CREATE INDEX tickets_created_by ON tickets (created_by_id, id);
CREATE INDEX tickets_due ON tickets (due_at, id) WHERE status IN ('new', 'in_progress', 'waiting');
CREATE INDEX tickets_unassigned ON tickets (created_at, id)
    WHERE assigned_to_id IS NULL AND status IN ('new', 'in_progress', 'waiting');

CREATE INDEX ledger_entries_contract ON ledger_entries (contract_id, id);
CREATE INDEX ledger_entries_actor ON ledger_entries (actor_id, id) WHERE actor_id IS NOT NULL;

CREATE INDEX audit_events_entity ON audit_events (entity, entity_id, id);
CREATE INDEX audit_events_actor ON audit_events (actor_id, id) WHERE actor_id IS NOT NULL;

CREATE INDEX sessions_user ON sessions (user_id, id);
CREATE INDEX sessions_expires ON sessions (expires_at);
CREATE INDEX login_failures_username ON login_failures (username, created_at);
CREATE INDEX login_failures_address ON login_failures (address, created_at);
CREATE INDEX login_failures_created ON login_failures (created_at);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
