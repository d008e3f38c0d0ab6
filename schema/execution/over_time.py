"""Arguments that ask how something was: at a moment, or from one day to another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from resolvers.statement import Days, Period, read_days, read_moment
from schema.execution.arguments import argument, settled
from schema.execution.connection_arguments import ZONE

if TYPE_CHECKING:
    from graphql import FieldNode, GraphQLField

    from resolvers.read.selection import Expression, Variables
    from schema.execution.plan_cache import Inquiry


def period(node: FieldNode, field: GraphQLField) -> Period:
    """The days that the arguments `from` and `to` name."""
    first, last = argument(node, field, "from").fetch, argument(node, field, "to").fetch

    def days(variables: Variables) -> Days:
        return read_days(first(variables), last(variables), variables[ZONE])

    return Period(lambda variables: days(variables).since(), lambda variables: days(variables).until())


def at_moment(node: FieldNode, field: GraphQLField, then: Expression, inquiry: Inquiry) -> Expression | None:
    """What shows how it was at the moment that the argument `at` names; None where it names none."""
    given = argument(node, field, "at")
    if not settled(inquiry, given, lambda value: value is not None):
        return None

    def at(variables: Variables) -> Any:
        return read_moment(given.fetch(variables), variables[ZONE])

    return replace(then, moments=(("at", at),))
