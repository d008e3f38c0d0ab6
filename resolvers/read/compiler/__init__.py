"""The read compiler: any selection becomes one SQL statement that builds the JSON in the database.

    plan = compile_root(root, database.dialect)        once per shape; keep it
    body = await plan.run(reader, variables)           JSON text as bytes, to be spliced unparsed; b"null" for nothing
    count, rows = await plan.page(reader, variables)   for a `Numbered` root: the count, and a JSON array
    async for rows in plan.stream(database, variables) for a `Streamed` root: JSON texts, a batch at a time

A plan holds no values: its binds fetch them from the variables. Limits are bound as they are: whoever builds the
selection clamps them (0 to 1000). Objects have their keys in the order of the selection's fields.

How it is made, from the bottom: `pieces` (JSON text), `scalars`, `ordering` and `conditions`, `rows` (a list's rows),
`connections`, `objects`, `levels` (deep selections on SQLite), `roots`. What the databases spell differently is in
`postgres` and `sqlite`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.database import Dialect
from resolvers.read.compiler import roots
from resolvers.read.compiler.plan import Plan
from resolvers.read.compiler.postgres import Postgres
from resolvers.read.compiler.sqlite import Sqlite
from resolvers.read.compiler.statement import Statement
from resolvers.read.selection import ById, Connection, Numbered, Several, Streamed

if TYPE_CHECKING:
    from resolvers.read.selection import Root

__all__ = ["Plan", "compile_root"]


def compile_root(root: Root, dialect: Dialect) -> Plan:
    """The one statement that answers the root."""
    statement = Statement(Postgres() if dialect is Dialect.POSTGRES else Sqlite())
    match root:
        case ById():
            return roots.by_id(statement, root)
        case Several():
            return roots.several(statement, root)
        case Connection():
            return roots.connection(statement, root)
        case Numbered():
            return roots.numbered(statement, root)
        case Streamed():
            return roots.streamed(statement, root)
