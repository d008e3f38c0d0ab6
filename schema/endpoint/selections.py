"""Selections on `Event` by themselves: what webhooks send, validated when it is written, read at each try."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from graphql import FragmentDefinitionNode, GraphQLError, parse

from resolvers.faults import LimitExceeded, hold
from resolvers.words import say
from schema.endpoint.cost import pricing
from schema.endpoint.document_cache import PARSE_FAILED, Documents, Refused
from schema.endpoint.limits import MAX_COMMENTS, check_text
from schema.execution.execute import GraphQLRequest
from schema.schema import GRAPHQL
from schema.types.global_ids import global_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.settings import QueryLimits
    from resolvers.context import Context
    from resolvers.words import Language
    from schema.endpoint.document_cache import Document, Operation

_FRAGMENT: Final = "fragment Sent on Event "
_QUERY: Final = "query ($ids: [ID!]!) { nodes(ids: $ids) { ...Sent } } " + _FRAGMENT


@dataclass(frozen=True, slots=True)
class Selections:
    """The selections that are in use, each read once."""

    documents: Documents
    limits: QueryLimits

    async def fault(self, text: str, language: Language) -> str | None:
        """What is wrong with a selection, if something is."""
        try:
            _, operation = await self._read(text)
            hold("cost", operation.price.total.of({"ids": ["evt_1"]}).objects, self.limits.cost)
        except LimitExceeded as refusal:
            return say(refusal.message, language)
        except Refused as refusal:
            return refusal.errors[0].message
        return None

    async def read(self, context: Context, text: str, event_ids: Sequence[int]) -> bytes:
        """What a selection finds of these events, in their order: a JSON list, null for what the caller may not see.

        Raises `Refused` and `LimitExceeded` for a text that is good no longer, and `Unavailable`.
        """
        document, operation = await self._read(text)
        variables = {"ids": [global_id("Event", one) for one in event_ids]}
        request = GraphQLRequest(context, document.digest, document.tree, variables=variables)
        assert operation.direct is not None  # noqa: S101 - a plain root field
        (member,) = operation.direct.members
        return await member.field.answer(request, variables)

    async def _read(self, text: str) -> tuple[Document, Operation]:
        check_text(text, self.limits)
        _require_one_selection(text)
        return await self.documents.get(_QUERY + text, None, lambda _kind, _is_open: None)


def _require_one_selection(text: str) -> None:
    """Raise `Refused` for a text that is something else, or goes on behind its last brace."""
    try:
        found = parse(_FRAGMENT + text, max_comments=MAX_COMMENTS).definitions
    except GraphQLError as error:
        raise Refused(PARSE_FAILED, [error]) from None
    if len(found) != 1 or not isinstance(found[0], FragmentDefinitionNode) or not text.lstrip().startswith("{"):
        raise Refused(PARSE_FAILED, [GraphQLError("Expected one selection in braces.")])


def selections(limits: QueryLimits) -> Selections:
    """Selections on the schema that people see."""
    return Selections(Documents(GRAPHQL, pricing(GRAPHQL), limits, frozenset()), limits)
