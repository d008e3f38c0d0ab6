"""A billing run does for everybody what `contract.bill` does for one; a dry run tells what it would (billing.md §6)."""

from __future__ import annotations

import pytest

from abonent.worker.worker import Worker
from models.jobs import Job
from resolvers.faults import Code
from tests.contents import contents, refused_with
from tests.resolvers.billing.clock import KINDS, Clock


@pytest.fixture
def clock(factory):
    return Clock(factory, "2027-01-15")


async def run(clock, **raw):
    """A run that a worker has done, as its job tells."""
    answer = await clock.run("billing.run", **raw)
    await work(clock)
    return await clock.factory.get(Job, answer.outcome.id)


async def work(clock, schedule=()):
    await Worker(clock.factory.database, clock.factory.settings, clock.now, KINDS, schedule).drain()


async def test_everybody_who_is_due_is_settled_and_the_result_adds_up(clock):
    await clock.policy(prepaid={"remind_days": [3]})
    rich, poor, free = [await clock.contract(paid="500.00"), await clock.contract(), await clock.contract(fee="0.00")]
    later = await clock.go(3).contract()
    job = await run(clock.go("2027-02-15"))
    assert (job.status, job.done, job.failed) == ("done", 4, 0)
    told = job.result
    counted = {name: told[name] for name in ("due", "charged", "settled_free", "suspended", "reminded", "amount")}
    assert counted == {
        "due": 3,
        "charged": 1,
        "settled_free": 1,
        "suspended": 1,
        "reminded": 1,
        "amount": "100.00",
    }
    assert [(row["due"], row["charged"], row["amount"]) for row in told["by_tariff"]] == [
        (1, 1, "100.00"),
        (1, 0, "0.00"),
        (1, 0, "0.00"),
    ]
    states = [(await clock.state(one))[0] for one in (rich, poor, free, later)]
    assert states == ["active", "insufficient_funds", "active", "active"]


async def test_a_reminder_is_sent_once(clock, database):
    await clock.policy()
    await clock.contract()
    for day in ("2027-02-12", "2027-02-12", "2027-02-13", "2027-02-14"):
        await run(clock.go(day))
    events = await database.fetch(
        "SELECT job_id, actor_id, changes FROM audit_events WHERE action = 'remind' ORDER BY id"
    )
    assert [(job, "100.00" in str(changes)) for job, _, changes in events] == [(1, True), (4, True)]


async def test_a_dry_run_tells_what_a_run_does_and_changes_nothing(clock, database):
    await clock.policy()
    for paid in ("150.00", None, "100.00"):
        await clock.contract(paid=paid)
    clock.go("2027-02-20")
    before = await contents(database)
    dry = await run(clock, dry_run=True)
    after = await contents(database)
    assert {table for table in before if before[table] != after[table]} <= {"audit_events"}
    assert (await run(clock)).result == dry.result


async def test_whoever_can_pay_by_now_is_resumed_and_who_cannot_is_terminated_in_time(clock):
    await clock.policy(prepaid={"terminate_after_days": 30})
    one, other = await clock.contract(), await clock.contract()
    await run(clock.go("2027-02-15"))
    await clock.run("customer.suspend", (await clock.see(one)).customer_id)
    await clock.run("contract.add_balance", one, amount="100.00")
    assert (await clock.state(one))[0] == "insufficient_funds"
    await clock.run("customer.activate", (await clock.see(one)).customer_id)
    job = await run(clock.go("2027-03-17"))
    assert (job.result["resumed"], job.result["terminated"]) == (1, 1)
    assert (await clock.state(one), (await clock.state(other))[0]) == (("active", 0, "2027-04-17"), "terminated")


async def test_a_run_for_a_day_to_come_is_dry_only_and_needs_billing_to_be_on(clock, database):
    await refused_with(database, Code.INVALID_TRANSITION, clock.run("billing.run"))
    await clock.policy()
    await refused_with(database, Code.VALIDATION, clock.run("billing.run", business_date="2027-03-01"))
    assert (await run(clock, business_date="2027-03-01", dry_run=True)).status == "done"


async def test_contracts_of_older_terms_get_the_latest_at_their_next_month(clock):
    await clock.policy()
    contract = await clock.contract(paid="500.00")
    tariff = (await clock.see(contract)).tariff_id
    await clock.run("tariff.update", tariff, name="Дороже", monthly_fee="150.00")
    await clock.run("tariff.reprice", tariff)
    await work(clock)
    assert (await clock.see(contract)).reprice_on == clock.day
    await run(clock.go("2027-02-15"))
    assert await clock.state(contract) == ("active", 35000, "2027-03-15")
    assert (await clock.see(contract)).reprice_on is None
