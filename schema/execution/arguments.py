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
    is_list_type,
    is_non_null_type,
)
from graphql.utilities import coerce_input_literal

from resolvers.faults import NO_FIELD, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from graphql import FieldNode, GraphQLField, GraphQLInputObjectType, GraphQLInputType, ValueNode

    from resolvers.read.selection import Bind, Variables
    from schema.execution.plan_cache import Inquiry


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
            return Argument(lambda variables: _names_of(self.fetch(variables) or {}), self.fixed)
        members = self.members
        every = all(member.fixed for member in members.values())
        return Argument(
            lambda variables: tuple(name for name, member in members.items() if member.fetch(variables) is not None),
            every,
        )


ABSENT = Argument(lambda _: None, fixed=True)


def _names_of(value: Mapping[str, Any]) -> tuple[str, ...]:
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
    fetch = _reader(node, value_type)
    if not _varies(node):
        value = fetch({})
        return Argument(lambda _: value, fixed=True)
    plain = get_nullable_type(value_type)
    if isinstance(node, ObjectValueNode) and is_input_object_type(plain):
        members = {one.name.value: read(one.value, plain.fields[one.name.value].type) for one in node.fields}
        return Argument(fetch, fixed=False, members=members)
    return Argument(fetch, fixed=False)


# --- values with variables in them: coerced as graphql-core does, but without holding the document's tree ---------


def _reader(node: ValueNode, value_type: GraphQLInputType) -> Bind:
    """Gives the coerced value; `Undefined` for a variable that was not sent."""
    if isinstance(node, VariableNode):
        name = node.name.value
        return lambda variables: variables.get(name, Undefined)
    if not _varies(node):
        value = coerce_input_literal(node, value_type)
        return lambda _: value
    plain = get_nullable_type(value_type)
    if isinstance(node, ObjectValueNode) and is_input_object_type(plain):
        return _object_reader(node, plain)
    item_type = plain.of_type if is_list_type(plain) else value_type
    items = [_reader(item, item_type) for item in (node.values if isinstance(node, ListValueNode) else [node])]
    return lambda variables: [_present_or_none(item(variables), item_type) for item in items]


def _object_reader(node: ObjectValueNode, object_type: GraphQLInputObjectType) -> Bind:
    fields = object_type.fields
    given = {one.name.value: _reader(one.value, fields[one.name.value].type) for one in node.fields}

    def fetch(variables: Variables) -> dict[str, Any]:
        found = {}
        for name, field in fields.items():
            value = given[name](variables) if name in given else Undefined
            value = field.default_value if value is Undefined else value
            if value is not Undefined or is_non_null_type(field.type):
                found[name] = _present_or_none(value, field.type)
        return found

    return fetch


def _present_or_none(value: Any, value_type: GraphQLInputType) -> Any:
    if value is not None and value is not Undefined:
        return value
    if is_non_null_type(value_type):  # of a variable that has a default, but was sent as null
        raise invalid(NO_FIELD, "may_not_be_null")
    return None


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
