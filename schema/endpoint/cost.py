"""How many objects a document could bring back (contract §5, Limits): the sizes of its pages, multiplied.

An operation is priced once, when its document is read; where page sizes come in variables, a request only puts its
own into the sum. What counts is what has an id: a row of the database. What introspection brings is counted apart, by
the size of the schema that it walks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from schema.execution.connection_arguments import AT_ROOT, LARGEST, NESTED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphql import FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode, SelectionSetNode, ValueNode

Variable: TypeAlias = Callable[[Mapping[str, Any]], int]
Size: TypeAlias = int | Variable
"""How many objects: known, or a function of the request's variables."""


@dataclass(frozen=True, slots=True)
class Price:
    """Objects that will come, and parts of a size that the variables tell, each with the price of one."""

    fixed: int = 0
    parts: tuple[tuple[Variable, Price], ...] = ()
    schema: int = 0
    """Types, fields and other parts of the schema itself; their number does not depend on variables."""

    def of(self, variables: Mapping[str, Any]) -> int:
        """The number of objects, given the variables (and the defaults of those not sent)."""
        return self.fixed + sum(size(variables) * price.of(variables) for size, price in self.parts)

    def __add__(self, other: Price) -> Price:
        return Price(self.fixed + other.fixed, self.parts + other.parts, self.schema + other.schema)

    def times(self, size: Size) -> Price:
        """As much for each of so many."""
        if callable(size):
            return Price(0, ((size, self),))
        parts = tuple((count, price.times(size)) for count, price in self.parts)
        return Price(self.fixed * size, parts, self.schema * size)


@dataclass(frozen=True, slots=True)
class Pricing:
    """A schema and the sizes of its own lists, by which introspection is counted."""

    schema: GraphQLSchema
    introspected: Mapping[str, int]

    def price(self, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Price:
        """The price of an operation of a valid document that is within the other limits."""
        root = self.schema.get_root_type(operation.operation)
        return _Walk(self, fragments).selection(root, operation.selection_set, listed=False)


def pricing(schema: GraphQLSchema) -> Pricing:
    """Measure a schema."""
    types = [named for named in schema.type_map.values() if hasattr(named, "fields")]
    fields = sum(len(named.fields) for named in types)
    arguments = sum(len(field.args) for named in types for field in named.fields.values() if hasattr(field, "args"))
    per_type = -(-fields // len(schema.type_map))
    sizes = {
        "types": len(schema.type_map),
        "fields": per_type,
        "inputFields": per_type,
        "args": 1 + arguments // fields,
        "possibleTypes": 1,
        "interfaces": 1,
        "enumValues": per_type,
        "directives": len(schema.directives),
    }
    return Pricing(schema, sizes)


@dataclass(frozen=True, slots=True)
class _Walk:
    pricing: Pricing
    fragments: Mapping[str, FragmentDefinitionNode]

    def selection(self, parent: Any, selections: SelectionSetNode | None, *, listed: bool) -> Price:
        """What one object of a type brings with it; `listed`: it stands in a list itself."""
        total = Price()
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                total += self.field(parent, node, listed=listed)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                total += self.selection(self.condition(parent, fragment), fragment.selection_set, listed=listed)
            elif isinstance(node, InlineFragmentNode):
                total += self.selection(self.condition(parent, node), node.selection_set, listed=listed)
        return total

    def condition(self, parent: Any, fragment: FragmentDefinitionNode | InlineFragmentNode) -> Any:
        name = fragment.type_condition
        return self.pricing.schema.get_type(name.name.value) if name else parent

    def field(self, parent: Any, node: FieldNode, *, listed: bool) -> Price:
        definition = self.pricing.schema.get_field(parent, node.name.value)
        if definition is None or is_leaf_type(target := get_named_type(definition.type)):
            return Price()
        several = listed or is_list_type(get_nullable_type(definition.type))
        inner = self.selection(target, node.selection_set, listed=several)
        return (_one(target, node) + inner).times(self.size(target, node, listed=listed))

    def size(self, target: Any, node: FieldNode, *, listed: bool) -> Size:
        """How many objects stand under a field of one object. A connection's entries are counted at the connection."""
        if target.name.startswith("__"):
            return self.pricing.introspected.get(node.name.value, 1)
        arguments = {argument.name.value: argument.value for argument in node.arguments or ()}
        if {"pageInfo", "hasMore"} & set(getattr(target, "fields", ())):
            asked = [arguments[name] for name in ("first", "last") if name in arguments]
            return _page(asked, NESTED if listed else AT_ROOT)
        return _length(arguments["ids"]) if "ids" in arguments else 1


def _one(target: Any, node: FieldNode) -> Price:
    """One object by itself: a row, a part of the schema (unless it is but what a wrapper holds), or neither."""
    if target.name.startswith("__"):
        return Price(schema=int(node.name.value != "ofType"))
    return Price(int("id" in getattr(target, "fields", ())))


def _page(asked: Iterable[ValueNode], default: int) -> Size:
    sizes = [_number(node, default) for node in asked] or [default]
    known = [size for size in sizes if isinstance(size, int)]
    told = [size for size in sizes if callable(size)]
    return (lambda variables: max([*known, *(size(variables) for size in told)])) if told else max(known)


def _number(node: ValueNode, default: int) -> Size:
    """A page size; what is no number will be refused when it is coerced."""
    if isinstance(node, VariableNode):
        name = node.name.value
        return lambda variables: _clamped(variables.get(name), default)
    return _clamped(int(node.value) if isinstance(node, IntValueNode) else None, default)


def _clamped(value: object, default: int) -> int:
    return int(min(max(value, 0), LARGEST)) if isinstance(value, int | Decimal) else default


def _length(node: ValueNode) -> Size:
    """How many are named in a list of ids."""
    if isinstance(node, VariableNode):
        name = node.name.value
        return lambda variables: len(value) if isinstance(value := variables.get(name), list) else 1
    return len(node.values) if isinstance(node, ListValueNode) else 1
