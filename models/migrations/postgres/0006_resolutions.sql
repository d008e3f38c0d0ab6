-- How many tickets were resolved, and in how many microseconds together, kept in the tallies too.

CREATE FUNCTION tally_ticket_resolutions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        IF OLD.resolved_at IS NOT NULL THEN
            PERFORM tally('ticket_resolutions', '', '', '', -1,
                CAST(-extract(epoch FROM OLD.resolved_at - OLD.created_at) * 1000000 AS bigint));
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        IF NEW.resolved_at IS NOT NULL THEN
            PERFORM tally('ticket_resolutions', '', '', '', 1,
                CAST(extract(epoch FROM NEW.resolved_at - NEW.created_at) * 1000000 AS bigint));
        END IF;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER tickets_tally_resolutions AFTER INSERT OR DELETE ON tickets
    FOR EACH ROW EXECUTE FUNCTION tally_ticket_resolutions();
CREATE TRIGGER tickets_tally_resolutions_update AFTER UPDATE ON tickets FOR EACH ROW
    WHEN ((OLD.resolved_at, OLD.created_at) IS DISTINCT FROM (NEW.resolved_at, NEW.created_at))
    EXECUTE FUNCTION tally_ticket_resolutions();

INSERT INTO tallies (counted, key1, key2, key3, number, amount)
SELECT 'ticket_resolutions', '', '', '', count(*),
    CAST(coalesce(sum(extract(epoch FROM resolved_at - created_at)), 0) * 1000000 AS bigint)
FROM tickets WHERE resolved_at IS NOT NULL;
