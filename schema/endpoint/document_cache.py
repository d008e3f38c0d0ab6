"""Documents, parsed, validated and priced once, and kept as long as they are in use.

Whatever takes more than a few milliseconds is done on a thread of its own, so that the event loop goes on meanwhile.
What strangers send is read by another thread than what callers do, waits in another queue, a short one, and is kept
apart, so that whoever has not logged in can neither fill the memory nor push out what is known, nor make others wait.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from graphql import (
    GraphQLError,
    NoFragmentCyclesRule,
    OperationType,
    get_operation_ast,
    parse,
    validate,
    value_from_ast_untyped,
)

from resolvers.weighted_cache import WeightedCache, digest
from schema.endpoint.desks import Desks
from schema.endpoint.limits import (
    MAX_COMMENTS,
    MAX_LENGTH,
    MAX_NAME,
    check_document,
    check_text,
)
from schema.execution.collect_fields import flattened, fragments_of, operations_of
from schema.execution.fast_path import direct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import DocumentNode, FieldNode, GraphQLSchema, OperationDefinitionNode

    from models.settings import QueryLimits
    from schema.endpoint.cost import Estimate, Pricing
    from schema.execution.fast_path import Direct

MAX_ERRORS: Final = 20
"""Errors of one document that are told."""
KEPT: Final = 40_000_000
"""Bytes of all kept documents together."""
KEPT_OF_STRANGERS: Final = 2_000_000
"""The same of those whose senders have not logged in: log-ins, and questions about the schema."""
PARSED: Final = 200
"""Bytes that a character takes in a parsed document, at most."""
SHORT: Final = 600
"""Characters of a document that is read at once: within 20 ms, whatever stands in it; an honest one takes 2."""
LONGEST_OF_STRANGERS: Final = 10_000
"""Characters of a document that whoever has not logged in may have read: the full introspection has 2,000."""


class Refused(Exception):
    """A document that will not be run: no GraphQL, not of this schema, or named by its hash alone."""

    def __init__(self, code: str, errors: list[GraphQLError]) -> None:
        super().__init__(code)
        self.code = code
        self.errors = errors


PARSE_FAILED: Final = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED: Final = "GRAPHQL_VALIDATION_FAILED"


Gate = Callable[["OperationType", bool], None]
"""Told an operation's kind and whether it answers those who have not logged in; raises to refuse it."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a document, and what must be known of it before it runs."""

    kind: OperationType
    title: str
    """For the log: `mutation addContractBalance`, `query customers …`."""
    keys: frozenset[str]
    """Under which its root fields are answered."""
    fields: int
    """How many of them there are, `__typename` aside."""
    is_open: bool
    """Whether it answers those who have not logged in."""
    introspects: Introspects
    price: Estimate
    defaults: Mapping[str, Any]
    """Of its variables."""
    direct: Direct | None
    """How it is answered without an executor, if it can be."""


class Introspects(Enum):
    """How much of an operation asks for the schema itself."""

    NOTHING = auto()
    PARTLY = auto()
    ONLY = auto()


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document within the limits of size."""

    digest: bytes
    length: int
    """Of its text."""
    tree: DocumentNode
    operations: Mapping[str | None, Operation]
    """By name; without a name the only one there is."""

    def operation(self, name: str | None) -> Operation:
        """The operation to run. Raises `Refused` where none has the name, or there is no name and several to choose."""
        found = self.operations.get(name)
        if found is None:
            raise _no_such(name)
        return found


@dataclass(slots=True)
class Documents:
    """The documents of a schema that are kept, the latest used last."""

    schema: GraphQLSchema
    pricing: Pricing
    limits: QueryLimits
    open_roots: frozenset[str]
    """Root fields that answer anybody."""
    desks: Desks = field(default_factory=lambda: Desks("graphql-document"))
    kept: WeightedCache[bytes, Document] = field(default_factory=lambda: WeightedCache(KEPT, _weight))
    of_strangers: WeightedCache[bytes, Document] = field(
        default_factory=lambda: WeightedCache(KEPT_OF_STRANGERS, _weight)
    )

    def known(self, text: str, operation_name: str | None) -> tuple[Document, Operation] | None:
        """A document that is kept, and its operation; None where either is not to be had at once."""
        document = self.kept.get(digest(text))
        if document is None or operation_name not in document.operations:
            return None
        return document, document.operations[operation_name]

    async def get(
        self, text: str, operation_name: str | None, gate: Gate, *, stranger: bool = False
    ) -> tuple[Document, Operation]:
        """The document, read now or kept, and the operation meant; `stranger`: who sends it has not logged in.

        Raises `LimitExceeded`, `Refused`, and what the gate raises, which is asked before the document is validated.
        """
        key = digest(text)
        document = self.kept.get(key) or self.of_strangers.get(key)
        if document is None:
            document = await self._read_soon(key, text, operation_name, gate, stranger=stranger)
        if stranger and key not in self.kept:
            self.of_strangers.put(key, document)
        elif not stranger and key not in self.kept:
            self.kept.put(key, document)
        operation = document.operation(operation_name)
        gate(operation.kind, operation.is_open)
        return document, operation

    async def _read_soon(
        self, key: bytes, text: str, operation_name: str | None, gate: Gate, *, stranger: bool
    ) -> Document:
        check_text(text, self.limits)
        if stranger and len(text) > LONGEST_OF_STRANGERS:
            gate(OperationType.QUERY, False)
        if len(text) <= SHORT:
            return self._read(key, text, operation_name, gate)
        return await self.desks.run(self._read, key, text, operation_name, gate, stranger=stranger)

    def _read(self, key: bytes, text: str, operation_name: str | None, gate: Gate) -> Document:
        tree = _parsed(text)
        measurable = check_document(tree, self.limits)
        operation = _selected(tree, operation_name)
        gate(operation.operation, self._is_open(tree, operation))
        errors = validate(self.schema, tree, None if measurable else [NoFragmentCyclesRule], max_errors=MAX_ERRORS)
        if errors:
            raise Refused(VALIDATION_FAILED, errors)
        operations = {_name_of(node): self._operation(tree, node) for node in operations_of(tree)}
        if len(operations) == 1:
            operations[None] = next(iter(operations.values()))
        return Document(key, len(text), tree, operations)

    def _is_open(self, tree: DocumentNode, operation: OperationDefinitionNode) -> bool:
        """A root field that does not exist hides nothing: validation will say so."""
        root = self.schema.get_root_type(operation.operation)
        return all(
            node.name.value in self.open_roots or not root or node.name.value not in root.fields
            for node in _roots(tree, operation)
        )

    def _operation(self, tree: DocumentNode, node: OperationDefinitionNode) -> Operation:
        roots = _roots(tree, node)
        named = {(root.alias or root.name).value: root.name.value for root in roots}
        return Operation(
            kind=node.operation,
            title=_title(node, roots),
            keys=frozenset(named),
            fields=sum(name != "__typename" for name in named.values()),
            is_open=self._is_open(tree, node),
            introspects=_introspects(roots),
            price=self.pricing.estimate(node, fragments_of(tree)),
            defaults=_defaults(node),
            direct=direct(self.schema, tree, node),
        )


def _weight(document: Document) -> int:
    return PARSED * document.length


def _parsed(text: str) -> DocumentNode:
    try:
        return parse(
            text,
            allow_empty_selection_sets=False,
            max_comments=MAX_COMMENTS,
            max_source_length=MAX_LENGTH,
        )
    except GraphQLError as error:
        raise Refused(PARSE_FAILED, [error]) from None


def _selected(tree: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation that a request means."""
    operation = get_operation_ast(tree, name)
    if operation is None:
        raise _no_such(name)
    return operation


def _no_such(name: str | None) -> Refused:
    missing = f"Unknown operation named '{name[:MAX_NAME]}'." if name else "Must provide an operation name."
    return Refused(VALIDATION_FAILED, [GraphQLError(missing)])


def _name_of(operation: OperationDefinitionNode) -> str | None:
    return operation.name.value if operation.name else None


def _roots(tree: DocumentNode, operation: OperationDefinitionNode) -> list[FieldNode]:
    return list(flattened(operation.selection_set.selections, fragments_of(tree), set()))


def _title(operation: OperationDefinitionNode, roots: list[FieldNode]) -> str:
    """Made of the schema's names only: those that clients choose are without number."""
    first = roots[0].name.value if roots else ""
    return f"{operation.operation.value} {first}{' …' if roots[1:] else ''}"


def _introspects(roots: list[FieldNode]) -> Introspects:
    """`__typename` costs nothing and asks for nothing."""
    names = {root.name.value for root in roots} - {"__typename"}
    if names <= {"__schema", "__type"}:
        return Introspects.ONLY if names else Introspects.NOTHING
    return Introspects.PARTLY if names & {"__schema", "__type"} else Introspects.NOTHING


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        declared.variable.name.value: value_from_ast_untyped(declared.default_value)
        for declared in operation.variable_definitions or ()
        if declared.default_value is not None
    }
