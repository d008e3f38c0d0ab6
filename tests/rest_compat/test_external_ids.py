"""What other systems call our contracts and payments: written and found at both doors, never twice the same."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.anyio


async def test_a_contract_keeps_what_another_system_calls_it(api, factory):
    first, second = await factory.contract(), await factory.contract()
    told = (await api.patch(f"/contracts/{first.id}/", {"external_id": " 70001 "})).json()
    assert told["external_id"] == "70001"
    assert await api.ids("/contracts/?external_id=70001") == [first.id]
    assert await api.ids("/contracts/?external_id_is_null=true") == [second.id]

    clash = await api.patch(f"/contracts/{second.id}/", {"external_id": "70001"}, headers={"Accept-Language": "en"})
    assert (clash.status_code, clash.json()) == (400, {"external_id": ["This value is already taken"]})
    assert (await api.patch(f"/contracts/{first.id}/", {"external_id": None})).json()["external_id"] is None


async def test_a_payment_is_one_of_a_providers_and_its_number_unique_among_those(api, factory):
    contract = await factory.contract()
    sent = {"contract": contract.id, "amount": "10.00", "provider": "ЭлКарт", "external_id": "7"}
    made = await api.post("/payments/", sent)
    assert (made.status_code, made.json()["provider"], made.json()["external_id"]) == (201, "ЭлКарт", "7")
    again = await api.post("/payments/", sent)
    assert (again.status_code, list(again.json())) == (400, ["external_id"])

    other = await api.post("/payments/", {**sent, "provider": "Терминал"})
    assert other.status_code == 201
    assert await api.ids("/payments/?provider=Терминал&external_id=7") == [other.json()["id"]]


async def test_graphql_writes_and_finds_the_same(api, factory):
    contract = await factory.contract()
    document = """mutation ($input: CreatePaymentInput!) { createPayment(input: $input) {
        payment { provider externalId } errors { field } } }"""
    wanted = {"contractId": f"ctr_{contract.id}", "amount": "5.00", "provider": "ЭлКарт", "externalId": "9"}
    for expected in (
        {"payment": {"provider": "ЭлКарт", "externalId": "9"}, "errors": []},
        {"payment": None, "errors": [{"field": "externalId"}]},
    ):
        sent = {"query": document, "variables": {"input": wanted}}
        told = await api.http.post("/graphql", json=sent, headers=api.bearer("admin"))
        assert told.json()["data"]["createPayment"] == expected
    found = await api.http.post(
        "/graphql",
        json={"query": '{ payments(filter: {externalId: "9", provider: "ЭлКарт"}) { nodes { externalId } } }'},
        headers=api.bearer("admin"),
    )
    assert found.json()["data"]["payments"]["nodes"] == [{"externalId": "9"}]
