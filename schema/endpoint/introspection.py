"""Questions about the schema itself, which the schema alone answers: apart from the event loop, and kept.

The full introspection of this schema takes graphql-core a good part of a second.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import orjson
from graphql import execute_sync

if TYPE_CHECKING:
    from graphql import GraphQLSchema

    from schema.endpoint.document_cache import Document
    from schema.endpoint.request import Asked

KEPT_BYTES: Final = 4_000_000
"""Of all kept answers together; that of the full introspection takes about half a million."""

_worker = ThreadPoolExecutor(1, thread_name_prefix="graphql-introspection")


@dataclass(slots=True)
class Introspection:
    """A schema, and its latest answers about itself."""

    schema: GraphQLSchema
    _kept: OrderedDict[tuple[str, str | None], bytes] = field(default_factory=OrderedDict)
    _bytes: int = 0

    async def answer(self, document: Document, asked: Asked) -> bytes:
        """The response to an operation that asks for nothing but the schema."""
        key = (document.text, asked.operation_name)
        if key in self._kept and not asked.variables:
            self._kept.move_to_end(key)
            return self._kept[key]
        body = await asyncio.get_running_loop().run_in_executor(_worker, self._answer, document, asked)
        if not asked.variables:
            self._keep(key, body)
        return body

    def _answer(self, document: Document, asked: Asked) -> bytes:
        result = execute_sync(
            self.schema,
            document.tree,
            variable_values=dict(asked.variables),
            operation_name=asked.operation_name,
        )
        return orjson.dumps(result.formatted)

    def _keep(self, key: tuple[str, str | None], body: bytes) -> None:
        if key in self._kept:
            return
        self._kept[key] = body
        self._bytes += len(body)
        while self._bytes > KEPT_BYTES:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= len(dropped)
