"""A contract's account over time: its statement between two days, and its balance at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import orjson

from models.contracts import Contract
from models.money import LedgerEntry
from resolvers import statement
from resolvers.faults import Code, Fault, not_found
from resolvers.identity.permissions import Permission, require
from resolvers.read.columns import column
from resolvers.read.compiler import compile_root
from resolvers.read.selection import (
    ById,
    Choose,
    Comparison,
    Condition,
    Connection,
    Expression,
    Kind,
    Listing,
    Nodes,
    Object,
    PageFact,
    PageInfo,
    Scalar,
    Streamed,
    ToMany,
)
from resolvers.read.tables import CONTRACTS, LEDGER_ENTRIES
from resolvers.words import Message
from resolvers.write.unit_of_work import select
from rest_compat.file_handlers import file_answer, file_asked
from rest_compat.http import answer, path_id
from rest_compat.representations import representation

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from models.database import Dialect
    from models.users import Role
    from resolvers.context import Context
    from resolvers.read.compiler import Plan
    from resolvers.read.selection import Selected
    from resolvers.statement import Days
    from resolvers.words import Language
    from rest_compat.file_handlers import FileAsked

LARGEST: Final = 10_000
"""Entries that a statement can show at once; a file has them all."""
_PERIOD: Final = statement.Period(itemgetter("since"), itemgetter("until"))
_ID: Final = column(Contract, "id")
_AT: Final = Expression("{at}", Kind.MOMENT, moments=(("at", itemgetter("at")),))


# --- the statement ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Statement:
    """The handler of `/contracts/7/statement/?from=2026-01-01&to=2026-01-31`, as JSON or as a file of its entries."""

    async def __call__(self, request: Request, context: Context) -> Response:
        caller = require(context, Permission.READ)
        contract, file = path_id(request, Contract), file_asked(request, LEDGER_ENTRIES)
        given = request.query_params
        days = statement.read_days(given.get("from") or None, given.get("to") or None, context.settings.time_zone)
        known = {"id": contract, "since": days.since(), "until": days.until()}
        if file is not None:
            return await _file(context, file, known)
        plan = _statement(caller.role, context.language, context.reader.dialect)
        body = context.weighed(await plan.run(context.reader, known))
        if body == b"null":
            raise not_found(Contract, contract)
        return answer(orjson.dumps(_told(orjson.loads(body), days)), context.language)


def _told(read: dict[str, Any], days: Days) -> dict[str, Any]:
    """The statement as it is answered: its days after whose it is, its entries as a plain list."""
    page = read.pop("entries")
    if page["more"]["more"]:
        raise Fault(Code.LIMIT_EXCEEDED, Message("beyond_one_answer"))
    return {"contract": read.pop("contract"), "from": days.first, "to": days.last, **read, "entries": page["rows"]}


@lru_cache(maxsize=64)
def _statement(role: Role, language: Language, dialect: Dialect) -> Plan:
    figures = {
        "opening": statement.OPENING,
        "closing": statement.CLOSING,
        "in": statement.MONEY_IN,
        "out": statement.MONEY_OUT,
    }
    entries = Connection(
        table=LEDGER_ENTRIES,
        choose=Choose(_PERIOD.entries(), (), statement.ENTRIES.default_order),
        limit=LARGEST,
        backward=False,
        after=None,
        before=None,
        stamp="",
        parts=(
            Nodes("rows", representation("LedgerEntry", role, language)),
            PageInfo("more", (("more", PageFact.HAS_NEXT),)),
        ),
    )
    fields: tuple[Selected, ...] = (
        Scalar("contract", _ID),
        *(Scalar(key, _PERIOD.of(figure)) for key, figure in figures.items()),
        Listing("entries", ToMany("LedgerEntry", "contract_id"), entries),
    )
    return compile_root(ById(Object(CONTRACTS, fields), itemgetter("id")), dialect)


async def _file(context: Context, file: FileAsked, known: dict[str, Any]) -> Response:
    """All entries of the period, however many."""
    if not await select(context.database, Contract, [known["id"]]):
        raise not_found(Contract, known["id"])
    caller = require(context, Permission.READ)
    selection = representation("LedgerEntry", caller.role, context.language)
    by_key = {one.key: one for one in selection.fields}
    of_contract = Condition(column(LedgerEntry, "contract_id"), Comparison.EQUALS, itemgetter("id"))
    choose = Choose((of_contract, *_PERIOD.entries()), (), statement.ENTRIES.default_order)
    shown = Object(selection.table, tuple(by_key[key] for key in file.keys))
    plan = compile_root(Streamed(shown, choose), context.database.dialect)
    return await file_answer(context, file, LEDGER_ENTRIES, plan.stream(context.database, known))


# --- the balance --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Balance:
    """The handler of `/contracts/7/balance/?at=2026-01-31`."""

    async def __call__(self, request: Request, context: Context) -> Response:
        require(context, Permission.READ)
        contract, given = path_id(request, Contract), request.query_params.get("at") or context.clock()
        at = statement.read_moment(given, context.settings.time_zone)
        body = await _balance(context.reader.dialect).run(context.reader, {"id": contract, "at": at})
        if body == b"null":
            raise not_found(Contract, contract)
        return answer(context.weighed(body), context.language)


@lru_cache(maxsize=4)
def _balance(dialect: Dialect) -> Plan:
    fields = (
        Scalar("contract", _ID),
        Scalar("at", _AT),
        Scalar("balance", statement.balance_at(itemgetter("at"))),
    )
    return compile_root(ById(Object(CONTRACTS, fields), itemgetter("id")), dialect)
