-- The tallies in slots: a transaction that changes what is tallied adds to the rows of a slot that nobody else has in hand, and so
-- waits for nobody. There are as many slots as transactions have ever changed something at once, and a reader adds them up.
-- Rows that were appended and folded left so many dead ones behind that reads slowed down between two vacuums; what is
-- changed in place, with no column of an index, is tidied up by the next change.

CREATE TABLE tallies_in_slots (
    counted text NOT NULL,
    key1 text NOT NULL,
    key2 text NOT NULL,
    key3 text NOT NULL,
    slot integer NOT NULL DEFAULT 0,
    number bigint NOT NULL,
    amount bigint NOT NULL,
    CONSTRAINT tallies_in_slots_pkey PRIMARY KEY (counted, key1, key2, key3, slot)
) WITH (fillfactor = 50);

LOCK TABLE tallies IN ACCESS EXCLUSIVE MODE;
INSERT INTO tallies_in_slots (counted, key1, key2, key3, number, amount)
SELECT counted, key1, key2, key3, sum(number), sum(amount) FROM tallies GROUP BY counted, key1, key2, key3;
DROP TABLE tallies;
ALTER TABLE tallies_in_slots RENAME TO tallies;
ALTER INDEX tallies_in_slots_pkey RENAME TO tallies_pkey;

DROP FUNCTION fold_tallies;
CREATE OR REPLACE FUNCTION tally(counted text, key1 text, key2 text, key3 text, number bigint, amount bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    free integer := 0;
BEGIN
    WHILE NOT pg_try_advisory_xact_lock(5, free) LOOP -- of pairs of numbers nothing else here locks any
        free := free + 1;
    END LOOP;
    INSERT INTO tallies AS kept (counted, key1, key2, key3, slot, number, amount)
    VALUES (tally.counted, tally.key1, tally.key2, tally.key3, free, tally.number, tally.amount)
    ON CONFLICT ON CONSTRAINT tallies_pkey
    DO UPDATE SET number = kept.number + excluded.number, amount = kept.amount + excluded.amount;
END
$$;
