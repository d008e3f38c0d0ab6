"""Whoever may no longer, must not: who calls is decided inside the transaction that writes (contract §3)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from models.users import Role, User
from resolvers.faults import Code, Fault
from resolvers.sessions import authenticate, change_own_password, login, logout
from resolvers.write.inputs import Mode
from resolvers.write.operation import Call, perform
from tests.conftest import opened
from tests.contents import refused_with
from tests.factories import BY_NAME, Factory, id_only
from tests.states import payment_in

if TYPE_CHECKING:
    from models.database import Database, Reader
    from resolvers.context import Context
    from resolvers.write.operation import Outcome


async def _dismiss(factory: Factory, role: Role) -> None:
    await factory.patch(await factory.get(User, factory.callers[role].user_id), is_active=False)


async def _demote(factory: Factory, role: Role) -> None:
    await factory.patch(await factory.get(User, factory.callers[role].user_id), role="employee")


async def _end_session(factory: Factory, role: Role) -> None:
    async def body(tx: Reader) -> None:
        await tx.fetch(f"UPDATE sessions SET ended_at = created_at WHERE user_id = {factory.callers[role].user_id}")

    await factory.database.write(body)


def _own_profile(me: int, **raw: object) -> Call:
    return Call(BY_NAME["user.update"], me, raw, id_only, mode=Mode.PARTIAL)


async def test_who_was_dismissed_after_being_let_in_changes_nothing(factory: Factory, database: Database) -> None:
    context = await factory.context(Role.OPERATOR)
    await _dismiss(factory, Role.OPERATOR)
    attempt = factory.run("customer.create", context=context, first_name="A", last_name="B")
    with pytest.raises(Fault):  # what is wrong with the arguments is no secret
        await attempt
    sim = await factory.sim()
    await refused_with(database, Code.TOKEN_NOT_VALID, factory.run("sim.block", sim.id, context=context))


async def test_whose_session_has_ended_meanwhile_changes_nothing(factory: Factory, database: Database) -> None:
    context, sim = await factory.context(Role.OPERATOR), await factory.sim()
    await _end_session(factory, Role.OPERATOR)
    await refused_with(database, Code.TOKEN_NOT_VALID, factory.run("sim.block", sim.id, context=context))


async def test_who_was_demoted_meanwhile_has_the_new_role(factory: Factory, database: Database) -> None:
    context, payment = await factory.context(Role.SUPERVISOR), await payment_in(factory, "success")
    await _demote(factory, Role.SUPERVISOR)
    attempt = factory.run("payment.refund", payment.id, context=context)
    await refused_with(database, Code.PERMISSION_DENIED, attempt)


async def test_a_permission_that_hangs_on_an_argument_is_decided_anew(factory: Factory, database: Database) -> None:
    context, contract = await factory.context(Role.SUPERVISOR), await factory.contract()
    correction = {"contract_id": contract.id, "amount": "-5", "transaction_type": "correction"}
    supervisor = await factory.get(User, factory.callers[Role.SUPERVISOR].user_id)
    await factory.patch(supervisor, role="operator")
    attempt = factory.run("payment.create", context=context, **correction)
    await refused_with(database, Code.PERMISSION_DENIED, attempt)


async def test_a_permission_that_hangs_on_the_row_is_decided_anew(factory: Factory, database: Database) -> None:
    context, contract = await factory.context(Role.SUPERVISOR), await factory.contract()
    payment = await factory.payment(contract_id=contract.id, amount="-5", transaction_type="correction")
    await factory.patch(await factory.get(User, factory.callers[Role.SUPERVISOR].user_id), role="operator")
    attempt = factory.run("payment.submit", payment.id, context=context)
    await refused_with(database, Code.PERMISSION_DENIED, attempt)


async def test_an_own_profile_does_not_undo_a_demotion(factory: Factory, database: Database) -> None:
    me, context = factory.callers[Role.SUPERVISOR].user_id, await factory.context(Role.SUPERVISOR)
    await _demote(factory, Role.SUPERVISOR)
    attempt = perform(context, _own_profile(me, role="supervisor"))
    await refused_with(database, Code.PERMISSION_DENIED, attempt)


@pytest.mark.parametrize("taken", [{"role": "employee"}, {"is_active": False}])
async def test_a_loop_over_the_own_profile_outruns_nothing(factory: Factory, taken: dict[str, object]) -> None:
    me, context = factory.callers[Role.SUPERVISOR].user_id, await factory.context(Role.SUPERVISOR)
    own = {"role": "supervisor", "is_active": True, "first_name": "Я"}
    row = await factory.get(User, me)

    async def saved() -> None:
        with suppress(Fault):
            await perform(context, _own_profile(me, **own))

    async with opened(factory.settings) as elsewhere:
        theirs = Factory(elsewhere, factory.settings)
        theirs.callers = factory.callers
        await asyncio.gather(saved(), saved(), theirs.patch(row, **taken), saved(), saved())
    after = await factory.get(User, me)
    assert {name: getattr(after, name) for name in taken} == taken


async def test_what_is_taken_from_a_user_waits_for_what_the_user_is_doing(factory: Factory) -> None:
    contract, begun, go_on = await factory.active_contract(), asyncio.Event(), asyncio.Event()

    async def slow(context: Context, reader: Reader, outcome: Outcome) -> bytes:
        del context, reader, outcome
        begun.set()
        await go_on.wait()
        return b""

    call = Call(BY_NAME["contract.add_balance"], contract.id, {"amount": "1"}, slow)
    doing = asyncio.create_task(perform(await factory.context(Role.OPERATOR), call))
    await begun.wait()
    async with opened(factory.settings) as elsewhere:
        theirs = Factory(elsewhere, factory.settings)
        theirs.callers = factory.callers
        taking = asyncio.create_task(_dismiss(theirs, Role.OPERATOR))
        await asyncio.wait([taking], timeout=0.1)
        assert not taking.done()
        go_on.set()
        await doing
        await taking
    assert not (await factory.get(User, factory.callers[Role.OPERATOR].user_id)).is_active


async def test_two_logouts_at_once_are_no_error(factory: Factory, database: Database) -> None:
    user = await factory.user()
    tokens = await login(await factory.context(None), user.username, "correct horse 1")
    context = await factory.context(None, caller=await authenticate(database, factory.settings, tokens.access))
    await asyncio.gather(*(logout(context, tokens.refresh) for _ in range(2)))
    with pytest.raises(Fault):
        await authenticate(database, factory.settings, tokens.access)


async def test_a_password_is_not_changed_in_a_session_that_has_ended(factory: Factory, database: Database) -> None:
    user = await factory.user()
    tokens = await login(await factory.context(None), user.username, "correct horse 1")
    caller = await authenticate(database, factory.settings, tokens.access)
    context = await factory.context(None, caller=caller)
    await logout(context, tokens.refresh)
    raw = {"old_password": "correct horse 1", "new_password": "another horse 2"}
    with pytest.raises(Fault) as refusal:
        await change_own_password(context, raw, id_only)
    assert refusal.value.code is Code.TOKEN_NOT_VALID
    assert (await factory.fresh(user)).password == user.password
