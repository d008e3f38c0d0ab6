"""Lists in numbered pages: all rows of an entity, a named part of them, or those that belong to another row."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import orjson

from models.api_keys import ApiKey
from resolvers.faults import Invalid, not_found
from resolvers.identity.permissions import Permission, require, require_sight
from resolvers.read.compiler import Plan, compile_root
from resolvers.read.list_criteria import condition, criteria
from resolvers.read.search import search_words
from resolvers.read.selection import Choose, Numbered, Object, Streamed
from resolvers.weighted_cache import WeightedCache
from resolvers.write.unit_of_work import select
from rest_compat.file_handlers import file_answer, file_asked, without
from rest_compat.http import address_of, answer, path_id
from rest_compat.import_columns import import_values
from rest_compat.query_string import LARGEST_PAGE, PAGE_SIZE, Asked, asked, no_such_page, page_size
from rest_compat.representations import representation
from schema.execution.read_field import CALLER, visible

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from models.database import Dialect
    from models.entity import Entity
    from resolvers.context import Context
    from resolvers.identity.permissions import Caller, Sight
    from resolvers.read.search import Lookup
    from resolvers.read.selection import Condition, ListSpec, Term
    from resolvers.words import Language
    from rest_compat.file_handlers import FileAsked


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """The handler of one list."""

    spec: ListSpec
    within: tuple[Condition, ...] = ()
    """What holds for all of its rows; the binds find `parent` and `caller` among the variables."""
    sight: type[Entity] | None = None
    """Whose rows the caller must be allowed to see; None where everybody may."""
    parent: type[Entity] | None = None
    """The entity whose id stands in the path."""

    def price(self, request: Request) -> int:
        """The rows of a page; a file costs as much as the largest of pages."""
        try:
            if file_asked(request, self.spec.table) is not None:
                return LARGEST_PAGE
            return page_size(request.query_params.get("page_size") or str(PAGE_SIZE))
        except Invalid:  # it will be refused
            return 1

    async def __call__(self, request: Request, context: Context) -> Response:
        require(context, Permission.READ)
        parent = path_id(request, self.parent) if self.parent else None
        if self.sight:
            require_sight(context, self.sight, parent)
        file = file_asked(request, self.spec.table)
        parameters = request.query_params if file is None else without(request.query_params)
        try:
            wanted = asked(self.spec, parameters, context.settings.time_zone)
        except Invalid:
            await self._require_parent(context, parent)
            raise
        if file is not None:
            return await self._file(context, file, wanted, parent)
        count, rows = await self._page(context, wanted, parent)
        if count == 0:
            await self._require_parent(context, parent)
        if count <= wanted.offset and wanted.page > 1:
            raise no_such_page()
        return answer(context.weighed(page_told(request, wanted, count, rows)), context.language)

    async def _file(self, context: Context, file: FileAsked, wanted: Asked, parent: int | None) -> Response:
        """All rows at once, whatever page is asked for."""
        await self._require_parent(context, parent)
        caller = require(context, Permission.READ)
        batches = self.rows(context, caller.sight, file.keys, wanted, _known(parent, caller))
        return await file_answer(context, file, self.spec.table, batches)

    def rows(
        self, context: Context, sight: Sight, keys: tuple[str, ...], wanted: Asked, known: Mapping[str, object]
    ) -> AsyncGenerator[list[str]]:
        """All rows that are wanted, as JSON objects of these keys, a batch at a time, from one snapshot."""
        choose = self.chosen(wanted.criteria, wanted.words, wanted.order, sight)
        selection = representation(self.spec.table.typename, sight.role, context.language)
        by_key = import_values(self.spec.table) | {one.key: one for one in selection.fields}
        shown = Object(selection.table, tuple(by_key[key] for key in keys))
        plan = compile_root(Streamed(shown, choose), context.database.dialect)
        return plan.stream(context.database, {**wanted.values, **known})

    def chosen(
        self, given: tuple[str, ...], words: tuple[Lookup, ...], order: tuple[Term, ...], sight: Sight
    ) -> Choose:
        """Which rows, in which order: those that the list is of, as far as the query string leaves them."""
        named = [one for one in criteria(self.spec) if one.name in given]
        asked_for = [condition(one, itemgetter(one.name)) for one in named]
        seen = visible(self.spec.table.typename, sight) if self.sight is ApiKey else ()
        return Choose((*self.within, *seen, *asked_for), search_words(words, itemgetter("words")), order)

    async def _page(self, context: Context, wanted: Asked, parent: int | None) -> tuple[int, bytes]:
        """How many rows there are in all, and those of one page."""
        caller, reader = require(context, Permission.READ), context.reader
        usual = wanted.page == 1 and wanted.size == PAGE_SIZE
        shape = Shape(caller.sight, context.language, wanted.order, wanted.criteria, wanted.words, usual)
        paging = {"limit": wanted.size, "offset": wanted.offset, **_known(parent, caller)}
        return await _plan(self, shape, reader.dialect).page(reader, {**wanted.values, **paging})

    async def _require_parent(self, context: Context, parent: int | None) -> None:
        """Raise `not_found` unless the row is there, or has left something in the list: history outlives its row."""
        if self.parent is None or parent is None or await select(context.database, self.parent, [parent]):
            return
        count, _ = await self._page(context, Asked(1, 1, self.spec.default_order), parent)
        if count == 0:
            raise not_found(self.parent, parent)


def _known(parent: int | None, caller: Caller) -> dict[str, int | None]:
    """What the binds of a list find beside the values of its query string."""
    return {"parent": parent, "caller": caller.user_id, CALLER: caller.user_id}


@dataclass(frozen=True, slots=True)
class Shape:
    """What makes one statement of a list different from another."""

    sight: Sight
    language: Language
    order: tuple[Term, ...]
    criteria: tuple[str, ...]
    words: tuple[Lookup, ...]
    usual: bool
    """The first page of the usual size: its limits are no parameters, and so it need not be planned anew."""


_PLANS: Final = WeightedCache["tuple[Lists, Shape, Dialect]", Plan](16_000_000, lambda plan: plan.weight)


def _plan(handler: Lists, shape: Shape, dialect: Dialect) -> Plan:
    place = (handler, shape, dialect)
    plan = _PLANS.get(place)
    if plan is None:
        plan = _made(handler, shape, dialect)
        _PLANS.put(place, plan)
    return plan


def _made(handler: Lists, shape: Shape, dialect: Dialect) -> Plan:
    spec = handler.spec
    choose = handler.chosen(shape.criteria, shape.words, shape.order, shape.sight)
    selection = representation(spec.table.typename, shape.sight.role, shape.language)
    limit, offset = (PAGE_SIZE, 0) if shape.usual else (itemgetter("limit"), itemgetter("offset"))
    return compile_root(Numbered(selection, choose, limit, offset), dialect)


def page_told(request: Request, wanted: Asked, count: int, rows: bytes) -> bytes:
    """A page as it is answered: how many there are in all, where its neighbours are, its rows."""
    page = {
        "count": count,
        "next": _link(request, wanted.page + 1) if wanted.offset + wanted.size < count else None,
        "previous": _link(request, wanted.page - 1) if wanted.page > 1 else None,
        "results": orjson.Fragment(rows),
    }
    return orjson.dumps(page)


def _link(request: Request, page: int) -> str:
    """The absolute address of another page, all other parameters as they came."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "page"]
    return f"{address_of(request)}?{urlencode([*kept, ('page', str(page))])}"
