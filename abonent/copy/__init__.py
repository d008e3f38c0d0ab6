"""`abonent copy --from … --to …`: a whole database moves into an empty one, of the same kind or the other.

Everything goes: ids, the journal, sessions, kept answers of idempotency keys, and the ids that were given last, so that
none is given again. What is derived (tallies, full text) is made anew. Which tables and columns there are is asked of
the databases themselves, so that nothing is forgotten when one is added.
"""
