"""Billing over GraphQL: the policy, what staff may do for a contract, repricing and runs."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from models.users import Role
from resolvers.clock import now
from resolvers.value_kinds import hundredths_text

if TYPE_CHECKING:
    from models.contracts import Contract

MONEY = """mutation ($id: ID!) {
    promise: grantPromisedPayment(input: {id: $id, amount: "50.00", days: 3}) {
        contract { promisedAmount promisedUntil } errors { code field }
    }
    again: grantPromisedPayment(input: {id: $id, amount: "500.01", days: 3}) { errors { code field } }
    waive: waivePeriod(input: {id: $id, reason: "Авария"}) {
        contract { periods(first: 1) { nodes { status reason amount payment { id } terms { version } } } }
        errors { code }
    }
    bill: billContract(input: {id: $id}) { contract { nextBillingDate } errors { code } }
}"""
CHANGE = """mutation ($id: ID!, $tariff: ID!, $when: String!) {
    changeTariff(input: {id: $id, tariffId: $tariff, when: $when}) {
        contract { scheduledTariff { name } scheduledOn anchorDate nextBillingDate } errors { code field }
    }
}"""
REPRICE = """mutation ($id: ID!, $from: Date) {
    repriceContracts(input: {id: $id, from: $from}) {
        tariff { terms(first: 1) { nodes { version contractsCount } } } job { kind arguments } errors { code field }
    }
}"""


@pytest.fixture
async def contract(factory) -> Contract:
    """Active, on a tariff of 100.00."""
    tariff = await factory.tariff(monthly_fee="100.00", name="Первый")
    return await factory.active_contract(tariff_id=tariff.id)


async def test_the_policy_is_read_by_all_and_changed_by_an_admin_half_by_half(ask):
    change = """mutation { updateBillingPolicy(input: {billingFrom: "2026-12-01", postpaid: {graceDays: 5}}) {
        billingPolicy { billingFrom prepaid { graceDays remindDays } postpaid { graceDays } } errors { code } } }"""
    told = (await ask.data(change))["updateBillingPolicy"]["billingPolicy"]
    assert told == {
        "billingFrom": "2026-12-01",
        "prepaid": {"graceDays": 0, "remindDays": [3, 1]},
        "postpaid": {"graceDays": 5},
    }
    read = "{ billingPolicy { postpaid { graceDays } history(first: 5) { totalCount } } }"
    policy = (await ask.data(read, role=Role.EMPLOYEE))["billingPolicy"]
    assert policy == {"postpaid": {"graceDays": 5}, "history": {"totalCount": 1}}
    assert (await ask.refusal(change, role=Role.SUPERVISOR))["code"] == "PERMISSION_DENIED"
    event = await ask.data('{ events(filter: {entityIn: ["billing_policy"]}) { nodes { type } } }')
    assert event == {"events": {"nodes": [{"type": "billing_policy.update"}]}}


async def test_what_staff_may_do_for_one_that_cannot_pay(ask, contract):
    told = await ask.data(MONEY, {"id": f"ctr_{contract.id}"})
    until = (contract.activation_date + timedelta(days=3)).isoformat()
    assert told["promise"] == {"contract": {"promisedAmount": "50.00", "promisedUntil": until}, "errors": []}
    assert told["again"]["errors"] == [{"code": "VALIDATION", "field": "amount"}]
    (month,) = told["waive"]["contract"]["periods"]["nodes"]
    assert month == {
        "status": "WAIVED",
        "reason": "Авария",
        "amount": "0.00",
        "payment": None,
        "terms": {"version": 1},
    }
    assert told["bill"] == {"contract": None, "errors": [{"code": "INVALID_TRANSITION"}]}  # billing is off


async def test_a_change_of_tariff_says_when_in_text(ask, factory, contract):
    other = await factory.tariff(name="Другой")
    ids = {"id": f"ctr_{contract.id}", "tariff": f"trf_{other.id}"}
    due = contract.next_billing_date.isoformat()
    told = (await ask.data(CHANGE, {**ids, "when": "next_month"}))["changeTariff"]["contract"]
    assert (told["scheduledTariff"], told["scheduledOn"]) == ({"name": "Другой"}, due)
    for wrong in (contract.activation_date.isoformat(), "soon", ""):
        told = (await ask.data(CHANGE, {**ids, "when": wrong}))["changeTariff"]
        assert told["errors"] == [{"code": "VALIDATION", "field": "when"}], wrong
    cancel = "mutation ($id: ID!) { cancelTariffChange(input: {id: $id}) { contract { scheduledOn } errors { code } } }"
    assert (await ask.data(cancel, {"id": ids["id"]}))["cancelTariffChange"]["contract"] == {"scheduledOn": None}
    assert (await ask.data(cancel, {"id": ids["id"]}))["cancelTariffChange"]["errors"] == [
        {"code": "INVALID_TRANSITION"}
    ]
    told = (await ask.data(CHANGE, {**ids, "when": "now"}))["changeTariff"]
    assert told["errors"] == [{"code": "INSUFFICIENT_FUNDS", "field": None}]


async def test_repricing_says_from_which_day(ask, factory, contract):
    await factory.run("tariff.update", contract.tariff_id, name="Первый", monthly_fee="120.00")
    ids = {"id": f"trf_{contract.tariff_id}"}
    told = (await ask.data(REPRICE, {**ids, "from": "2020-01-01"}))["repriceContracts"]
    assert told["errors"] == [{"code": "VALIDATION", "field": "from"}]
    day = (now().date() + timedelta(days=5)).isoformat()
    told = (await ask.data(REPRICE, {**ids, "from": day}))["repriceContracts"]
    assert told["tariff"] == {"terms": {"nodes": [{"version": 2, "contractsCount": 0}]}}
    assert (told["job"]["kind"], told["job"]["arguments"]["from"]) == ("reprice", day)
    assert (await ask.refusal(REPRICE, ids, role=Role.OPERATOR))["code"] == "PERMISSION_DENIED"


async def test_a_run_answers_with_its_job(ask, factory):
    start = "mutation { startBillingRun(input: {dryRun: true}) { job { kind status } errors { code } } }"
    assert (await ask.data(start))["startBillingRun"]["errors"] == [{"code": "INVALID_TRANSITION"}]
    await factory.run("policy.update", 1, billing_from="2026-01-01")
    assert (await ask.data(start))["startBillingRun"]["job"] == {"kind": "billing_run", "status": "QUEUED"}


async def test_money_is_told_in_hundredths_on_a_contract(ask, contract):
    read = "query ($id: ID!) { contract(id: $id) { terms { monthlyFee } anchorDate promisedAmount repriceOn } }"
    told = (await ask.data(read, {"id": f"ctr_{contract.id}"}))["contract"]
    assert told == {
        "terms": {"monthlyFee": hundredths_text(10000)},
        "anchorDate": contract.anchor_date.isoformat(),
        "promisedAmount": "0.00",
        "repriceOn": None,
    }
