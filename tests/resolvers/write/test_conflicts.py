"""No lost updates: a call names the state in which its caller knows the target (screens.md §1)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from models.users import Role
from resolvers.faults import Code
from resolvers.operations import OPERATIONS
from resolvers.write.conflicts import Conflict, UpdatedAt
from resolvers.write.operation import Call, Effect, perform
from tests.conftest import opened
from tests.contents import refused_with
from tests.factories import BY_NAME, Factory, id_only

if TYPE_CHECKING:
    from models.contracts import Contract
    from models.database import Database
    from resolvers.context import Context
    from resolvers.write.operation import Answer


async def deposit(context: Context, contract: Contract, moment: datetime) -> Answer:
    """One of 1.00, by somebody who knows the contract as it was at that moment."""
    call = Call(BY_NAME["contract.add_balance"], contract.id, {"amount": "1"}, id_only)
    return await perform(context, replace(call, expected=UpdatedAt(moment)))


async def test_the_state_that_the_caller_knows_lets_a_call_through(factory: Factory) -> None:
    contract = await factory.active_contract()
    await deposit(await factory.context(), contract, contract.updated_at)
    assert (await factory.fresh(contract)).balance == 1_00


async def test_another_state_is_a_conflict_that_tells_what_has_changed_since(
    factory: Factory, database: Database
) -> None:
    contract = await factory.active_contract()
    await factory.run("contract.add_balance", contract.id, amount="5")
    await factory.run("contract.suspend", contract.id)
    attempt = deposit(await factory.context(), contract, contract.updated_at)
    conflict = await refused_with(database, Code.CONFLICT, attempt)
    assert isinstance(conflict, Conflict)
    assert [(one.prefix, one.id, one.action) for one in conflict.changes] == [
        ("ctr", contract.id, "add_balance"),
        ("ctr", contract.id, "suspend"),
    ]
    assert conflict.changes[0].fields == {"balance": ["0.00", "5.00"]}


async def test_it_is_told_before_the_move_is_refused_and_after_a_permission_is(
    factory: Factory, database: Database
) -> None:
    contract = await factory.active_contract()
    await factory.run("contract.terminate", contract.id)
    context = await factory.context()
    call = Call(BY_NAME["contract.suspend"], contract.id, {}, id_only, expected=UpdatedAt(contract.updated_at))
    await refused_with(database, Code.CONFLICT, perform(context, call))
    employee = await factory.context(Role.EMPLOYEE)
    await refused_with(database, Code.PERMISSION_DENIED, perform(employee, call))
    missing = replace(call, target=999)
    await refused_with(database, Code.NOT_FOUND, perform(context, missing))


async def test_of_two_who_know_the_same_state_one_gets_through(factory: Factory) -> None:
    contract = await factory.active_contract()
    async with opened(factory.settings) as elsewhere:
        contexts = [await factory.context(), await factory.context(database=elsewhere)]
        attempts = [deposit(context, contract, contract.updated_at) for context in contexts]
        results = await asyncio.gather(*attempts, return_exceptions=True)
    assert [type(one) for one in results].count(Conflict) == 1
    assert (await factory.fresh(contract)).balance == 1_00


@pytest.mark.parametrize("behind", [timedelta(0), timedelta(seconds=3), timedelta(days=1)])
async def test_whatever_the_clocks_say_no_change_goes_unseen(factory: Factory, behind: timedelta) -> None:
    """A machine whose clock is behind, or as coarse as can be, changes a row that another has just changed."""
    contract = await factory.active_contract(balance="5")
    stands = contract.updated_at - behind
    for _ in range(3):
        known = (await factory.fresh(contract)).updated_at
        context = await factory.context(clock=lambda: stands)
        await factory.run("contract.add_balance", contract.id, context=context, amount="1")
        assert (await factory.fresh(contract)).updated_at > known


async def test_a_moment_at_which_nothing_was_is_a_conflict_too(factory: Factory, database: Database) -> None:
    contract = await factory.active_contract()
    for moment in (datetime(1970, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)):
        await refused_with(database, Code.CONFLICT, deposit(await factory.context(), contract, moment))


def test_whatever_has_a_target_takes_an_expectation() -> None:
    assert {one.effect for one in OPERATIONS if not one.takes_expected} == {Effect.CREATE}
