-- Tariffs' default order (by priority descending, then name, newest first) as the read compiler compares it: numbers turned
-- by ~, so that all terms go one way. Tariffs of one priority are still sorted by name: casefold() is a function of ours, and
-- an index on it would bar other programs from the file.

DROP INDEX tariffs_priority;
DROP INDEX tariffs_is_active;
DROP INDEX tariffs_tariff_type;
CREATE INDEX tariffs_priority ON tariffs ((~priority), name);
CREATE INDEX tariffs_is_active ON tariffs (is_active, (~priority), name);
CREATE INDEX tariffs_tariff_type ON tariffs (tariff_type, (~priority), name);
