"""Top-level errors of a response: a code, words in the caller's language, and nothing that leaks (contract §5)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError
from strawberry.utils.str_converters import to_camel_case

from models.database import Unavailable
from resolvers.faults import NO_FIELD, Code, Fault, LimitExceeded, fault
from resolvers.words import say

if TYPE_CHECKING:
    from resolvers.words import Language

_log = logging.getLogger("abonent.graphql")


def as_fault(error: GraphQLError) -> Fault | None:
    """The refusal behind an error; None for one of graphql-core's own (a bad variable), whose message is its own.

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


def formatted(error: GraphQLError, language: Language) -> dict[str, Any]:
    """The error as the response shows it: message, locations, path, `extensions.code`, and the argument at fault."""
    refusal = as_fault(error)
    shown: dict[str, Any] = dict(error.formatted)
    shown["extensions"] = {"code": (refusal.code if refusal else Code.VALIDATION).upper()}
    if isinstance(refusal, LimitExceeded):
        shown["extensions"] |= measures(refusal)
    if refusal:
        shown["message"] = say(refusal.message, language)
        if refusal.field is not None and refusal.field != NO_FIELD:
            shown["extensions"]["field"] = to_camel_case(refusal.field)
        if refusal.retry_after is not None:
            shown["extensions"]["retryAfter"] = refusal.retry_after
    return shown
