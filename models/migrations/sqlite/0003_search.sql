-- Search: an index of the three-letter pieces of each `search` text, kept in step by triggers. The texts are folded already,
-- and stand in their own tables only (external content). To fill one anew: INSERT INTO x_search(x_search) VALUES ('rebuild').

CREATE VIRTUAL TABLE users_search USING fts5 (
    search, content = 'users', content_rowid = 'id', tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER users_search_insert AFTER INSERT ON users BEGIN
    INSERT INTO users_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER users_search_update AFTER UPDATE OF search ON users WHEN old.search <> new.search BEGIN
    INSERT INTO users_search (users_search, rowid, search) VALUES ('delete', old.id, old.search);
    INSERT INTO users_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER users_search_delete AFTER DELETE ON users BEGIN
    INSERT INTO users_search (users_search, rowid, search) VALUES ('delete', old.id, old.search);
END;

CREATE VIRTUAL TABLE customers_search USING fts5 (
    search, content = 'customers', content_rowid = 'id', tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER customers_search_insert AFTER INSERT ON customers BEGIN
    INSERT INTO customers_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER customers_search_update AFTER UPDATE OF search ON customers WHEN old.search <> new.search BEGIN
    INSERT INTO customers_search (customers_search, rowid, search) VALUES ('delete', old.id, old.search);
    INSERT INTO customers_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER customers_search_delete AFTER DELETE ON customers BEGIN
    INSERT INTO customers_search (customers_search, rowid, search) VALUES ('delete', old.id, old.search);
END;

CREATE VIRTUAL TABLE tariffs_search USING fts5 (
    search, content = 'tariffs', content_rowid = 'id', tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER tariffs_search_insert AFTER INSERT ON tariffs BEGIN
    INSERT INTO tariffs_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER tariffs_search_update AFTER UPDATE OF search ON tariffs WHEN old.search <> new.search BEGIN
    INSERT INTO tariffs_search (tariffs_search, rowid, search) VALUES ('delete', old.id, old.search);
    INSERT INTO tariffs_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER tariffs_search_delete AFTER DELETE ON tariffs BEGIN
    INSERT INTO tariffs_search (tariffs_search, rowid, search) VALUES ('delete', old.id, old.search);
END;

CREATE VIRTUAL TABLE contracts_search USING fts5 (
    search, content = 'contracts', content_rowid = 'id', tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER contracts_search_insert AFTER INSERT ON contracts BEGIN
    INSERT INTO contracts_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER contracts_search_update AFTER UPDATE OF search ON contracts WHEN old.search <> new.search BEGIN
    INSERT INTO contracts_search (contracts_search, rowid, search) VALUES ('delete', old.id, old.search);
    INSERT INTO contracts_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER contracts_search_delete AFTER DELETE ON contracts BEGIN
    INSERT INTO contracts_search (contracts_search, rowid, search) VALUES ('delete', old.id, old.search);
END;

CREATE VIRTUAL TABLE sims_search USING fts5 (
    search, content = 'sims', content_rowid = 'id', tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER sims_search_insert AFTER INSERT ON sims BEGIN
    INSERT INTO sims_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER sims_search_update AFTER UPDATE OF search ON sims WHEN old.search <> new.search BEGIN
    INSERT INTO sims_search (sims_search, rowid, search) VALUES ('delete', old.id, old.search);
    INSERT INTO sims_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER sims_search_delete AFTER DELETE ON sims BEGIN
    INSERT INTO sims_search (sims_search, rowid, search) VALUES ('delete', old.id, old.search);
END;

CREATE VIRTUAL TABLE payments_search USING fts5 (
    search, content = 'payments', content_rowid = 'id', tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER payments_search_insert AFTER INSERT ON payments BEGIN
    INSERT INTO payments_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER payments_search_update AFTER UPDATE OF search ON payments WHEN old.search <> new.search BEGIN
    INSERT INTO payments_search (payments_search, rowid, search) VALUES ('delete', old.id, old.search);
    INSERT INTO payments_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER payments_search_delete AFTER DELETE ON payments BEGIN
    INSERT INTO payments_search (payments_search, rowid, search) VALUES ('delete', old.id, old.search);
END;

CREATE VIRTUAL TABLE tickets_search USING fts5 (
    search, content = 'tickets', content_rowid = 'id', tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER tickets_search_insert AFTER INSERT ON tickets BEGIN
    INSERT INTO tickets_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER tickets_search_update AFTER UPDATE OF search ON tickets WHEN old.search <> new.search BEGIN
    INSERT INTO tickets_search (tickets_search, rowid, search) VALUES ('delete', old.id, old.search);
    INSERT INTO tickets_search (rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER tickets_search_delete AFTER DELETE ON tickets BEGIN
    INSERT INTO tickets_search (tickets_search, rowid, search) VALUES ('delete', old.id, old.search);
END;
