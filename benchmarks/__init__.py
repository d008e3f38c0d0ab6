"""How fast it is, beside a floor, the least that could answer the same (`make bench`; RESULTS.md: what it printed)."""
