"""A client of the REST API for every role."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.users import Role
from resolvers.identity import tokens
from resolvers.identity.tokens import Claims, TokenType


@pytest.fixture
def database(app):
    """The program's own, so that rows are made on the connections that it reads from."""
    return app.state.database


class Api:
    """Calls paths below `/api` as a user of some role; an admin unless another is named, nobody for None."""

    def __init__(self, http, factory):
        self.http = http
        self.factory = factory

    def bearer(self, role):
        caller, settings = self.factory.callers[role], self.factory.settings
        claims = Claims(TokenType.ACCESS, caller.user_id, caller.session_id, tokens.new_id())
        return {"Authorization": f"Bearer {tokens.issue(settings, claims, datetime.now(UTC))}"}

    async def call(self, method, path, *, role=Role.ADMIN, headers=None, **rest):
        sent = {**(self.bearer(role) if role else {}), **(headers or {})}
        url = path if path == "/api" or path.startswith(("/api/", "/api?", "http")) else f"/api{path}"
        return await self.http.request(method, url, headers=sent, **rest)

    async def get(self, path, **rest):
        return await self.call("GET", path, **rest)

    async def post(self, path, json=None, **rest):
        return await self.call("POST", path, **({"json": json} if json is not None else {}), **rest)

    async def put(self, path, json, **rest):
        return await self.call("PUT", path, json=json, **rest)

    async def patch(self, path, json, **rest):
        return await self.call("PATCH", path, json=json, **rest)

    async def delete(self, path, **rest):
        return await self.call("DELETE", path, **rest)

    async def ids(self, path, **rest):
        """Of the rows on a list's page, in their order."""
        response = await self.get(path, **rest)
        assert response.status_code == 200, response.text
        return [row["id"] for row in response.json()["results"]]


@pytest.fixture
def api(http, factory):
    return Api(http, factory)
