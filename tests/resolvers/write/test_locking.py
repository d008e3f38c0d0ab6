"""Rows are locked in one order, and are what they were taken for once they are locked (contract §2)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from models.contracts import Contract
from models.customers import Customer
from models.database import Dialect, Raced
from models.payments import Payment
from models.sims import Sim
from models.users import User
from resolvers.write.inputs import Mode, parse
from resolvers.write.operation import lock_rows, run
from resolvers.write.unit_of_work import LOCK_ORDER, Lock, Work
from tests.conftest import opened
from tests.factories import BY_NAME, Factory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.database import Database, Transaction

TABLES = [model._meta.db_table for model in LOCK_ORDER]


@dataclass
class Watched:
    """A transaction that notes which tables' rows are asked for by id, in their order."""

    tx: Transaction
    tables: list[str] = field(default_factory=list)

    @property
    def dialect(self) -> Dialect:
        return self.tx.dialect

    async def fetch(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        locks = " FOR " in sql or self.dialect is Dialect.SQLITE
        if locks and (found := re.search(r" FROM (\w+) WHERE id ", sql)):
            self.tables.append(found[1])
        return await self.tx.fetch(sql, params)


async def _locked(database: Database, context: Any, name: str, target: int, **raw: object) -> list[str]:
    """The tables that an operation locks, in the order in which it does; a glimpse on SQLite looks like a lock."""
    op = BY_NAME[name]
    data = None if op.input is None else parse(op.input, raw, Mode.PARTIAL if name.endswith("update") else Mode.FULL)

    async def body(tx: Transaction) -> list[str]:
        watched: Any = Watched(tx)
        await lock_rows(Work(context, watched), op, target, data)
        return watched.tables  # type: ignore[no-any-return]

    return await database.write(body)


async def test_a_tickets_update_locks_customer_and_contract_before_the_ticket(
    factory: Factory, database: Database
) -> None:
    contract = await factory.active_contract()
    ticket = await factory.ticket(customer_id=contract.customer_id, contract_id=contract.id)
    tables = await _locked(database, await factory.context(), "ticket.update", ticket.id, subject="Иное")
    assert tables[-3:] == ["customers", "contracts", "tickets"]


@pytest.fixture
async def postgres(postgres_settings: Any) -> Any:
    """A factory on PostgreSQL, where rows can change between two looks; SQLite has one writer."""
    async with opened(postgres_settings) as database:
        yield await Factory(database, postgres_settings).prepare()


async def test_every_operation_locks_in_the_one_order(postgres: Factory) -> None:
    contract, draft, sim = await postgres.active_contract(), await postgres.contract(), await postgres.sim()
    payment, ticket = await postgres.payment(contract_id=contract.id), await postgres.ticket()
    user, bound = await postgres.user(), await postgres.sim_of(contract)
    calls: list[tuple[str, int, dict[str, object]]] = [
        ("contract.update", draft.id, {"notes": "x"}),
        ("contract.activate", draft.id, {"sim_id": sim.id}),
        ("contract.resume", contract.id, {}),
        ("sim.activate", sim.id, {"contract_id": draft.id}),
        ("sim.unblock", bound.id, {}),
        ("payment.update", payment.id, {"description": "x"}),
        ("payment.process", payment.id, {}),
        ("payment.refund", payment.id, {}),
        ("ticket.assign", ticket.id, {"user_id": user.id}),
        ("user.update", user.id, {"is_active": False}),
    ]
    for name, target, raw in calls:
        tables = await _locked(postgres.database, await postgres.context(), name, target, **raw)
        assert tables == sorted(tables, key=TABLES.index), name


async def test_a_row_that_has_another_owner_by_the_time_it_is_locked_starts_it_all_anew(postgres: Factory) -> None:
    payment, other = await postgres.payment(), await postgres.contract()

    async def body(tx: Transaction) -> None:
        work = Work(await postgres.context(), tx)
        await work.glimpse(Payment, payment.id)
        async with opened(postgres.settings) as elsewhere:
            await elsewhere.write(
                lambda tx: tx.fetch("UPDATE payments SET contract_id = $1 WHERE id = $2", [other.id, payment.id])
            )
        with pytest.raises(Raced):
            await work.lock(Payment, payment.id)

    await postgres.database.write(body)


async def test_a_user_whose_role_has_changed_by_the_time_of_the_lock_starts_it_all_anew(postgres: Factory) -> None:
    user = await postgres.user()

    async def body(tx: Transaction) -> None:
        work = Work(await postgres.context(), tx)
        await work.glimpse(User, user.id)
        async with opened(postgres.settings) as elsewhere:
            await elsewhere.write(lambda tx: tx.fetch("UPDATE users SET role = 'supervisor' WHERE id = $1", [user.id]))
        with pytest.raises(Raced):
            await work.lock(User, user.id)

    await postgres.database.write(body)


async def test_a_child_that_leaves_before_it_is_locked_is_not_among_them(postgres: Factory) -> None:
    contract = await postgres.active_contract()
    sim, held, go_on = await postgres.sim_of(contract), asyncio.Event(), asyncio.Event()

    async def leaving(tx: Transaction) -> None:
        await tx.fetch("UPDATE sims SET contract_id = NULL, status = 'free' WHERE id = $1", [sim.id])
        held.set()
        await go_on.wait()

    async def looking(tx: Transaction) -> list[Sim]:
        return await Work(await postgres.context(), tx).lock_children(Sim, "contract_id", [contract.id])

    async with opened(postgres.settings) as elsewhere:
        leaves = asyncio.create_task(elsewhere.write(leaving))
        await held.wait()
        looks = asyncio.create_task(postgres.database.write(looking))
        await asyncio.wait([looks], timeout=0.1)
        assert not looks.done()
        go_on.set()
        await leaves
        assert await looks == []


async def test_a_row_held_to_be_read_is_held_to_be_changed_once_that_is_asked(postgres: Factory) -> None:
    customer = await postgres.customer()

    async def body(tx: Transaction) -> None:
        work = Work(await postgres.context(), tx)
        seen = await work.lock(Customer, customer.id, Lock.SHARE)
        assert await work.lock(Customer, customer.id) is seen
        async with opened(postgres.settings) as elsewhere:
            sql = "SELECT 1 FROM customers WHERE id = $1 FOR SHARE SKIP LOCKED"
            assert await elsewhere.write(lambda tx: tx.fetch(sql, [customer.id])) == []

    await postgres.database.write(body)


async def test_a_row_held_to_be_read_cannot_be_changed(factory: Factory, database: Database) -> None:
    customer = await factory.customer()

    async def body(tx: Transaction) -> None:
        work = Work(await factory.context(), tx, "update")
        row = await work.lock(Customer, customer.id, Lock.SHARE)
        row.notes = "quietly"
        await work.finish()

    with pytest.raises(RuntimeError, match="held to be read"):
        await database.write(body)


async def test_an_operation_calls_others_on_its_own_unit_of_work(factory: Factory, database: Database) -> None:
    """Each is recorded under its own name; what the caller did before stands first, under the caller's."""
    contract = await factory.active_contract()
    deposit = BY_NAME["contract.add_balance"]
    assert deposit.input is not None
    data = parse(deposit.input, {"amount": "7"})

    async def body(tx: Transaction) -> Any:
        work = Work(await factory.context(request_id="composed"), tx, "bill")
        row = await work.lock(Contract, contract.id)
        row.notes = "billed"
        outcome = await run(work, deposit, contract.id, data)
        row.notes = "and paid"
        await work.finish()
        return outcome

    outcome = await database.write(body)
    assert (outcome.id, outcome.notes["new_balance"]) == (contract.id, 7_00)
    sql = "SELECT entity, action FROM audit_events WHERE request_id = 'composed' ORDER BY id"
    assert await database.fetch(sql) == [("ctr", "bill"), ("ctr", "add_balance"), ("pay", "create"), ("ctr", "bill")]
