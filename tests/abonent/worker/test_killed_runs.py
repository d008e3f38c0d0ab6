"""Billing runs whose workers are killed while money comes in: the ledger is that of runs that nothing disturbed."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from abonent.check.run import check
from models.jobs import Job, JobStatus
from models.users import Role
from resolvers.billing.run import BATCH
from resolvers.faults import Fault
from tests.factories import BY_NAME
from tests.resolvers.billing.histories import Stage
from tests.resolvers.billing.oracle_words import Rules, nth_month
from tests.resolvers.billing.worlds import History, World

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from resolvers.write.batch import Step
    from tests.factories import Factory
    from tests.resolvers.billing.oracle import Account

ROOT = Path(__file__).parents[3]
START = date(2027, 1, 31)
CONTRACTS, KILLS, DEPOSITS = 3 * BATCH, 25, 40
SOON = 60
"""Seconds after which a run on a busy machine is given up."""
SHORTEST = 0.25
"""Seconds that a run takes at least, within which it is killed."""
DEAD = 31
"""Seconds after which the next worker sees that one is dead."""


@contextlib.asynccontextmanager
async def workers(url: str, moment: datetime) -> AsyncIterator[Workers]:
    """Two of them, whose clock stands at a moment of the business day."""
    crew = Workers(url, moment - datetime.now(UTC))
    try:
        await crew.hire()
        await crew.hire()
        yield crew
    finally:
        for process in crew.processes:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class Workers:
    def __init__(self, url: str, ahead: timedelta) -> None:
        self.url, self.ahead = url, ahead
        self.processes: list[asyncio.subprocess.Process] = []

    async def hire(self) -> None:
        """One more, who sees that whoever was killed before is dead."""
        command = (sys.executable, "-m", "tests.abonent.worker.biller", self.url, str(self.ahead.total_seconds()))
        self.processes.append(await asyncio.create_subprocess_exec(*command, cwd=ROOT))

    async def kill(self) -> None:
        """All that are there, as kill -9 does."""
        while self.processes:
            process = self.processes.pop()
            process.send_signal(signal.SIGKILL)
            await process.wait()
        self.ahead += timedelta(seconds=DEAD)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_whenever_workers_are_killed_the_ledger_is_that_of_undisturbed_runs(factory: Factory) -> None:
    chance = Random(16)
    histories = [
        History(("prepaid",) * 3, (chance.choice([0, 9999, 10000, 31000]),) * 3, 0, 0, []) for _ in range(CONTRACTS)
    ]
    world = World(START, Rules(START), histories, stopped=10_000, every=1, early=True)
    stage, accounts = Stage(factory, world), [one.account(world.rules) for one in histories]
    await stage.prepare()
    await _all_do(stage, accounts, "activate")
    await _all_do(stage, accounts, "deposit", 50000)
    caught = 0
    for month in range(1, KILLS + 1):
        stage.day = nth_month(START, month)
        paid = [(chance.randrange(CONTRACTS), chance.choice([100, 5000, 10000, 31000])) for _ in range(DEPOSITS)]
        caught += await _disturbed(stage, paid, chance.uniform(0, SHORTEST))
        for account in accounts:
            account.do(stage.day, "run")
        for number, amount in paid:
            account_refusal = accounts[number].do(stage.day, "deposit", amount)
            assert account_refusal is None
    assert caught >= KILLS // 4, "hardly a run was at work when its worker was killed"
    await _same(stage, accounts)
    told = [verdict.told async for verdict in check(factory.database, factory.settings) if verdict.wrong]
    assert told == []


async def _all_do(stage: Stage, accounts: list[Account], what: str, *arguments: int) -> None:
    results = await stage.batch([stage.step(number, what, arguments) for number in range(CONTRACTS)])
    assert not any(isinstance(one, Fault) for one in results)
    for account in accounts:
        assert account.do(stage.day, what, *arguments) is None


async def _disturbed(stage: Stage, paid: list[tuple[int, int]], at: float) -> bool:
    """A run whose workers are killed at some moment, deposits meanwhile; whether it was at work then."""
    factory = stage.factory
    context = await factory.context(Role.ADMIN, clock=stage.now)
    async with asyncio.timeout(SOON), workers(factory.settings.database_url, stage.now()) as crew:
        job_id = (await factory.run("billing.run", context=context)).outcome.id
        deposits = asyncio.create_task(_pay(stage, paid))
        while (await factory.get(Job, job_id)).status is JobStatus.QUEUED:
            await asyncio.sleep(0.01)
        await asyncio.sleep(at)
        await crew.kill()
        caught = (await factory.get(Job, job_id)).status is JobStatus.RUNNING
        await crew.hire()
        await crew.hire()
        while (await factory.get(Job, job_id)).status is not JobStatus.DONE:
            await asyncio.sleep(0.02)
        await deposits
        job = await factory.get(Job, job_id)
        assert (job.failed, job.result and job.result["failed"]) == (0, 0), job.result
    return caught


async def _pay(stage: Stage, paid: list[tuple[int, int]]) -> None:
    for number, amount in paid:
        step: Step = stage.step(number, "deposit", (amount,))
        context = await stage.factory.context(Role.ADMIN, clock=stage.now)
        await stage.factory.run(BY_NAME["contract.add_balance"].name, step.target, context=context, **step.raw or {})
        await asyncio.sleep(0.01)


async def _same(stage: Stage, accounts: list[Account]) -> None:
    """Balances, months and postings, whose order within a day is as it comes."""
    months = """SELECT contract_id, period_start, period_end, status, amount FROM charge_periods
        WHERE contract_id AMONG ORDER BY contract_id, period_start"""
    ledger = "SELECT contract_id, amount FROM ledger_entries WHERE contract_id AMONG ORDER BY contract_id, amount"
    got = zip(await stage.states(), await stage.rows(months), await stage.rows(ledger), strict=True)
    for account, (state, settled, postings) in zip(accounts, got, strict=True):
        assert (state[:3], settled) == (account.state()[:3], [month.told() for month in account.months])
        assert postings == [(amount,) for amount in sorted(account.postings)]
