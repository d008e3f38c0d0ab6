"""How a mutation runs: permission, arguments, the operation with its payload read inside its transaction, refusals.

Domain refusals are the payload's `errors`; who may not ask, and what is malformed, are errors of the response.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from resolvers.faults import Code, Fault
from resolvers.identity.permissions import require
from resolvers.read.list_criteria import Moment
from resolvers.write.conflicts import UpdatedAt
from resolvers.write.operation import Call, perform
from schema.execution.collect_fields import Collector
from schema.execution.execute import Compiled
from schema.execution.payload_plan import payload_plan, user_errors
from schema.execution.plan_cache import PlanCache
from schema.execution.read_field import place_of, plan_variables
from schema.execution.translate import Translator, object_type
from schema.types.global_ids import read_id
from schema.types.mutation_inputs import DRY_RUN, EXPECTED, KEY, mode, raw_values
from schema.types.payloads import Done
from web.request import usable_key

if TYPE_CHECKING:
    from graphql import GraphQLResolveInfo
    from strawberry.types import Info

    from models.database import Reader
    from resolvers.context import Context
    from resolvers.identity.permissions import Sight
    from resolvers.read.selection import Variables
    from resolvers.write.operation import Operation, Outcome
    from schema.execution.execute import GraphQLRequest
    from schema.execution.payload_plan import PayloadPlan
    from schema.execution.plan_cache import Inquiry

TOP_LEVEL: Final = frozenset(
    {Code.NOT_AUTHENTICATED, Code.TOKEN_NOT_VALID, Code.PERMISSION_DENIED, Code.THROTTLED, Code.LIMIT_EXCEEDED}
    | {Code.SERVICE_UNAVAILABLE}
)
"""Refusals that are errors of the response, not of the payload."""

_RUN: Final = "run"
_PLANS: Final[PlanCache[PayloadPlan]] = PlanCache(lambda plan: plan.weight)


@dataclass(frozen=True, slots=True)
class Payload:
    """A payload to be written: what the document asks of it, and for whom."""

    context: Context
    plan: PayloadPlan
    variables: Variables
    document: str
    """What, with the same arguments, makes the same payload byte for byte."""

    async def done(self, reader: Reader, done: Done) -> bytes:
        """The payload of what was done. Raises `LimitExceeded`."""
        return self.context.weighed(await self.plan.done(reader, done, self.variables))

    def refused(self, refusal: Fault, missing: str | None = None) -> bytes:
        """The payload of a refusal; raises it anew where it is an error of the response."""
        if refusal.code in TOP_LEVEL:
            raise refusal
        return self.plan.refused(user_errors(refusal, self.context.language, missing))


@dataclass(frozen=True, slots=True)
class Site:
    """A mutation as a request calls it."""

    request: GraphQLRequest
    info: GraphQLResolveInfo[Any]

    @property
    def context(self) -> Context:
        """The request as operations see it."""
        return self.request.context

    def payload(self, user_id: int, sight: Sight) -> Payload:
        """The payload that is asked for, as a user of this sight reads it."""
        request, info = self.request, self.info
        variables = plan_variables(self.context, user_id, info.variable_values)  # type: ignore[arg-type]
        place = (*place_of(request, info.path.key, info.field_nodes), sight)
        dialect = self.context.database.dialect

        def make(inquiry: Inquiry) -> PayloadPlan:
            translator = Translator(Collector(info.schema, info.fragments, inquiry), sight)
            payload_type = object_type(info.parent_type.fields[info.field_name])
            return payload_plan(payload_type, info.field_nodes, translator, dialect)

        plan = _PLANS.get((*place, dialect), variables, make, request.literals)
        plan.check(variables)
        used = [variables.get(name) for name in plan.variables]
        return Payload(self.context, plan, variables, repr(("graphql", *place, used)))

    async def present(self, context: Context, reader: Reader, outcome: Outcome) -> bytes:
        """The payload of an operation, read inside its transaction as the caller whom this has found may see it."""
        caller = require(context, outcome.operation.may)
        return await self.payload(caller.user_id, caller.sight).done(
            reader, Done(outcome.id, outcome.notes, outcome.changes)
        )


Run = Callable[[Site, Any], Awaitable[bytes]]
"""Carries a mutation out for its `input`, and gives its payload. Raises faults."""


class MutationField(StrawberryField):
    """A mutation that answers with a finished payload."""

    @property
    def is_basic_field(self) -> bool:
        """Never: its resolver needs the request."""
        return False

    def get_result(self, source: Any, info: Info[Any, Any] | None, args: list[Any], kwargs: Any) -> Awaitable[Any]:
        """Run the mutation."""
        del source, args
        return _run(self.metadata[_RUN], info, kwargs["input"])


async def _run(run: Run, info: Any, given: Any) -> Compiled:
    site = Site(info.context, info._raw_info)  # noqa: SLF001 - Strawberry's own Info hides the document's nodes
    return Compiled(await run(site, given))


def mutation_field(description: str, input_type: type, payload: type, run: Run) -> Any:
    """A field of `Mutation` with its one argument, `input`."""
    annotation = StrawberryAnnotation(payload | None)
    field = MutationField(type_annotation=annotation, description=description, metadata={_RUN: run})
    given = StrawberryAnnotation(input_type)
    field.arguments = [StrawberryArgument("input", None, given, description="Everything that the mutation takes.")]
    return field


@dataclass(frozen=True, slots=True)
class OperationRun:
    """How the mutation of an operation runs."""

    operation: Operation

    async def __call__(self, site: Site, given: Any) -> bytes:
        """Carry the operation out for the mutation's `input`."""
        operation = self.operation
        caller = require(site.context, operation.may)
        target = read_id(given.id, operation.entity.__name__, "id") if operation.has_target else operation.only
        raw = raw_values(operation.input, given) if operation.input else {}
        payload = site.payload(caller.user_id, caller.sight)
        try:
            call = Call(
                operation,
                target,
                raw,
                site.present,
                mode(operation),
                key=_key(operation, site, given),
                document=payload.document,
                present_after=site.info.path.key in site.request.presented_after,
                dry_run=operation.rehearsable and getattr(given, DRY_RUN) is True,
                expected=_expected(operation, site, given),
            )
            answer = await perform(site.context, call)
        except Fault as refusal:
            return payload.refused(refusal, missing="id")
        site.request.replayed |= answer.replayed
        return answer.body


def _expected(operation: Operation, site: Site, given: Any) -> UpdatedAt | None:
    """The state in which the caller knows the target."""
    moment = getattr(given, EXPECTED) if operation.takes_expected else None
    if moment is strawberry.UNSET or moment is None:
        return None
    return UpdatedAt(Moment(site.context.settings.time_zone).read(moment))


def _key(operation: Operation, site: Site, given: Any) -> str | None:
    """The idempotency key: the input's own, or the request's."""
    if not operation.keyed:
        return None
    own = getattr(given, KEY)
    return site.request.idempotency_key if own is strawberry.UNSET or own is None else usable_key(own, KEY)
