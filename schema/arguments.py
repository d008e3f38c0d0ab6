"""Arguments as a plan sees them: fetched from the variables of each request, or written in the document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    ListValueNode,
    ObjectValueNode,
    Undefined,
    VariableNode,
    get_nullable_type,
    is_input_object_type,
)
from graphql.execution.values import VariableValues
from graphql.utilities import coerce_input_literal

from resolvers.faults import NO_FIELD, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graphql import FieldNode, GraphQLField, GraphQLInputType, ValueNode

    from resolvers.selection import Bind, Variables
    from schema.plans import Inquiry


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument, or one field of an input object."""

    fetch: Bind
    """Its coerced value; None where it is absent."""
    fixed: bool
    """It does not depend on the variables."""
    members: Mapping[str, Argument] | None = None
    """Of an input object that the document spells out: its fields."""

    def member(self, name: str) -> Argument:
        """A field of an input object."""
        if self.members is not None:
            return self.members.get(name, ABSENT)
        return Argument(lambda variables: (self.fetch(variables) or {}).get(name), self.fixed)

    def names(self) -> Argument:
        """Which fields of the input object are there and not null, as a tuple."""
        if self.members is None:
            return Argument(lambda variables: _present(self.fetch(variables) or {}), self.fixed)
        members = self.members
        every = all(member.fixed for member in members.values())
        return Argument(
            lambda variables: tuple(name for name, member in members.items() if member.fetch(variables) is not None),
            every,
        )


ABSENT = Argument(lambda _: None, fixed=True)


def _present(value: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name, inner in value.items() if inner is not None)


def argument(node: FieldNode, field: GraphQLField, name: str) -> Argument:
    """The argument of a field of the document by its GraphQL name."""
    for given in node.arguments or ():
        if given.name.value == name:
            return read(given.value, field.args[name].type)
    return ABSENT


def read(node: ValueNode, value_type: GraphQLInputType) -> Argument:
    """A value of the document."""
    if isinstance(node, VariableNode):
        name = node.name.value
        return Argument(lambda variables: variables.get(name), fixed=False)
    if not _varies(node):
        value = _coerced(node, value_type, {})
        return Argument(lambda _: value, fixed=True)
    plain = get_nullable_type(value_type)
    if isinstance(node, ObjectValueNode) and is_input_object_type(plain):
        members = {one.name.value: read(one.value, plain.fields[one.name.value].type) for one in node.fields}
        return Argument(lambda variables: _coerced(node, value_type, variables), fixed=False, members=members)
    return Argument(lambda variables: _coerced(node, value_type, variables), fixed=False)


def _coerced(node: ValueNode, value_type: GraphQLInputType, variables: Variables) -> Any:
    value = coerce_input_literal(node, value_type, VariableValues({}, dict(variables)))
    if value is Undefined:  # a variable that has a default was sent as null where null is nothing
        raise invalid(NO_FIELD, "may_not_be_null")
    return value


def _varies(node: ValueNode) -> bool:
    """Whether there is a variable in the value."""
    if isinstance(node, ListValueNode):
        return any(_varies(inner) for inner in node.values)
    if isinstance(node, ObjectValueNode):
        return any(_varies(field.value) for field in node.fields)
    return isinstance(node, VariableNode)


def settled(inquiry: Inquiry, given: Argument, shape: Callable[[Any], Any]) -> Any:
    """What of an argument's value decides the statement's form: asked, unless it stands in the document."""
    fetch = given.fetch
    if given.fixed:
        return shape(fetch({}))
    return inquiry.ask(lambda variables: shape(fetch(variables)))
