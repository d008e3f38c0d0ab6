"""What the root fields of `Query` read: one row, a list of rows, any node, a history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Optional

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types import Info
from strawberry.types.arguments import StrawberryArgument

from models.api_keys import ApiKey
from models.entity import Entity
from models.journal import AuditEvent
from resolvers import bindings
from resolvers.events.feed import LARGEST, USUAL, Filters, begin, read_entities, read_types, window
from resolvers.faults import invalid
from resolvers.identity.permissions import Permission, require, require_sight
from resolvers.journal import HISTORY
from resolvers.read import find
from resolvers.read.columns import column
from resolvers.read.selection import ById, Comparison, Condition, Several
from resolvers.read.tables import MODELS
from resolvers.statement import read_moment
from schema.execution.connection_arguments import AT_ROOT, NESTED, ZONE
from schema.execution.execute import GraphQLRequest
from schema.execution.read_field import READ, Read, ReadField, Site, caller_id, visible
from schema.execution.search_field import SearchField
from schema.execution.translate import List
from schema.types.global_ids import PREFIXES, malformed, of_type, read_id, split_id
from schema.types.journal import EventFeedFilter
from schema.types.list_inputs import list_arguments
from schema.types.statistics import told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.context import Context
    from resolvers.identity.permissions import Caller
    from resolvers.read.selection import ListSpec, Root
    from schema.execution.read_field import Arguments


def declared(description: str, read: Read, *arguments: StrawberryArgument) -> Any:
    """A root field that reads so."""
    field = ReadField(description=description, metadata={READ: read})
    field.arguments = list(arguments)
    return field


def given(name: str, annotation: Any, description: str) -> StrawberryArgument:
    """An argument of one."""
    return StrawberryArgument(name, None, StrawberryAnnotation(annotation), description=description)


@dataclass(frozen=True, slots=True)
class Me(Read):
    """The caller's own row."""

    def root(self, site: Site) -> Root:
        """As of `Read`."""
        return ById(site.object("User"), caller_id)


@dataclass(frozen=True, slots=True)
class One(Read):
    """A row by its global id."""

    typename: str

    def root(self, site: Site) -> Root:
        """As of `Read`."""
        fetch = site.argument("id").fetch
        return ById(site.object(self.typename), lambda variables: read_id(fetch(variables), self.typename, "id"))


@dataclass(frozen=True, slots=True)
class Only(Read):
    """The one row that there is of a type."""

    typename: str

    def root(self, site: Site) -> Root:
        """As of `Read`."""
        return ById(site.object(self.typename), lambda _: 1)


@dataclass(frozen=True, slots=True)
class Many(Read):
    """A list of rows that meet the conditions `also`, for whoever may see any row of the entity `of`."""

    listed: ListSpec
    also: tuple[Condition, ...]
    of: type[Entity]

    @property
    def spec(self) -> ListSpec | None:
        """As of `Read`."""
        return self.listed

    def permit(self, context: Context, arguments: Arguments) -> Caller:
        """As of `Read`."""
        del arguments
        return require_sight(context, self.of, None)

    def root(self, site: Site) -> Root:
        """As of `Read`."""
        seen = visible(self.listed.table.typename, site.translator.sight)
        listed = List(self.listed, f"Query.{site.nodes[0].name.value}", (*self.also, *seen))
        return site.translator.connection(site.field, site.nodes, listed, AT_ROOT)


@dataclass(frozen=True, slots=True)
class AnyOne(Read):
    """A row of any type by its global id; its type belongs to the shape of the statement."""

    def root(self, site: Site) -> Root:
        """As of `Read`."""
        given = site.argument("id")
        prefix = site.settled(given, lambda text: split_id(text, "id")[0])
        return ById(site.object(PREFIXES[prefix]), lambda variables: split_id(given.fetch(variables), "id")[1])


@dataclass(frozen=True, slots=True)
class AnySeveral(Read):
    """Rows of any types by their global ids, in the order asked; which types belongs to the shape of the statement."""

    def root(self, site: Site) -> Root:
        """As of `Read`."""
        given = site.argument("ids")
        prefixes = site.settled(given, lambda texts: tuple(sorted({split_id(text, "ids")[0] for text in texts})))
        objects = tuple(site.object(PREFIXES[prefix], NESTED) for prefix in prefixes)
        return Several(objects, lambda variables: [split_id(text, "ids") for text in given.fetch(variables)])


@dataclass(frozen=True, slots=True)
class History(Read):
    """The journal of one entity, which may be deleted by now, for whoever may see it."""

    def permit(self, context: Context, arguments: Arguments) -> Caller:
        """As of `Read`."""
        require(context, Permission.READ)
        text = arguments.value("id")
        prefix, row_id = split_id(text, "id")
        model = MODELS[PREFIXES[prefix]]
        if not issubclass(model, Entity):
            raise malformed(text, "ctr_7", "id")
        return require_sight(context, model, row_id)

    def root(self, site: Site) -> Root:
        """As of `Read`."""
        fetch = site.argument("id").fetch
        entity = Condition(
            column(AuditEvent, "entity"), Comparison.EQUALS, lambda variables: split_id(fetch(variables), "id")[0]
        )
        row = Condition(
            column(AuditEvent, "entity_id"), Comparison.EQUALS, lambda variables: split_id(fetch(variables), "id")[1]
        )
        of_key = site.settled(site.argument("id"), lambda text: split_id(text, "id")[0] == ApiKey.prefix)
        seen = visible("Event", site.translator.sight) if of_key else ()
        listed = List(HISTORY, "Query.history", (entity, row, *seen))
        return site.translator.connection(site.field, site.nodes, listed, AT_ROOT)


@dataclass(frozen=True, slots=True)
class NumberHistory(Read):
    """The bindings of a phone number, or that of a moment."""

    def root(self, site: Site) -> Root:
        """As of `Read`."""
        number, at = site.argument("msisdn").fetch, site.argument("at")
        at_moment = site.settled(at, lambda value: value is not None)
        also = bindings.of_number(
            lambda variables: bindings.read_number(number(variables)),
            (lambda variables: read_moment(at.fetch(variables), variables[ZONE])) if at_moment else None,
        )
        listed = List(bindings.LIST, "Query.numberHistory", also)
        return site.translator.connection(site.field, site.nodes, listed, AT_ROOT)


@dataclass(frozen=True, slots=True)
class Feed(Read):
    """What has happened since a cursor, in the order in which it did."""

    def root(self, site: Site) -> Root:
        """As of `Read`."""
        shape = site.settled(site.argument("filter"), lambda asked: filters(asked).shape)
        return site.translator.feed(site.field, site.nodes, shape, visible("Event", site.translator.sight))

    async def prepare(self, context: Context, arguments: Arguments) -> Mapping[str, Any]:
        """As of `Read`."""
        first = arguments.value("first")
        size = USUAL if first is None else min(first, LARGEST)
        if size < 0:
            raise invalid("first", "negative_page")
        page = await window(context.database, await begin(context, arguments.value("after")), size)
        return {**page.values(), **filters(arguments.value("filter")).values()}


def me(description: str) -> Any:
    """The caller's own row."""
    return declared(description, Me())


def one(typename: str, description: str) -> Any:
    """A row by its global id; null if there is none, or none that the caller may see."""
    return declared(description, One(typename), given("id", strawberry.ID, of_type(typename)))


def only(typename: str, description: str) -> Any:
    """The one row that there is of a type."""
    return declared(description, Only(typename))


def many(spec: ListSpec, description: str, *also: Condition, of: type[Entity] = Entity) -> Any:
    """A list of rows that meet the conditions `also`, for whoever may see any row of the entity `of`."""
    return declared(description, Many(spec, also, of), *list_arguments(spec))


def node(description: str) -> Any:
    """A row of any type by its global id."""
    return declared(description, AnyOne(), given("id", strawberry.ID, "Global id of any type, `ctr_7` for example."))


def nodes(description: str) -> Any:
    """Rows of any types by their global ids, in the order asked."""
    what = "Global ids of any types, `ctr_7` for example; those of nothing answer null."
    return declared(description, AnySeveral(), given("ids", list[strawberry.ID], what))


def history(description: str) -> Any:
    """The journal of one entity."""
    what = "Global id of the entity, `ctr_7` for example; it may have been deleted."
    return declared(description, History(), given("id", strawberry.ID, what), *list_arguments(HISTORY))


def number_history(description: str) -> Any:
    """Whose number it was."""
    return declared(
        description,
        NumberHistory(),
        given("msisdn", str, "A phone number in any usual spelling."),
        given("at", Optional[datetime], "Whose it was at this moment, or at this day's end."),  # noqa: UP045
        *list_arguments(bindings.LIST),
    )


def feed(description: str) -> Any:
    """The event feed: what has happened since a cursor."""
    return declared(
        description,
        Feed(),
        given("after", Optional[str], "Cursor to go on from; `now`: from here on; without it from the beginning."),  # noqa: UP045 - the type is a value here
        given("first", Optional[int], f"Events to the page, {USUAL} unless given, at most {LARGEST}."),  # noqa: UP045
        given("filter", Optional[EventFeedFilter], "Which events to answer."),  # noqa: UP045
    )


def filters(asked: Mapping[str, Any] | None) -> Filters:
    """The feed's `filter`, ready to be bound. Raises `Invalid`."""
    said = {name: value for name, value in (asked or {}).items() if value is not None}
    entities = read_entities(said.get("entityIn", ()), "entityIn")
    ids: tuple[int, ...] = ()
    if "entityId" in said:
        prefix, row_id = split_id(said["entityId"], "entityId")
        entities, ids = ((prefix,) if not entities or prefix in entities else ("",)), (row_id,)
    return Filters(
        types=read_types(said.get("typeIn", ()), "typeIn"),
        entities=entities,
        entity_ids=ids,
        request_ids=(said["requestId"],) if "requestId" in said else (),
        actors=(read_id(said["actorId"], "User", "actorId"),) if "actorId" in said else (),
    )


def search(description: str) -> Any:
    """Whatever is found by what somebody says of it."""
    field = SearchField(description=description)
    field.arguments = [
        given("text", str, "What is known: a number, a document, a name, in any spelling."),
        given("first", Optional[int], f"How many at most: {find.USUAL} unless given, never more than {find.LARGEST}."),  # noqa: UP045
        given("types", Optional[list[find.Findable]], "What to search over; everything unless given."),  # noqa: UP045
    ]
    return field


RequestInfo = Info[GraphQLRequest, None]


def counted(typename: str, kind: type, description: str) -> Any:
    """The statistics of an entity, in one statement whatever is asked of them."""

    async def resolve(info: RequestInfo) -> Any:
        context = info.context.context
        require(context, Permission.READ)
        return await told(context.reader, typename, kind)

    return strawberry.field(resolver=resolve, description=description, graphql_type=kind)
