-- Files that were uploaded, in pieces, so that every worker on every machine can read them; what an import has read of one,
-- row by row, and what has become of each row.

CREATE TABLE uploads (
    id TEXT PRIMARY KEY,
    created_at TEXT NOT NULL,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    created_by_id INTEGER REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT uploads_lengths CHECK (length(id) = 64 AND length(name) <= 255)
) STRICT;
CREATE INDEX uploads_created ON uploads (created_at);
CREATE INDEX uploads_created_by ON uploads (created_by_id, created_at);

CREATE TABLE upload_pieces (
    upload_id TEXT NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (upload_id, place)
) STRICT;

CREATE TABLE import_rows (
    job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    cells TEXT NOT NULL,
    fault TEXT,
    PRIMARY KEY (job_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE import_results (
    job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    outcome TEXT NOT NULL CONSTRAINT import_results_outcome
        CHECK (outcome IN ('created', 'updated', 'unchanged', 'failed', 'not_tried')),
    entity_id INTEGER,
    error TEXT,
    PRIMARY KEY (job_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_results_entity ON import_results (job_id, entity_id) WHERE entity_id IS NOT NULL;
