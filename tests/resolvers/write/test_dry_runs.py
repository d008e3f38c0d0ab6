"""A dry run: the operation runs whole, its answer is read, and nothing of it stays (screens.md §1)."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.contracts import Contract
from models.database import Dialect
from models.users import Role
from resolvers.faults import Code, Fault
from resolvers.operations import OPERATIONS
from resolvers.write.ids import Ids
from resolvers.write.inputs import input_fields
from tests.contents import contents, refused_with
from tests.factories import Factory
from tests.properties.scripts import Step, World, steps

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from models.database import Database, Transaction
    from resolvers.write.operation import Answer


class Rehearsing(Factory):
    """A factory whose every call is rehearsed before it is made."""

    async def run(self, name: str, target: int | None = None, /, **how: Any) -> Answer:
        before = await contents(self.database)
        rehearsed = await told(super().run(name, target, rehearse=True, **how))
        assert await contents(self.database) == before
        done = asyncio.ensure_future(super().run(name, target, **how))
        assert await told(done) == rehearsed
        return done.result()


async def told(attempt: Awaitable[Answer]) -> tuple[Any, ...]:
    """What a call comes to, apart from what no two calls have in common: moments, and references drawn by lot."""
    try:
        answer = await attempt
    except Fault as refusal:
        return refusal.code, refusal.message, refusal.field
    changes = [(*one[:3], {name: _settled(values) for name, values in one.fields.items()}) for one in _of(answer)]
    return answer.outcome.id, dict(answer.outcome.notes), changes


def _of(answer: Answer) -> Any:
    return answer.outcome.changes


def _settled(values: Any) -> list[object]:
    chance = re.compile(r"TXN-.+|[0-9-]{10}T[0-9:.]+Z")
    return ["…" if isinstance(value, str) and chance.fullmatch(value) else value for value in values]


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(script=st.lists(steps, min_size=10, max_size=25))
async def test_whatever_is_done_was_told_before_by_its_dry_run_which_left_not_a_row_behind(
    factory: Factory, database: Database, script: list[Step]
) -> None:
    world = await World.made(factory)
    world.factory = Rehearsing(database, factory.settings)
    world.factory.callers, world.factory.numbers = factory.callers, factory.numbers
    for step in script:
        await world.take(step)


async def test_it_tells_every_entity_that_would_change_in_the_order_of_history(
    factory: Factory, database: Database
) -> None:
    contract = await factory.active_contract()
    sim = await factory.sim_of(contract)
    rehearsed = await factory.run("customer.suspend", contract.customer_id, rehearse=True)
    done = await factory.run("customer.suspend", contract.customer_id)
    kept = await database.fetch(
        "SELECT entity, entity_id, action FROM audit_events"
        " WHERE request_id = (SELECT request_id FROM audit_events ORDER BY id DESC LIMIT 1) ORDER BY id"
    )
    assert [tuple(one)[:3] for one in _of(rehearsed)] == kept
    assert {one[:2] for one in kept} == {("cus", contract.customer_id), ("ctr", contract.id), ("sim", sim.id)}
    assert [one.fields["status"] for one in _of(rehearsed) if one.prefix == "ctr"] == [["active", "suspended"]]
    assert _of(done) == _of(rehearsed)


async def test_it_is_refused_as_the_call_would_be(factory: Factory, database: Database) -> None:
    contract = await factory.active_contract(balance="10")
    attempt = factory.run("contract.deduct_balance", contract.id, amount="11", rehearse=True)
    await refused_with(database, Code.INSUFFICIENT_FUNDS, attempt)
    attempt = factory.run("contract.add_balance", contract.id, amount="11", role=Role.EMPLOYEE, rehearse=True)
    await refused_with(database, Code.PERMISSION_DENIED, attempt)


async def test_it_leaves_no_gap_in_the_numbers_of_contracts(factory: Factory) -> None:
    customer, tariff = await factory.customer(), await factory.tariff()
    asked = {"customer_id": customer.id, "tariff_id": tariff.id}
    rehearsed = [await factory.run("contract.create", rehearse=True, **asked) for _ in range(3)]
    done = [await factory.run("contract.create", **asked) for _ in range(2)]
    assert {one.outcome.id for one in rehearsed} == {done[0].outcome.id}
    assert [one.outcome.id for one in done] == [done[0].outcome.id, done[0].outcome.id + 1]


async def test_several_new_rows_have_each_a_number_of_their_own(factory: Factory, database: Database) -> None:
    taken = (await factory.contract()).id

    async def body(tx: Transaction) -> list[int]:
        ids = Ids(tx, rehearsal=True)
        return [await ids.take(Contract, spare) for spare in (1, 2, 1)]

    assert await database.write(body) == [taken + 1, taken + 2, taken + 3]


async def test_a_key_beside_it_is_ignored_and_stays_free(factory: Factory, database: Database) -> None:
    contract = await factory.active_contract()
    for _ in range(2):
        answer = await factory.run("contract.add_balance", contract.id, amount="5", key="till-1", rehearse=True)
        assert not answer.replayed
    assert await database.fetch("SELECT count(*) FROM idempotency_keys") == [(0,)]
    done = await factory.run("contract.add_balance", contract.id, amount="7", key="till-1")
    again = await factory.run("contract.add_balance", contract.id, amount="7", key="till-1")
    assert (done.replayed, again.replayed) == (False, True)
    assert list(_of(again)) == list(_of(done))


async def test_while_others_make_rows_it_takes_none_of_their_numbers(factory: Factory, database: Database) -> None:
    """What was only looked at may be taken by the time that it is used: one of the two waits for the other."""
    customer, tariff = await factory.customer(), await factory.tariff()
    asked = {"customer_id": customer.id, "tariff_id": tariff.id}
    answers = await asyncio.gather(
        *(factory.run("contract.create", rehearse=place % 2 == 0, **asked) for place in range(16))
    )
    made = sorted(one.outcome.id for one in answers if not one.outcome.dry)
    assert made == [row[0] for row in await database.fetch("SELECT id FROM contracts ORDER BY id")]
    if database.dialect is Dialect.POSTGRES:
        assert made == list(range(made[0], made[0] + 8))


def test_what_has_a_dry_run_of_its_own_has_no_other() -> None:
    own = [one for one in OPERATIONS if one.input and "dry_run" in {field.name for field in input_fields(one.input)}]
    assert own
    assert [one.name for one in own if one.rehearsable] == []
