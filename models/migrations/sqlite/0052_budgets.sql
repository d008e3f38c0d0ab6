-- What of a minute's budget has been taken: by a key or a user, in parts that each process takes for itself.

CREATE TABLE budgets (
    owner TEXT NOT NULL PRIMARY KEY,
    minute TEXT NOT NULL,
    taken INTEGER NOT NULL CONSTRAINT budgets_taken CHECK (taken >= 0),
    CONSTRAINT budgets_lengths CHECK (length(owner) <= 40)
) STRICT;
