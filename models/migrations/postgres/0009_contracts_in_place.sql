-- Every payment changes its contract's balance, which is in no index. Room on the page lets that happen in place, and so without
-- a new entry in each of the table's indexes.

ALTER TABLE contracts SET (fillfactor = 80);
