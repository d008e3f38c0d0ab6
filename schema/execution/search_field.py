"""The root field `search`: what is found is read by the compiler, as `nodes` are, and put into its edges."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import orjson
from strawberry.types.field import StrawberryField

from resolvers.faults import Invalid, invalid
from resolvers.identity.permissions import Permission, require
from resolvers.read.compiler import compile_root
from resolvers.read.find import LARGEST, USUAL, Findable, find
from resolvers.read.selection import Several
from resolvers.value_kinds import Refused
from schema.execution.collect_fields import Collector
from schema.execution.connection_arguments import NESTED
from schema.execution.execute import Compiled
from schema.execution.plan_cache import Inquiry, PlanCache
from schema.execution.read_field import Site, place_of, plan_variables
from schema.execution.translate import Translator, object_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import FieldNode, GraphQLObjectType
    from strawberry.types import Info

    from resolvers.read.compiler import Plan
    from resolvers.read.find import Hit
    from schema.execution.execute import GraphQLRequest

_FOUND: Final = "$found"
"""Among the variables of a plan, the ids of what was found; no variable of a document can have a name like this."""
_PLANS: Final[PlanCache[Plan]] = PlanCache(lambda plan: len(plan.sql))


class SearchField(StrawberryField):
    """Finds, and reads what was found."""

    @property
    def is_basic_field(self) -> bool:
        """Never: its resolver needs the request."""
        return False

    def get_result(self, source: Any, info: Info[Any, Any] | None, args: list[Any], kwargs: Any) -> Any:
        del source, args
        return _answer(info, **kwargs)


async def _answer(info: Any, text: str, first: int | None = None, types: list[Findable] | None = None) -> Compiled:
    raw, request = info._raw_info, info.context  # noqa: SLF001 - Strawberry's own Info hides the document's nodes
    context = request.context
    require(context, Permission.READ)
    if first is not None and first < 0:
        raise invalid("first", "negative_page")
    try:
        hits = await find(context.reader, text, min(USUAL if first is None else first, LARGEST), types or ())
    except Refused as refusal:
        raise Invalid({"text": (refusal.message,)}) from None
    return Compiled(orjson.dumps(await _Answer(raw, request).connection(hits)))


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a document asks of the matches."""

    raw: Any
    request: GraphQLRequest

    def fields(self, parent: GraphQLObjectType, nodes: list[FieldNode]) -> Mapping[str, list[FieldNode]]:
        return self._collector(Inquiry(self.raw.variable_values)).fields(parent, nodes)

    def _collector(self, inquiry: Inquiry) -> Collector:
        return Collector(self.raw.schema, self.raw.fragments, inquiry)

    async def connection(self, hits: list[Hit]) -> dict[str, Any]:
        field = self.raw.parent_type.fields[self.raw.field_name]
        parent = object_type(field)
        answer: dict[str, Any] = {}
        for key, nodes in self.fields(parent, self.raw.field_nodes).items():
            if nodes[0].name.value == "edges":
                answer[key] = await self._edges(object_type(parent.fields["edges"]), nodes, hits)
            else:
                answer[key] = parent.name
        return answer

    async def _edges(self, parent: GraphQLObjectType, nodes: list[FieldNode], hits: list[Hit]) -> list[dict[str, Any]]:
        edges: list[dict[str, Any]] = [{} for _ in hits]
        gone: set[int] = set()
        for key, same in self.fields(parent, nodes).items():
            name = same[0].name.value
            rows = await self._nodes(parent, same, hits) if name == "node" else None
            for place, hit in enumerate(hits):
                edges[place][key] = rows[place] if rows is not None else _told(name, hit, parent)
                if rows is not None and rows[place] is None:
                    gone.add(place)  # between being found and being read
        return [edge for place, edge in enumerate(edges) if place not in gone]

    async def _nodes(self, parent: GraphQLObjectType, nodes: list[FieldNode], hits: list[Hit]) -> list[Any]:
        """What is asked of each match, in one statement."""
        context, caller = self.request.context, require(self.request.context, Permission.READ)
        known = plan_variables(context, caller.user_id, self.raw.variable_values)
        place = (*place_of(self.request, "$search", nodes), caller.sight, context.database.dialect)

        def planned(inquiry: Inquiry) -> Plan:
            translator = Translator(self._collector(inquiry), caller.sight)
            site = Site(parent.fields["node"], nodes, translator)
            objects = tuple(site.object(one.title(), NESTED) for one in Findable)
            return compile_root(Several(objects, itemgetter(_FOUND)), context.database.dialect)

        plan = _PLANS.get(place, known, planned)
        found = [hit.global_id for hit in hits]
        rows: list[Any] = orjson.loads(await plan.run(context.reader, {**known, _FOUND: found}))
        return rows


def _told(name: str, hit: Hit, parent: GraphQLObjectType) -> str:
    match name:
        case "match":
            return hit.match
        case "reason":
            return hit.reason.name
        case _:
            return parent.name
