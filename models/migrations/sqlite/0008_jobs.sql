-- Long work with progress (models/jobs.py), and, in the journal, the job that an event belongs to.
-- Which entities there are the program knows: the journal holds to the form of their names alone.

CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    kind TEXT NOT NULL,
    arguments TEXT NOT NULL CONSTRAINT jobs_arguments
        CHECK (json_valid(arguments) AND json_type(arguments) = 'object'),
    status TEXT NOT NULL CONSTRAINT jobs_status
        CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    total INTEGER,
    done INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    result TEXT,
    error TEXT,
    cancel_requested INTEGER NOT NULL CONSTRAINT jobs_cancel_requested CHECK (cancel_requested IN (0, 1)),
    created_by_id INTEGER REFERENCES users (id) ON DELETE RESTRICT,
    started_at TEXT,
    finished_at TEXT,
    heartbeat TEXT,
    state TEXT,
    fence INTEGER NOT NULL,
    lane TEXT,
    once TEXT,
    CONSTRAINT jobs_progress CHECK (total >= 0 AND done >= 0 AND failed >= 0),
    CONSTRAINT jobs_finished CHECK ((status IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CONSTRAINT jobs_running CHECK (status <> 'running' OR (started_at IS NOT NULL AND heartbeat IS NOT NULL)),
    CONSTRAINT jobs_lengths CHECK (
        length(kind) <= 40 AND length(lane) <= 40 AND length(once) <= 255 AND length(error) <= 10000
    )
) STRICT;

-- of jobs that must not overlap one runs at a time
CREATE UNIQUE INDEX jobs_lane_key ON jobs (lane) WHERE status = 'running';
CREATE UNIQUE INDEX jobs_once_key ON jobs (once) WHERE once IS NOT NULL;
CREATE INDEX jobs_created ON jobs (created_at, id);
CREATE INDEX jobs_status ON jobs (status, created_at, id);
CREATE INDEX jobs_kind ON jobs (kind, created_at, id);
CREATE INDEX jobs_created_by ON jobs (created_by_id, created_at, id);
CREATE INDEX jobs_unfinished ON jobs (id) WHERE status IN ('queued', 'running');

-- SQLite changes no CHECK in place: the journal moves into a new table, with its indexes and triggers

CREATE TABLE new_audit_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entity TEXT NOT NULL CONSTRAINT audit_events_entity CHECK (entity GLOB '[a-z][a-z][a-z]'),
    entity_id INTEGER NOT NULL,
    action TEXT NOT NULL,
    actor_id INTEGER REFERENCES users (id) ON DELETE RESTRICT,
    request_id TEXT NOT NULL,
    changes TEXT NOT NULL CONSTRAINT audit_events_changes
        CHECK (json_valid(changes) AND json_type(changes) = 'object'),
    reason TEXT,
    created_at TEXT NOT NULL,
    job_id INTEGER,
    CONSTRAINT audit_events_lengths CHECK (
        length(action) <= 40 AND length(request_id) <= 64 AND length(reason) <= 10000
    )
) STRICT;
INSERT INTO new_audit_events (id, entity, entity_id, action, actor_id, request_id, changes, reason, created_at)
SELECT id, entity, entity_id, action, actor_id, request_id, changes, reason, created_at FROM audit_events ORDER BY id;
DROP TABLE audit_events;
ALTER TABLE new_audit_events RENAME TO audit_events;

CREATE INDEX audit_events_entity ON audit_events (entity, entity_id, id);
CREATE INDEX audit_events_actor ON audit_events (actor_id, id) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_events_job ON audit_events (job_id, id) WHERE job_id IS NOT NULL;

CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events BEGIN
    SELECT RAISE(ABORT, 'audit_events_append_only');
END;

CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events BEGIN
    SELECT RAISE(ABORT, 'audit_events_append_only');
END;
