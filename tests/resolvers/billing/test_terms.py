"""A price edit never moves an existing contract (billing.md §1)."""

from __future__ import annotations

from models.billing import ChargePeriod, TariffTerms
from resolvers.faults import Code
from tests.contents import refused_with


async def latest(database, tariff_id):
    rows = await database.fetch(f"SELECT max(id) FROM tariff_terms WHERE tariff_id = {tariff_id}")
    return TariffTerms(id=rows[0][0])


async def periods(database, contract):
    columns = "period_start, period_end, status, amount, terms_id"
    rows = await database.fetch(f"SELECT {columns} FROM charge_periods WHERE contract_id = {contract.id}")
    return [ChargePeriod(period_start=a, period_end=b, status=c, amount=d, terms_id=e) for a, b, c, d, e in rows]


async def test_each_change_of_a_price_makes_a_new_version(factory, database):
    tariff = await factory.tariff(monthly_fee="500.00")
    await factory.patch(tariff, monthly_fee="600.00")
    await factory.patch(tariff, minutes_included=100)
    await factory.patch(tariff, name="Другое имя", monthly_fee="600.00")
    rows = await database.fetch("SELECT version, monthly_fee, minutes_included FROM tariff_terms ORDER BY version")
    assert rows == [(1, 50000, 0), (2, 60000, 0), (3, 60000, 100)]


async def test_a_contract_keeps_the_terms_that_it_got_and_a_draft_follows_its_tariff(factory, database):
    tariff = await factory.tariff(monthly_fee="500.00")
    active, draft = await factory.active_contract(tariff_id=tariff.id), await factory.contract(tariff_id=tariff.id)
    await factory.patch(tariff, monthly_fee="600.00")
    newest = await latest(database, tariff.id)
    assert (await factory.fresh(draft)).terms_id == newest.id
    assert (await factory.fresh(active)).terms_id == active.terms_id != newest.id


async def test_a_new_contract_and_one_that_changes_its_tariff_get_the_latest(factory, database):
    tariff, other = await factory.tariff(), await factory.tariff()
    await factory.patch(other, monthly_fee="600.00")
    contract = await factory.active_contract(tariff_id=tariff.id)
    await factory.patch(contract, tariff_id=other.id)
    newest = await latest(database, other.id)
    assert (await factory.fresh(contract)).terms_id == newest.id
    assert (await factory.contract(tariff_id=other.id)).terms_id == newest.id


async def test_the_month_of_the_activation_is_part_of_the_sale(factory, database):
    contract = await factory.active_contract()
    (row,) = await periods(database, contract)
    assert contract.anchor_date == contract.activation_date
    assert (row.status, row.amount, row.terms_id) == ("skipped", 0, contract.terms_id)
    assert str(row.period_start) == str(contract.activation_date)
    assert str(row.period_end) < str(contract.next_billing_date)


async def test_a_tariff_whose_terms_a_settled_month_has_cannot_be_deleted(factory, database):
    tariff, other = await factory.tariff(), await factory.tariff()
    contract = await factory.active_contract(tariff_id=tariff.id)
    await factory.patch(contract, tariff_id=other.id)
    fault = await refused_with(database, Code.PROTECTED, factory.run("tariff.delete", tariff.id))
    assert [message.key for message in fault.message.params["obstacles"]] == ["periods"]
    assert await database.fetch("SELECT count(*) FROM tariff_terms") == [(2,)]


async def test_a_deleted_tariff_takes_its_terms_along(factory, database):
    await factory.run("tariff.delete", (await factory.tariff()).id)
    assert await database.fetch("SELECT count(*) FROM tariff_terms") == [(0,)]
