"""Whose number it was: a phone number's bindings, all of them or that of a moment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from resolvers import bindings
from resolvers.identity.permissions import Permission, require
from resolvers.read.compiler import compile_root
from resolvers.read.selection import Choose, Numbered
from resolvers.statement import read_moment
from rest_compat.http import answer
from rest_compat.list_handlers import page_told
from rest_compat.query_string import PAGE_SIZE, Asked, no_such_page, page_number, page_size
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
class NumberHistory:
    """The handler of `/numbers/+996550123456/history/?at=2026-01-31`."""

    async def __call__(self, request: Request, context: Context) -> Response:
        caller, given = require(context, Permission.READ), request.query_params
        known: dict[str, Any] = {"msisdn": bindings.read_number(request.path_params["msisdn"])}
        if at := given.get("at"):
            known["at"] = read_moment(at, context.settings.time_zone)
        page, size = page_number(given.get("page") or "1"), page_size(given.get("page_size") or str(PAGE_SIZE))
        asked = Asked(page, size, bindings.LIST.default_order)
        plan = _plan("at" in known, caller.role, context.language, context.reader.dialect)
        count, rows = await plan.page(context.reader, {**known, "limit": asked.size, "offset": asked.offset})
        if count <= asked.offset and asked.page > 1:
            raise no_such_page()
        return answer(context.weighed(page_told(request, asked, count, rows)), context.language)


@lru_cache(maxsize=64)
def _plan(at_moment: bool, role: Role, language: Language, dialect: Dialect) -> Plan:
    where = bindings.of_number(itemgetter("msisdn"), itemgetter("at") if at_moment else None)
    choose = Choose(where, (), bindings.LIST.default_order)
    shown = representation("SimBinding", role, language)
    return compile_root(Numbered(shown, choose, itemgetter("limit"), itemgetter("offset")), dialect)
