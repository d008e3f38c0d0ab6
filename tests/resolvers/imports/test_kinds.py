"""SIMs, tariffs, contracts, payments and tickets from files (in-and-out.md §2)."""

from __future__ import annotations

import pytest

from abonent.check.run import check
from tests.resolvers.imports.files import as_csv, as_ndjson, counts

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("old_tariff")]

CONTRACTS = (
    *("number", "status", "activation_date", "customer_last_name", "customer_first_name", "customer_phone"),
    *("customer_document_number", "tariff_name", "sim_iccid", "sim_imsi", "sim_msisdn", "opening_balance"),
)


def row(n, number=None, status="active", since="2024-03-31", balance="150,50"):
    return (
        *(number or f"Д-{n}", status, since, "Осмонов", f"Айбек{n}", f"+99655000{n:04d}", f"ID{n:07d}", "Старый"),
        *(f"8999650{n:012d}", f"43705{n:010d}", f"+99670000{n:04d}", balance),
    )


async def told(api, path):
    return (await api.get(f"/{path}/?ordering=id&page_size=1000")).json()["results"]


@pytest.fixture
async def old_tariff(factory):
    return await factory.tariff(name="Старый")


async def test_sims_with_their_states(door, api):
    headings = ("iccid", "imsi", "msisdn", "puk_code", "status")
    rows = [
        ("8" * 19, "4" * 15, "0700 111 111", "12345678", "free"),
        ("7" * 19, "5" * 15, "0700 222 222", "", "Заблокирована"),
        ("6" * 19, "6" * 15, "0700 111 111", "", "closed"),
    ]
    job = await door.bring_in(as_csv(rows, headings), kind="sims")
    assert counts(job) == {"created": 3}, job["result"]
    assert [one["status"] for one in await told(api, "sims")] == ["free", "blocked", "closed"]
    assert counts(await door.bring_in(as_csv(rows, headings), kind="sims")) == {"unchanged": 3}


async def test_tariffs_with_their_states(door, api):
    headings = ("name", "monthly_fee", "tariff_type", "data_gb_included", "is_active", "extra_options")
    rows = [("Давний", "1 200,50", "Постоплатный", "10", "нет", '{"roaming": true}'), ("Новый", "300", "", "", "", "")]
    content = as_csv(rows, headings, ";")
    assert counts(await door.bring_in(content, kind="tariffs")) == {"created": 2}
    _, old, new = await told(api, "tariffs")
    assert (old["monthly_fee"], old["tariff_type"], old["is_active"]) == ("1200.50", "postpaid", False)
    assert (old["extra_options"], new["is_active"]) == ({"roaming": True}, True)
    assert counts(await door.bring_in(content, kind="tariffs")) == {"unchanged": 2}


async def test_a_contract_comes_with_customer_sim_and_balance_in_one_row(door, api, database, settings):
    rows = [row(n) for n in range(1, 4)]
    job = await door.bring_in(as_csv(rows, CONTRACTS), kind="contracts")
    assert counts(job) == {"created": 3}, job["result"]
    contracts = await told(api, "contracts")
    assert [(one["number"], one["status"], one["balance"], one["activation_date"]) for one in contracts] == [
        (f"Д-{n}", "active", "150.50", "2024-03-31") for n in (1, 2, 3)
    ]
    assert {one["sim"] is not None for one in contracts} == {True}
    payments = await told(api, "payments")
    assert [(one["transaction_id"], one["transaction_type"]) for one in payments][:1] == [("OPEN-Д-1", "correction")]
    assert {one["status"] for one in await told(api, "sims")} == {"active"}
    (held,) = (await api.get("/numbers/+996700000001/history/")).json()["results"]
    assert held["since"] == "2024-03-30T18:00:00.000000Z"  # its day began then in the operator's time zone
    again = await door.bring_in(as_csv(rows, CONTRACTS), kind="contracts")
    assert counts(again) == {"unchanged": 3}
    assert len(await told(api, "payments")) == 3
    assert await problems(database, settings) == []


async def problems(database, settings):
    return [verdict.rule async for verdict in check(database, settings) if verdict.wrong]


async def test_contracts_are_brought_to_where_they_are_in_their_lives(door, api, database, settings, old_tariff):
    await api.post(f"/tariffs/{old_tariff.id}/deactivate/")
    headings = (*CONTRACTS, "termination_date", "next_billing_date", "customer_status")
    rows = [
        (*row(1, status="suspended"), "", "2027-01-15"),
        (*row(2, status="terminated"), "2025-02-01", ""),
        (*row(3, status="draft", since=""), "", ""),
        (*row(4, since="31.12.2999"), "", ""),
    ]
    job = await door.bring_in(as_csv(rows, headings), kind="contracts")
    assert counts(job) == {"created": 2, "failed": 2}, job["result"]
    assert [one["row"] for one in job["result"]["faults"]] == [4, 5]
    suspended, terminated, *_ = await told(api, "contracts")
    assert (suspended["status"], suspended["suspension_reason"], suspended["next_billing_date"]) == (
        "suspended",
        "manual",
        "2027-01-15",
    )
    assert (terminated["status"], terminated["termination_date"], terminated["activation_date"]) == (
        "terminated",
        "2025-02-01",
        "2024-03-31",
    )
    assert [one["status"] for one in await told(api, "sims")][:2] == ["suspended", "free"]
    assert await problems(database, settings) == []


async def test_contracts_of_a_blocked_customer_come_suspended(door, api, factory):
    customer = await factory.customer(document_number="B-1")
    await api.post(f"/customers/{customer.id}/block/")
    headings = ("number", "customer_document_number", "tariff_name", "status", "activation_date")
    content = as_csv([("1", "b1", "Старый", "suspended", "2024-01-01")], headings)
    assert counts(await door.bring_in(content, kind="contracts")) == {"created": 1}
    (contract,) = await told(api, "contracts")
    assert (contract["status"], contract["suspension_reason"]) == ("suspended", "customer")
    draft = as_csv([("2", "b1", "Старый", "", "")], headings)
    assert counts(await door.bring_in(draft, kind="contracts")) == {"failed": 1}


async def test_numbers_of_ours_skip_those_that_were_brought(door, factory):
    customer = await factory.customer(document_number="B-1")
    year = (await factory.contract()).number[4:8]
    headings = ("number", "customer_document_number", "tariff_name")
    content = as_csv([(f"CTR-{year}-{n:06d}", "B-1", "Старый") for n in (3, 7)], headings)
    assert counts(await door.bring_in(content, kind="contracts")) == {"created": 2}
    made = [await factory.contract(customer_id=customer.id) for _ in range(8)]
    assert len({one.number for one in made}) == 8


async def test_what_is_named_must_be_there(door):
    headings = ("number", "customer_phone", "tariff_name", "sim_iccid")
    job = await door.bring_in(as_csv([("1", "0550999999", "Старый", "")], headings), kind="contracts")
    assert job["result"]["faults"][0]["field"] == "customer_phone"


async def test_payments_are_pending_or_posted_at_their_own_moment(door, api):
    await door.bring_in(as_csv([row(1)], CONTRACTS), kind="contracts")
    headings = ("contract_number", "amount", "transaction_id", "status", "processed_at", "provider", "external_id")
    rows = [
        ("Д-1", "100", "P-1", "", "", "", ""),
        ("Д-1", "50,25", "P-2", "success", "2025-06-01 10:00", "ЭлКарт", "7"),
        ("Д-1", "10", "", "", "", "ЭлКарт", "8"),
        ("Д-9", "10", "P-4", "", "", "", ""),
    ]
    job = await door.bring_in(as_csv(rows, headings), kind="payments")
    assert counts(job) == {"created": 3, "failed": 1}, job["result"]
    assert job["result"]["faults"][0]["field"] == "contract_number"
    payments = {one["transaction_id"]: one for one in await told(api, "payments")}
    assert (payments["P-1"]["status"], payments["P-2"]["status"]) == ("pending", "success")
    assert payments["P-2"]["processed_at"] == "2025-06-01T04:00:00.000000Z"
    assert (await told(api, "contracts"))[0]["balance"] == "200.75"
    assert counts(await door.bring_in(as_csv(rows, headings), kind="payments")) == {"unchanged": 3, "failed": 1}


async def test_tickets_of_known_customers(door):
    await door.bring_in(as_csv([row(1)], CONTRACTS), kind="contracts")
    rows = [("+996550000001", "Д-1", "Нет связи", "С утра"), ("+996550000001", "Д-1", "Нет связи", "С утра")]
    content = as_ndjson(rows, ("customer_phone", "contract_number", "subject", "description"))
    assert counts(await door.bring_in(content, kind="tickets")) == {"created": 1, "unchanged": 1}
    assert counts(await door.bring_in(content, kind="tickets")) == {"unchanged": 2}


async def test_a_dry_run_of_contracts_is_what_a_real_one_does(door, api):
    rows = [row(1), row(2, status="suspended"), row(1, number="Д-9"), row(3, since="2999-01-01")]
    dry = await door.bring_in(as_csv(rows, CONTRACTS), kind="contracts", dry_run="true")
    assert await told(api, "contracts") == []
    real = await door.bring_in(as_csv(rows, CONTRACTS), kind="contracts")
    assert counts(dry) == counts(real)
    told_by = [[(one["row"], one["code"], one["field"]) for one in job["result"]["faults"]] for job in (dry, real)]
    assert told_by[0] == told_by[1]
