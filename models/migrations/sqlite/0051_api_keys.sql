-- Keys for programs, and the users whom programs are: a service has no password, and so cannot log in.

ALTER TABLE users ADD COLUMN kind TEXT NOT NULL DEFAULT 'person'
    CONSTRAINT users_kind CHECK (kind IN ('person', 'service'))
    CONSTRAINT users_service CHECK ((kind = 'service') = (password = ''));

CREATE TABLE api_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE RESTRICT,
    name TEXT NOT NULL,
    digest TEXT NOT NULL CONSTRAINT api_keys_digest CHECK (length(digest) = 64 AND digest NOT GLOB '*[^0-9a-f]*'),
    hint TEXT NOT NULL,
    scopes TEXT CONSTRAINT api_keys_scopes CHECK (scopes IS NULL OR json_type(scopes) = 'array'),
    networks TEXT CONSTRAINT api_keys_networks CHECK (networks IS NULL OR json_type(networks) = 'array'),
    cost_per_minute INTEGER CONSTRAINT api_keys_cost_per_minute CHECK (cost_per_minute > 0),
    expires_at TEXT,
    revoked_at TEXT,
    CONSTRAINT api_keys_lengths CHECK (length(name) <= 255 AND length(hint) <= 4)
) STRICT;
CREATE INDEX api_keys_created ON api_keys (created_at, id);
CREATE INDEX api_keys_user ON api_keys (user_id, created_at, id);

-- when a key was last used, apart from the key's own row, which whoever writes by it holds
CREATE TABLE api_key_uses (
    key_id INTEGER PRIMARY KEY REFERENCES api_keys (id) ON DELETE CASCADE,
    used_at TEXT NOT NULL
) STRICT;
