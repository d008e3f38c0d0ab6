"""The floor: each case by hand-written SQL behind Starlette and orjson; a token is believed by its signature.

What it leaves out is what a product needs besides: filters, shapes, roles, sessions, journal, validation, refusals.
"""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import jwt
import orjson
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from benchmarks import floor_sql, floor_sqlite_sql
from benchmarks.floor_stores import opened
from models.fields import moment_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

PAGE = 100
sql: Any = floor_sqlite_sql if os.environ["DATABASE_URL"].startswith("sqlite") else floor_sql


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    async with opened(os.environ["DATABASE_URL"]) as app.state.store:
        yield


def _user(request: Request) -> int:
    token = request.headers["authorization"].removeprefix("Bearer ")
    return int(jwt.decode(token, os.environ["SECRET_KEY"], algorithms=["HS256"])["user_id"])


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")


async def _value(request: Request, statement: str, *values: object) -> Any:
    _user(request)
    return await request.app.state.store.value(statement, *values)


# --- GraphQL ------------------------------------------------------------------------------------------------------


async def graphql(request: Request) -> Response:
    """The four documents of the cases, known by their operation's name."""
    asked = orjson.loads(await request.body())
    statement, read = sql.GRAPHQL[asked["operationName"]]
    text = await _value(request, statement, *read(asked["variables"]))
    return _json(b'{"data":' + text.encode() + b"}")


# --- REST ---------------------------------------------------------------------------------------------------------


async def one_customer(request: Request) -> Response:
    """A customer."""
    return _json((await _value(request, sql.CUSTOMER, int(request.path_params["id"]))).encode())


async def customers(request: Request) -> Response:
    """A page, or what is searched for."""
    word = request.query_params.get("search")
    if word:
        return await _page(request, *sql.CUSTOMERS_FOUND, sql.found(word.casefold()))
    return await _page(request, *sql.CUSTOMERS)


async def contracts(request: Request) -> Response:
    """Those of one status."""
    return await _page(request, *sql.CONTRACTS, request.query_params["status"])


async def payments(request: Request) -> Response:
    """A page, or those of one contract."""
    contract = request.query_params.get("contract")
    if contract:
        return await _page(request, *sql.PAYMENTS_OF, int(contract))
    return await _page(request, *sql.PAYMENTS)


async def _page(request: Request, counted: str, listed: str, *values: object) -> Response:
    page = int(request.query_params.get("page", "1"))
    _user(request)
    page_of = (*values, PAGE, (page - 1) * PAGE)
    count, rows = await request.app.state.store.both(counted, listed, values, page_of)
    told = {
        "count": count,
        "next": str(request.url.include_query_params(page=page + 1)) if page * PAGE < count else None,
        "previous": str(request.url.include_query_params(page=page - 1)) if page > 1 else None,
        "results": orjson.Fragment(rows),
    }
    return _json(orjson.dumps(told))


async def statistics(request: Request) -> Response:
    """Counted anew each time."""
    return _json((await _value(request, sql.STATISTICS)).encode())


async def add_balance(request: Request) -> Response:
    """Lock, payment, ledger, balance, journal, in one transaction."""
    user, contract = _user(request), int(request.path_params["id"])
    amount = int(Decimal(str(orjson.loads(await request.body())["amount"])) * 100)
    store, now, name = request.app.state.store, datetime.now(UTC), f"TXN-{token_hex(8).upper()}"
    at = store.moment(now)

    async def deposit(row: Any) -> tuple[int, str]:
        number, old = await row(sql.LOCK, contract)
        new, search = old + amount, f"{name}\n{number}".lower()
        (payment,) = await row(sql.PAY, at, contract, amount, name, new, user, search)
        await row(sql.MOVE, contract, new, at)
        await row(sql.POST, contract, payment, amount, new, user, at)
        changes = orjson.dumps({"balance": [f"{old / 100:.2f}", f"{new / 100:.2f}"]}).decode()
        made = orjson.dumps({"amount": [None, f"{amount / 100:.2f}"], "date": [None, moment_text(now)]}).decode()
        await row(sql.JOURNAL, contract, payment, user, token_hex(16), changes, made, at)
        return old, (await row(sql.CONTRACT, contract))[0]

    old, entity = await store.write(deposit)
    told = {
        "status": "success",
        "data": orjson.Fragment(entity),
        "old_balance": f"{old / 100:.2f}",
        "new_balance": f"{(old + amount) / 100:.2f}",
    }
    return _json(orjson.dumps(told))


app = Starlette(
    routes=[
        Route("/graphql", graphql, methods=["POST"]),
        Route("/api/customers/", customers),
        Route("/api/customers/{id}/", one_customer),
        Route("/api/contracts/", contracts),
        Route("/api/contracts/{id}/add_balance/", add_balance, methods=["POST"]),
        Route("/api/payments/", payments),
        Route("/api/payments/statistics/", statistics),
    ],
    lifespan=_lifespan,
)
