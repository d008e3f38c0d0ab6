"""A field of a document and all below it, as a selection for the read compiler.

What is here walks graphql-core's tree of a validated operation beside the schema's types: each field's origin
(`schema/types/field_sources.py`) says what to select. Nothing here knows SQL, and no value of a request ends up in a
selection.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Final, cast

from graphql import GraphQLObjectType, get_named_type
from strawberry.utils.str_converters import to_camel_case

from models.entity import Entity
from resolvers.events.feed import TOLD, page_of
from resolvers.read.selection import (
    AnyOf,
    Column,
    Connection,
    Constant,
    Cursor,
    Edges,
    Entries,
    EntryFact,
    Expression,
    FeedFact,
    FeedPart,
    Kind,
    Listing,
    Nested,
    Node,
    Nodes,
    Object,
    PageFact,
    PageInfo,
    Scalar,
    Style,
    ToMany,
    ToOne,
    TotalCount,
)
from resolvers.read.tables import MODELS, TABLES_BY_TYPENAME
from schema.execution import over_time
from schema.execution.arguments import argument
from schema.execution.connection_arguments import NESTED, Paging
from schema.execution.foretold_actions import foretold_actions
from schema.types.entities import TYPES
from schema.types.field_sources import Actions, AnyNode, Changes, GlobalId, origins, provenance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graphql import FieldNode, GraphQLField
    from strawberry.types.field import StrawberryField

    from resolvers.identity.permissions import Sight
    from resolvers.read.selection import Condition, ListSpec, Part, Selected, Source
    from resolvers.statement import Period
    from schema.execution.collect_fields import Collector
    from schema.types.field_sources import Provenance

    Nodes_ = list[FieldNode]

DEFINITION: Final = "strawberry-definition"
"""Under which Strawberry keeps its own field beside graphql-core's."""

_ID: Final = Column("id", Kind.INTEGER)
_FACTS: Final = {
    "hasNextPage": PageFact.HAS_NEXT,
    "hasPreviousPage": PageFact.HAS_PREVIOUS,
    "startCursor": PageFact.START,
    "endCursor": PageFact.END,
}
_ENTITY_PREFIXES: Final = {
    name: table.prefix
    for name, table in TABLES_BY_TYPENAME.items()
    if name != "Staff" and issubclass(MODELS.get(name, object), Entity)
}
_PLAIN_PARTS: Final[Mapping[str, Callable[[str], Part]]] = {
    "totalCount": TotalCount,
    "endCursor": lambda key: FeedPart(key, FeedFact.NEXT),
    "hasMore": lambda key: FeedPart(key, FeedFact.MORE),
}
"""What a page tells of itself under a response key; cursors of connections' pages stand in their `pageInfo`."""
_ENTRY: Final = {"field": EntryFact.FIELD, "old": EntryFact.OLD, "new": EntryFact.NEW}


@dataclass(frozen=True, slots=True)
class List:
    """A list as a field of the schema offers it."""

    spec: ListSpec
    name: str
    """Tells its cursors from those of other lists: `Customer.contracts`."""
    also: tuple[Condition, ...] = ()
    """What restricts its rows besides the arguments."""


@dataclass(frozen=True, slots=True)
class Translator:
    """Translates the fields of one operation for callers of one sight."""

    collector: Collector
    sight: Sight
    period: Period | None = None
    """Within a field that shows what went on between two days: these."""

    # --- objects --------------------------------------------------------------------------------------------------

    def object(self, parent: GraphQLObjectType, nodes: Nodes_, size: int, where: tuple[Condition, ...] = ()) -> Object:
        """What is asked of a row of this type; `size` is the default page of the lists in it."""
        asked = self.collector.fields(parent, nodes).items()
        selected = tuple(self._selected(parent, key, same, size) for key, same in asked)
        return Object(TABLES_BY_TYPENAME[parent.name], selected, where)

    def _selected(self, parent: GraphQLObjectType, key: str, nodes: Nodes_, size: int) -> Selected:
        name = nodes[0].name.value
        if name == "__typename":
            return _typename(key, parent)
        field = parent.fields[name]
        said = provenance_of(field)
        match said.origin:
            case ToOne():
                within = self._of_period(said, field, nodes)
                return Nested(key, said.origin, within.object(object_type(field), nodes, size))
            case ToMany():
                also = self.period.entries() if self.period and said.period else ()
                listed = List(cast("ListSpec", said.spec), f"{parent.name}.{name}", also)
                return Listing(key, said.origin, self.connection(field, nodes, listed, size))
            case AnyNode():
                return self._any_node(key, said.origin, nodes, size)
            case Changes() | Actions():
                return self._told(key, said.origin, parent, nodes)
            case _:
                return self._value(key, self._over_time(said, field, nodes), parent)

    def _told(self, key: str, origin: Changes | Actions, parent: GraphQLObjectType, nodes: Nodes_) -> Selected:
        """A list that is no list of rows."""
        if isinstance(origin, Actions):
            return foretold_actions(key, parent.name, nodes, self.collector)
        return self._changes(key, origin.column, object_type(parent.fields[nodes[0].name.value]), nodes)

    def _of_period(self, said: Provenance, field: GraphQLField, nodes: Nodes_) -> Translator:
        """What translates what is within a field: of a period, if the field shows one."""
        if not said.period:
            return self
        return replace(self, period=over_time.period(nodes[0], field))

    def _over_time(self, said: Provenance, field: GraphQLField, nodes: Nodes_) -> Source | GlobalId:
        """Where a value comes from, at the time that it is asked for."""
        if said.at is not None:
            return over_time.at_moment(nodes[0], field, said.at, self.collector.inquiry) or cast("Column", said.origin)
        if self.period and isinstance(said.origin, Expression):
            return self.period.of(said.origin)
        return cast("Source | GlobalId", said.origin)

    def _value(self, key: str, source: Source | GlobalId, parent: GraphQLObjectType) -> Selected:
        """A value; null, before any database is asked, for a role from which it is hidden."""
        if isinstance(source, GlobalId):
            return Scalar(key, _ID, Style.GLOBAL_ID, prefix=TABLES_BY_TYPENAME[parent.name].prefix)
        if isinstance(source, Column) and self.sight.role in source.hidden_from:
            return Constant(key, "null")
        return Scalar(key, source, Style.ENUM_NAME if source.choices else Style.PLAIN)

    def _any_node(self, key: str, origin: AnyNode, nodes: Nodes_, size: int) -> AnyOf:
        """One choice a type; which of them it is, the row's prefix decides."""
        choices = []
        for typename, prefix in _ENTITY_PREFIXES.items():
            row_type = cast("GraphQLObjectType", self.collector.schema.get_type(typename))
            chosen = f"CASE WHEN {{t}}.{origin.prefix.name} = '{prefix}' THEN {{t}}.{origin.id.name} END"
            relation = ToOne(typename, Expression(chosen, Kind.INTEGER))
            choices.append(Nested(f"{key}:{prefix}", relation, self.object(row_type, nodes, size)))
        return AnyOf(key, tuple(choices))

    def _changes(self, key: str, source: Column, entry: GraphQLObjectType, nodes: Nodes_) -> Entries:
        asked = self.collector.fields(entry, nodes).items()
        parts = tuple(
            (inner, _ENTRY[same[0].name.value]) if same[0].name.value in _ENTRY else _typename(inner, entry)
            for inner, same in asked
        )
        names, (enums, ids) = journal_names(), journal_values()
        return Entries(key, source, parts, names, enums, ids)

    # --- lists ----------------------------------------------------------------------------------------------------

    def connection(self, field: GraphQLField, nodes: Nodes_, listed: List, size: int) -> Connection:
        """A page of a list, of `size` unless the arguments say how many."""
        arguments = partial(argument, nodes[0], field)
        page = Paging(listed.spec, listed.name, size, arguments, self.collector.inquiry).page(listed.also)
        page_type = object_type(field)
        asked = self.collector.fields(page_type, nodes).items()
        return Connection(
            table=listed.spec.table,
            choose=page.choose,
            limit=page.limit,
            backward=page.backward,
            after=page.after,
            before=page.before,
            stamp=page.stamp,
            parts=tuple(self._part(page_type, key, same) for key, same in asked),
        )

    def feed(
        self, field: GraphQLField, nodes: Nodes_, shape: tuple[bool, ...], also: tuple[Condition, ...]
    ) -> Connection:
        """A page of the event feed; `shape`: which filters there are."""
        page_type = object_type(field)
        asked = self.collector.fields(page_type, nodes).items()
        return page_of(tuple(self._part(page_type, key, same) for key, same in asked), shape, also)

    def told(self, field: GraphQLField, nodes: Nodes_) -> Edges:
        """Of a page of the event feed, each event as it is told to who listens."""
        told_type = object_type(field)
        asked = self.collector.fields(told_type, nodes).items()
        return Edges(TOLD, tuple(self._edge_part(told_type, key, same, "event") for key, same in asked))

    def _part(self, page: GraphQLObjectType, key: str, nodes: Nodes_) -> Part:
        match nodes[0].name.value:
            case "edges":
                return self._edges(key, object_type(page.fields["edges"]), nodes)
            case "nodes":
                return Nodes(key, self.object(object_type(page.fields["nodes"]), nodes, NESTED))
            case "pageInfo":
                return self._page_info(key, object_type(page.fields["pageInfo"]), nodes)
            case name:
                return _PLAIN_PARTS[name](key) if name in _PLAIN_PARTS else _typename(key, page)

    def _edges(self, key: str, edge: GraphQLObjectType, nodes: Nodes_) -> Edges:
        asked = self.collector.fields(edge, nodes).items()
        return Edges(key, tuple(self._edge_part(edge, inner, same) for inner, same in asked))

    def _edge_part(
        self, edge: GraphQLObjectType, key: str, nodes: Nodes_, holds: str = "node"
    ) -> Cursor | Node | Constant:
        name = nodes[0].name.value
        if name == holds:
            return Node(key, self.object(object_type(edge.fields[name]), nodes, NESTED))
        return Cursor(key) if name == "cursor" else _typename(key, edge)

    def _page_info(self, key: str, info: GraphQLObjectType, nodes: Nodes_) -> PageInfo:
        asked = self.collector.fields(info, nodes).items()
        facts = tuple(
            (inner, _FACTS[same[0].name.value]) if same[0].name.value in _FACTS else _typename(inner, info)
            for inner, same in asked
        )
        return PageInfo(key, facts)


def _typename(key: str, parent: GraphQLObjectType) -> Constant:
    return Constant(key, f'"{parent.name}"')


def object_type(field: GraphQLField) -> GraphQLObjectType:
    """The object type of a field, whether it gives one, a list or none."""
    return cast("GraphQLObjectType", get_named_type(field.type))


def provenance_of(field: GraphQLField) -> Provenance:
    """Where a field of a row comes from."""
    declared: StrawberryField = field.extensions[DEFINITION]
    return cast("Provenance", provenance(declared))


@cache
def journal_names() -> tuple[tuple[str, str], ...]:
    """How the journal's fields are spelt in GraphQL, where that differs: columns, relations without their `_id`."""
    columns = {name for model in MODELS.values() for name in model._meta.fields_db_projection}
    stored = columns | {name.removesuffix("_id") for name in columns}
    return tuple(sorted((name, to_camel_case(name)) for name in stored if "_" in name))


@cache
def journal_values() -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The journal's fields whose values are enums', and those whose values are ids, with the prefix of each."""
    declared = [one.origin for row_type in TYPES.values() for one in origins(row_type)]
    enums = {one.name for one in declared if isinstance(one, Column) and one.choices}
    ids = {
        one.local.removesuffix("_id"): TABLES_BY_TYPENAME[one.target].prefix
        for one in declared
        if isinstance(one, ToOne) and isinstance(one.local, str) and one.local.endswith("_id")
    }
    return tuple(sorted(enums)), tuple(sorted(ids.items()))
