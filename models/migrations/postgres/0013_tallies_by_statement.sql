-- The tallies are changed once a statement, whatever the number of rows that it changes: a thousand contracts suspended at once
-- are one change of two tallies. Nothing is written where nothing that is counted has changed.

CREATE FUNCTION tally_slot() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    free integer := 0;
BEGIN
    WHILE NOT pg_try_advisory_xact_lock(5, free) LOOP -- of pairs of numbers nothing else here locks any
        free := free + 1;
    END LOOP;
    RETURN free;
END
$$;


DROP TRIGGER customers_tally ON customers;
DROP TRIGGER customers_tally_update ON customers;
DROP FUNCTION tally_customers;
CREATE FUNCTION tally_customers_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tallies AS kept (counted, key1, key2, key3, slot, number, amount)
    SELECT changed.counted, changed.key1, changed.key2, changed.key3, (SELECT tally_slot()), sum(changed.number), sum(changed.amount)
    FROM (
        SELECT 'customers', status, document_type, customer_type, 1, 0 FROM added
    ) changed (counted, key1, key2, key3, number, amount)
    GROUP BY 1, 2, 3, 4 HAVING sum(changed.number) <> 0 OR sum(changed.amount) <> 0
    ON CONFLICT ON CONSTRAINT tallies_pkey
    DO UPDATE SET number = kept.number + excluded.number, amount = kept.amount + excluded.amount;
    RETURN NULL;
END
$$;
CREATE FUNCTION tally_customers_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tallies AS kept (counted, key1, key2, key3, slot, number, amount)
    SELECT changed.counted, changed.key1, changed.key2, changed.key3, (SELECT tally_slot()), sum(changed.number), sum(changed.amount)
    FROM (
        SELECT 'customers', status, document_type, customer_type, -1, 0 FROM removed
    ) changed (counted, key1, key2, key3, number, amount)
    GROUP BY 1, 2, 3, 4 HAVING sum(changed.number) <> 0 OR sum(changed.amount) <> 0
    ON CONFLICT ON CONSTRAINT tallies_pkey
    DO UPDATE SET number = kept.number + excluded.number, amount = kept.amount + excluded.amount;
    RETURN NULL;
END
$$;
CREATE FUNCTION tally_customers_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tallies AS kept (counted, key1, key2, key3, slot, number, amount)
    SELECT changed.counted, changed.key1, changed.key2, changed.key3, (SELECT tally_slot()), sum(changed.number), sum(changed.amount)
    FROM (
        SELECT 'customers', status, document_type, customer_type, -1, 0 FROM removed
        UNION ALL
        SELECT 'customers', status, document_type, customer_type, 1, 0 FROM added
    ) changed (counted, key1, key2, key3, number, amount)
    GROUP BY 1, 2, 3, 4 HAVING sum(changed.number) <> 0 OR sum(changed.amount) <> 0
    ON CONFLICT ON CONSTRAINT tallies_pkey
    DO UPDATE SET number = kept.number + excluded.number, amount = kept.amount + excluded.amount;
    RETURN NULL;
END
$$;
CREATE TRIGGER customers_tally AFTER INSERT ON customers
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tally_customers_insert();
CREATE TRIGGER customers_tally_delete AFTER DELETE ON customers
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION tally_customers_delete();
CREATE TRIGGER customers_tally_update AFTER UPDATE ON customers
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tally_customers_update();

DROP TRIGGER sims_tally ON sims;
DROP TRIGGER sims_tally_update ON sims;
DROP FUNCTION tally_sims;
CREATE FUNCTION tally_sims_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tallies AS kept (counted, key1, key2, key3, slot, number, amount)
    SELECT changed.counted, changed.key1, changed.key2, changed.key3, (SELECT tally_slot()), sum(changed.number), sum(changed.amount)
    FROM (
        SELECT 'sims', status, '', '', 1, 0 FROM added
    ) changed (counted, key1, key2, key3, number, amount)
    GROUP BY 1, 2, 3, 4 HAVING sum(changed.number) <> 0 OR sum(changed.amount) <> 0
    ON CONFLICT ON CONSTRAINT tallies_pkey
    DO UPDATE SET number = kept.number + excluded.number, amount = kept.amount + excluded.amount;
    RETURN NULL;
END
$$;
CREATE FUNCTION tally_sims_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tallies AS kept (counted, key1, key2, key3, slot, number, amount)
    SELECT changed.counted, changed.key1, changed.key2, changed.key3, (SELECT tally_slot()), sum(changed.number), sum(changed.amount)
    FROM (
        SELECT 'sims', status, '', '', -1, 0 FROM removed
    ) changed (counted, key1, key2, key3, number, amount)
    GROUP BY 1, 2, 3, 4 HAVING sum(changed.number) <> 0 OR sum(changed.amount) <> 0
    ON CONFLICT ON CONSTRAINT tallies_pkey
    DO UPDATE SET number = kept.number + excluded.number, amount = kept.amount + excluded.amount;
    RETURN NULL;
END
$$;
CREATE FUNCTION tally_sims_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tallies AS kept (counted, key1, key2, key3, slot, number, amount)
    SELECT changed.counted, changed.key1, changed.key2, changed.key3, (SELECT tally_slot()), sum(changed.number), sum(changed.amount)
    FROM (
        SELECT 'sims', status, '', '', -1, 0 FROM removed
        UNION ALL
        SELECT 'sims', status, '', '', 1, 0 FROM added
    ) changed (counted, key1, key2, key3, number, amount)
    GROUP BY 1, 2, 3, 4 HAVING sum(changed.number) <> 0 OR sum(changed.amount) <> 0
    ON CONFLICT ON CONSTRAINT tallies_pkey
    DO UPDATE SET number = kept.number + excluded.number, amount = kept.amount + excluded.amount;
    RETURN NULL;
END
$$;
CREATE TRIGGER sims_tally AFTER INSERT ON sims
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tally_sims_insert();
CREATE TRIGGER sims_tally_delete AFTER DELETE ON sims
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION tally_sims_delete();
CREATE TRIGGER sims_tally_update AFTER UPDATE ON sims
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tally_sims_update();

DROP TRIGGER contracts_tally ON contracts;
DROP TRIGGER contracts_tally_update ON contracts;
DROP FUNCTION tally_contracts;
CREATE FUNCTION tally_contracts_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tallies AS kept (counted, key1, key2, key3, slot, number, amount)
    SELECT changed.counted, changed.key1, changed.key2, changed.key3, (SELECT tally_slot()), sum(changed.number), sum(changed.amount)
    FROM (
        SELECT 'contracts', status, '', '', 1, balance FROM added
    ) changed (counted, key1, key2, key3, number, amount)
    GROUP BY 1, 2, 3, 4 HAVING sum(changed.number) <> 0 OR sum(changed.amount) <> 0
    ON CONFLICT ON CONSTRAINT tallies_pkey
    DO UPDATE SET number = kept.number + excluded.number, amount = kept.amount + excluded.amount;
    RETURN NULL;
END
$$;
CREATE FUNCTION tally_contracts_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tallies AS kept (counted, key1, key2, key3, slot, number, amount)
    SELECT changed.counted, changed.key1, changed.key2, changed.key3, (SELECT tally_slot()), sum(changed.number), sum(changed.amount)
    FROM (
        SELECT 'contracts', status, '', '', -1, -balance FROM removed
    ) changed (counted, key1, key2, key3, number, amount)
    GROUP BY 1, 2, 3, 4 HAVING sum(changed.number) <> 0 OR sum(changed.amount) <> 0
    ON CONFLICT ON CONSTRAINT tallies_pkey
    DO UPDATE SET number = kept.number + excluded.number, amount = kept.amount + excluded.amount;
    RETURN NULL;
END
$$;
CREATE FUNCTION tally_contracts_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tallies AS kept (counted, key1, key2, key3, slot, number, amount)
    SELECT changed.counted, changed.key1, changed.key2, changed.key3, (SELECT tally_slot()), sum(changed.number), sum(changed.amount)
    FROM (
        SELECT 'contracts', status, '', '', -1, -balance FROM removed
        UNION ALL
        SELECT 'contracts', status, '', '', 1, balance FROM added
    ) changed (counted, key1, key2, key3, number, amount)
    GROUP BY 1, 2, 3, 4 HAVING sum(changed.number) <> 0 OR sum(changed.amount) <> 0
    ON CONFLICT ON CONSTRAINT tallies_pkey
    DO UPDATE SET number = kept.number + excluded.number, amount = kept.amount + excluded.amount;
    RETURN NULL;
END
$$;
CREATE TRIGGER contracts_tally AFTER INSERT ON contracts
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tally_contracts_insert();
CREATE TRIGGER contracts_tally_delete AFTER DELETE ON contracts
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION tally_contracts_delete();
CREATE TRIGGER contracts_tally_update AFTER UPDATE ON contracts
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tally_contracts_update();

DROP TRIGGER payments_tally ON payments;
DROP TRIGGER payments_tally_update ON payments;
DROP FUNCTION tally_payments;
CREATE FUNCTION tally_payments_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tallies AS kept (counted, key1, key2, key3, slot, number, amount)
    SELECT changed.counted, changed.key1, changed.key2, changed.key3, (SELECT tally_slot()), sum(changed.number), sum(changed.amount)
    FROM (
        SELECT 'payments', status, transaction_type, payment_method, 1, amount FROM added
    ) changed (counted, key1, key2, key3, number, amount)
    GROUP BY 1, 2, 3, 4 HAVING sum(changed.number) <> 0 OR sum(changed.amount) <> 0
    ON CONFLICT ON CONSTRAINT tallies_pkey
    DO UPDATE SET number = kept.number + excluded.number, amount = kept.amount + excluded.amount;
    RETURN NULL;
END
$$;
CREATE FUNCTION tally_payments_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tallies AS kept (counted, key1, key2, key3, slot, number, amount)
    SELECT changed.counted, changed.key1, changed.key2, changed.key3, (SELECT tally_slot()), sum(changed.number), sum(changed.amount)
    FROM (
        SELECT 'payments', status, transaction_type, payment_method, -1, -amount FROM removed
    ) changed (counted, key1, key2, key3, number, amount)
    GROUP BY 1, 2, 3, 4 HAVING sum(changed.number) <> 0 OR sum(changed.amount) <> 0
    ON CONFLICT ON CONSTRAINT tallies_pkey
    DO UPDATE SET number = kept.number + excluded.number, amount = kept.amount + excluded.amount;
    RETURN NULL;
END
$$;
CREATE FUNCTION tally_payments_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tallies AS kept (counted, key1, key2, key3, slot, number, amount)
    SELECT changed.counted, changed.key1, changed.key2, changed.key3, (SELECT tally_slot()), sum(changed.number), sum(changed.amount)
    FROM (
        SELECT 'payments', status, transaction_type, payment_method, -1, -amount FROM removed
        UNION ALL
        SELECT 'payments', status, transaction_type, payment_method, 1, amount FROM added
    ) changed (counted, key1, key2, key3, number, amount)
    GROUP BY 1, 2, 3, 4 HAVING sum(changed.number) <> 0 OR sum(changed.amount) <> 0
    ON CONFLICT ON CONSTRAINT tallies_pkey
    DO UPDATE SET number = kept.number + excluded.number, amount = kept.amount + excluded.amount;
    RETURN NULL;
END
$$;
CREATE TRIGGER payments_tally AFTER INSERT ON payments
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tally_payments_insert();
CREATE TRIGGER payments_tally_delete AFTER DELETE ON payments
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION tally_payments_delete();
CREATE TRIGGER payments_tally_update AFTER UPDATE ON payments
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tally_payments_update();

DROP TRIGGER tickets_tally ON tickets;
DROP TRIGGER tickets_tally_update ON tickets;
DROP FUNCTION tally_tickets;
DROP TRIGGER tickets_tally_resolutions ON tickets;
DROP TRIGGER tickets_tally_resolutions_update ON tickets;
DROP FUNCTION tally_ticket_resolutions;
CREATE FUNCTION tally_tickets_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tallies AS kept (counted, key1, key2, key3, slot, number, amount)
    SELECT changed.counted, changed.key1, changed.key2, changed.key3, (SELECT tally_slot()), sum(changed.number), sum(changed.amount)
    FROM (
        SELECT 'tickets', status, category, priority, 1, 0 FROM added
        UNION ALL
        SELECT 'ticket_resolutions', '', '', '', 1, CAST(extract(epoch FROM resolved_at - created_at) * 1000000 AS bigint)
        FROM added WHERE resolved_at IS NOT NULL
    ) changed (counted, key1, key2, key3, number, amount)
    GROUP BY 1, 2, 3, 4 HAVING sum(changed.number) <> 0 OR sum(changed.amount) <> 0
    ON CONFLICT ON CONSTRAINT tallies_pkey
    DO UPDATE SET number = kept.number + excluded.number, amount = kept.amount + excluded.amount;
    RETURN NULL;
END
$$;
CREATE FUNCTION tally_tickets_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tallies AS kept (counted, key1, key2, key3, slot, number, amount)
    SELECT changed.counted, changed.key1, changed.key2, changed.key3, (SELECT tally_slot()), sum(changed.number), sum(changed.amount)
    FROM (
        SELECT 'tickets', status, category, priority, -1, 0 FROM removed
        UNION ALL
        SELECT 'ticket_resolutions', '', '', '', -1, CAST(-extract(epoch FROM resolved_at - created_at) * 1000000 AS bigint)
        FROM removed WHERE resolved_at IS NOT NULL
    ) changed (counted, key1, key2, key3, number, amount)
    GROUP BY 1, 2, 3, 4 HAVING sum(changed.number) <> 0 OR sum(changed.amount) <> 0
    ON CONFLICT ON CONSTRAINT tallies_pkey
    DO UPDATE SET number = kept.number + excluded.number, amount = kept.amount + excluded.amount;
    RETURN NULL;
END
$$;
CREATE FUNCTION tally_tickets_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tallies AS kept (counted, key1, key2, key3, slot, number, amount)
    SELECT changed.counted, changed.key1, changed.key2, changed.key3, (SELECT tally_slot()), sum(changed.number), sum(changed.amount)
    FROM (
        SELECT 'tickets', status, category, priority, -1, 0 FROM removed
        UNION ALL
        SELECT 'ticket_resolutions', '', '', '', -1, CAST(-extract(epoch FROM resolved_at - created_at) * 1000000 AS bigint)
        FROM removed WHERE resolved_at IS NOT NULL
        UNION ALL
        SELECT 'tickets', status, category, priority, 1, 0 FROM added
        UNION ALL
        SELECT 'ticket_resolutions', '', '', '', 1, CAST(extract(epoch FROM resolved_at - created_at) * 1000000 AS bigint)
        FROM added WHERE resolved_at IS NOT NULL
    ) changed (counted, key1, key2, key3, number, amount)
    GROUP BY 1, 2, 3, 4 HAVING sum(changed.number) <> 0 OR sum(changed.amount) <> 0
    ON CONFLICT ON CONSTRAINT tallies_pkey
    DO UPDATE SET number = kept.number + excluded.number, amount = kept.amount + excluded.amount;
    RETURN NULL;
END
$$;
CREATE TRIGGER tickets_tally AFTER INSERT ON tickets
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tally_tickets_insert();
CREATE TRIGGER tickets_tally_delete AFTER DELETE ON tickets
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION tally_tickets_delete();
CREATE TRIGGER tickets_tally_update AFTER UPDATE ON tickets
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tally_tickets_update();

DROP TRIGGER ledger_entries_tally ON ledger_entries;
DROP FUNCTION tally_ledger_entries;
CREATE FUNCTION tally_ledger_entries_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tallies AS kept (counted, key1, key2, key3, slot, number, amount)
    SELECT changed.counted, changed.key1, changed.key2, changed.key3, (SELECT tally_slot()), sum(changed.number), sum(changed.amount)
    FROM (
        SELECT 'ledger_entries', CASE WHEN amount > 0 THEN 'in' ELSE 'out' END, '', '', 1, amount FROM added
    ) changed (counted, key1, key2, key3, number, amount)
    GROUP BY 1, 2, 3, 4 HAVING sum(changed.number) <> 0 OR sum(changed.amount) <> 0
    ON CONFLICT ON CONSTRAINT tallies_pkey
    DO UPDATE SET number = kept.number + excluded.number, amount = kept.amount + excluded.amount;
    RETURN NULL;
END
$$;
CREATE TRIGGER ledger_entries_tally AFTER INSERT ON ledger_entries
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tally_ledger_entries_insert();

DROP FUNCTION tally;
