"""Objects: the JSON of one row, related rows nested in it as sub-selects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from resolvers.read.compiler.conditions import parents
from resolvers.read.compiler.connections import connection_text
from resolvers.read.compiler.pieces import Fixed, array_of, json_string, member, object_of, quoted
from resolvers.read.compiler.plan import MARK
from resolvers.read.compiler.scalars import scalar, value_of, written
from resolvers.read.selection import AnyOf, Constant, Entries, EntryFact, Foretold, Listing, Nested, Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.read.compiler.pieces import Pieces
    from resolvers.read.compiler.statement import Statement
    from resolvers.read.selection import Object, Selected, ToMany, ToOne


@dataclass(frozen=True, slots=True)
class Row:
    """A row in scope, and the JSON of those of its fields that has been worked out elsewhere (`levels.py`)."""

    alias: str
    ready: Mapping[str, Pieces] = field(default_factory=dict)


def object_json(statement: Statement, asked: Object, row: Row) -> Pieces:
    """The JSON of a row."""
    return object_of(member(one.key, _field(statement, one, row)) for one in asked.fields)


def _field(statement: Statement, asked: Selected, row: Row) -> Pieces:
    if asked.key in row.ready:
        return row.ready[asked.key]
    if isinstance(asked, Constant):
        return [Fixed(asked.json)]
    if isinstance(asked, Scalar):
        return scalar(statement, asked, row.alias)
    if isinstance(asked, Foretold):
        return _foretold(statement, asked, row.alias)
    return [_related(statement, asked, row)]


def _foretold(statement: Statement, asked: Foretold, row: str) -> Pieces:
    """Its values under their names, behind a mark by which the plan finds them again."""
    number: Pieces = [Fixed(str(len(statement.foretold)))]
    statement.foretold.append(asked)
    values = (
        member(name, written(statement.spelling, source.kind, value_of(statement, source, row), may_be_null=True))
        for name, source in asked.sources
    )
    return object_of([member(MARK, number), *values])


def _related(statement: Statement, asked: Nested | AnyOf | Listing | Entries, row: Row) -> str:
    match asked:
        case Nested():
            return _nested(statement, asked, row.alias)
        case AnyOf():
            return _any_of(statement, asked, row)
        case Listing():
            return _listing(statement, asked, row.alias)
        case Entries():
            return _entries(statement, asked, row.alias)


def _nested(statement: Statement, asked: Nested, row: str) -> str:
    other = statement.name("t")
    text = statement.spelling.concat(object_json(statement, asked.object, Row(other)))
    table = f"{asked.object.table.name} {other}"
    return f"coalesce((SELECT {text} FROM {table} WHERE {is_other(asked.relation, row, other)}), 'null')"


def _any_of(statement: Statement, asked: AnyOf, row: Row) -> str:
    texts = [statement.spelling.concat(_field(statement, choice, row)) for choice in asked.choices]
    return "coalesce(" + "".join(f"nullif({text}, 'null'), " for text in texts) + "'null')"


def is_other(relation: ToOne, row: str, other: str) -> str:
    """The condition that a row is the one that the relation leads to."""
    return f"{other}.{relation.remote} = {local_of(relation, row)}"


def local_of(relation: ToOne, row: str) -> str:
    """This row's side of the relation."""
    if isinstance(relation.local, str):
        return f"{row}.{relation.local}"
    return f"({relation.local.sql.replace('{t}', row)})"


def _listing(statement: Statement, asked: Listing, row: str) -> str:
    def node(node_object: Object, alias: str) -> Pieces:
        return object_json(statement, node_object, Row(alias))

    return connection_text(statement, asked.connection, belongs(asked.relation, row), node)


def belongs(relation: ToMany, row: str) -> tuple[str, ...]:
    """The conditions that rows `{t}` are those that the relation leads to."""
    fixed = (f"{{t}}.{column} = {quoted(value)}" for column, value in relation.constants)
    return (_leads_here(relation, row), *fixed)


def _leads_here(relation: ToMany, row: str) -> str:
    remote = relation.remote
    if isinstance(remote, str):
        return f"{{t}}.{remote} = {row}.{relation.local}"
    return f"{{t}}.{remote.key} IN ({parents(remote, 'p_')} WHERE p_.{remote.column} = {row}.{relation.local})"


def _entries(statement: Statement, asked: Entries, row: str) -> str:
    spelling, entry = statement.spelling, statement.name("e")

    def part(one: tuple[str, EntryFact] | Constant) -> Pieces:
        if isinstance(one, Constant):
            return member(one.key, [Fixed(one.json)])
        return member(one[0], [_entry_fact(statement, asked, one[1], entry)])

    element = spelling.concat(object_of(part(one) for one in asked.parts))
    members = f"SELECT m.key, m.value FROM {spelling.entries(f'{row}.{asked.source.name}')} m ORDER BY 1"
    elements = f"(SELECT coalesce({spelling.aggregate(element)}, '') FROM ({members}) {entry})"
    return spelling.concat(array_of([[elements]]))


def _entry_fact(statement: Statement, asked: Entries, fact: EntryFact, entry: str) -> str:
    if fact is EntryFact.FIELD:
        return _entry_name(statement, asked, f"{entry}.key")
    value = statement.spelling.element(f"{entry}.value", 0 if fact is EntryFact.OLD else 1)
    return f"coalesce({_entry_value(asked, f'{entry}.key', value)}, 'null')"


def _entry_value(asked: Entries, key: str, value: str) -> str:
    """A value as JSON text: a null, which is stored as one or not at all, stays what it is."""
    in_quotes = [(quoted(name), quoted(f'"{prefix}_'), quoted('"')) for name, prefix in asked.ids]
    branches = [f"WHEN {key} = {name} THEN {before} || ({value}) || {behind}" for name, before, behind in in_quotes]
    if asked.enums:
        branches.append(f"WHEN {key} IN ({', '.join(map(quoted, asked.enums))}) THEN upper({value})")
    return f"CASE WHEN {value} = 'null' THEN 'null' {' '.join(branches)} ELSE {value} END" if branches else value


def _entry_name(statement: Statement, asked: Entries, key: str) -> str:
    as_stored = statement.spelling.json_text(key)
    if not asked.names:
        return as_stored
    branches = " ".join(f"WHEN {quoted(name)} THEN {quoted(json_string(shown))}" for name, shown in asked.names)
    return f"CASE {key} {branches} ELSE CAST({as_stored} AS text) END"
