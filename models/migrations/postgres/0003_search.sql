-- Search: an index of the three-letter pieces of each `search` text, which the application folds.

CREATE INDEX users_search ON users USING gin (search gin_trgm_ops);
CREATE INDEX customers_search ON customers USING gin (search gin_trgm_ops);
CREATE INDEX tariffs_search ON tariffs USING gin (search gin_trgm_ops);
CREATE INDEX contracts_search ON contracts USING gin (search gin_trgm_ops);
CREATE INDEX sims_search ON sims USING gin (search gin_trgm_ops);
CREATE INDEX payments_search ON payments USING gin (search gin_trgm_ops);
CREATE INDEX tickets_search ON tickets USING gin (search gin_trgm_ops);
