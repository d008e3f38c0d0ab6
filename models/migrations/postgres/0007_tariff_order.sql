-- Tariffs' default order (by priority descending, then name, newest first) as the read compiler compares it: numbers turned
-- by ~, so that all terms go one way and a page is read off the index where the last one ended.
-- The order of names is ICU's and code points': where an upgrade of ICU changes what it takes for lower case, REINDEX.

DROP INDEX tariffs_priority, tariffs_is_active, tariffs_tariff_type;
CREATE INDEX tariffs_priority ON tariffs ((~priority), (lower(name COLLATE "und-x-icu") COLLATE "C"), (~id));
CREATE INDEX tariffs_is_active ON tariffs (is_active, (~priority), (lower(name COLLATE "und-x-icu") COLLATE "C"), (~id));
CREATE INDEX tariffs_tariff_type
    ON tariffs (tariff_type, (~priority), (lower(name COLLATE "und-x-icu") COLLATE "C"), (~id));
