"""`abonent check` says nothing of months that were billed by the rules, and finds what is wrong with others."""

from __future__ import annotations

import pytest

from tests.abonent.check.planting import plant, told
from tests.resolvers.billing.clock import Clock

FAULTS = {
    "a month is missing": (
        "DELETE FROM charge_periods WHERE contract_id = {contract} AND period_start = '2027-03-31'",
        "contract {contract} is settled until 2027-03-30, and then from 2027-04-30 on",
    ),
    "the last month is missing": (
        "DELETE FROM charge_periods WHERE contract_id = {contract} AND period_start = '2027-04-30'",
        "contract {contract} is settled until 2027-04-29, and then from 2027-05-31 on",
    ),
    "two months overlap": (
        "UPDATE charge_periods SET period_end = '2027-04-01' WHERE period_start = '2027-02-28'",
        "contract {contract}: the months of 2027-02-28 and 2027-03-31 overlap",
    ),
    "a month was charged by what is no charge": (
        "UPDATE payments SET transaction_type = 'correction' WHERE id = {fee}",
        "of contract {contract}: its payment {fee} is of another kind",
    ),
    "a month was charged more than its terms say": (
        "UPDATE tariff_terms SET monthly_fee = 9000",
        "of contract {contract} costs 100.00, its terms say 90.00",
    ),
    "a payment pays for two months": (
        "UPDATE charge_periods SET payment_id = {fee} WHERE contract_id = {contract} AND payment_id IS NOT NULL",
        "payment {fee} pays for 3 months",
    ),
    "a promise of a draft": (
        "UPDATE contracts SET promised_amount = 100, promised_until = '2027-06-01' WHERE id = {draft}",
        "contract {draft}, which is draft, has a promise of 1.00 until 2027-06-01",
    ),
    "new terms of another tariff": (
        """UPDATE contracts SET reprice_on = '2027-06-01', reprice_terms_id = (SELECT min(id) FROM tariff_terms
        WHERE tariff_id <> contracts.tariff_id) WHERE id = {contract}""",
        "contract {contract} is to have the tariff None on None, the terms",
    ),
}


@pytest.fixture
async def ids(factory):
    """A contract with three months that were charged; one that was away for every reason, and always came back."""
    clock = Clock(factory, "2027-01-31")
    await clock.policy(prepaid={"grace_days": 2})
    contract, other = await clock.contract(paid="1000.00"), await clock.contract(paid="100.00")
    another = (await clock.run("tariff.create", name="Другой", monthly_fee="50.00")).outcome.id
    for day in ("2027-02-28", "2027-03-31", "2027-04-30"):
        await clock.go(day).run("contract.bill", contract)
    await clock.go("2027-05-07").run("contract.add_balance", other, amount="100.00")
    await clock.go(3).run("contract.suspend", other)
    await clock.go(40).run("contract.resume", other)
    await clock.run("contract.add_balance", other, amount="60.00")
    await clock.go(1).run("contract.change_tariff", other, tariff_id=another, when="now")
    await clock.go("2027-07-21").run("contract.change_tariff", other, tariff_id=another, when="next_month")
    customer = (await clock.see(other)).customer_id
    await clock.run("contract.promise", other, amount="50.00", days=3)
    await clock.run("customer.suspend", customer)
    await clock.go(50).run("customer.activate", customer)
    (fee,) = await factory.database.fetch("SELECT min(id) FROM payments WHERE transaction_id LIKE 'FEE-%'")
    return {"contract": contract, "draft": (await factory.contract()).id, "fee": fee[0]}


@pytest.mark.usefixtures("ids")
async def test_months_that_were_billed_by_the_rules_are_sound(database, settings):
    assert await told(database, settings) == []


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_planted_fault_is_found(database, settings, ids, fault):
    sql, words = (text.format(**ids) for text in FAULTS[fault])
    await plant(settings, sql)
    found = await told(database, settings)
    assert any(words in sentence for sentence in found), found
