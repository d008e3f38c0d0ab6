-- How many tickets were resolved, and in how many microseconds together, kept in the tallies too. Moments are texts, whose
-- microseconds begin at the 21st character; julianday() would not be exact.

CREATE TRIGGER tickets_tally_resolutions AFTER INSERT ON tickets BEGIN
    INSERT INTO tallies SELECT 'ticket_resolutions', '', '', '', 1,
        ((CAST(strftime('%s', NEW.resolved_at) AS INTEGER) * 1000000 + CAST(substr(NEW.resolved_at, 21, 6) AS INTEGER))
        - (CAST(strftime('%s', NEW.created_at) AS INTEGER) * 1000000 + CAST(substr(NEW.created_at, 21, 6) AS INTEGER)))
    WHERE NEW.resolved_at IS NOT NULL
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;
CREATE TRIGGER tickets_tally_resolutions_update AFTER UPDATE OF resolved_at, created_at ON tickets BEGIN
    INSERT INTO tallies SELECT 'ticket_resolutions', '', '', '', -1,
        -((CAST(strftime('%s', OLD.resolved_at) AS INTEGER) * 1000000 + CAST(substr(OLD.resolved_at, 21, 6) AS INTEGER))
        - (CAST(strftime('%s', OLD.created_at) AS INTEGER) * 1000000 + CAST(substr(OLD.created_at, 21, 6) AS INTEGER)))
    WHERE OLD.resolved_at IS NOT NULL
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
    INSERT INTO tallies SELECT 'ticket_resolutions', '', '', '', 1,
        ((CAST(strftime('%s', NEW.resolved_at) AS INTEGER) * 1000000 + CAST(substr(NEW.resolved_at, 21, 6) AS INTEGER))
        - (CAST(strftime('%s', NEW.created_at) AS INTEGER) * 1000000 + CAST(substr(NEW.created_at, 21, 6) AS INTEGER)))
    WHERE NEW.resolved_at IS NOT NULL
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;
CREATE TRIGGER tickets_tally_resolutions_delete AFTER DELETE ON tickets BEGIN
    INSERT INTO tallies SELECT 'ticket_resolutions', '', '', '', -1,
        -((CAST(strftime('%s', OLD.resolved_at) AS INTEGER) * 1000000 + CAST(substr(OLD.resolved_at, 21, 6) AS INTEGER))
        - (CAST(strftime('%s', OLD.created_at) AS INTEGER) * 1000000 + CAST(substr(OLD.created_at, 21, 6) AS INTEGER)))
    WHERE OLD.resolved_at IS NOT NULL
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;

INSERT INTO tallies (counted, key1, key2, key3, number, amount)
SELECT 'ticket_resolutions', '', '', '', count(*), coalesce(sum(
        (CAST(strftime('%s', resolved_at) AS INTEGER) * 1000000 + CAST(substr(resolved_at, 21, 6) AS INTEGER))
        - (CAST(strftime('%s', created_at) AS INTEGER) * 1000000 + CAST(substr(created_at, 21, 6) AS INTEGER))), 0)
FROM tickets WHERE resolved_at IS NOT NULL;
