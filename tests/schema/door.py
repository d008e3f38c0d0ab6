"""The GraphQL endpoint over HTTP, as clients of any role and any media type see it."""

from datetime import UTC, datetime

from models.users import Role
from resolvers.identity import tokens
from resolvers.identity.tokens import Claims, TokenType

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"


class Door:
    """Sends requests to `/graphql` as a user of some role; an admin unless another is named, nobody for None."""

    def __init__(self, http, factory):
        self.http = http
        self.factory = factory

    def bearer(self, role):
        caller = self.factory.callers[role]
        claims = Claims(TokenType.ACCESS, caller.user_id, caller.session_id, tokens.new_id())
        return f"Bearer {tokens.issue(self.factory.settings, claims, datetime.now(UTC))}"

    def headers(self, role, accept, more):
        named = {"Accept": accept, "Accept-Language": "en"}
        return named | ({"Authorization": self.bearer(role)} if role else {}) | (more or {})

    async def ask(self, query, variables=None, *, role=Role.ADMIN, accept=GRAPHQL, headers=None, **rest):
        """A POST of a document."""
        body = {"query": query, **({"variables": variables} if variables is not None else {}), **rest}
        return await self.http.post("/graphql", json=body, headers=self.headers(role, accept, headers))

    async def send(self, content, *, role=Role.ADMIN, accept=GRAPHQL, headers=None):
        """A POST of any bytes as JSON."""
        more = {"Content-Type": JSON} | (headers or {})
        return await self.http.post("/graphql", content=content, headers=self.headers(role, accept, more))

    async def get(self, params, *, role=Role.ADMIN, accept=GRAPHQL, headers=None):
        return await self.http.get("/graphql", params=params, headers=self.headers(role, accept, headers))


def code(response):
    """Of the first error."""
    return response.json()["errors"][0]["extensions"]["code"]
