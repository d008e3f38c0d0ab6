-- What is said on tickets, by whom, and how long the first answer took.

CREATE TABLE comments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    ticket_id INTEGER NOT NULL REFERENCES tickets (id) ON DELETE RESTRICT,
    author_id INTEGER REFERENCES users (id) ON DELETE RESTRICT,
    body TEXT NOT NULL,
    is_internal INTEGER NOT NULL CONSTRAINT comments_is_internal CHECK (is_internal IN (0, 1)),
    from_customer INTEGER NOT NULL CONSTRAINT comments_from_customer CHECK (from_customer IN (0, 1)),
    CONSTRAINT comments_side CHECK (NOT (is_internal AND from_customer)),
    CONSTRAINT comments_lengths CHECK (length(body) <= 10000)
) STRICT;
CREATE INDEX comments_ticket ON comments (ticket_id, id);
CREATE INDEX comments_author ON comments (author_id, id) WHERE author_id IS NOT NULL;

ALTER TABLE tickets ADD COLUMN first_response_at TEXT;
ALTER TABLE tickets ADD COLUMN first_response_due_at TEXT;
-- until now nobody could answer but by a resolution
UPDATE tickets SET first_response_at = resolved_at,
    first_response_due_at = strftime(
        '%Y-%m-%dT%H:%M:%S', created_at,
        CASE priority WHEN 'critical' THEN '+1 hour' WHEN 'high' THEN '+2 hours' WHEN 'medium' THEN '+4 hours' ELSE '+8 hours' END
    ) || substr(created_at, 20);
CREATE INDEX tickets_unanswered ON tickets (first_response_due_at, id)
    WHERE first_response_at IS NULL AND status IN ('new', 'in_progress', 'waiting');
