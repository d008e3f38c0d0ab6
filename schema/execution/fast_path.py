"""Known documents, answered straight from their plans: graphql-core's executor has nothing to do for them.

A query whose root fields stand there plainly (no fragment, no directive) and are all answered by the read compiler
needs no executor: each field's answer is a finished text. Whatever is not that simple, and whatever is refused, is left
to graphql-core, which runs the operation anew; so refusals are told in one place, and reading twice harms nobody.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import orjson
from graphql import ExecutionResult, FieldNode, OperationType, Undefined, is_non_null_type
from graphql.utilities import coerce_input_literal, coerce_input_value, type_from_ast

from models.database import Unavailable
from resolvers.faults import Fault, LimitExceeded
from resolvers.identity.optimistic_caller import UnprovenError
from schema.execution.collect_fields import fragments_of
from schema.execution.read_field import ReadField, RootField
from schema.execution.translate import DEFINITION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import (
        DocumentNode,
        GraphQLInputType,
        GraphQLObjectType,
        GraphQLSchema,
        OperationDefinitionNode,
        VariableDefinitionNode,
    )

    from resolvers.context import Context
    from schema.execution.execute import GraphQLRequest
    from schema.execution.read_field import Planned


@dataclass(frozen=True, slots=True)
class Declared:
    """A variable of an operation."""

    name: str
    type: GraphQLInputType
    default: Any
    """Coerced; `Undefined` where there is none."""
    required: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A root field's place in the answer."""

    key: bytes
    """As JSON, with the colon."""
    field: RootField
    required: bool
    """It may not be null."""


@dataclass(frozen=True, slots=True)
class Direct:
    """An operation that can be answered so."""

    variables: tuple[Declared, ...]
    members: tuple[Member, ...]


# --- when a document is read --------------------------------------------------------------------------------------


def direct(schema: GraphQLSchema, tree: DocumentNode, operation: OperationDefinitionNode) -> Direct | None:
    """How to answer an operation of a valid document; None where that takes an executor."""
    root = schema.query_type
    if operation.operation is not OperationType.QUERY or operation.directives or root is None:
        return None
    by_key = dict[str, list[FieldNode]]()
    for node in operation.selection_set.selections:
        if not isinstance(node, FieldNode) or node.directives or not _is_read(root, node):
            return None
        by_key.setdefault((node.alias or node.name).value, []).append(node)
    fields = [
        RootField(key, root.fields[nodes[0].name.value], nodes, schema, fragments_of(tree))
        for key, nodes in by_key.items()
    ]
    members = [Member(orjson.dumps(one.key) + b":", one, is_non_null_type(one.field.type)) for one in fields]
    return Direct(tuple(_declared(schema, one) for one in operation.variable_definitions or ()), tuple(members))


def _is_read(root: GraphQLObjectType, node: FieldNode) -> bool:
    field = root.fields.get(node.name.value)  # `__typename` and the like are no fields of the type itself
    return field is not None and isinstance(field.extensions.get(DEFINITION), ReadField)


def _declared(schema: GraphQLSchema, node: VariableDefinitionNode) -> Declared:
    value_type: Any = type_from_ast(schema, node.type)
    default = Undefined if node.default_value is None else coerce_input_literal(node.default_value, value_type)
    return Declared(node.variable.name.value, value_type, default, is_non_null_type(value_type))


# --- when it is asked ---------------------------------------------------------------------------------------------


async def answer(asked: Direct, request: GraphQLRequest) -> ExecutionResult | None:
    """The data of the operation; None where graphql-core must run it, which includes every refusal but one.

    Raises `LimitExceeded` for an answer that gets too large.
    """
    variables = _coerced(asked.variables, request.variables)
    if variables is None:
        return None
    try:
        told = await _told(request.context, [await _planned(member, request, variables) for member in asked.members])
    except LimitExceeded:
        raise
    except (Fault, Unavailable, UnprovenError):
        request.context.told.bytes = 0
        return None
    answered = tuple(zip(asked.members, told, strict=True))
    if any(member.required and body == b"null" for member, body in answered):
        return None
    data = b"{" + b",".join(member.key + body for member, body in answered) + b"}"
    return ExecutionResult(cast("dict[str, Any]", orjson.Fragment(data)))


async def _planned(member: Member, request: GraphQLRequest, variables: Mapping[str, Any]) -> Planned:
    """The read of a root field; where its plan had to be made, others have their turn before the next one."""
    planned = await member.field.planned(request, variables)
    if planned.anew:
        await asyncio.sleep(0)
    return planned


async def _told(context: Context, reads: list[Planned]) -> list[bytes]:
    """What all of them answer, read side by side; as soon as one is refused the others are given up."""
    if len(reads) == 1:
        return [await reads[0].answer(context)]
    tasks = [asyncio.ensure_future(read.answer(context)) for read in reads]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        raise


def _coerced(declared: tuple[Declared, ...], given: Mapping[str, Any]) -> dict[str, Any] | None:
    """The variables as the schema's types take them; None if one does not fit."""
    found = {}
    for one in declared:
        if one.name in given:
            value = coerce_input_value(given[one.name], one.type)
        elif one.default is not Undefined or not one.required:
            value = one.default
        else:
            return None
        if value is not Undefined:
            found[one.name] = value
        elif one.name in given:
            return None
    return found
