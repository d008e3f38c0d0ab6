"""Questions about the schema itself, which the schema alone answers: apart from the event loop, and kept.

The full introspection of this schema takes graphql-core a good part of a second.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import orjson
from graphql import execute_sync
from graphql.language import print_ast

from resolvers.weighted_cache import WeightedCache, digest
from schema.endpoint.desks import Desks

if TYPE_CHECKING:
    from graphql import GraphQLSchema

    from schema.endpoint.document_cache import Document
    from schema.endpoint.request import Asked

KEPT_BYTES: Final = 8_000_000
"""Of all kept answers together; that of the full introspection takes about half a million."""
KEPT_FOR_STRANGERS: Final = 4_000_000
"""Of those to who has not logged in."""


@dataclass(slots=True)
class Introspection:
    """A schema, and its latest answers about itself."""

    schema: GraphQLSchema
    desks: Desks = field(default_factory=lambda: Desks("graphql-introspection"))
    kept: WeightedCache[bytes, bytes] = field(default_factory=lambda: WeightedCache(KEPT_BYTES, len))
    for_strangers: WeightedCache[bytes, bytes] = field(default_factory=lambda: WeightedCache(KEPT_FOR_STRANGERS, len))

    async def answer(self, document: Document, asked: Asked, *, stranger: bool) -> bytes:
        """The response to an operation that asks for nothing but the schema."""
        if asked.variables:
            return await self.desks.run(self._answer, document, asked, stranger=stranger)
        key = digest(print_ast(document.tree), asked.operation_name)  # blanks and comments make no other question
        cache = self.for_strangers if stranger else self.kept
        body = self.kept.get(key) or self.for_strangers.get(key)
        if body is None:
            body = await self.desks.run(self._answer, document, asked, stranger=stranger)
            cache.put(key, body)
        return body

    def _answer(self, document: Document, asked: Asked) -> bytes:
        result = execute_sync(
            self.schema,
            document.tree,
            variable_values=dict(asked.variables),
            operation_name=asked.operation_name,
        )
        return orjson.dumps(result.formatted)
