"""Many calls of operations in one transaction: each done or refused by itself, in few statements for all of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from models.contracts import Contract
from models.customers import Customer
from models.database.meter import METER, Meter
from models.users import Role
from resolvers.context import JobAtWork
from resolvers.faults import Code, Fault
from resolvers.identity.permissions import Caller
from resolvers.write.batch import Step, perform_batch
from resolvers.write.inputs import Mode
from resolvers.write.operation import Outcome
from tests.contents import contents
from tests.factories import BY_NAME
from tests.properties.rules import breaches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.database import Database
    from resolvers.context import Context
    from resolvers.write.batch import Result
    from resolvers.write.unit_of_work import Work
    from tests.factories import Factory


PARTIAL = Mode.PARTIAL


def step(name: str, target: int | None = None, **raw: object) -> Step:
    return Step(BY_NAME[name], target, raw=raw)


def codes(results: Sequence[Result]) -> list[str]:
    return [result.code.value if isinstance(result, Fault) else "ok" for result in results]


async def counted(batch: Any) -> tuple[list[Result], int]:
    """What the batch gives, and the statements that it sent."""
    meter = Meter()
    token = METER.set(meter)
    try:
        return await batch, meter.statements
    finally:
        METER.reset(token)


async def job_context(factory: Factory, actor_id: int | None = None) -> Context:
    return await factory.context(None, job=JobAtWork(7, actor_id))


async def test_a_hundred_deposits_take_as_many_statements_as_two(factory: Factory, database: Database) -> None:
    contracts = [(await factory.contract()).id for _ in range(3)]
    deposits = [step("contract.add_balance", contract_id, amount="5") for contract_id in contracts * 40]
    _, few = await counted(perform_batch(await factory.context(), deposits[:2]))
    results, many = await counted(perform_batch(await factory.context(), deposits))
    assert codes(results) == ["ok"] * 120
    assert many <= few <= 9
    assert {(await factory.get(Contract, one)).balance for one in contracts[1:]} == {40 * 5_00 + 5_00, 40 * 5_00}
    assert await breaches(database) == {}


async def test_each_call_has_its_own_answer_and_its_own_events(factory: Factory, database: Database) -> None:
    contract = await factory.active_contract()
    calls = [step("contract.add_balance", contract.id, amount="5"), step("contract.suspend", contract.id)]
    first, second = await perform_batch(await factory.context(request_id="one batch"), calls)
    assert isinstance(first, Outcome)
    assert isinstance(second, Outcome)
    assert (first.notes["old_balance"], first.notes["new_balance"], second.notes) == (0, 5_00, {})
    events = await database.fetch("SELECT entity, action FROM audit_events WHERE request_id = 'one batch' ORDER BY id")
    assert events == [("ctr", "add_balance"), ("pay", "create"), ("ctr", "suspend"), ("sim", "suspend")]


async def test_a_call_sees_what_the_ones_before_it_have_done(factory: Factory) -> None:
    contract = await factory.active_contract(balance="10")
    takes = step("contract.deduct_balance", contract.id, amount="6")
    results = await perform_batch(
        await factory.context(), [takes, takes, step("contract.add_balance", contract.id, amount="2"), takes]
    )
    assert codes(results) == ["ok", "insufficient_funds", "ok", "ok"]
    assert (await factory.fresh(contract)).balance == 0


async def test_a_refused_call_leaves_nothing_and_takes_nobody_along(factory: Factory, database: Database) -> None:
    contract, draft = await factory.active_contract(balance="10"), await factory.contract()
    calls = [
        step("contract.add_balance", contract.id, amount="1"),
        step("contract.deduct_balance", draft.id, amount="1"),
        step("contract.suspend", draft.id),
        step("contract.add_balance", 999, amount="1"),
        step("contract.add_balance", contract.id, amount="x"),
        step("contract.add_balance", contract.id, amount="1"),
    ]
    before = await factory.fresh(draft)
    results = await perform_batch(await factory.context(), calls)
    refused = ["insufficient_funds", "invalid_transition", "not_found", "validation"]
    assert codes(results) == ["ok", *refused, "ok"]
    assert (await factory.fresh(contract)).balance == 12_00
    assert (await factory.fresh(draft)).row() == before.row()
    assert await breaches(database) == {}


async def test_of_two_new_customers_with_one_phone_the_first_is_made(factory: Factory, database: Database) -> None:
    def person(number: int, phone: str) -> Step:
        return step("customer.create", first_name="А", last_name="Б", phone=phone, document_number=f"N{number}")

    calls = [person(1, "+996550000001"), person(2, "+996550000001"), person(3, "+996550000002")]
    results = await perform_batch(await factory.context(), calls)
    assert codes(results) == ["ok", "validation", "ok"]
    assert isinstance(results[1], Fault)
    assert results[1].field == "phone"
    assert [row[0] for row in await database.fetch("SELECT document_number FROM customers ORDER BY id")] == ["N1", "N3"]
    created = await database.fetch("SELECT entity_id FROM audit_events WHERE entity = 'cus' ORDER BY id")
    assert created == await database.fetch("SELECT id FROM customers ORDER BY id")


async def test_a_dry_run_tells_what_would_be_and_changes_nothing(factory: Factory, database: Database) -> None:
    contract = await factory.active_contract(balance="10")
    takes = step("contract.deduct_balance", contract.id, amount="6")
    before = await contents(database)
    dry = await perform_batch(await factory.context(), [takes, takes], rollback=True)
    assert await contents(database) == before
    wet = await perform_batch(await factory.context(), [takes, takes])
    assert codes(dry) == codes(wet) == ["ok", "insufficient_funds"]


async def test_new_contracts_take_as_many_statements_however_many(factory: Factory, database: Database) -> None:
    tariff, people = await factory.tariff(), [await factory.customer() for _ in range(12)]
    calls = [step("contract.create", customer_id=person.id, tariff_id=tariff.id) for person in people]
    _, few = await counted(perform_batch(await factory.context(), calls[:2]))
    results, many = await counted(perform_batch(await factory.context(), calls[2:]))
    assert codes(results) == ["ok"] * 10
    assert many <= few <= 9
    numbers = await database.fetch("SELECT number FROM contracts ORDER BY id")
    assert numbers == [(f"CTR-{contract[0][4:8]}-{place:06d}",) for place, contract in enumerate(numbers, 1)]


async def test_contracts_move_to_a_tariff_in_few_statements(factory: Factory) -> None:
    tariff, contracts = await factory.tariff(), [await factory.contract() for _ in range(10)]
    moves = [Step(BY_NAME["contract.update"], one.id, raw={"tariff_id": tariff.id}, mode=PARTIAL) for one in contracts]
    results, statements = await counted(perform_batch(await factory.context(), moves))
    assert codes(results) == ["ok"] * 10
    assert statements <= 10
    assert {(await factory.fresh(one)).tariff_id for one in contracts} == {tariff.id}


async def test_a_caller_is_asked_for_each_call(factory: Factory) -> None:
    contract, sim = await factory.active_contract(balance="10"), await factory.sim()
    calls = [step("contract.add_balance", contract.id, amount="1"), step("sim.delete", sim.id)]
    results = await perform_batch(await factory.context(Role.OPERATOR), calls)
    assert codes(results) == ["ok", "permission_denied"]


async def test_who_started_something_is_asked_without_a_session(factory: Factory) -> None:
    operator, sim = factory.callers[Role.OPERATOR], await factory.sim()
    context = await factory.context(None, caller=Caller(operator.user_id, operator.username, Role.ADMIN, None))
    results = await perform_batch(context, [step("sim.delete", sim.id), step("sim.block", sim.id)])
    assert codes(results) == ["permission_denied", "ok"]
    with pytest.raises(Fault) as refusal:
        await perform_batch(await factory.context(None, caller=Caller(999, "nobody", Role.ADMIN, None)), [])
    assert refusal.value.code is Code.TOKEN_NOT_VALID


@pytest.mark.parametrize("started_by_somebody", [True, False])
async def test_a_job_is_asked_nothing_and_its_events_name_it(
    factory: Factory, database: Database, started_by_somebody: bool
) -> None:
    contract = await factory.active_contract()
    actor = factory.callers[Role.SUPERVISOR].user_id if started_by_somebody else None
    await perform_batch(await job_context(factory, actor), [step("contract.add_balance", contract.id, amount="1")])
    events = await database.fetch("SELECT actor_id, job_id FROM audit_events ORDER BY id DESC LIMIT 2")
    assert events == [(actor, 7)] * 2
    assert await database.fetch("SELECT actor_id FROM ledger_entries") == [(actor,)]


async def test_what_comes_after_is_in_the_same_transaction(factory: Factory, database: Database) -> None:
    contract, seen = await factory.active_contract(), list[Any]()

    async def after(work: Work, results: Sequence[Result]) -> None:
        seen.append(await work.tx.fetch("SELECT balance FROM contracts"))
        customer = await work.lock(Customer, contract.customer_id)
        customer.notes = str(len(results))
        raise KeyError

    before = await contents(database)
    with pytest.raises(KeyError):
        await perform_batch(
            await job_context(factory), [step("contract.add_balance", contract.id, amount="1")], after=after
        )
    assert seen == [[(1_00,)]]
    assert await contents(database) == before


async def test_steps_may_be_found_in_the_transaction(factory: Factory) -> None:
    contracts = [await factory.active_contract(balance="3"), await factory.active_contract(balance="8")]

    async def in_debt(work: Work) -> list[Step]:
        rows = await work.lock_all(Contract, [one.id for one in contracts])
        return [step("contract.suspend", row.id) for row in rows if row.balance < 5_00]

    results = await perform_batch(await job_context(factory), in_debt)
    assert codes(results) == ["ok"]
    assert [(await factory.fresh(one)).status for one in contracts] == ["suspended", "active"]


async def test_a_call_whose_target_an_earlier_one_has_deleted_finds_nothing(factory: Factory) -> None:
    sim = await factory.sim()
    results = await perform_batch(await factory.context(), [step("sim.delete", sim.id), step("sim.block", sim.id)])
    assert codes(results) == ["ok", "not_found"]


async def test_what_a_call_wrote_itself_is_undone_too(factory: Factory) -> None:
    """Deactivating a user ends sessions by a statement of its own; here its last step is refused."""
    users = [await factory.user(username=f"u{place}") for place in range(2)]
    taken = {"username": "u1", "is_active": False}
    calls = [
        Step(BY_NAME["user.update"], users[0].id, raw=taken, mode=PARTIAL),
        Step(BY_NAME["user.update"], users[1].id, raw={"is_active": False}, mode=PARTIAL),
    ]
    results = await perform_batch(await factory.context(), calls)
    assert codes(results) == ["validation", "ok"]
    assert [(await factory.fresh(user)).is_active for user in users] == [True, False]


async def test_a_batch_leaves_what_single_calls_would(factory: Factory, database: Database) -> None:
    """The same script on the same rows, once call by call and once as a batch: equal rows, equal histories."""
    calls = [
        ("contract.add_balance", 0, {"amount": "10"}),
        ("contract.suspend", 0, {}),
        ("contract.suspend", 0, {}),
        ("customer.suspend", 1, {}),
        ("contract.resume", 0, {}),
        ("customer.activate", 1, {}),
        ("contract.deduct_balance", 0, {"amount": "99"}),
        ("contract.deduct_balance", 0, {"amount": "4"}),
        ("contract.terminate", 0, {}),
        ("contract.add_balance", 0, {"amount": "1"}),
    ]

    async def history(request: str) -> list[tuple[Any, ...]]:
        sql = f"SELECT entity, action, changes FROM audit_events WHERE request_id LIKE '{request}%' ORDER BY id"
        return [(entity, action, _without_times(changes)) for entity, action, changes in await database.fetch(sql)]

    left: list[Any] = []
    for way in ("single", "batch"):
        contract = await factory.active_contract()
        targets, context = (contract.id, contract.customer_id), await factory.context(request_id=way)
        if way == "batch":
            steps = [step(name, targets[which], **raw) for name, which, raw in calls]
            ends = codes(await perform_batch(context, steps))
        else:
            ends = []
            for name, which, raw in calls:
                try:
                    await factory.run(name, targets[which], context=context, **raw)
                    ends.append("ok")
                except Fault as refusal:
                    ends.append(refusal.code.value)
        row = (await factory.fresh(contract)).row()
        left.append((ends, row["status"], row["balance"], await history(way)))
    assert left[0] == left[1]
    assert await breaches(database) == {}


def _without_times(changes: Any) -> Any:
    told = json.loads(changes) if isinstance(changes, str) else changes
    fleeting = ("_at", "_date", "transaction_id", "contract")
    return {name: pair for name, pair in told.items() if not name.endswith(fleeting)}
