"""Deep selections on SQLite: a level at a time, because its parser cannot nest sub-selects deeply.

Top down, every level of the selection becomes one table of the rows' ids, each with the ids of its deep relations;
bottom up, every level becomes one table of the rows' JSON, in which the JSON of the level below is looked up by id:

    x1(id, c1)   the customers of the page, each with the ids of its contracts as an array
    x2(id)       the contracts named in x1
    n2(id, j)    the contracts' JSON
    n1(id, j)    the customers' JSON, the contracts' from n2 in it

What is at most `SHALLOW` levels high needs none of that, and stays a sub-select as on PostgreSQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import TYPE_CHECKING

from resolvers.read.compiler.connections import Page, needs_of, page_rows, rendered
from resolvers.read.compiler.objects import Row, belongs, is_other, local_of, object_json
from resolvers.read.compiler.rows import in_place, limit_of
from resolvers.read.selection import AnyOf, Edges, Listing, Nested, Node, Nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resolvers.read.compiler.pieces import Pieces
    from resolvers.read.compiler.rows import Rows
    from resolvers.read.compiler.statement import Statement
    from resolvers.read.selection import Connection, Object, ToOne

SHALLOW = 2
"""Levels of sub-selects; SQLite's parser gives up at the fifth."""


def deep(asked: Object) -> bool:
    return _height(asked) > SHALLOW


def deep_connection(connection: Connection) -> bool:
    return any(deep(node) for node in node_objects(connection))


def _height(asked: Object) -> int:
    """How many levels of relations there are below a row."""
    below = [0]
    for one in asked.fields:
        if isinstance(one, Nested):
            below.append(1 + _height(one.object))
        elif isinstance(one, AnyOf):
            below += (1 + _height(choice.object) for choice in one.choices)
        elif isinstance(one, Listing):
            below.append(1 + max(map(_height, node_objects(one.connection)), default=0))
    return max(below)


def node_objects(connection: Connection) -> Iterator[Object]:
    """The objects that are asked of a connection's rows."""
    for part in connection.parts:
        if isinstance(part, Nodes):
            yield part.object
        elif isinstance(part, Edges):
            yield from (one.object for one in part.fields if isinstance(one, Node))


def level(statement: Statement, asked: Object, ids: str) -> str:
    """Add the tables that work out the JSON of these rows; returns the name of the one with columns `id` and `j`.

    `ids` is a query for the rows' ids, each once, in its column `id`.
    """
    outer, row, nodes = statement.name("x"), statement.name("t"), statement.name("n")
    below = [_Below(statement, one, row, outer, f"c{place}") for place, one in enumerate(_deep_fields(asked))]
    table = f"{asked.table.name} {row} ON {row}.id"
    columns = "".join(f", {one.ids()} AS {one.column}" for one in below)
    statement.table(outer, f"SELECT {row}.id{columns} FROM ({ids}) i CROSS JOIN {table} = i.id")
    ready = Row(row, {one.field.key: one.json() for one in below})
    text = statement.spelling.concat(object_json(statement, asked, ready))
    joins = "".join(one.join for one in below)
    statement.table(f"{nodes}(id, j)", f"SELECT {row}.id, {text} FROM {outer} CROSS JOIN {table} = {outer}.id{joins}")
    return nodes


def _deep_fields(asked: Object) -> Iterator[Nested | Listing]:
    for one in (inner for field in asked.fields for inner in (field.choices if isinstance(field, AnyOf) else [field])):
        if (isinstance(one, Nested) and _height(one.object) >= SHALLOW) or (
            isinstance(one, Listing) and _lies_deep(one.connection)
        ):
            yield one


def _lies_deep(connection: Connection) -> bool:
    return any(_height(node) >= SHALLOW for node in node_objects(connection))


@dataclass(slots=True)
class _Below:
    """A deep field of a level: the ids that it leads to stand in a column of the level's first table."""

    statement: Statement
    field: Nested | Listing
    row: str
    outer: str
    column: str
    join: str = ""
    rows: Rows = dataclass_field(init=False)

    def ids(self) -> str:
        """The id of the related row, or a JSON array of the ids of a page of them."""
        if isinstance(self.field, Nested):
            return self._id(self.field.relation, self.field.object)
        connection = self.field.connection
        link = belongs(self.field.relation, self.row)
        self.rows = in_place(self.statement, connection.table, connection.choose, link)
        return ids_of_page(self.statement, connection, self.rows)

    def _id(self, relation: ToOne, asked: Object) -> str:
        if relation.remote == "id":
            return local_of(relation, self.row)
        other = self.statement.name("t")
        return f"(SELECT {other}.id FROM {asked.table.name} {other} WHERE {is_other(relation, self.row, other)})"

    def json(self) -> Pieces:
        """The field's JSON, from the tables of its own level, which this adds."""
        if isinstance(self.field, Listing):
            return [lifted(self.statement, self.field.connection, self.rows, f"{self.outer}.{self.column}")]
        wanted = f"{self.outer}.{self.column}"
        ids = f"SELECT DISTINCT {wanted} AS id FROM {self.outer} WHERE {wanted} IS NOT NULL"
        nodes = level(self.statement, self.field.object, ids)
        self.join = f" LEFT JOIN {nodes} ON {nodes}.id = {wanted}"
        return [f"coalesce({nodes}.j, 'null')"]


def ids_of_page(statement: Statement, connection: Connection, rows: Rows) -> str:
    """The ids of a connection's page as one JSON array, in the order in which they are found."""
    return f"(SELECT json_group_array(id) FROM ({page_rows(statement, connection, rows, 'id')}))"


def lifted(statement: Statement, connection: Connection, rows: Rows, ids: str) -> str:
    """A connection's JSON, its page being the array `ids` (`x1.c0`) in a table of a level."""
    needs, entry, row = needs_of(connection), statement.name("e"), statement.name("t")
    source, columns = f"json_each({ids}) {entry}", [f"{entry}.key + 1 AS n_", f"json_array_length({ids}) AS m_"]
    on_page = f" WHERE {entry}.key < {limit_of(statement, connection.limit, connection.choose)}" if needs.extra else ""
    wanted = f"SELECT DISTINCT {entry}.value AS id FROM {ids.partition('.')[0]}, {source}{on_page}"
    deep = {node: level(statement, node, wanted) for node in node_objects(connection) if _height(node) >= SHALLOW}
    if needs.order or len(deep) < len(set(node_objects(connection))):
        other = statement.name("t")
        source += f" CROSS JOIN {connection.table.name} {other} ON {other}.id = {entry}.value"
        columns.append(f"{other}.*")
    for nodes in deep.values():
        source += f" LEFT JOIN {nodes} ON {nodes}.id = {entry}.value"
        columns.append(f"{nodes}.j AS {nodes}")
    backward = f" ORDER BY {entry}.key DESC" if connection.backward else ""
    page = Page(f"(SELECT {', '.join(columns)} FROM {source}{backward}) {row}", row, f"{row}.n_", f"{row}.m_")

    def node_json(node: Object, alias: str) -> Pieces:
        return [f"{alias}.{deep[node]}"] if node in deep else object_json(statement, node, Row(alias))

    return rendered(statement, connection, rows, page, node_json)
