-- Webhooks (models/webhooks.py): readers of the journal whose position is kept, what signs for them, and what has
-- become of each event that goes to one.

CREATE TABLE webhooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    url TEXT NOT NULL,
    description TEXT,
    types TEXT NOT NULL CONSTRAINT webhooks_types CHECK (json_valid(types) AND json_type(types) = 'array'),
    query TEXT,
    role TEXT NOT NULL CONSTRAINT webhooks_role CHECK (role IN ('employee', 'operator', 'supervisor', 'admin')),
    is_active INTEGER NOT NULL CONSTRAINT webhooks_is_active CHECK (is_active IN (0, 1)),
    secret_hint TEXT NOT NULL,
    status TEXT NOT NULL CONSTRAINT webhooks_status CHECK (status IN ('ok', 'failing', 'paused')),
    position INTEGER NOT NULL CONSTRAINT webhooks_position CHECK (position >= 0),
    last_success_at TEXT,
    last_error TEXT,
    holder TEXT,
    heartbeat TEXT,
    epoch INTEGER NOT NULL,
    CONSTRAINT webhooks_held CHECK ((holder IS NULL) = (heartbeat IS NULL)),
    CONSTRAINT webhooks_lengths CHECK (
        length(url) <= 2000 AND length(description) <= 10000 AND length(query) <= 10000
        AND length(secret_hint) <= 4 AND length(last_error) <= 1000 AND length(holder) <= 40
    )
) STRICT;

CREATE TABLE webhook_secrets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    secret TEXT NOT NULL CONSTRAINT webhook_secrets_secret
        CHECK (secret GLOB 'whsec_*' AND length(secret) <= 100),
    created_at TEXT NOT NULL,
    expires_at TEXT
) STRICT;
-- one secret of each is for good
CREATE UNIQUE INDEX webhook_secrets_current_key ON webhook_secrets (webhook_id) WHERE expires_at IS NULL;
CREATE INDEX webhook_secrets_webhook ON webhook_secrets (webhook_id, id);

CREATE TABLE webhook_deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event_id INTEGER NOT NULL,
    entity TEXT NOT NULL CONSTRAINT webhook_deliveries_entity CHECK (entity GLOB '[a-z][a-z][a-z]'),
    entity_id INTEGER NOT NULL,
    status TEXT NOT NULL CONSTRAINT webhook_deliveries_status CHECK (status IN ('waiting', 'delivered')),
    attempts INTEGER NOT NULL CONSTRAINT webhook_deliveries_attempts CHECK (attempts >= 0),
    http_status INTEGER,
    answer TEXT,
    error TEXT,
    duration_ms INTEGER,
    next_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT webhook_deliveries_lengths CHECK (length(answer) <= 1024 AND length(error) <= 1000)
) STRICT;
-- an event goes to a webhook as one delivery, however often it is sent
CREATE UNIQUE INDEX webhook_deliveries_event_key ON webhook_deliveries (webhook_id, event_id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_at, event_id) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook_id, entity, entity_id, event_id)
    WHERE status = 'waiting';
CREATE INDEX webhook_deliveries_done ON webhook_deliveries (updated_at) WHERE status = 'delivered';
