"""What a write costs in messages to the database: few, and each of them for a reason."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from models.database import Dialect
from models.database.meter import METER, Meter
from models.users import Role
from resolvers.identity import tokens
from resolvers.identity.optimistic_caller import remember
from resolvers.identity.tokens import Claims, TokenType
from tests.factories import Factory

if TYPE_CHECKING:
    import httpx
    from starlette.applications import Starlette

    from models.database import Database

BESIDE = {Dialect.POSTGRES: 0, Dialect.SQLITE: 1}
"""SQLite takes the new row's id by a statement of its own, which crosses no network."""


async def test_a_deposit_asks_who_calls_and_how_it_is_billed_locks_and_stores(
    factory: Factory, database: Database
) -> None:
    contract, meter = await factory.active_contract(balance="5"), Meter()
    token = METER.set(meter)
    await factory.run("contract.add_balance", contract.id, amount="1")
    METER.reset(token)
    assert meter.statements == 4 + BESIDE[database.dialect]


@pytest.fixture
async def known(app: Starlette, settings: Any) -> Factory:
    """Whose callers have been seen before."""
    factory = await Factory(app.state.database, settings).prepare()
    for caller in factory.callers.values():
        remember(caller)
    return factory


def _bearer(factory: Factory, role: Role) -> dict[str, str]:
    caller = factory.callers[role]
    assert caller.session_id is not None
    claims = Claims(TokenType.ACCESS, caller.user_id, caller.session_id, tokens.new_id())
    return {"Authorization": f"Bearer {tokens.issue(factory.settings, claims, datetime.now(UTC))}"}


async def test_a_deposit_of_a_known_caller_is_read_back_and_nothing_else(
    known: Factory, http: httpx.AsyncClient
) -> None:
    contract = await known.active_contract(balance="5")
    path = f"/api/contracts/{contract.id}/add_balance/"
    response = await http.post(path, json={"amount": "1"}, headers=_bearer(known, Role.OPERATOR))
    assert response.status_code == 200
    statements = 5 + BESIDE[known.database.dialect]
    assert f'statements;desc="{statements}"' in response.headers["server-timing"]


async def test_what_was_presumed_of_a_caller_refuses_nobody(known: Factory, http: httpx.AsyncClient) -> None:
    """A user whose role has risen since, and one who is nobody any more, are told what is so now."""
    contract = await known.contract()
    path, amount = f"/api/contracts/{contract.id}/add_balance/", {"amount": "1"}
    employee, operator = known.callers[Role.EMPLOYEE], known.callers[Role.OPERATOR]

    async def body(tx: Any) -> None:
        await tx.fetch(f"UPDATE users SET role = 'operator' WHERE id = {employee.user_id}")
        await tx.fetch(f"UPDATE sessions SET ended_at = created_at WHERE user_id = {operator.user_id}")

    await known.database.write(body)
    risen = await http.post(path, json=amount, headers=_bearer(known, Role.EMPLOYEE))
    assert risen.status_code == 200, risen.text
    for sent in (amount, {"amount": "nothing"}):  # whatever is wrong with the arguments, that is told first
        gone = await http.post(path, json=sent, headers=_bearer(known, Role.OPERATOR))
        assert (gone.status_code, gone.json()["code"]) == (401, "token_not_valid")
