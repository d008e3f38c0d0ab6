"""Lists that have to be read through, row by row, before they can be answered; and how long they are.

A page in the default order costs the same wherever it is, and so does one under a filter that an index serves. A search
may find the whole list, an ordering by any other value needs all of it, and so does counting what no tally tells. Each
of these costs as many objects as a hundredth of the list has rows, by the list's size class.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from graphql import EnumValueNode, ListValueNode, NullValueNode, ObjectValueNode, StringValueNode, VariableNode

from models.database.constraints import UNIQUE
from models.tallies import KEYS
from resolvers.read.list_criteria import criteria
from resolvers.read.selection import Column, Comparison
from resolvers.read.tables import MODELS
from schema.execution.collect_fields import flattened
from schema.execution.read_field import READ, ReadField
from schema.execution.translate import DEFINITION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import FieldNode, FragmentDefinitionNode, GraphQLField, ValueNode

    from models.database import Reader
    from resolvers.read.list_criteria import Criterion
    from resolvers.read.selection import ListSpec

ROWS_TO_AN_OBJECT: Final = 100
"""So many rows that are only looked at take the time of one that is answered."""
LARGEST: Final = 1_000_000
"""Rows of the last size class: of lists of any length some may be read through in one request."""
SMALLEST: Final = 1_000
"""Lists of fewer rows are read through for nothing."""
LOOK_AGAIN: Final = 60.0
"""Seconds for which the lists' sizes are believed."""


_UNIQUE: Final = frozenset((rule.table, rule.columns[-1]) for rule in UNIQUE)
"""Tables and columns that few rows agree in."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A root list of a document, which may have to be read through."""

    spec: ListSpec
    arguments: Mapping[str, ValueNode]
    counted: bool
    """`totalCount` is asked for."""

    def needed(self, variables: Mapping[str, Any]) -> bool:
        """Whether it has to be, given the variables."""
        search = _value(self.arguments.get("search"), variables)
        if isinstance(search, str) and search.strip():
            return True
        given = _names(self.arguments.get("filter"), variables)
        known = [one for one in criteria(self.spec) if one.graphql_name in given]
        if any(_is_pointed(self.spec, one) for one in known):
            return False
        if _unserved_order(self.arguments.get("orderBy"), variables):
            return True
        return self.counted and not all(_is_tallied(self.spec, one) for one in known)


def scan_of(definition: GraphQLField, node: FieldNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Scan | None:
    """The root list that a field is; None for any other field."""
    declared = definition.extensions.get(DEFINITION)
    spec = declared.metadata[READ].spec if isinstance(declared, ReadField) else None
    if spec is None or node.selection_set is None:
        return None
    asked = flattened(node.selection_set.selections, fragments, set())
    counted = any(inner.name.value == "totalCount" for inner in asked)
    return Scan(spec, {one.name.value: one.value for one in node.arguments or ()}, counted)


def _value(node: ValueNode | None, variables: Mapping[str, Any]) -> object:
    if isinstance(node, VariableNode):
        return variables.get(node.name.value)
    return node.value if isinstance(node, StringValueNode | EnumValueNode) else None


def _names(node: ValueNode | None, variables: Mapping[str, Any]) -> set[str]:
    """The conditions of a filter that are there and not null."""
    if isinstance(node, ObjectValueNode):
        return {one.name.value for one in node.fields if not _is_null(one.value, variables)}
    given = _value(node, variables)
    return {name for name, value in given.items() if value is not None} if isinstance(given, dict) else set()


def _is_null(node: ValueNode, variables: Mapping[str, Any]) -> bool:
    if isinstance(node, VariableNode):
        return variables.get(node.name.value) is None
    return isinstance(node, NullValueNode)


def _is_pointed(spec: ListSpec, criterion: Criterion) -> bool:
    """Whether few rows can meet the condition, and an index finds them."""
    if criterion.comparison not in {Comparison.EQUALS, Comparison.IN}:
        return False
    if criterion.filter.refers_to:
        return criterion.filter.refers_to in {"Customer", "Contract", "Payment"}
    source = criterion.filter.source
    return isinstance(source, Column) and (spec.table.name, source.name) in _UNIQUE


def _is_tallied(spec: ListSpec, criterion: Criterion) -> bool:
    source = criterion.filter.source
    told = isinstance(source, Column) and source.name in KEYS.get(spec.table.name, ())
    return told and criterion.comparison in {Comparison.EQUALS, Comparison.IN}


def _unserved_order(node: ValueNode | None, variables: Mapping[str, Any]) -> bool:
    """Whether the first term of an ordering is one that no index serves."""
    if isinstance(node, VariableNode):
        given = variables.get(node.name.value)
        first = given[0] if isinstance(given, list) and given else given
        name = first.get("field") if isinstance(first, dict) else None
    else:
        term = node.values[0] if isinstance(node, ListValueNode) and node.values else node
        fields = term.fields if isinstance(term, ObjectValueNode) else ()
        name = next((_value(one.value, variables) for one in fields if one.name.value == "field"), None)
    return name is not None and name not in {"ID", "CREATED_AT"}


@dataclass(slots=True)
class Sizes:
    """About how many rows the lists have: their highest ids, looked at once in a while."""

    _rows: dict[str, int] = field(default_factory=dict)
    _looked: float = 0.0

    @property
    def known(self) -> bool:
        """Whether they need not be looked at."""
        return bool(self._rows) and monotonic() - self._looked < LOOK_AGAIN

    async def look(self, reader: Reader) -> None:
        """Ask the database. Raises `Unavailable`."""
        tables = sorted({model._meta.db_table for model in MODELS.values()})
        counts = ", ".join(f"coalesce((SELECT max(id) FROM {table}), 0)" for table in tables)
        (row,) = await reader.fetch(f"SELECT {counts}")
        self._rows, self._looked = dict(zip(tables, row, strict=True)), monotonic()

    def price(self, scan: Scan) -> int:
        """What reading a list through costs, in objects."""
        rows = self._rows.get(scan.spec.table.name, 0)
        if rows < SMALLEST:
            return 0
        size_class: int = 10 ** len(str(rows - 1))
        return min(size_class, LARGEST) // ROWS_TO_AN_OBJECT
