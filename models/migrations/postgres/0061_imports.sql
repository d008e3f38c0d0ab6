-- Files that were uploaded, in pieces, so that every worker on every machine can read them; what an import has read of one,
-- row by row, and what has become of each row.

CREATE TABLE uploads (
    id text PRIMARY KEY,
    created_at timestamptz NOT NULL,
    name text NOT NULL,
    size bigint NOT NULL,
    created_by_id integer REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT uploads_lengths CHECK (char_length(id) = 64 AND char_length(name) <= 255)
);
CREATE INDEX uploads_created ON uploads (created_at);
CREATE INDEX uploads_created_by ON uploads (created_by_id, created_at);

CREATE TABLE upload_pieces (
    upload_id text NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    place integer NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (upload_id, place)
);

CREATE TABLE import_rows (
    job_id integer NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    place integer NOT NULL,
    cells text NOT NULL,
    fault text,
    PRIMARY KEY (job_id, place)
);

CREATE TABLE import_results (
    job_id integer NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    place integer NOT NULL,
    outcome text NOT NULL CONSTRAINT import_results_outcome
        CHECK (outcome IN ('created', 'updated', 'unchanged', 'failed', 'not_tried')),
    entity_id integer,
    error text,
    PRIMARY KEY (job_id, place)
);
CREATE INDEX import_results_entity ON import_results (job_id, entity_id) WHERE entity_id IS NOT NULL;
