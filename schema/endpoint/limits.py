"""How large a document may be (contract §5, Limits), decided in linear time before validation can hold anything up.

Its text is bounded before it is parsed, and the parsed document before it is validated: validation compares every two
fields that are answered under one key, so that it takes quadratic time over a field written hundreds of times.
What the answer could hold is counted in `schema/endpoint/cost.py`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode

from resolvers.faults import LimitExceeded, hold
from schema.execution.collect_fields import flattened, fragments_of, operations_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from graphql import DocumentNode, SelectionSetNode

    from models.settings import QueryLimits

MAX_LENGTH: Final = 100_000
"""Characters of a document: 2,000 tokens and the longest texts that a field takes stay well below."""
MAX_COMMENTS: Final = 1_000
MAX_NAME: Final = 200
"""Characters of a name: looking for names like a misspelt one takes quadratic time over its length."""
MAX_FRAGMENTS: Final = 100
"""Fragments that a document defines: validation compares every two of them."""


# --- before it is parsed ------------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"""
    "{3} (?: [^"\\] | \\"{3} | \\ | "{1,2}(?!") )*+ (?:"{3})?  # a text over lines; a missing end is the parser's
    | " (?: [^"\\\n\r] | \\. )*+ "?                          # a text
    | \.{3}
    | [_A-Za-z][_0-9A-Za-z]*+
    | -?[0-9][.0-9]*+ (?: [eE][+-]?[0-9]++ )?
    | \# [^\n\r]*+                                           # a comment, which is no token
    | [^\s,\ufeff]
    """,
    re.VERBOSE,
)


def check_text(text: str, limits: QueryLimits) -> None:
    """Refuse a document by its text alone. Raises `LimitExceeded`."""
    hold("length", len(text), MAX_LENGTH)
    tokens = _TOKEN.findall(text)
    comments = sum(token[0] == "#" for token in tokens)
    hold("comments", comments, MAX_COMMENTS)
    hold("tokens", len(tokens) - comments, limits.tokens)
    hold("name", max((len(token) for token in tokens if token[0] not in '"#'), default=0), MAX_NAME)


# --- before it is validated ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class Count:
    """What stands in a selection, fragments followed."""

    fields: int = 0
    aliases: int = 0
    spreads: int = 0
    """Fragments, spread or inline."""
    depth: int = 0
    """Fields within each other."""

    def add(self, inner: Count, levels: int = 0) -> None:
        """Take in what stands inside, `levels` deeper."""
        self.fields += inner.fields
        self.aliases += inner.aliases
        self.spreads += inner.spreads
        self.depth = max(self.depth, inner.depth + levels)


@dataclass(slots=True)
class Fragments:
    """The fragments of a document, each counted once, however often it is spread."""

    definitions: Mapping[str, FragmentDefinitionNode]
    counts: dict[str, Count] = field(default_factory=dict)
    spread: set[str] = field(default_factory=set)
    """Those that something spreads."""
    circular: bool = False

    def count(self, name: str) -> Count:
        if name not in self.definitions:
            return Count()
        if name not in self.counts:
            self.counts[name] = _UNFINISHED
            self.counts[name] = self.count_in(self.definitions[name].selection_set)
        self.circular |= self.counts[name] is _UNFINISHED
        return self.counts[name]

    def count_in(self, selections: SelectionSetNode | None) -> Count:
        total = Count()
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                total.fields += 1
                total.aliases += node.alias is not None
                total.add(self.count_in(node.selection_set), 1)
            elif isinstance(node, FragmentSpreadNode):
                total.spreads += 1
                self.spread.add(node.name.value)
                total.add(self.count(node.name.value))
            elif isinstance(node, InlineFragmentNode):
                total.spreads += 1
                total.add(self.count_in(node.selection_set))
        return total


_UNFINISHED = Count()


def check_document(document: DocumentNode, limits: QueryLimits) -> bool:
    """Refuse a document by its size, all that stands in it together. Raises `LimitExceeded`.

    Answers whether it could be measured: fragments that contain themselves have no size.
    """
    fragments = Fragments(fragments_of(document))
    hold("fragments", len(fragments.definitions), MAX_FRAGMENTS)
    try:
        roots = _roots(document, fragments)
        total = Count()
        for root in roots:
            total.add(fragments.count_in(root))
    except RecursionError:
        raise LimitExceeded("spreads", len(fragments.definitions), limits.depth) from None
    if fragments.circular:
        return False
    hold("depth", total.depth, limits.depth)
    hold("aliases", total.aliases, limits.aliases)
    hold("fields", total.fields, limits.fields)
    hold("spreads", total.spreads, limits.fields)
    hold("conflicts", sum(_pairs([root], fragments.definitions) for root in roots), limits.conflicts)
    return True


def _roots(document: DocumentNode, fragments: Fragments) -> list[SelectionSetNode]:
    """The operations' selections, and those of fragments that nothing spreads: validation goes through them too."""
    operations = [operation.selection_set for operation in operations_of(document)]
    for name in fragments.definitions:
        fragments.count(name)
    for operation in operations:
        fragments.count_in(operation)
    unspread = fragments.definitions.keys() - fragments.spread
    return operations + [fragments.definitions[name].selection_set for name in sorted(unspread)]


def _pairs(merged: Sequence[SelectionSetNode], fragments: Mapping[str, FragmentDefinitionNode]) -> int:
    """Pairs within selections that make one object of the answer, and within what they hold."""
    seen: set[str] = set()
    groups: dict[str, list[FieldNode]] = defaultdict(list)
    for selections in merged:
        for node in flattened(selections.selections, fragments, seen):
            groups[(node.alias or node.name).value].append(node)
    pairs = 0
    for group in groups.values():
        inner = [node.selection_set for node in group if node.selection_set]
        pairs += len(group) * (len(group) - 1) // 2 + (_pairs(inner, fragments) if inner else 0)
    return pairs


# --- before it is run ---------------------------------------------------------------------------------------------


def check_variables(variables: Mapping[str, object], limits: QueryLimits) -> None:
    """Refuse variables that hold too many values: coercing each takes time. Raises `LimitExceeded`."""
    hold("variables", sum(values_in(value) for value in variables.values()), limits.values)


def values_in(value: object) -> int:
    """How many values a JSON value consists of, however nested; level by level, without recursion."""
    total, level = 0, [value]
    while level:
        total += len(level)
        level = [inner for one in level if isinstance(one, dict | list) for inner in _inside(one)]
    return total


def _inside(value: dict[str, object] | list[object]) -> Iterable[object]:
    return value.values() if isinstance(value, dict) else value
