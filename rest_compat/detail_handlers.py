"""Reads of one thing: a row, or an entity's statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from resolvers.faults import not_found
from resolvers.identity.permissions import Permission, require, require_sight
from resolvers.read.statistics import statistics
from rest_compat.etags import tagged
from rest_compat.http import answer, path_id
from rest_compat.representations import read_seen

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from models.entity import Entity
    from resolvers.context import Context


@dataclass(frozen=True, slots=True)
class Detail:
    """The handler of one whole row."""

    entity: type[Entity]
    own: bool = False
    """It is the caller's own profile, whatever the path."""

    only: int | None = None
    """The id of the one row that there is."""

    async def __call__(self, request: Request, context: Context) -> Response:
        caller = require(context, Permission.READ)
        row_id = self.only or (caller.user_id if self.own else path_id(request, self.entity))
        require_sight(context, self.entity, row_id)
        body = await read_seen(context.reader, self.entity.__name__, row_id, caller, context.language)
        if body == b"null":
            raise not_found(self.entity, row_id)
        return tagged(request, answer(context.weighed(body), context.language))


@dataclass(frozen=True, slots=True)
class Statistics:
    """The handler of an entity's figures."""

    entity: type[Entity]

    async def __call__(self, request: Request, context: Context) -> Response:
        del request
        require_sight(context, self.entity, None)
        return answer(orjson.dumps(await statistics(context.reader, self.entity.__name__)), context.language)
