"""Which fields a document asks of an object: written twice they are merged, fragments are entered where they apply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLSkipDirective,
    InlineFragmentNode,
    OperationDefinitionNode,
    Undefined,
    Visitor,
    is_abstract_type,
    visit,
)

from resolvers.faults import NO_FIELD, invalid
from schema.execution.arguments import value_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graphql import (
        DirectiveNode,
        DocumentNode,
        GraphQLObjectType,
        GraphQLSchema,
        SelectionNode,
        SelectionSetNode,
        VariableNode,
    )

    from schema.execution.plan_cache import Inquiry

    Fragment = FragmentDefinitionNode | InlineFragmentNode
    Fields = dict[str, list[FieldNode]]
    """The fields of an object by response key; each may be written several times."""


@dataclass(frozen=True, slots=True)
class Collector:
    """Collects fields as the GraphQL specification's CollectFields does, of one validated operation."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    inquiry: Inquiry

    def fields(self, parent: GraphQLObjectType, nodes: Sequence[FieldNode]) -> Fields:
        """All that is asked of an object of this type by these fields together, in the order of the answer."""
        found: Fields = {}
        entered: set[str] = set()
        for node in nodes:
            if node.selection_set:
                self._collect(node.selection_set, parent, found, entered)
        return found

    def _collect(self, within: SelectionSetNode, parent: GraphQLObjectType, found: Fields, entered: set[str]) -> None:
        for selection in within.selections:
            if selection.directives and not self._included(selection.directives):
                continue
            if isinstance(selection, FieldNode):
                key = selection.alias.value if selection.alias else selection.name.value
                found.setdefault(key, []).append(selection)
                continue
            fragment = self._fragment(selection, entered)
            if fragment is not None and self._applies(fragment, parent):
                self._collect(fragment.selection_set, parent, found, entered)

    def _fragment(self, selection: SelectionNode, entered: set[str]) -> Fragment | None:
        """The fragment to enter; None for a named one that has been entered already."""
        if not isinstance(selection, FragmentSpreadNode):
            return cast("InlineFragmentNode", selection)
        name = selection.name.value
        if name in entered:
            return None
        entered.add(name)
        return self.fragments[name]

    def _applies(self, fragment: Fragment, parent: GraphQLObjectType) -> bool:
        if fragment.type_condition is None:
            return True
        named = self.schema.get_type(fragment.type_condition.name.value)
        return named is parent or (is_abstract_type(named) and self.schema.is_sub_type(named, parent))

    def _included(self, directives: Sequence[DirectiveNode]) -> bool:
        given = {directive.name.value: directive for directive in directives}
        skip, include = given.get(GraphQLSkipDirective.name), given.get(GraphQLIncludeDirective.name)
        return not (skip and self._condition(skip)) and (include is None or self._condition(include))

    def _condition(self, directive: DirectiveNode) -> bool:
        (condition,) = directive.arguments or ()
        value = value_of(condition.value, GraphQLSkipDirective.args["if"].type)
        answer = value.fetch({}) if value.fixed else self.inquiry.ask(value.fetch)
        if answer is None or answer is Undefined:
            raise invalid(NO_FIELD, "may_not_be_null")
        return bool(answer)

    def variables(self, nodes: Sequence[FieldNode]) -> tuple[str, ...]:
        """The variables on which what is below these fields depends; those of any fragment are counted in."""
        names = _VariableNames()
        for node in nodes:
            if node.selection_set:
                visit(node.selection_set, names)
        for fragment in self.fragments.values():
            visit(fragment, names)
        return tuple(sorted(names.found))


class _VariableNames(Visitor):
    """Collects the names of the variables that it meets."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        """Called by graphql-core for every variable."""
        self.found.add(node.name.value)


# --- a document's parts -------------------------------------------------------------------------------------------


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The fragments that a document defines, by name."""
    return {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}


def operations_of(document: DocumentNode) -> list[OperationDefinitionNode]:
    """The operations of a document, in their order."""
    return [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]


def flattened(
    selections: Sequence[SelectionNode], fragments: Mapping[str, FragmentDefinitionNode], seen: set[str]
) -> Iterator[FieldNode]:
    """The fields of a selection with those of its fragments, each fragment once; `seen` gathers their names."""
    for node in selections:
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, InlineFragmentNode):
            yield from flattened(node.selection_set.selections, fragments, seen)
        elif isinstance(node, FragmentSpreadNode):
            definition = fragments.get(node.name.value)
            if definition is not None and node.name.value not in seen:
                seen.add(node.name.value)
                yield from flattened(definition.selection_set.selections, fragments, seen)
