"""How the payload of a mutation is written, for what a document asks of it.

A payload is JSON text too: a row in it is read by the compiler, inside the mutation's own transaction; the rest is told
by the outcome. A refusal's has the errors, and null for all else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, cast

import orjson

from resolvers.faults import NO_FIELD, Code, Invalid
from resolvers.read.compiler import compile_root
from resolvers.read.selection import ById
from resolvers.words import say
from resolvers.write.conflicts import Conflict
from schema.execution.connection_arguments import AT_ROOT
from schema.execution.errors import argument
from schema.execution.told_changes import changes_asked
from schema.execution.translate import DEFINITION, object_type
from schema.types.payloads import SHOWS, Done, FromChanges, FromOutcome, FromRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graphql import FieldNode, GraphQLObjectType

    from models.database import Dialect, Reader
    from resolvers.faults import Fault
    from resolvers.read.compiler import Plan
    from resolvers.read.selection import Variables
    from resolvers.words import Language, Message
    from resolvers.write.changes import Changed
    from schema.execution.collect_fields import Collector
    from schema.execution.told_changes import ChangesAsked
    from schema.execution.translate import Translator

_ROW: Final = "$row"
"""Among the variables of a plan, the id of the row that a payload shows."""

UserErrors = list[dict[str, object]]
"""By the names of `UserError`'s fields."""


class Part(Protocol):
    """What stands under one response key of a payload."""

    @property
    def key(self) -> bytes:
        """As JSON, with the colon."""

    async def done(self, reader: Reader, done: Done, variables: Variables) -> bytes:
        """Its JSON when the mutation was carried out."""

    def refused(self, errors: UserErrors) -> bytes:
        """Its JSON when it was refused."""


@dataclass(frozen=True, slots=True)
class Typename:
    """`__typename`, the same whatever happens."""

    key: bytes
    text: bytes

    async def done(self, reader: Reader, done: Done, variables: Variables) -> bytes:
        """As of `Part`."""
        del reader, done, variables
        return self.text

    def refused(self, errors: UserErrors) -> bytes:
        """As of `Part`."""
        del errors
        return self.text


@dataclass(frozen=True, slots=True)
class Told:
    """What the outcome tells."""

    key: bytes
    shows: FromOutcome

    async def done(self, reader: Reader, done: Done, variables: Variables) -> bytes:
        """As of `Part`."""
        del reader, variables
        return orjson.dumps(self.shows.value(done))

    def refused(self, errors: UserErrors) -> bytes:
        """As of `Part`."""
        del errors
        return b"null"


@dataclass(frozen=True, slots=True)
class Row:
    """A row, read by the compiler."""

    key: bytes
    shows: FromRow
    plan: Plan

    async def done(self, reader: Reader, done: Done, variables: Variables) -> bytes:
        """As of `Part`."""
        return await self.plan.run(reader, {**variables, _ROW: self.shows.row(done)})

    def refused(self, errors: UserErrors) -> bytes:
        """As of `Part`."""
        del errors
        return b"null"


@dataclass(frozen=True, slots=True)
class Changes:
    """What was changed."""

    key: bytes
    asked: ChangesAsked

    async def done(self, reader: Reader, done: Done, variables: Variables) -> bytes:
        """As of `Part`."""
        del reader, variables
        return b"null" if done.changes is None else orjson.dumps(self.asked.told(done.changes))

    def refused(self, errors: UserErrors) -> bytes:
        """As of `Part`."""
        del errors
        return b"null"


@dataclass(frozen=True, slots=True)
class Errors:
    """The refusals: each response key and the fact under it."""

    key: bytes
    facts: tuple[tuple[str, str | ChangesAsked], ...]

    async def done(self, reader: Reader, done: Done, variables: Variables) -> bytes:
        """As of `Part`."""
        del reader, done, variables
        return b"[]"

    def refused(self, errors: UserErrors) -> bytes:
        """As of `Part`."""
        return orjson.dumps([{key: _told(told, asked) for key, asked in self.facts} for told in errors])


def _told(error: Mapping[str, object], asked: str | ChangesAsked) -> object:
    """A fact of an error; of a conflict also what has changed since."""
    if isinstance(asked, str):
        return error[asked]
    changes = cast("Sequence[Changed] | None", error["changes"])
    return None if changes is None else asked.told(changes)


@dataclass(frozen=True, slots=True)
class PayloadPlan:
    """Writes the payload of one place in a document."""

    parts: tuple[Part, ...]
    variables: tuple[str, ...]
    """Those that the selection depends on."""

    @property
    def weight(self) -> int:
        """What the plan weighs in a cache."""
        return sum(part.plan.weight for part in self.parts if isinstance(part, Row))

    def check(self, variables: Variables) -> None:
        """Raise the fault of whatever is malformed in what the document asks of the payload (a filter in it).

        Before the mutation is carried out: nothing is to be changed for an answer that cannot be given.
        """
        for part in self.parts:
            for bind in part.plan.binds if isinstance(part, Row) else ():
                bind({**variables, _ROW: 0})

    async def done(self, reader: Reader, done: Done, variables: Variables) -> bytes:
        """The payload of a mutation that was carried out."""
        texts = [part.key + await part.done(reader, done, variables) for part in self.parts]
        return b"{" + b",".join(texts) + b"}"

    def refused(self, errors: UserErrors) -> bytes:
        """The payload of one that was refused."""
        return b"{" + b",".join(part.key + part.refused(errors) for part in self.parts) + b"}"


def payload_plan(
    payload: GraphQLObjectType, nodes: list[FieldNode], translator: Translator, dialect: Dialect
) -> PayloadPlan:
    """The plan for what a document asks of a payload."""
    asked = translator.collector.fields(payload, nodes).items()
    parts = tuple(_part(payload, key, same, translator, dialect) for key, same in asked)
    return PayloadPlan(parts, translator.collector.variables(nodes))


def _part(
    payload: GraphQLObjectType, key: str, nodes: list[FieldNode], translator: Translator, dialect: Dialect
) -> Part:
    name, start = nodes[0].name.value, orjson.dumps(key) + b":"
    if name == "__typename":
        return Typename(start, orjson.dumps(payload.name))
    declared = payload.fields[name]
    shows: FromRow | FromOutcome | FromChanges | None = declared.extensions[DEFINITION].metadata.get(SHOWS)
    if shows is None:
        return Errors(start, _error_facts(object_type(declared), nodes, translator.collector))
    if isinstance(shows, FromChanges):
        return Changes(start, changes_asked(declared, nodes, translator.collector))
    if isinstance(shows, FromOutcome):
        return Told(start, shows)
    read = translator.object(object_type(declared), nodes, AT_ROOT)
    return Row(start, shows, compile_root(ById(read, _row_id), dialect))


def _error_facts(
    error: GraphQLObjectType, nodes: list[FieldNode], collector: Collector
) -> tuple[tuple[str, str | ChangesAsked], ...]:
    asked = ((key, same[0].name.value, same) for key, same in collector.fields(error, nodes).items())
    return tuple(
        (key, changes_asked(error.fields[name], same, collector) if name == "changes" else name)
        for key, name, same in asked
    )


def _row_id(variables: Variables) -> int:
    """Binds the id of the row that a payload shows."""
    return cast("int", variables[_ROW])


def user_errors(refusal: Fault, language: Language, missing: str | None = None) -> UserErrors:
    """A refusal as a payload tells it, one error for each message; `missing` names the field of a target not found."""
    told: list[tuple[Message, str | None]]
    if isinstance(refusal, Invalid):
        told = [(message, name) for name, messages in refusal.fields.items() for message in messages]
    else:
        told = [(refusal.message, refusal.field or (missing if refusal.code is Code.NOT_FOUND else None))]
    changes = refusal.changes if isinstance(refusal, Conflict) else None
    return [_error(refusal.code, message, name, language) | {"changes": changes} for message, name in told]


def _error(code: Code, message: Message, name: str | None, language: Language) -> dict[str, object]:
    return {
        "message": say(message, language),
        "code": code.name,
        "field": None if name is None or name == NO_FIELD else argument(name),
        "__typename": "UserError",
    }
