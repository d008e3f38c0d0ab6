-- Whose number it was: each binding of a SIM and its number to a contract, written whenever either changes.

CREATE TABLE sim_bindings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sim_id INTEGER NOT NULL,
    msisdn TEXT NOT NULL,
    contract_id INTEGER NOT NULL REFERENCES contracts (id) ON DELETE RESTRICT,
    since TEXT NOT NULL,
    until TEXT,
    CONSTRAINT sim_bindings_times CHECK (since <= until)
) STRICT;
CREATE UNIQUE INDEX sim_bindings_current_key ON sim_bindings (sim_id) WHERE until IS NULL;
CREATE INDEX sim_bindings_sim ON sim_bindings (sim_id, since, id);
CREATE INDEX sim_bindings_contract ON sim_bindings (contract_id, since, id);
CREATE INDEX sim_bindings_msisdn ON sim_bindings (msisdn, since, id);

INSERT INTO sim_bindings (sim_id, msisdn, contract_id, since)
SELECT id, msisdn, contract_id, coalesce(activated_at, created_at) FROM sims WHERE contract_id IS NOT NULL ORDER BY id;

CREATE TRIGGER sims_binding AFTER INSERT ON sims WHEN NEW.contract_id IS NOT NULL BEGIN
    INSERT INTO sim_bindings (sim_id, msisdn, contract_id, since)
    VALUES (NEW.id, NEW.msisdn, NEW.contract_id, coalesce(NEW.activated_at, NEW.created_at));
END;
CREATE TRIGGER sims_binding_update AFTER UPDATE OF contract_id, msisdn ON sims
WHEN OLD.contract_id IS NOT NEW.contract_id OR OLD.msisdn <> NEW.msisdn BEGIN
    UPDATE sim_bindings SET until = max(since, NEW.updated_at) WHERE sim_id = NEW.id AND until IS NULL;
    INSERT INTO sim_bindings (sim_id, msisdn, contract_id, since)
    SELECT NEW.id, NEW.msisdn, NEW.contract_id, NEW.updated_at WHERE NEW.contract_id IS NOT NULL;
END;

-- numbers of closed SIMs that may not be given again yet, even if the SIM is deleted

CREATE TABLE number_rests (
    msisdn TEXT NOT NULL PRIMARY KEY,
    until TEXT NOT NULL
) STRICT;

CREATE TRIGGER sims_number_rests AFTER INSERT ON sims
WHEN EXISTS (SELECT 1 FROM number_rests r WHERE r.msisdn = NEW.msisdn AND r.until > NEW.updated_at) BEGIN
    SELECT RAISE(ABORT, 'sims_number_rests');
END;
CREATE TRIGGER sims_number_rests_update AFTER UPDATE OF msisdn ON sims
WHEN OLD.msisdn <> NEW.msisdn
    AND EXISTS (SELECT 1 FROM number_rests r WHERE r.msisdn = NEW.msisdn AND r.until > NEW.updated_at) BEGIN
    SELECT RAISE(ABORT, 'sims_number_rests');
END;
