"""The root fields that read: each compiles to one statement, whose JSON text is the field's answer.

A read field of `Query` says how a selection is made of it (`schema/execution/query_fields.py`) and who may ask. Its
resolver finds the plan of its place in the document, or makes it, and runs it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from strawberry.types.field import StrawberryField

from models.api_keys import ApiKey
from models.users import User
from models.webhooks import Webhook, WebhookDelivery
from resolvers.identity.permissions import Permission, require
from resolvers.read.columns import column
from resolvers.read.compiler import compile_root
from resolvers.read.selection import CONTEXT, Comparison, Condition, Expression, Kind
from schema.execution.arguments import argument, settled
from schema.execution.collect_fields import Collector
from schema.execution.connection_arguments import AT_ROOT, ZONE
from schema.execution.execute import Compiled
from schema.execution.plan_cache import Inquiry, PlanCache
from schema.execution.translate import DEFINITION, Translator

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Mapping

    from graphql import FieldNode, FragmentDefinitionNode, GraphQLField, GraphQLResolveInfo, GraphQLSchema
    from strawberry.types import Info

    from resolvers.context import Context
    from resolvers.identity.permissions import Caller, Sight
    from resolvers.read.compiler import Plan
    from resolvers.read.selection import ListSpec, Object, Root, Variables
    from schema.execution.arguments import Argument
    from schema.execution.execute import GraphQLRequest

CALLER: Final = "$caller"
"""Among the variables of a plan, the caller's user id; no variable of a document can have a name like this."""

READ: Final = "read"
"""Under which a field's metadata holds what it reads."""
_PLANS: Final[PlanCache[Plan]] = PlanCache(lambda plan: plan.weight)


@dataclass(frozen=True, slots=True)
class Site:
    """A field of a document that is to be read, and the means to translate it."""

    field: GraphQLField
    nodes: list[FieldNode]
    translator: Translator

    def object(self, typename: str, size: int = AT_ROOT) -> Object:
        """What is asked of a row of this type, among the rows that the caller may see."""
        schema = self.translator.collector.schema
        row_type: Any = schema.get_type(typename)
        return self.translator.object(row_type, self.nodes, size, visible(typename, self.translator.sight))

    def argument(self, name: str) -> Argument:
        """The argument by its GraphQL name."""
        return argument(self.nodes[0], self.field, name)

    def settled(self, given: Argument, shape: Callable[[Any], Any]) -> Any:
        """What of an argument's value decides the statement's form."""
        return settled(self.translator.collector.inquiry, given, shape)


@dataclass(frozen=True, slots=True)
class Arguments:
    """The values of a field's arguments in one request."""

    field: RootField
    variables: Mapping[str, Any]

    def value(self, name: str) -> Any:
        """The argument by its GraphQL name; None where it is absent."""
        return argument(self.field.nodes[0], self.field.field, name).fetch(self.variables)


class Read(ABC):
    """What a root field reads, and for whom."""

    __slots__ = ()

    @property
    def spec(self) -> ListSpec | None:
        """Of a list of all rows of an entity: how it can be asked."""
        return None

    def permit(self, context: Context, arguments: Arguments) -> Caller:
        """The caller, if it may ask with these arguments; raises like `permissions.require`."""
        del arguments
        return require(context, Permission.READ)

    async def prepare(self, context: Context, arguments: Arguments) -> Mapping[str, Any]:
        """What must be known before it is read, with the same arguments: further variables of the plan."""
        del context, arguments
        return {}

    @abstractmethod
    def root(self, site: Site) -> Root:
        """What the statement answers."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A read that only waits for the database: who asks, the plan, and all that its parameters are taken from."""

    plan: Plan
    variables: Variables
    anew: bool
    """The plan was made for this request, which took its time."""

    async def answer(self, context: Context) -> bytes:
        """The field's answer as JSON; `null` where there is no such row."""
        return context.weighed(await self.plan.run(context.reader, self.variables))


@dataclass(frozen=True, slots=True)
class RootField:
    """A read field of `Query`, as a document asks for it."""

    key: str
    """Under which it is answered."""
    field: GraphQLField
    nodes: list[FieldNode]
    """Where it stands in the document: of several places those that this request's conditions leave."""
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]

    @property
    def read(self) -> Any:
        """What it reads: a `Read`."""
        return self.field.extensions[DEFINITION].metadata[READ]

    async def planned(self, request: GraphQLRequest, variables: Mapping[str, Any]) -> Planned:
        """The read, ready to be run. Raises the faults of a refusal."""
        context, read = request.context, self.read
        arguments = Arguments(self, variables)
        caller = read.permit(context, arguments)
        known = plan_variables(context, caller.user_id, {**variables, **await read.prepare(context, arguments)})
        place = (*place_of(request, self.key, self.nodes), caller.sight, context.database.dialect)
        plan = _PLANS.find(place, known)
        if plan is not None:
            return Planned(plan, known, anew=False)
        inquiry = Inquiry(known)
        translator = Translator(Collector(self.schema, self.fragments, inquiry), caller.sight)
        plan = compile_root(read.root(Site(self.field, self.nodes, translator)), context.database.dialect)
        _PLANS.keep(place, inquiry, plan, request.literals)
        return Planned(plan, known, anew=True)

    async def answer(self, request: GraphQLRequest, variables: Mapping[str, Any]) -> bytes:
        """The field's answer as JSON; `null` where there is no such row. Raises the faults of a refusal."""
        return await (await self.planned(request, variables)).answer(request.context)


def place_of(request: GraphQLRequest, key: str | int, nodes: list[FieldNode]) -> tuple[Hashable, ...]:
    """What tells a root field of this document from others, and from itself under other conditions."""
    return request.document_key, request.operation_name, key, *(node.loc.start for node in nodes if node.loc)


class ReadField(StrawberryField):
    """A root field that the read compiler answers."""

    @property
    def is_basic_field(self) -> bool:
        """Never: its resolver needs the request."""
        return False

    def get_result(self, source: Any, info: Info[Any, Any] | None, args: list[Any], kwargs: Any) -> Awaitable[Any]:
        """Read what is asked; the arguments are taken from the document, once for every shape."""
        del source, args, kwargs
        return _compiled(info)


async def _compiled(info: Any) -> Compiled | None:
    """The field's answer as graphql-core passes it on."""
    raw: GraphQLResolveInfo[Any] = info._raw_info  # noqa: SLF001 - Strawberry's own Info hides the document's nodes
    field = raw.parent_type.fields[raw.field_name]
    asked = RootField(str(raw.path.key), field, raw.field_nodes, raw.schema, raw.fragments)
    body = await asked.answer(info.context, raw.variable_values)  # type: ignore[arg-type]
    return None if body == b"null" else Compiled(body)


def plan_variables(context: Context, user_id: int, variables: Mapping[str, Any]) -> Variables:
    """The variables of the request, and what else the binds of a plan may need to know of it."""
    return {**variables, CALLER: user_id, ZONE: context.settings.time_zone, CONTEXT: context}


def visible(typename: str, sight: Sight) -> tuple[Condition, ...]:
    """Which rows are seen by their ids: all, but of users, keys and their history, for some, only the own.

    Webhooks and their history are administrators'.
    """
    conditions: tuple[Condition, ...] = ()
    if not sight.users:
        conditions += _OWN_ONLY.get(typename, ())
    if not sight.webhooks:
        conditions += _NO_WEBHOOKS.get(typename, ())
    return conditions


def caller_id(variables: Variables) -> Any:
    """Binds the caller's own user id."""
    return variables[CALLER]


_USER_OF_EVENT = Expression(
    f"CASE {{t}}.entity WHEN '{User.prefix}' THEN {{t}}.entity_id"
    f" WHEN '{ApiKey.prefix}' THEN (SELECT n_.user_id FROM api_keys n_ WHERE n_.id = {{t}}.entity_id) ELSE 0 END",
    Kind.INTEGER,
)
_OWN_ONLY: Final = {
    "ApiKey": (Condition(column(ApiKey, "user_id"), Comparison.EQUALS, caller_id),),
    "User": (Condition(column(User, "id"), Comparison.EQUALS, caller_id),),
    "Event": (Condition(_USER_OF_EVENT, Comparison.IN, lambda variables: [0, variables[CALLER]]),),
}
_IS_OF_WEBHOOK: Final = Expression(f"CASE WHEN {{t}}.entity = '{Webhook.prefix}' THEN 1 ELSE 0 END", Kind.INTEGER)
_NO_WEBHOOKS: Final = {
    "Webhook": (Condition(column(Webhook, "id"), Comparison.EQUALS, lambda _: 0),),
    "WebhookDelivery": (Condition(column(WebhookDelivery, "id"), Comparison.EQUALS, lambda _: 0),),
    "Event": (Condition(_IS_OF_WEBHOOK, Comparison.EQUALS, lambda _: 0),),
}
