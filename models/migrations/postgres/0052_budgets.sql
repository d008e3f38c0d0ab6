-- What of a minute's budget has been taken: by a key or a user, in parts that each process takes for itself.

CREATE TABLE budgets (
    owner text PRIMARY KEY,
    minute timestamptz NOT NULL,
    taken bigint NOT NULL CONSTRAINT budgets_taken CHECK (taken >= 0),
    CONSTRAINT budgets_lengths CHECK (char_length(owner) <= 40)
);
