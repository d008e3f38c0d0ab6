-- What other systems call our contracts, and payment providers our payments: an import and a register find them by it.
ALTER TABLE contracts ADD COLUMN external_id TEXT CONSTRAINT contracts_external_id CHECK (length(external_id) <= 255);
ALTER TABLE payments ADD COLUMN provider TEXT CONSTRAINT payments_provider CHECK (length(provider) <= 255);
ALTER TABLE payments ADD COLUMN external_id TEXT CONSTRAINT payments_external_id CHECK (length(external_id) <= 255);
CREATE UNIQUE INDEX contracts_external_id_key ON contracts (external_id) WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX payments_external_id_key ON payments (provider, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX payments_provider_created ON payments (provider, created_at, id) WHERE provider IS NOT NULL;
