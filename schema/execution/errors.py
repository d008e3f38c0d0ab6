"""Top-level errors of a response: a code, words in the caller's language, and nothing that leaks (contract §5)."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, Final

from graphql import GraphQLError, VariableDefinitionNode, print_ast
from strawberry.utils.str_converters import to_camel_case

from models.database import Unavailable
from resolvers.faults import NO_FIELD, Code, Fault, LimitExceeded, fault
from resolvers.words import Message, say

if TYPE_CHECKING:
    from resolvers.words import Language

_log = logging.getLogger("abonent.graphql")

UNFIT: Final = re.compile(
    r"Variable '\$(?P<name>\w+)' has invalid value(?: at (?P<place>[^:]+))?: (?P<wrong>.*)", re.DOTALL
)
"""How graphql-core says that a variable does not fit, which is all that it says about where."""
NEEDED: Final = re.compile(
    r"Expected a? ?value of (?:non-null )?type '(?P<type>[^']+)' (?:to be provided|not to be None)\."
)
LACKING: Final = re.compile(r"Expected value of type '[^']+' to include required field '(?P<field>\w+)'")
UNKNOWN: Final = re.compile(
    r"Expected value of type '(?P<type>[^']+)' not to include unknown field '(?P<field>[^']{1,80})'"
)
NAMES_TYPE: Final = re.compile(
    r"(\w+) cannot represent|Expected value of type '([^']+)'|does not exist in '(\w+)' enum"
)


def argument(name: str) -> str:
    """How the schema spells an input's field: `from` is `from_` in Python, whose word it is."""
    return to_camel_case(name.removesuffix("_"))


def as_fault(error: GraphQLError) -> Fault | None:
    """The refusal behind an error; None for one of graphql-core's own (a bad variable).

    Whatever else was raised is `internal_error`, and is said to the log alone.
    """
    original: BaseException | None = error
    while isinstance(original, GraphQLError):
        original = original.original_error
    if original is None or isinstance(original, Fault):
        return original
    if isinstance(original, Unavailable):
        return fault(Code.SERVICE_UNAVAILABLE)
    _log.error("A resolver failed at %s", error.path, exc_info=original)
    return fault(Code.INTERNAL_ERROR)


def measures(refusal: LimitExceeded) -> dict[str, Any]:
    """What an error tells of a limit, beside its code."""
    return {"limit": refusal.limit, "measured": refusal.measured, "allowed": refusal.allowed}


def about_variable(error: GraphQLError) -> Message | None:
    """What is wrong with a variable, without the value that was sent, which may be a secret; None of other errors."""
    told, node = UNFIT.match(error.message), next(iter(error.nodes or ()), None)
    if told is None or not isinstance(node, VariableDefinitionNode):
        return None
    place, wrong = f"${told['name']}{told['place'] or ''}", told["wrong"]
    if needed := NEEDED.match(wrong):
        return Message("variable_needed", {"place": place, "type": needed["type"]})
    if lacking := LACKING.match(wrong):
        return Message("variable_lacks", {"place": place, "field": lacking["field"]})
    if unknown := UNKNOWN.match(wrong):
        return Message("variable_unknown", {"place": place, "field": unknown["field"], "type": unknown["type"]})
    named = NAMES_TYPE.match(wrong) or NAMES_TYPE.search(wrong)
    expected = next(filter(None, named.groups())) if named else print_ast(node.type)
    return Message("variable_unfit", {"place": place, "type": expected})


def formatted(error: GraphQLError, language: Language) -> dict[str, Any]:
    """The error as the response shows it: message, locations, path, `extensions.code`, and the argument at fault."""
    refusal = as_fault(error)
    shown: dict[str, Any] = dict(error.formatted)
    shown["extensions"] = {"code": (refusal.code if refusal else Code.VALIDATION).upper()}
    if isinstance(refusal, LimitExceeded):
        shown["extensions"] |= measures(refusal)
    if refusal is None and (about := about_variable(error)):
        shown["message"] = say(about, language)
    if refusal:
        shown["message"] = say(refusal.message, language)
        if refusal.field is not None and refusal.field != NO_FIELD:
            shown["extensions"]["field"] = argument(refusal.field)
        if refusal.retry_after is not None:
            shown["extensions"]["retryAfter"] = refusal.retry_after
    return shown
