-- How many rows there are of each kind, and what they add up to, so that nothing is counted when somebody asks.
-- Triggers keep it in the transaction of each change: exact at every commit, whoever writes.
-- There is one writer at a time, and so one row of each kind is enough.

CREATE TABLE tallies (
    counted TEXT NOT NULL,
    key1 TEXT NOT NULL,
    key2 TEXT NOT NULL,
    key3 TEXT NOT NULL,
    number INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (counted, key1, key2, key3)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER customers_tally AFTER INSERT ON customers BEGIN
    INSERT INTO tallies VALUES ('customers', NEW.status, NEW.document_type, NEW.customer_type, 1, 0)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;
CREATE TRIGGER customers_tally_update AFTER UPDATE OF status, document_type, customer_type ON customers BEGIN
    INSERT INTO tallies VALUES ('customers', OLD.status, OLD.document_type, OLD.customer_type, -1, 0)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
    INSERT INTO tallies VALUES ('customers', NEW.status, NEW.document_type, NEW.customer_type, 1, 0)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;
CREATE TRIGGER customers_tally_delete AFTER DELETE ON customers BEGIN
    INSERT INTO tallies VALUES ('customers', OLD.status, OLD.document_type, OLD.customer_type, -1, 0)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;

CREATE TRIGGER sims_tally AFTER INSERT ON sims BEGIN
    INSERT INTO tallies VALUES ('sims', NEW.status, '', '', 1, 0)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;
CREATE TRIGGER sims_tally_update AFTER UPDATE OF status ON sims BEGIN
    INSERT INTO tallies VALUES ('sims', OLD.status, '', '', -1, 0)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
    INSERT INTO tallies VALUES ('sims', NEW.status, '', '', 1, 0)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;
CREATE TRIGGER sims_tally_delete AFTER DELETE ON sims BEGIN
    INSERT INTO tallies VALUES ('sims', OLD.status, '', '', -1, 0)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;

CREATE TRIGGER contracts_tally AFTER INSERT ON contracts BEGIN
    INSERT INTO tallies VALUES ('contracts', NEW.status, '', '', 1, NEW.balance)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;
CREATE TRIGGER contracts_tally_update AFTER UPDATE OF status, balance ON contracts BEGIN
    INSERT INTO tallies VALUES ('contracts', OLD.status, '', '', -1, -OLD.balance)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
    INSERT INTO tallies VALUES ('contracts', NEW.status, '', '', 1, NEW.balance)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;
CREATE TRIGGER contracts_tally_delete AFTER DELETE ON contracts BEGIN
    INSERT INTO tallies VALUES ('contracts', OLD.status, '', '', -1, -OLD.balance)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;

CREATE TRIGGER payments_tally AFTER INSERT ON payments BEGIN
    INSERT INTO tallies VALUES ('payments', NEW.status, NEW.transaction_type, NEW.payment_method, 1, NEW.amount)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;
CREATE TRIGGER payments_tally_update AFTER UPDATE OF status, transaction_type, payment_method, amount ON payments BEGIN
    INSERT INTO tallies VALUES ('payments', OLD.status, OLD.transaction_type, OLD.payment_method, -1, -OLD.amount)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
    INSERT INTO tallies VALUES ('payments', NEW.status, NEW.transaction_type, NEW.payment_method, 1, NEW.amount)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;
CREATE TRIGGER payments_tally_delete AFTER DELETE ON payments BEGIN
    INSERT INTO tallies VALUES ('payments', OLD.status, OLD.transaction_type, OLD.payment_method, -1, -OLD.amount)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;

CREATE TRIGGER tickets_tally AFTER INSERT ON tickets BEGIN
    INSERT INTO tallies VALUES ('tickets', NEW.status, NEW.category, NEW.priority, 1, 0)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;
CREATE TRIGGER tickets_tally_update AFTER UPDATE OF status, category, priority ON tickets BEGIN
    INSERT INTO tallies VALUES ('tickets', OLD.status, OLD.category, OLD.priority, -1, 0)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
    INSERT INTO tallies VALUES ('tickets', NEW.status, NEW.category, NEW.priority, 1, 0)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;
CREATE TRIGGER tickets_tally_delete AFTER DELETE ON tickets BEGIN
    INSERT INTO tallies VALUES ('tickets', OLD.status, OLD.category, OLD.priority, -1, 0)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;

CREATE TRIGGER ledger_entries_tally AFTER INSERT ON ledger_entries BEGIN
    INSERT INTO tallies VALUES ('ledger_entries', CASE WHEN NEW.amount > 0 THEN 'in' ELSE 'out' END, '', '', 1, NEW.amount)
    ON CONFLICT DO UPDATE SET number = number + excluded.number, amount = amount + excluded.amount;
END;

INSERT INTO tallies (counted, key1, key2, key3, number, amount)
SELECT 'customers', status, document_type, customer_type, count(*), 0 FROM customers GROUP BY status, document_type, customer_type
UNION ALL SELECT 'sims', status, '', '', count(*), 0 FROM sims GROUP BY status
UNION ALL SELECT 'contracts', status, '', '', count(*), coalesce(sum(balance), 0) FROM contracts GROUP BY status
UNION ALL SELECT 'payments', status, transaction_type, payment_method, count(*), coalesce(sum(amount), 0)
    FROM payments GROUP BY status, transaction_type, payment_method
UNION ALL SELECT 'tickets', status, category, priority, count(*), 0 FROM tickets GROUP BY status, category, priority
UNION ALL SELECT 'ledger_entries', CASE WHEN amount > 0 THEN 'in' ELSE 'out' END, '', '', count(*), coalesce(sum(amount), 0)
    FROM ledger_entries GROUP BY CASE WHEN amount > 0 THEN 'in' ELSE 'out' END;
