"""The one box over everything, in REST: what is found by whatever somebody says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

import orjson

from resolvers.faults import Invalid, invalid
from resolvers.identity.permissions import Permission, require
from resolvers.read.compiler import compile_root
from resolvers.read.find import LARGEST, USUAL, Findable, find
from resolvers.read.selection import Several
from resolvers.value_kinds import Choice, Refused
from rest_compat.http import answer
from rest_compat.query_string import page_size
from rest_compat.representations import representation

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from models.database import Dialect
    from models.users import Role
    from resolvers.context import Context
    from resolvers.read.compiler import Plan
    from resolvers.words import Language


@dataclass(frozen=True, slots=True)
class Search:
    """The handler of `/search/?q=…&types=customer,sim&page_size=10`."""

    def price(self, request: Request) -> int:
        """What is found at most."""
        try:
            return min(page_size(request.query_params.get("page_size") or str(USUAL)), LARGEST)
        except Invalid:  # it will be refused
            return 1

    async def __call__(self, request: Request, context: Context) -> Response:
        caller = require(context, Permission.READ)
        given = request.query_params
        text = given.get("q", "")
        if not text.strip():
            raise invalid("q", "required")
        first = min(page_size(given.get("page_size") or str(USUAL)), LARGEST)
        try:
            hits = await find(context.reader, text, first, _types(given.get("types", "")))
        except Refused as refusal:
            raise Invalid({"q": (refusal.message,)}) from None
        plan = _plan(caller.role, context.language, context.reader.dialect)
        nodes = orjson.loads(await plan.run(context.reader, {"found": [hit.global_id for hit in hits]}))
        results = [
            {"type": hit.type, "match": hit.match, "reason": hit.reason, "node": node}
            for hit, node in zip(hits, nodes, strict=True)
            if node is not None  # gone between being found and being read
        ]
        return answer(orjson.dumps({"results": results}), context.language)


def _types(text: str) -> list[Findable]:
    kind = Choice(Findable)
    try:
        return [Findable(kind.read(name.strip())) for name in text.split(",") if name.strip()]
    except Refused as refusal:
        raise Invalid({"types": (refusal.message,)}) from None


@lru_cache(maxsize=64)
def _plan(role: Role, language: Language, dialect: Dialect) -> Plan:
    objects = tuple(representation(one.title(), role, language) for one in Findable)
    return compile_root(Several(objects, itemgetter("found")), dialect)
