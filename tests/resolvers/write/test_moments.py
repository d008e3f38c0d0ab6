"""Times are taken when the locks are held: a row's `updated_at`, and a contract's postings, never go back (§2)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from models.users import Role
from resolvers.write.operation import Call, perform
from tests.conftest import opened
from tests.factories import BY_NAME, Factory, id_only

if TYPE_CHECKING:
    from models.database import Database, Reader
    from resolvers.context import Context
    from resolvers.write.operation import Outcome


async def test_the_moment_of_a_write_comes_after_its_wait_for_the_row(factory: Factory) -> None:
    contract, done = await factory.active_contract(), list[datetime]()
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(context: Context, reader: Reader, outcome: Outcome) -> bytes:
        del context, reader, outcome
        begun.set()
        await go_on.wait()
        done.append(datetime.now(UTC))
        return b""

    first = Call(BY_NAME["contract.add_balance"], contract.id, {"amount": "1"}, slow)
    second = Call(BY_NAME["contract.add_balance"], contract.id, {"amount": "1"}, id_only)
    async with opened(factory.settings) as elsewhere:
        holding = asyncio.create_task(perform(await factory.context(), first))
        await begun.wait()
        waiting = asyncio.create_task(perform(await factory.context(database=elsewhere), second))
        await asyncio.wait([waiting], timeout=0.1)
        go_on.set()
        await asyncio.gather(holding, waiting)
    assert (await factory.fresh(contract)).updated_at > done[0]


async def test_a_clock_that_is_behind_takes_no_row_back(factory: Factory, database: Database) -> None:
    contract = await factory.active_contract(balance="5")
    behind = await factory.context(Role.ADMIN, clock=lambda: datetime.now(UTC) - timedelta(seconds=3))
    await factory.run("contract.add_balance", contract.id, context=behind, amount="1")
    assert (await factory.fresh(contract)).updated_at >= contract.updated_at
    moments = await database.fetch("SELECT created_at FROM ledger_entries ORDER BY id")
    assert moments == sorted(moments)


async def test_a_cascade_takes_its_moment_once_all_its_rows_are_locked(factory: Factory) -> None:
    contract, story = await factory.active_contract(), list[str]()
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(context: Context, reader: Reader, outcome: Outcome) -> bytes:
        del context, reader, outcome
        begun.set()
        await go_on.wait()
        return b""

    first = Call(BY_NAME["contract.add_balance"], contract.id, {"amount": "1"}, slow)
    async with opened(factory.settings) as elsewhere:
        holding = asyncio.create_task(perform(await factory.context(), first))
        await begun.wait()
        suspend = Call(BY_NAME["customer.suspend"], contract.customer_id, {}, id_only)
        cascade = asyncio.create_task(perform(await factory.context(database=elsewhere), suspend))
        await asyncio.wait([cascade], timeout=0.1)
        story.append(datetime.now(UTC).isoformat())
        go_on.set()
        await asyncio.gather(holding, cascade)
    assert (await factory.fresh(contract)).updated_at.isoformat() > story[0]
