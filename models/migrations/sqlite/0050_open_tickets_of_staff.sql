-- How many open tickets a member of staff has is counted for each row of the list of staff: by what is open, not by all
-- that was ever assigned.
CREATE INDEX tickets_open_assigned ON tickets (assigned_to_id) WHERE status IN ('new', 'in_progress', 'waiting');
