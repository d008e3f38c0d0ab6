-- Every refresh token of a session, until it has been used for longer than it may be used again: two tabs each go on with their own.

CREATE TABLE refresh_tokens (
    jti uuid NOT NULL PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    used_at timestamptz
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
INSERT INTO refresh_tokens (jti, session_id) SELECT refresh_jti, id FROM sessions;
ALTER TABLE sessions DROP COLUMN refresh_jti;

-- A login under way counts as a failure until its password has been looked at; who comes meanwhile waits for it to be.

ALTER TABLE login_failures ADD COLUMN pending boolean NOT NULL DEFAULT false;
DROP INDEX login_failures_username;
CREATE INDEX login_failures_username ON login_failures (username, address, created_at);
CREATE INDEX login_failures_pending ON login_failures (created_at) WHERE pending;
