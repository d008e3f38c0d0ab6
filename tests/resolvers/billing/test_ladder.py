"""What becomes of a contract's months and money, day by day (billing.md §2–5)."""

from __future__ import annotations

import pytest

from resolvers.faults import Code
from tests.contents import refused_with
from tests.resolvers.billing.clock import Clock

START = "2027-01-31"


@pytest.fixture
def clock(factory):
    return Clock(factory, START)


async def test_a_months_fee_is_taken_in_advance_and_the_day_never_drifts(clock):
    await clock.policy()
    contract = await clock.contract(paid="300.00")
    for day in ("2027-02-28", "2027-03-31", "2027-04-30"):
        await clock.go(day).run("contract.bill", contract)
    assert await clock.state(contract) == ("active", 0, "2027-05-31")
    assert await clock.periods(contract) == [
        ("2027-01-31", "2027-02-27", "skipped", 0),
        ("2027-02-28", "2027-03-30", "charged", 10000),
        ("2027-03-31", "2027-04-29", "charged", 10000),
        ("2027-04-30", "2027-05-30", "charged", 10000),
    ]


async def test_missed_days_do_no_harm(clock):
    await clock.policy()
    contract = await clock.contract(paid="250.00")
    await clock.go("2027-05-10").run("contract.bill", contract)
    assert await clock.state(contract) == ("insufficient_funds", 5000, "2027-04-30")


async def test_nothing_due_is_no_change_and_billing_that_is_off_refuses(clock, database):
    contract = await clock.contract()
    await refused_with(database, Code.INVALID_TRANSITION, clock.run("contract.bill", contract))
    await clock.policy()
    await clock.run("contract.bill", contract)
    assert await clock.state(contract) == ("active", 0, "2027-02-28")


async def test_what_begins_before_billing_is_on_is_jumped_over_by_one_row(clock):
    contract = await clock.contract(paid="100.00")
    await clock.policy(billing_from="2027-04-15")
    await clock.go("2027-05-01").run("contract.bill", contract)
    assert await clock.periods(contract) == [
        ("2027-01-31", "2027-02-27", "skipped", 0),
        ("2027-02-28", "2027-04-29", "skipped", 0),
        ("2027-04-30", "2027-05-30", "charged", 10000),
    ]


async def test_a_deposit_brings_a_contract_back_and_its_month_begins_that_day(clock, factory):
    await clock.policy()
    contract = await clock.contract()
    await clock.go("2027-02-28").run("contract.bill", contract)
    assert (await clock.state(contract))[0] == "insufficient_funds"
    assert (await factory.sim_of(await clock.see(contract))).status == "suspended"
    await clock.go("2027-03-10").run("contract.add_balance", contract, amount="99.99")
    assert (await clock.state(contract))[0] == "insufficient_funds"
    answer = await clock.run("contract.add_balance", contract, amount="0.01")
    assert (answer.outcome.notes["old_balance"], answer.outcome.notes["new_balance"]) == (9999, 10000)
    assert await clock.state(contract) == ("active", 0, "2027-04-10")
    assert (await factory.sim_of(await clock.see(contract))).status == "active"


async def test_a_kept_anchor_charges_the_month_in_which_it_came_back(clock):
    await clock.policy(prepaid={"resume_anchor": "keep"})
    contract = await clock.contract()
    await clock.go("2027-02-28").run("contract.bill", contract)
    await clock.go("2027-04-10").run("contract.add_balance", contract, amount="100.00")
    assert await clock.state(contract) == ("active", 0, "2027-04-30")
    assert (await clock.periods(contract))[-1] == ("2027-03-31", "2027-04-29", "charged", 10000)


async def test_money_never_lifts_a_suspension_by_hand(clock):
    await clock.policy()
    contract = await clock.contract()
    await clock.go("2027-02-28").run("contract.suspend", contract)
    assert (await clock.state(contract))[0] == "manual"
    await clock.run("contract.add_balance", contract, amount="500.00")
    assert await clock.state(contract) == ("manual", 50000, "2027-02-28")
    await clock.go("2027-03-15").run("contract.resume", contract)
    assert await clock.state(contract) == ("active", 50000, "2027-03-15")
    await clock.run("contract.bill", contract)
    assert await clock.state(contract) == ("active", 40000, "2027-04-15")


async def test_an_operation_settles_what_is_due_first(clock, database):
    await clock.policy()
    contract = await clock.contract(paid="100.00")
    clock.go("2027-03-01")
    await refused_with(
        database, Code.INSUFFICIENT_FUNDS, clock.run("contract.deduct_balance", contract, amount="50.00")
    )
    answer = await clock.run("contract.add_balance", contract, amount="70.00")
    assert (answer.outcome.notes["old_balance"], answer.outcome.notes["new_balance"]) == (0, 7000)
    assert await clock.state(contract) == ("active", 7000, "2027-03-31")


async def test_within_grace_it_goes_on_unpaid(clock):
    await clock.policy(prepaid={"grace_days": 3})
    contract = await clock.contract()
    await clock.go("2027-03-02").run("contract.bill", contract)
    assert await clock.state(contract) == ("active", 0, "2027-02-28")
    await clock.run("contract.add_balance", contract, amount="100.00")
    assert await clock.state(contract) == ("active", 10000, "2027-02-28")
    await clock.go("2027-03-03").run("contract.bill", contract)
    assert await clock.state(contract) == ("active", 0, "2027-03-31")


async def test_a_promise_carries_a_month_and_is_over_when_it_is_repaid(clock, database):
    await clock.policy()
    contract = await clock.contract()
    await clock.go("2027-02-28").run("contract.bill", contract)
    await clock.run("contract.promise", contract, amount="100.00", days=3)
    assert await clock.state(contract) == ("active", -10000, "2027-03-31")
    await refused_with(
        database, Code.INVALID_TRANSITION, clock.run("contract.promise", contract, amount="1.00", days=1)
    )
    await clock.go("2027-03-03").run("contract.bill", contract)
    assert (await clock.state(contract))[0] == "active"
    await clock.go("2027-03-04").run("contract.bill", contract)
    assert (await clock.state(contract))[0] == "insufficient_funds"
    await clock.run("contract.add_balance", contract, amount="99.00")
    assert (await clock.state(contract))[0] == "insufficient_funds"
    await clock.run("contract.add_balance", contract, amount="1.00")
    assert await clock.state(contract) == ("active", 0, "2027-03-31")
    assert (await clock.see(contract)).promised_amount == 0


async def test_a_postponed_suspension_waits_for_its_day(clock):
    await clock.policy()
    contract = await clock.contract()
    await clock.go("2027-02-27").run("contract.postpone", contract, until="2027-03-05", reason="Ждёт пенсию")
    await clock.go("2027-03-04").run("contract.bill", contract)
    assert (await clock.state(contract))[0] == "active"
    await clock.go("2027-03-05").run("contract.bill", contract)
    assert (await clock.state(contract))[0] == "insufficient_funds"


async def test_a_waived_month_costs_nothing_and_brings_a_contract_back(clock):
    await clock.policy()
    contract = await clock.contract()
    await clock.go("2027-02-28").run("contract.bill", contract)
    await clock.go("2027-03-05").run("contract.waive", contract, reason="Сбой сети")
    assert await clock.state(contract) == ("active", 0, "2027-03-31")
    assert (await clock.periods(contract))[-1] == ("2027-02-28", "2027-03-30", "waived", 0)


async def test_a_change_of_tariff_now_gives_back_the_days_that_are_left(clock):
    await clock.policy()
    contract = await clock.contract(fee="310.00", paid="310.00")
    other = (await clock.run("tariff.create", name="Новый", monthly_fee="100.00")).outcome.id
    await clock.go("2027-03-31").run("contract.add_balance", contract, amount="1000.00")
    await clock.go("2027-04-10").run("contract.change_tariff", contract, tariff_id=other, when="now")
    # 1310 - 310 (28 February) - 310 (31 March), 20 of 30 days back: 206.67, less 100
    assert await clock.state(contract) == ("active", 69000 + 20667 - 10000, "2027-05-10")
    assert (await clock.periods(contract))[-2:] == [
        ("2027-03-31", "2027-04-09", "charged", 31000),
        ("2027-04-10", "2027-05-09", "charged", 10000),
    ]


async def test_on_its_own_first_day_a_month_is_rewritten(clock, database):
    await clock.policy()
    contract = await clock.contract(paid="500.00")
    other = (await clock.run("tariff.create", name="Новый", monthly_fee="120.00")).outcome.id
    await clock.go("2027-02-28").run("contract.bill", contract)
    await clock.run("contract.change_tariff", contract, tariff_id=other, when="now")
    assert await clock.state(contract) == ("active", 38000, "2027-03-28")
    assert (await clock.periods(contract))[1:] == [("2027-02-28", "2027-03-27", "charged", 12000)]
    rows = await database.fetch("SELECT transaction_id FROM payments WHERE transaction_id LIKE 'FEE-%' ORDER BY id")
    number = (await clock.see(contract)).number
    assert [row[0] for row in rows] == [f"FEE-{number}-2027-02-28", f"FEE-{number}-2027-02-28-2"]


async def test_a_change_of_tariff_with_the_next_month(clock):
    await clock.policy()
    contract = await clock.contract(paid="500.00")
    other = (await clock.run("tariff.create", name="Новый", monthly_fee="120.00")).outcome.id
    await clock.run("contract.change_tariff", contract, tariff_id=other, when="next_month")
    assert (await clock.see(contract)).scheduled_tariff_id == other
    await clock.go("2027-02-28").run("contract.bill", contract)
    assert await clock.state(contract) == ("active", 38000, "2027-03-31")
    assert (await clock.see(contract)).scheduled_on is None


async def test_a_scheduled_change_to_the_same_tariff_brings_its_latest_terms(clock):
    await clock.policy()
    contract = await clock.contract(paid="500.00")
    tariff = (await clock.see(contract)).tariff_id
    await clock.run("tariff.update", tariff, name="Дороже", monthly_fee="150.00")
    await clock.run("contract.change_tariff", contract, tariff_id=tariff, when="next_month")
    await clock.go("2027-02-28").run("contract.bill", contract)
    assert await clock.state(contract) == ("active", 35000, "2027-03-31")
    row = await clock.see(contract)
    assert (row.scheduled_tariff_id, row.scheduled_on) == (None, None)
    await clock.run("contract.change_tariff", contract, tariff_id=tariff, when="next_month")
    await clock.go("2027-03-31").run("contract.bill", contract)
    assert (await clock.see(contract)).scheduled_on is None


async def test_a_scheduled_change_to_a_tariff_off_offer_is_dropped(clock, database):
    await clock.policy()
    contract = await clock.contract(paid="500.00")
    other = (await clock.run("tariff.create", name="Новый", monthly_fee="120.00")).outcome.id
    await clock.run("contract.change_tariff", contract, tariff_id=other, when="2027-02-10")
    await clock.run("tariff.deactivate", other)
    await clock.go("2027-02-28").run("contract.bill", contract)
    assert await clock.state(contract) == ("active", 40000, "2027-03-31")
    events = await database.fetch("SELECT reason FROM audit_events WHERE action = 'tariff_change_dropped'")
    assert events == [("tariff_inactive",)]


async def test_unused_days_come_back_at_the_end_if_the_policy_says_so(clock):
    await clock.policy(refund_unused="days")
    contract = await clock.contract(fee="310.00", paid="310.00")
    await clock.go("2027-03-10").run("contract.terminate", contract)
    # 28 February to 30 March are 31 days, 20 of them after the tenth
    assert await clock.state(contract) == ("terminated", 20000, None)


async def test_the_first_month_may_be_charged_and_refuses_who_has_nothing(clock):
    await clock.policy(first_month="charge")
    with pytest.raises(Exception, match="insufficient_funds"):
        await clock.contract()


async def test_a_reference_that_fees_have_is_nobody_elses(clock, database):
    contract = await clock.contract()
    for reference in ("FEE-1", "OPEN-1"):
        attempt = clock.run("payment.create", contract_id=contract, amount="1.00", transaction_id=reference)
        await refused_with(database, Code.VALIDATION, attempt)
