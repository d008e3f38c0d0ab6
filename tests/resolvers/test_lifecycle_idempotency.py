"""Idempotency keys: a retry gets the first answer (contract §2, Money)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from models.users import Role, User
from resolvers.faults import Code, Fault
from resolvers.write.inputs import Mode
from resolvers.write.operation import Call, perform
from tests.contents import contents, refused_with
from tests.factories import BY_NAME

if TYPE_CHECKING:
    from models.database import Database, Reader
    from resolvers.context import Context
    from resolvers.write.operation import Outcome
    from tests.factories import Factory


async def test_a_retry_changes_nothing_and_gets_the_same_answer(factory: Factory, database: Database) -> None:
    contract = await factory.active_contract()
    first = await factory.run("contract.add_balance", contract.id, amount="10", key="k")
    before = await contents(database)
    second = await factory.run("contract.add_balance", contract.id, amount="10", key="k")
    assert (first.replayed, second.replayed) == (False, True)
    assert (second.body, second.outcome) == (first.body, first.outcome)
    assert await contents(database) == before


async def test_without_a_key_a_second_call_is_a_second_deed(factory: Factory) -> None:
    contract = await factory.active_contract()
    for _ in range(2):
        await factory.run("contract.add_balance", contract.id, amount="10")
    assert (await factory.fresh(contract)).balance == 20_00


@pytest.mark.parametrize("amount", ["10.00", 10, Decimal("10.0")])
async def test_the_same_arguments_spelt_otherwise_are_the_same(factory: Factory, amount: object) -> None:
    contract = await factory.active_contract()
    await factory.run("contract.add_balance", contract.id, amount="10", key="k")
    again = await factory.run("contract.add_balance", contract.id, amount=amount, key="k", unknown="ignored")
    assert again.replayed


async def test_put_and_patch_of_the_same_arguments_are_the_same(factory: Factory) -> None:
    sim = await factory.sim()
    whole = {"iccid": sim.iccid, "imsi": sim.imsi, "msisdn": "+996700999999"}
    await factory.run("sim.update", sim.id, key="k", **whole)
    assert (await factory.run("sim.update", sim.id, key="k", mode=Mode.PARTIAL, **whole)).replayed


async def test_the_same_key_with_another_body_is_a_mismatch(factory: Factory, database: Database) -> None:
    contract = await factory.active_contract()
    await factory.run("contract.add_balance", contract.id, amount="10", key="k")
    attempt = factory.run("contract.add_balance", contract.id, amount="11", key="k")
    fault = await refused_with(database, Code.IDEMPOTENCY_MISMATCH, attempt)
    assert fault.status == 422


async def test_the_same_key_with_another_target_is_a_mismatch(factory: Factory, database: Database) -> None:
    first, second = await factory.active_contract(), await factory.active_contract()
    await factory.run("contract.suspend", first.id, key="k")
    attempt = factory.run("contract.suspend", second.id, key="k")
    await refused_with(database, Code.IDEMPOTENCY_MISMATCH, attempt)


async def test_a_key_belongs_to_its_operation(factory: Factory) -> None:
    contract = await factory.active_contract(balance="10")
    await factory.run("contract.add_balance", contract.id, amount="10", key="k")
    assert not (await factory.run("contract.deduct_balance", contract.id, amount="10", key="k")).replayed


async def test_a_key_belongs_to_its_caller(factory: Factory) -> None:
    contract = await factory.active_contract()
    await factory.run("contract.add_balance", contract.id, amount="10", key="k")
    other = await factory.run("contract.add_balance", contract.id, role=Role.OPERATOR, amount="10", key="k")
    assert not other.replayed


async def test_a_refusal_leaves_no_trace_and_its_retry_runs(factory: Factory, database: Database) -> None:
    contract = await factory.active_contract()
    attempt = factory.run("contract.deduct_balance", contract.id, amount="10", key="k")
    await refused_with(database, Code.INSUFFICIENT_FUNDS, attempt)
    await factory.run("contract.add_balance", contract.id, amount="10")
    answer = await factory.run("contract.deduct_balance", contract.id, amount="10", key="k")
    assert not answer.replayed
    assert (await factory.fresh(contract)).balance == 0


async def test_an_answer_that_changed_nothing_is_not_kept(factory: Factory, database: Database) -> None:
    sim = await factory.sim()
    stored = {"iccid": sim.iccid, "imsi": sim.imsi, "msisdn": sim.msisdn}
    await factory.run("sim.update", sim.id, key="k", **stored)
    assert await database.fetch("SELECT id FROM idempotency_keys") == []


async def test_a_replay_is_for_whom_may_still_call(factory: Factory, database: Database) -> None:
    sim = await factory.sim()
    await factory.run("sim.delete", sim.id, key="k")
    demoted = replace(factory.callers[Role.ADMIN], role=Role.OPERATOR)
    context = await factory.context(caller=demoted)
    attempt = factory.run("sim.delete", sim.id, context=context, key="k")
    await refused_with(database, Code.PERMISSION_DENIED, attempt)


async def test_a_deletion_is_replayed_though_its_row_is_gone(factory: Factory) -> None:
    sim = await factory.sim()
    first = await factory.run("sim.delete", sim.id, key="k")
    second = await factory.run("sim.delete", sim.id, key="k")
    assert second.replayed
    assert second.body == first.body


async def test_a_creation_is_replayed_though_its_row_has_gone_since(factory: Factory) -> None:
    numbers = {"iccid": "1" * 19, "imsi": "2" * 15, "msisdn": "+996700111111"}
    first = await factory.run("sim.create", key="k", **numbers)
    await factory.run("sim.delete", first.outcome.id)
    assert (await factory.run("sim.create", key="k", **numbers)).body == first.body


@pytest.mark.parametrize(("hours", "replayed"), [(23, True), (25, False)])
async def test_a_key_lives_for_24_hours(factory: Factory, *, hours: int, replayed: bool) -> None:
    contract = await factory.active_contract()
    long_ago = datetime.now(UTC) - timedelta(hours=hours)
    context = await factory.context(clock=lambda: long_ago)
    await factory.run("contract.add_balance", contract.id, context=context, amount="10", key="k")
    assert (await factory.run("contract.add_balance", contract.id, amount="10", key="k")).replayed is replayed
    assert (await factory.run("contract.add_balance", contract.id, amount="10", key="k")).replayed


async def test_an_expired_key_may_come_with_another_body(factory: Factory) -> None:
    contract = await factory.active_contract()
    long_ago = datetime.now(UTC) - timedelta(hours=25)
    context = await factory.context(clock=lambda: long_ago)
    await factory.run("contract.add_balance", contract.id, context=context, amount="10", key="k")
    await factory.run("contract.add_balance", contract.id, amount="99", key="k")
    assert (await factory.fresh(contract)).balance == 109_00


async def test_expired_keys_are_forgotten_as_new_ones_come(factory: Factory, database: Database) -> None:
    contract = await factory.active_contract()
    long_ago = datetime.now(UTC) - timedelta(hours=25)
    context = await factory.context(clock=lambda: long_ago)
    for key in ("a", "b", "c"):
        await factory.run("contract.add_balance", contract.id, context=context, amount="1", key=key)
    await factory.run("contract.add_balance", contract.id, amount="1", key="new")
    assert await database.fetch("SELECT key FROM idempotency_keys") == [("new",)]


async def test_another_document_gets_the_same_outcome_presented_anew(factory: Factory) -> None:
    contract = await factory.active_contract()
    first = await factory.run("contract.add_balance", contract.id, amount="10", key="k", document="rest, ru")

    async def aloud(context: Context, reader: Reader, outcome: Outcome) -> bytes:
        del context, reader
        return f"{outcome.id} has {outcome.notes['new_balance']}".encode()

    call = Call(BY_NAME["contract.add_balance"], contract.id, {"amount": "10"}, aloud, key="k", document="graphql")
    second = await perform(await factory.context(), call)
    assert second.replayed
    assert second.outcome == first.outcome
    assert second.body == f"{contract.id} has 1000".encode()


async def test_the_answer_kept_is_that_of_the_first_document(factory: Factory) -> None:
    contract = await factory.active_contract()
    first = await factory.run("contract.suspend", contract.id, key="k", document="rest, ru")
    await factory.run("contract.suspend", contract.id, key="k", document="rest, en")
    assert (await factory.run("contract.suspend", contract.id, key="k", document="rest, ru")).body == first.body


async def test_a_call_whose_answer_cannot_be_presented_is_undone(factory: Factory, database: Database) -> None:
    contract = await factory.active_contract()

    async def broken(context: Context, reader: Reader, outcome: Outcome) -> bytes:
        del context, reader, outcome
        raise RuntimeError

    before = await contents(database)
    call = Call(BY_NAME["contract.add_balance"], contract.id, {"amount": "10"}, broken, key="k")
    with pytest.raises(RuntimeError):
        await perform(await factory.context(), call)
    assert await contents(database) == before


async def test_two_calls_at_once_with_one_key_are_one_deed(factory: Factory) -> None:
    contract = await factory.active_contract()
    answers = await asyncio.gather(
        *(factory.run("contract.add_balance", contract.id, amount="10", key="k") for _ in range(5))
    )
    assert sorted(answer.replayed for answer in answers) == [False, True, True, True, True]
    assert len({answer.body for answer in answers}) == 1
    assert (await factory.fresh(contract)).balance == 10_00


async def test_after_a_rolled_back_call_its_waiting_duplicate_runs(factory: Factory) -> None:
    contract = await factory.active_contract()
    held = asyncio.Event()

    async def slow_and_broken(context: Context, reader: Reader, outcome: Outcome) -> bytes:
        del context, reader, outcome
        held.set()
        await asyncio.sleep(0.05)
        raise RuntimeError

    call = Call(BY_NAME["contract.add_balance"], contract.id, {"amount": "10"}, slow_and_broken, key="k")
    first = asyncio.create_task(perform(await factory.context(), call))
    await held.wait()
    second = await factory.run("contract.add_balance", contract.id, amount="10", key="k")
    with pytest.raises(RuntimeError):
        await first
    assert not second.replayed
    assert (await factory.fresh(contract)).balance == 10_00


async def test_a_key_does_not_let_anybody_in(factory: Factory) -> None:
    with pytest.raises(Fault) as caught:
        await factory.run("sim.delete", 1, role=None, key="k")
    assert caught.value.code is Code.NOT_AUTHENTICATED


async def test_a_replay_through_another_document_whose_row_is_gone_is_not_found(
    factory: Factory, database: Database
) -> None:
    sim = {"iccid": "8" * 19, "imsi": "4" * 15, "msisdn": "+996700000001"}
    first = await factory.run("sim.create", key="k", document="rest", **sim)
    await factory.run("sim.delete", first.outcome.id)
    attempt = factory.run("sim.create", key="k", document="graphql", **sim)
    await refused_with(database, Code.NOT_FOUND, attempt)
    assert (await factory.run("sim.create", key="k", document="rest", **sim)).body == first.body


async def test_a_replayed_deletion_is_presented_through_another_document(factory: Factory) -> None:
    sim = await factory.sim()
    first = await factory.run("sim.delete", sim.id, key="k", document="rest")
    again = await factory.run("sim.delete", sim.id, key="k", document="graphql")
    assert (again.replayed, again.body) == (True, first.body)


async def test_a_replay_is_for_a_caller_who_may_still_call_it(factory: Factory, database: Database) -> None:
    sim, context = await factory.sim(), await factory.context(Role.OPERATOR)
    await factory.run("sim.block", sim.id, context=context, key="k")
    await factory.patch(await factory.get(User, factory.callers[Role.OPERATOR].user_id), role="employee")
    await refused_with(database, Code.PERMISSION_DENIED, factory.run("sim.block", sim.id, context=context, key="k"))


async def test_null_and_absent_are_the_same_arguments_where_there_is_a_default(factory: Factory) -> None:
    customer = {"first_name": "А", "last_name": "Б", "phone": "+996550999999", "document_number": "ID99"}
    await factory.run("customer.create", key="k", **customer)
    assert (await factory.run("customer.create", key="k", document_type=None, **customer)).replayed
