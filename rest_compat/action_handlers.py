"""What may be done with a row now."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from resolvers.available import available, operations_of, sources_of
from resolvers.faults import not_found
from resolvers.identity.permissions import Permission, require, require_sight
from resolvers.read.compiler import compile_root
from resolvers.read.selection import CONTEXT, ById, Foretold, Object
from resolvers.read.tables import TABLES_BY_TYPENAME
from resolvers.words import say
from resolvers.write.operation import Effect
from rest_compat.http import answer, path_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from models.database import Dialect
    from models.entity import Entity
    from resolvers.available import Available
    from resolvers.context import Context
    from resolvers.read.compiler import Plan
    from resolvers.words import Language
    from resolvers.write.operation import Operation

KEY = "results"


@dataclass(frozen=True, slots=True)
class RowActions:
    """The handler of the actions of a row."""

    entity: type[Entity]
    only: int | None = None
    """The id of the one row that there is."""

    async def __call__(self, request: Request, context: Context) -> Response:
        require(context, Permission.READ)
        row_id = self.only or path_id(request, self.entity)
        require_sight(context, self.entity, row_id)
        plan = _plan(self.entity.__name__, context.reader.dialect)
        body = await plan.run(context.reader, {"id": row_id, CONTEXT: context})
        if body == b"null":
            raise not_found(self.entity, row_id)
        return answer(body, context.language)


@lru_cache(maxsize=64)
def _plan(typename: str, dialect: Dialect) -> Plan:
    told = Foretold(KEY, sources_of(typename), ActionsTold(typename))
    return compile_root(ById(Object(TABLES_BY_TYPENAME[typename], (told,)), _id), dialect)


def _id(variables: Mapping[str, Any]) -> int:
    row_id: int = variables["id"]
    return row_id


@dataclass(frozen=True, slots=True)
class ActionsTold:
    """The actions of a row as REST spells them."""

    typename: str

    def __call__(self, context: Context, read: Mapping[str, Any]) -> list[dict[str, object]]:
        """They are told of a row of which has been read what decides."""
        return [_told(one, context.language) for one in available(self.typename, context, read)]


def _told(one: Available, language: Language) -> dict[str, object]:
    reason = one.refusal and {
        "code": one.refusal.code.value,
        "message": say(one.refusal.message, language),
        "field": one.refusal.field,
    }
    return {"name": rest_name(one.operation), "allowed": reason is None, "reason": reason}


def rest_name(operation: Operation) -> str:
    """What REST calls it: the last part of an action's path, `update` or `delete`."""
    return operation.rest if operation.effect is Effect.ACTION and operation.rest else operation.verb


def names_of(entity: type[Entity]) -> list[str]:
    """All names that its actions can have."""
    return [rest_name(one) for one in operations_of(entity.__name__)]
