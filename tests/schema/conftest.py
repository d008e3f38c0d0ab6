"""Documents run on the schema itself, as the view does it, for callers of any role."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from graphql import parse, validate

from models.users import Role
from resolvers.words import Language
from schema.execution.errors import formatted
from schema.execution.execute import GraphQLRequest, execute
from schema.schema import GRAPHQL
from tests.factories import Factory
from tests.schema.door import Door

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass
class Asker:
    """Asks documents of one database; `last` is the request that was run."""

    factory: Factory
    last: GraphQLRequest | None = field(default=None)

    async def __call__(
        self,
        text: str,
        variables: Mapping[str, Any] | None = None,
        *,
        role: Role | None = Role.ADMIN,
        operation: str | None = None,
        key: str | None = None,
        **context: Any,
    ) -> dict[str, Any]:
        """The whole answer, parsed."""
        return orjson.loads(await self.text(text, variables, role=role, operation=operation, key=key, **context))

    async def text(
        self,
        text: str,
        variables: Mapping[str, Any] | None = None,
        *,
        role: Role | None = Role.ADMIN,
        operation: str | None = None,
        key: str | None = None,
        **context: Any,
    ) -> bytes:
        """The whole answer, as it is written."""
        document = parse(text)
        assert validate(GRAPHQL, document) == []
        self.last = GraphQLRequest(
            context=await self.factory.context(role, **{"language": Language.EN, **context}),
            document_key=hashlib.sha256(text.encode()).hexdigest(),
            document=document,
            operation_name=operation,
            variables=variables or {},
            idempotency_key=key,
        )
        result = await execute(GRAPHQL, self.last)
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [formatted(error, self.last.context.language) for error in result.errors]
        return orjson.dumps(answer)

    async def data(self, text: str, variables: Mapping[str, Any] | None = None, **how: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        answer = await self(text, variables, **how)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def refusal(self, text: str, variables: Mapping[str, Any] | None = None, **how: Any) -> dict[str, Any]:
        """The one error of an answer: code, message, path."""
        answer = await self(text, variables, **how)
        (error,) = answer["errors"]
        return {"code": error["extensions"]["code"], **error}


@pytest.fixture
async def ask(factory):
    """Asks documents of the database."""
    return Asker(factory)


@pytest.fixture
async def door(app, http):
    """The endpoint over HTTP; its `factory` makes rows on the program's own connections."""
    return Door(http, await Factory(app.state.database, app.state.settings).prepare())
