"""Whole statements: one for each kind of root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolvers.read.compiler.conditions import conditions
from resolvers.read.compiler.connections import inline_page, needs_of, rendered
from resolvers.read.compiler.levels import deep, deep_connection, ids_of_page, level, lifted
from resolvers.read.compiler.objects import Row, object_json
from resolvers.read.compiler.ordering import named, order_by, renamed
from resolvers.read.compiler.pieces import array_of, quoted
from resolvers.read.compiler.rows import at_root, deferred, limit_of
from resolvers.read.selection import Kind

if TYPE_CHECKING:
    from resolvers.read.compiler.pieces import Pieces
    from resolvers.read.compiler.plan import Plan
    from resolvers.read.compiler.statement import Statement
    from resolvers.read.selection import Bind, ById, Connection, Numbered, Object, Several, Streamed, Variables


def by_id(statement: Statement, root: ById) -> Plan:
    wanted = statement.parameter(_of_64_bits(root.id), Kind.INTEGER)
    row = statement.name("t")
    found = f"FROM {root.object.table.name} {row} WHERE {row}.id = {wanted}{_visible(statement, root.object, row)}"
    if _by_levels(statement, root.object):
        nodes = level(statement, root.object, f"SELECT {row}.id {found}")
        return statement.plan(f"SELECT {nodes}.j FROM {nodes}")
    text = statement.spelling.concat(object_json(statement, root.object, Row(row)))
    return statement.plan(f"SELECT {text} {found}")


def _visible(statement: Statement, asked: Object, row: str) -> str:
    """What a row must meet for the caller to see it."""
    return "".join(f" AND {sql}" for sql in conditions(statement, asked.where, row))


def _of_64_bits(bind: Bind) -> Bind:
    """No row has an id that a database could not even take for one."""
    return lambda variables: _within_64_bits(bind(variables))


def _within_64_bits(number: int) -> int:
    return number if -(2**63) <= number < 2**63 else 0


def several(statement: Statement, root: Several) -> Plan:
    source, prefix, number = statement.spelling.wanted(statement, _ids_of_64_bits(root.ids))
    branches = ""
    for asked in root.objects:
        kind = f"{prefix} = {quoted(asked.table.prefix)}"
        row = statement.name("t")
        table, visible = f"FROM {asked.table.name} {row} WHERE {row}.id", _visible(statement, asked, row)
        if _by_levels(statement, asked):
            ids = f"SELECT {row}.id {table} IN (SELECT {number} FROM {source} WHERE {kind}){visible}"
            nodes = level(statement, asked, ids)
            text = f"(SELECT {nodes}.j FROM {nodes} WHERE {nodes}.id = {number})"
        else:
            json = statement.spelling.concat(object_json(statement, asked, Row(row)))
            text = f"(SELECT {json} {table} = {number}{visible})"
        branches += f" WHEN {kind} THEN {text}"
    element = f"coalesce(CASE{branches} END, 'null')" if branches else "'null'"
    return statement.plan(f"SELECT {_array(statement, [element])} FROM {source}")


def _ids_of_64_bits(ids: Bind) -> Bind:
    def bind(variables: Variables) -> list[tuple[str, int]]:
        return [(prefix, _within_64_bits(number)) for prefix, number in ids(variables)]

    return bind


def connection(statement: Statement, root: Connection) -> Plan:
    rows = at_root(statement, root.table, root.choose)
    if not statement.spelling.nests and deep_connection(root):
        page = statement.name("x")
        statement.table(page, f"SELECT {ids_of_page(statement, root, rows)} AS c0")
        return statement.plan(f"SELECT {lifted(statement, root, rows, f'{page}.c0')} FROM {page}")
    inline = inline_page(statement, root, rows) if needs_of(root).rows else None

    def node(asked: Object, row: str) -> Pieces:
        return object_json(statement, asked, Row(row))

    return statement.plan(f"SELECT {rendered(statement, root, rows, inline, node)}")


def numbered(statement: Statement, root: Numbered) -> Plan:
    """The count, and the page as a JSON array."""
    rows = at_root(statement, root.object.table, root.choose)
    window = " OFFSET ".join(limit_of(statement, one, root.choose) for one in (root.limit, root.offset))
    if _by_levels(statement, root.object):
        page = statement.name("x")
        found = deferred(statement, rows, rows.ranks, window, "id")
        statement.table(page, f"SELECT (SELECT json_group_array(id) FROM ({found})) AS c0")
        ids = f"{page}, json_each({page}.c0) e"
        nodes = level(statement, root.object, f"SELECT e.value AS id FROM {ids}")
        return statement.plan(
            f"SELECT {rows.counted}, (SELECT {_array(statement, [f'{nodes}.j'])} FROM {ids} "
            f"CROSS JOIN {nodes} ON {nodes}.id = e.value)"
        )
    row = statement.name("t")
    text = _array(statement, object_json(statement, root.object, Row(row)))
    found = deferred(statement, rows, rows.ranks, window)
    return statement.plan(f"SELECT {rows.counted}, (SELECT {text} FROM ({found}) {row})")


def streamed(statement: Statement, root: Streamed) -> Plan:
    """Each row's JSON as a row of the answer, in the list's order."""
    rows = at_root(statement, root.object.table, root.choose)
    if not rows.hits and not _by_levels(statement, root.object):
        text = statement.spelling.concat(object_json(statement, root.object, Row(rows.alias)))
        return statement.plan(f"SELECT {text} FROM {rows.source}{rows.where} {order_by(rows.ranks)}")
    key, row = statement.name("k"), statement.name("t")
    keys = f"(SELECT {rows.alias}.id, {named(rows.ranks)} FROM {rows.source}{rows.where}) {key}"
    order = order_by(renamed(rows.ranks, key))
    if _by_levels(statement, root.object):
        nodes = level(statement, root.object, f"SELECT {rows.alias}.id FROM {rows.source}{rows.where}")
        return statement.plan(f"SELECT {nodes}.j FROM {keys} JOIN {nodes} ON {nodes}.id = {key}.id {order}")
    text = statement.spelling.concat(object_json(statement, root.object, Row(row)))
    table = f"{root.object.table.name} {row} ON {row}.id = {key}.id"
    return statement.plan(f"SELECT {text} FROM {keys} JOIN {table} {order}")


def _by_levels(statement: Statement, asked: Object) -> bool:
    return not statement.spelling.nests and deep(asked)


def _array(statement: Statement, element: Pieces) -> str:
    """All rows' JSON as one array."""
    spelling = statement.spelling
    return spelling.concat(array_of([[f"coalesce({spelling.aggregate(spelling.concat(element))}, '')"]]))
