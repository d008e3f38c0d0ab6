"""Arguments as a plan sees them: fetched from the variables of each request, or written in the document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

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

    from graphql import FieldNode, GraphQLField, GraphQLInputField, GraphQLInputType, ValueNode

    from resolvers.read.selection import Variables
    from schema.execution.plan_cache import Inquiry


class Value(Protocol):
    """A value that is taken from the variables of each request; `fixed` if it does not depend on them.

    Coerced as graphql-core does it, but without holding the document's tree.
    """

    @property
    def fixed(self) -> bool:
        """Whether it is the same for all requests."""

    def fetch(self, variables: Variables) -> Any:
        """The coerced value; `Undefined` for a variable that was not sent."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that the document spells out."""

    value: Any
    fixed: bool = True

    def fetch(self, variables: Variables) -> Any:
        """As of `Value`."""
        del variables
        return self.value


@dataclass(frozen=True, slots=True)
class Sent:
    """A variable."""

    name: str
    fixed: bool = False

    def fetch(self, variables: Variables) -> Any:
        """As of `Value`."""
        return variables.get(self.name, Undefined)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list with variables in it."""

    items: tuple[Value, ...]
    item_type: GraphQLInputType
    fixed: bool = False

    def fetch(self, variables: Variables) -> Any:
        """As of `Value`."""
        return [_present_or_none(item.fetch(variables), self.item_type) for item in self.items]


@dataclass(frozen=True, slots=True)
class Spelt:
    """An input object with variables in it."""

    members: Mapping[str, Value]
    fields: Mapping[str, GraphQLInputField]
    fixed: bool = False

    def fetch(self, variables: Variables) -> Any:
        """As of `Value`."""
        found = {}
        for name, field in self.fields.items():
            value = self.members[name].fetch(variables) if name in self.members else Undefined
            value = field.default_value if value is Undefined else value
            if value is not Undefined or is_non_null_type(field.type):
                found[name] = _present_or_none(value, field.type)
        return found


def value_of(node: ValueNode, value_type: GraphQLInputType) -> Value:
    """A value of the document."""
    if isinstance(node, VariableNode):
        return Sent(node.name.value)
    if not _varies(node):
        return Literal(coerce_input_literal(node, value_type))
    plain = get_nullable_type(value_type)
    if isinstance(node, ObjectValueNode) and is_input_object_type(plain):
        members = {one.name.value: value_of(one.value, plain.fields[one.name.value].type) for one in node.fields}
        return Spelt(members, plain.fields)
    item_type = plain.of_type if is_list_type(plain) else value_type
    items = node.values if isinstance(node, ListValueNode) else [node]
    return Listed(tuple(value_of(item, item_type) for item in items), item_type)


def _present_or_none(value: Any, value_type: GraphQLInputType) -> Any:
    if _is_given(value):
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


# --- arguments ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a field, or one member of such an input object."""

    value: Value
    member_of: str | None = None
    """The member's name, where the value is the whole object."""

    @property
    def fixed(self) -> bool:
        """Whether it is the same for all requests."""
        return self.value.fixed

    def fetch(self, variables: Variables) -> Any:
        """The coerced value; None where it is absent."""
        value = self.value.fetch(variables)
        if value is Undefined:
            return None
        return value if self.member_of is None else (value or {}).get(self.member_of)

    def member(self, name: str) -> Argument:
        """A field of an input object."""
        if isinstance(self.value, Spelt):
            return Argument(self.value.members[name]) if name in self.value.members else ABSENT
        return Argument(self.value, name)

    def names(self, variables: Variables) -> tuple[str, ...]:
        """Which fields of the input object are there and not null."""
        if isinstance(self.value, Spelt):
            members = self.value.members.items()
            return tuple(name for name, member in members if _is_given(member.fetch(variables)))
        return tuple(name for name, inner in (self.fetch(variables) or {}).items() if inner is not None)


ABSENT = Argument(Literal(None))


def _is_given(value: Any) -> bool:
    return value is not None and value is not Undefined


def argument(node: FieldNode, field: GraphQLField, name: str) -> Argument:
    """The argument of a field of the document by its GraphQL name."""
    for given in node.arguments or ():
        if given.name.value == name:
            return Argument(value_of(given.value, field.args[name].type))
    return ABSENT


def settled(inquiry: Inquiry, given: Argument, shape: Callable[[Any], Any]) -> Any:
    """What of an argument's value decides the statement's form: asked, unless it stands in the document."""
    fetch = given.fetch
    if given.fixed:
        return shape(fetch({}))
    return inquiry.ask(lambda variables: shape(fetch(variables)))
