"""`availableActions`, as a document asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from strawberry.utils.str_converters import to_camel_case

from resolvers.available import available, sources_of
from resolvers.faults import NO_FIELD
from resolvers.read.selection import Foretold
from resolvers.words import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import FieldNode

    from resolvers.available import Available
    from resolvers.context import Context
    from resolvers.faults import Fault
    from resolvers.words import Language
    from schema.execution.collect_fields import Collector

REASON: Final = "reason"
Facts = tuple[tuple[str, str], ...]
"""Each response key and the name of the fact under it."""


@dataclass(frozen=True, slots=True)
class ActionsAsked:
    """What is asked of the actions of a row."""

    typename: str
    facts: tuple[tuple[str, str | Facts], ...]

    def __call__(self, context: Context, read: Mapping[str, Any]) -> list[dict[str, object]]:
        """They are told of a row of which has been read what decides."""
        return [self._told(one, context.language) for one in available(self.typename, context, read)]

    def _told(self, one: Available, language: Language) -> dict[str, object]:
        known: dict[str, object] = {
            "name": one.operation.graphql,
            "allowed": one.refusal is None,
            "__typename": "AvailableAction",
        }
        return {
            key: known[asked] if isinstance(asked, str) else _reason(one.refusal, asked, language)
            for key, asked in self.facts
        }


def _reason(refusal: Fault | None, asked: Facts, language: Language) -> dict[str, object] | None:
    if refusal is None:
        return None
    field = None if refusal.field in {None, NO_FIELD} else to_camel_case(str(refusal.field))
    known = {
        "code": refusal.code.name,
        "message": say(refusal.message, language),
        "field": field,
        "__typename": "ActionRefusal",
    }
    return {key: known[fact] for key, fact in asked}


def foretold_actions(key: str, typename: str, nodes: list[FieldNode], collector: Collector) -> Foretold:
    """The selection of a row's actions, for what a document asks of each."""
    action: Any = collector.schema.get_type("AvailableAction")
    asked = collector.fields(action, nodes).items()
    facts = tuple((inner, _fact(same, collector)) for inner, same in asked)
    return Foretold(key, sources_of(typename), ActionsAsked(typename, facts))


def _fact(nodes: list[FieldNode], collector: Collector) -> str | Facts:
    name = nodes[0].name.value
    if name != REASON:
        return name
    reason: Any = collector.schema.get_type("ActionRefusal")
    return tuple((key, same[0].name.value) for key, same in collector.fields(reason, nodes).items())
