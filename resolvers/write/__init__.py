"""Writes: operations, the unit of work that they share, and `perform()`, the one road that they travel."""
