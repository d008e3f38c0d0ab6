-- Who is calling, for a write that is about to begin: the session's row is held first, and only then is its user read, by a
-- statement that sees what was committed while it waited.

CREATE FUNCTION held_caller(session uuid, moment timestamptz)
RETURNS TABLE (user_id integer, username text, role text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM sessions s WHERE s.id = session FOR SHARE;
    RETURN QUERY SELECT u.id, u.username, u.role FROM sessions s JOIN users u ON u.id = s.user_id
        WHERE s.id = session AND s.ended_at IS NULL AND s.expires_at > moment AND u.is_active;
END
$$;
