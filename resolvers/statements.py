"""SQL of our own hand, in the one spelling that both databases share but for their parameters' mark."""

from __future__ import annotations

from models.database import Dialect


def spelt(dialect: Dialect, sql: str) -> str:
    """The statement for this database: parameters are written `$1`, which SQLite calls `?1`."""
    return sql if dialect is Dialect.POSTGRES else sql.replace("$", "?")
