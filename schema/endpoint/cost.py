"""What a document could bring back, and what it takes, known before it runs (contract §5, Limits).

Objects: the sizes of its pages, multiplied; what counts is what has an id, a row of the database. Bytes: what these
could be written in, long texts weighing most. Values: of the variables and the document, as often as they are used.
Lists that may have to be read through (`schema/endpoint/scans.py`). What introspection brings is counted apart, by the
size of the schema that it walks.

An operation is priced once, when its document is read; where page sizes come in variables, a request only puts its
own into the sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)
from strawberry.types.field import StrawberryField
from tortoise.fields import TextField

from resolvers.read.selection import Column, Expression, Kind
from resolvers.read.tables import MODELS
from schema.endpoint.limits import values_in
from schema.endpoint.scans import scan_of
from schema.execution.collect_fields import flattened
from schema.execution.connection_arguments import AT_ROOT, LARGEST, NESTED
from schema.execution.translate import DEFINITION
from schema.types.field_sources import Changes, provenance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphql import (
        FragmentDefinitionNode,
        GraphQLField,
        GraphQLSchema,
        OperationDefinitionNode,
        SelectionSetNode,
        ValueNode,
    )

    from schema.endpoint.scans import Scan

Variable: TypeAlias = Callable[[Mapping[str, Any]], int]
Size: TypeAlias = int | Variable
"""How many objects: known, or a function of the request's variables."""

MOST_ACTIONS: Final = 20
"""What can be done with a row, about; each is weighed like a row, as it takes the program's own time."""
LONG: Final = 20_000
"""Bytes of a long text or a document: 10,000 letters of two."""
SHORT: Final = 512
"""Of a text in one line."""
PLAIN: Final = 40
"""Of any other value."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What an operation could bring back."""

    objects: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Price:
    """What will come for certain, and parts of a size that the variables tell, each with the price of one."""

    objects: int = 0
    bytes: int = 0
    """At most, as values of their kind are written."""
    schema: int = 0
    """Types, fields and other parts of the schema itself; their number does not depend on variables."""
    parts: tuple[tuple[Variable, Price], ...] = ()

    def of(self, variables: Mapping[str, Any]) -> Cost:
        """What could come, given the variables (and the defaults of those not sent)."""
        objects, size = self.objects, self.bytes
        for count, price in self.parts:
            number, one = count(variables), price.of(variables)
            objects, size = objects + number * one.objects, size + number * one.bytes
        return Cost(objects, size)

    def __add__(self, other: Price) -> Price:
        return Price(
            self.objects + other.objects,
            self.bytes + other.bytes,
            self.schema + other.schema,
            self.parts + other.parts,
        )

    def times(self, size: Size) -> Price:
        """As much for each of so many."""
        if callable(size):
            return Price(parts=((size, self),))
        parts = tuple((count, price.times(size)) for count, price in self.parts)
        return Price(self.objects * size, self.bytes * size, self.schema * size, parts)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is known of an operation's price before any variable is."""

    total: Price
    roots: tuple[tuple[str, Price], ...]
    """Of each root field, by the key under which it is answered."""
    literals: int
    """Values that the document spells out, as often as they are used."""
    uses: Mapping[str, int]
    """How often each variable is."""
    scans: tuple[Scan, ...]
    """Root lists that may have to be read through."""

    def values(self, variables: Mapping[str, Any]) -> int:
        """How many values the operation works on, each counted as often as it is used."""
        return self.literals + sum(self.uses.get(name, 1) * values_in(value) for name, value in variables.items())


@dataclass(frozen=True, slots=True)
class Pricing:
    """A schema and the sizes of its own lists, by which introspection is counted."""

    schema: GraphQLSchema
    introspected: Mapping[str, int]

    def estimate(self, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Estimate:
        """The price of an operation of a valid document that is within the other limits."""
        root = self.schema.get_root_type(operation.operation)
        walk = _Walk(self, fragments)
        total = walk.selection(root, operation.selection_set, listed=False)
        roots = (
            ((node.alias or node.name).value, _Walk(self, fragments).field(root, node, listed=False))
            for node in flattened(operation.selection_set.selections, fragments, set())
        )
        return Estimate(total, tuple(roots), walk.literals, walk.uses, tuple(walk.scans))


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


@dataclass(slots=True)
class _Walk:
    pricing: Pricing
    fragments: Mapping[str, FragmentDefinitionNode]
    literals: int = 0
    uses: Counter[str] = field(default_factory=Counter)
    scans: list[Scan] = field(default_factory=list)

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
        self.count(node)
        definition = self.pricing.schema.get_field(parent, node.name.value)
        if definition is None or is_leaf_type(target := get_named_type(definition.type)):
            return Price(bytes=_written(parent, definition))
        several = listed or is_list_type(get_nullable_type(definition.type))
        inner = self.selection(target, node.selection_set, listed=several)
        scan = scan_of(definition, node, self.fragments)
        if scan is not None:
            self.scans.append(scan)
        own = _one(target, node) + Price(bytes=_written(parent, definition))
        return (own + inner).times(self.size(target, node, listed=listed))

    def count(self, node: FieldNode) -> None:
        """Take in the values of a field's arguments and conditions."""
        for given in chain(node.arguments or (), *(one.arguments or () for one in node.directives or ())):
            self._count(given.value)

    def _count(self, node: ValueNode) -> None:
        if isinstance(node, VariableNode):
            self.uses[node.name.value] += 1
            return
        self.literals += 1
        if isinstance(node, ListValueNode):
            for inner in node.values:
                self._count(inner)
        elif isinstance(node, ObjectValueNode):
            for one in node.fields:
                self._count(one.value)

    def size(self, target: Any, node: FieldNode, *, listed: bool) -> Size:
        """How many objects stand under a field of one object. A connection's entries are counted at the connection."""
        if target.name.startswith("__"):
            return self.pricing.introspected.get(node.name.value, 1)
        if target.name == "AvailableAction":
            return MOST_ACTIONS
        arguments = {argument.name.value: argument.value for argument in node.arguments or ()}
        if {"edges", "hasMore"} & set(getattr(target, "fields", ())):
            asked = [arguments[name] for name in ("first", "last") if name in arguments]
            return _page(asked, NESTED if listed else AT_ROOT)
        return _length(arguments["ids"]) if "ids" in arguments else 1


def _one(target: Any, node: FieldNode) -> Price:
    """One object by itself: a row, a part of the schema (unless it is but what a wrapper holds), or neither."""
    if target.name.startswith("__"):
        return Price(schema=int(node.name.value != "ofType"))
    return Price(int("id" in getattr(target, "fields", ()) or target.name == "AvailableAction"))


def _written(parent: Any, definition: GraphQLField | None) -> int:
    """How many bytes a field's own value takes at most, its key included, as far as its kind tells."""
    declared = definition.extensions.get(DEFINITION) if definition else None
    said = provenance(declared) if isinstance(declared, StrawberryField) else None
    source = said.origin.column if said and isinstance(said.origin, Changes) else said and said.origin
    match source:
        case Column(kind=Kind.DOCUMENT) | Expression(kind=Kind.DOCUMENT):
            return LONG
        case Column(kind=Kind.TEXT):
            return LONG if isinstance(MODELS[parent.name]._meta.fields_map[source.name], TextField) else SHORT
        case Expression(kind=Kind.TEXT):
            return SHORT
        case _:
            return PLAIN


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
