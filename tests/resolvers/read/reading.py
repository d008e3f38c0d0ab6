"""Means of the compiler's tests: reading what a selection answers from a filled database."""

from __future__ import annotations

import json

from resolvers.read.columns import column
from resolvers.read.compiler import compile_root
from resolvers.read.selection import ById, Nodes, Object, Scalar
from tests.resolvers.read.selections import bound, connection
from tests.resolvers.read.world import put, world


def shows(table, model, *names):
    """An object of plain columns."""
    return Object(table, tuple(Scalar(name, column(model, name)) for name in names))


async def read(database, root):
    """What a root answers, as JSON values."""
    plan = compile_root(root, database.dialect)
    return json.loads(await plan.run(database, {}))


async def one(database, asked, row_id=1):
    """The object of one row."""
    return await read(database, ById(asked, bound(row_id)))


async def ids(database, table, model, **page):
    """The ids of a list, with whatever is asked of it."""
    root = connection(table, (Nodes("nodes", shows(table, model, "id")),), **page)
    return [row["id"] for row in (await read(database, root))["nodes"]]


async def filled(database, **changes):
    """The world, its rows with id 1 changed: `contracts={"balance": -5}`."""
    rows = world()
    for table, values in changes.items():
        rows[table][0] |= values
    await put(database, rows)
    return rows
