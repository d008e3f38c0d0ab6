"""What the root fields of `Subscription` tell: events as they happen, entities as they change (events.md §3).

Each message is a read of its own, by the read compiler as everywhere, made after the commit that it tells of.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Optional

import strawberry

from resolvers.events.feed import ENTITY_NAMES, NOW, begin, page_to_tell, pieces, split
from resolvers.events.lines import Line, Watch, listen, watch
from resolvers.events.log import log_of
from resolvers.faults import invalid
from resolvers.read.selection import Several
from schema.execution.connection_arguments import NESTED
from schema.execution.query_fields import declared, filters, given
from schema.execution.read_field import READ, Arguments, Read, visible
from schema.types.global_ids import PREFIXES, malformed, split_id
from schema.types.journal import EventFeedFilter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.context import Context
    from resolvers.events.feed import Told, Window
    from resolvers.events.lines import Pace
    from resolvers.read.selection import Connection, Root
    from schema.execution.execute import GraphQLRequest
    from schema.execution.read_field import RootField, Site

MOST_IDS: Final = 100
"""Entities that one subscription watches."""
_CHANGED: Final = "$changed"
"""Among the variables of a plan, the ids that are read."""


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A root field of `Subscription`, as one request asks for it."""

    field: RootField
    request: GraphQLRequest
    variables: Mapping[str, Any]
    """Coerced."""
    size: int
    """Events that may be read together."""

    @property
    def source(self) -> Source:
        """What it tells of."""
        source: Source = self.field.read
        return source

    @property
    def arguments(self) -> Arguments:
        """The values of the field's arguments."""
        return Arguments(self.field, self.variables)

    async def read(self, context: Context, known: Mapping[str, Any]) -> bytes:
        """The field's plan for these values, as this context's caller may see it."""
        planned = await self.field.planned(replace(self.request, context=context), {**self.variables, **known})
        return await planned.answer(context)


@dataclass(frozen=True, slots=True)
class Message:
    """What is told at once: the field's value as JSON."""

    json: str
    id: str | None = None
    """Of the entity that it is about."""


Messages = AsyncGenerator["Message | None", None]
"""None: a sign of life is due."""


class Source(Read):
    """What a root field of `Subscription` tells."""

    __slots__ = ()

    @abstractmethod
    async def line(self, subscribed: Subscribed, last: str | None, ends: float | None, pace: Pace) -> Line:
        """Where it begins; `last` is the cursor of what was told last. Raises the faults of a refusal."""

    @abstractmethod
    def messages(self, subscribed: Subscribed, line: Line) -> Messages:
        """All that is told to the line, whose position is behind what was told last."""


@dataclass(frozen=True, slots=True)
class Events(Source):
    """Each event, in the order in which they happened."""

    async def prepare(self, context: Context, arguments: Arguments) -> Mapping[str, Any]:
        """As of `Read`."""
        del context
        return filters(arguments.value("filter")).values()

    def root(self, site: Site) -> Connection:
        """As of `Read`."""
        shape = site.settled(site.argument("filter"), lambda asked: filters(asked).shape)
        told = site.translator.told(site.field, site.nodes)
        return page_to_tell(told, shape, visible("Event", site.translator.sight))

    async def line(self, subscribed: Subscribed, last: str | None, ends: float | None, pace: Pace) -> Line:
        """As of `Source`."""
        context, arguments = subscribed.request.context, subscribed.arguments
        wanted = filters(arguments.value("filter"))
        position = await begin(context, last or arguments.value("after") or NOW)
        return Line(context, position, wanted.may_want, ends, pace)

    async def messages(self, subscribed: Subscribed, line: Line) -> Messages:
        """As of `Source`."""

        async def read(context: Context, page: Window) -> list[Told]:
            return split(await subscribed.read(context, page.values()))

        async with aclosing(listen(line, read, subscribed.size)) as tellings:
            async for told in tellings:
                yield None if told is None else Message(told.json)


@dataclass(frozen=True, slots=True)
class Changed(Source):
    """Some entities, now and after each change."""

    def root(self, site: Site) -> Root:
        """As of `Read`."""
        prefixes = site.settled(site.argument("ids"), lambda texts: tuple(sorted({one[0] for one in _ids(texts)})))
        objects = tuple(site.object(PREFIXES[prefix], NESTED) for prefix in prefixes)
        return Several(objects, lambda variables: variables[_CHANGED])

    async def line(self, subscribed: Subscribed, last: str | None, ends: float | None, pace: Pace) -> Watch:
        """As of `Source`. Whoever comes back is told everything as it is now, and so needs no cursor."""
        del last
        context, ids = subscribed.request.context, _ids(subscribed.arguments.value("ids"))
        return Watch(context, await log_of(context.database).settled(), ids, ends, pace)

    async def messages(self, subscribed: Subscribed, line: Line) -> Messages:
        """As of `Source`."""
        if not isinstance(line, Watch):
            raise TypeError(line)

        async def read(context: Context, ids: list[tuple[str, int]]) -> list[str]:
            return pieces(await subscribed.read(context, {_CHANGED: ids}))

        async with aclosing(watch(line, read)) as changes:
            async for change in changes:
                yield None if change is None else Message(change[1], "{}_{}".format(*change[0]))


def _ids(texts: list[str]) -> tuple[tuple[str, int], ...]:
    """The ids of entities, each once. Raises `Invalid` for what is none, and for too many."""
    if len(texts) > MOST_IDS:
        raise invalid("ids", "too_many", limit=MOST_IDS)
    for text in texts:
        if split_id(text, "ids")[0] not in ENTITY_NAMES:
            raise malformed(text, "ctr_7", "ids")
    return tuple(dict.fromkeys(split_id(text, "ids") for text in texts))


def told_events(description: str) -> Any:
    """Each event as it happens."""
    return declared(
        description,
        Events(),
        given("after", Optional[str], "Cursor to go on from; without it from now on. `Last-Event-ID` goes before it."),  # noqa: UP045 - the type is a value here
        given("filter", Optional[EventFeedFilter], "Which events to tell."),  # noqa: UP045
    )


def changed(description: str) -> Any:
    """Some entities, now and after each change."""
    what = f"Global ids, `ctr_7` for example of what to watch, {MOST_IDS} at most."
    return declared(description, Changed(), given("ids", list[strawberry.ID], what))


def source_of(field: Any) -> Source | None:
    """What a field of the schema tells; None for one that only reads."""
    read = field.metadata.get(READ)
    return read if isinstance(read, Source) else None
