"""Registers of payment providers, laid beside our payments; what is only theirs is posted once (in-and-out.md §3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from abonent.worker.worker import Worker
from models.users import Role
from tests.resolvers.imports.files import as_csv
from tests.rest_compat.conftest import Api

pytestmark = pytest.mark.anyio

HEADINGS = ("Номер", "Абонент", "Сумма", "Время")
MAPPING = {"external_id": "Номер", "account": "Абонент", "amount": "Сумма", "taken_at": "Время"}


@pytest.fixture
def database(app):
    return app.state.database


@pytest.fixture
def api(http, factory):
    return Api(http, factory)


@pytest.fixture
async def provider(api):
    made = await api.post("/payment-providers/", {"name": "ЭлКарт", "mapping": MAPPING, "account_by": "contract"})
    assert made.status_code == 201, made.text
    return made.json()


async def work(api):
    await Worker(api.factory.database, api.factory.settings).drain()


async def register(api, provider, rows, **fields):
    """The job of a register of today, done."""
    day = datetime.now(UTC).date().isoformat()
    data = {"provider": str(provider["id"]), "from": day, "to": day, **fields}
    file = ("register.csv", as_csv(rows, HEADINGS, ";", "cp1251"))
    answer = await api.post("/registers/", files={"file": file}, data=data, role=Role.SUPERVISOR)
    assert answer.status_code == 202, answer.text
    await work(api)
    job = (await api.get(f"/registers/{answer.json()['id']}/")).json()
    assert job["status"] == "done", job
    return job


async def rows_of(api, job, query=""):
    return (await api.get(f"/registers/{job['id']}/rows/{query}")).json()["results"]


async def paid(factory, contract, number, amount="100.00", *, posted=True):
    payment = await factory.payment(contract_id=contract.id, amount=amount, provider="ЭлКарт", external_id=number)
    if posted:
        await factory.run("payment.process", payment.id)
    return payment


def noon():
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def test_every_row_gets_its_verdict_and_the_totals_tell_the_difference(api, factory, provider):
    contract, other = await factory.contract(), await factory.contract()
    await paid(factory, contract, "1")
    await paid(factory, contract, "2", "50.00")
    await paid(factory, other, "3")
    await paid(factory, contract, "4", posted=False)
    await paid(factory, contract, "ours")
    ours, now = contract.number, noon()
    week = (datetime.now(UTC) - timedelta(days=7)).strftime("%d.%m.%Y %H:%M")
    job = await register(
        api,
        provider,
        [
            ("1", ours, "100,00", now),
            ("2", ours, "50,01", now),
            ("3", ours, "100", now),
            ("4", ours, "100", now),
            ("5", ours, "30,50", now),
            ("5", ours, "30,50", now),
            ("6", ours, "10", week),
            ("7", ours, "много", now),
            ("8", "нет такого", "1", now),
        ],
    )
    rows = await rows_of(api, job)
    assert [(row["line"], row["verdict"]) for row in rows] == [
        (2, "matched"),
        (3, "differs"),
        (4, "differs"),
        (5, "differs"),
        (6, "only_theirs"),
        (7, "duplicate"),
        (8, "out_of_period"),
        (9, "unreadable"),
        (10, "only_theirs"),
        (None, "only_ours"),
    ]
    assert [row["problem"] for row in rows[1:4]] == ["у нас сумма 50.00", "у нас другой договор", "у нас не проведён"]
    told = job["result"]
    assert (told["matched"], told["differs"], told["only_theirs"], told["only_ours"]) == (1, 3, 2, 1)
    assert (told["theirs"], told["ours"], told["difference"]) == ("381.51", "350.00", "31.51")
    assert [row["line"] for row in await rows_of(api, job, "?verdict=duplicate")] == [7]


async def test_what_is_only_theirs_is_posted_once(api, factory, provider, database):
    contract = await factory.contract()
    rows = [("1", contract.number, "30,50", noon()), ("2", "нет такого", "1", noon())]
    job = await register(api, provider, rows)
    answer = await api.post(f"/registers/{job['id']}/post/", role=Role.SUPERVISOR)
    assert answer.status_code == 202, answer.text
    await work(api)
    posting = (await api.get(f"/jobs/{answer.json()['id']}/")).json()
    assert posting["result"] == {"posted": 1, "failed": 1}
    assert (await api.get(f"/contracts/{contract.id}/")).json()["balance"] == "30.50"
    first, second = await rows_of(api, job)
    assert (first["payment"] is not None, second["payment"]) == (True, None)

    await api.post(f"/registers/{job['id']}/post/")
    again = await register(api, provider, rows)
    await work(api)
    assert (again["result"]["matched"], again["result"]["only_theirs"]) == (1, 1)
    assert (await api.get(f"/contracts/{contract.id}/")).json()["balance"] == "30.50"
    assert await database.fetch("SELECT count(*) FROM payments") == [(1,)]


async def test_an_account_is_the_contract_that_had_the_number_at_that_time(api, factory, provider):
    await api.patch(f"/payment-providers/{provider['id']}/", {"account_by": "msisdn"})
    contract = await factory.active_contract()
    number = (await factory.sim_of(contract)).msisdn
    before = (datetime.now(UTC) - timedelta(hours=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    day = (datetime.now(UTC) - timedelta(days=3)).date().isoformat()
    later = (datetime.now(UTC) + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    job = await register(api, provider, [("1", number[4:], "5", later), ("2", number, "5", before)], **{"from": day})
    assert [row["contract"] for row in await rows_of(api, job)] == [contract.id, None]


async def test_any_other_row_is_settled_by_hand_with_a_reason(api, factory, provider):
    contract = await factory.contract()
    await paid(factory, contract, "1")
    job = await register(api, provider, [("1", contract.number, "100", noon()), ("2", contract.number, "x", noon())])
    matched, unreadable = await rows_of(api, job)
    path = f"/registers/{job['id']}/rows/{{}}/resolve/"
    assert (await api.post(path.format(unreadable["id"]), {})).status_code == 400
    answer = await api.post(path.format(unreadable["id"]), {"reason": "Прислали заново"}, role=Role.SUPERVISOR)
    assert (answer.status_code, answer.json()["data"]["reason"]) == (200, "Прислали заново")
    assert (await api.post(path.format(unreadable["id"]), {"reason": "Ещё раз"})).status_code == 400
    assert (await api.post(path.format(matched["id"]), {"reason": "Зачем"})).json()["code"] == "invalid_transition"
    assert (await api.post(path.format(unreadable["id"]), {"reason": "x"}, role=Role.OPERATOR)).status_code == 403


async def test_what_is_no_provider_and_no_register_is_refused(api, provider):
    for wrong in ({"mapping": {"amount": "Сумма"}}, {"time_zone": "Asia/Nowhere"}, {"name": ""}):
        answer = await api.patch(f"/payment-providers/{provider['id']}/", wrong)
        assert (answer.status_code, list(answer.json())) == (400, list(wrong))
    assert (await api.post("/payment-providers/", {}, role=Role.SUPERVISOR)).status_code == 403
    file = {"file": ("a.csv", as_csv([("1", "2")], ("Номер", "Сумма")))}
    data = {"provider": str(provider["id"]), "from": "2026-01-01", "to": "2026-01-31"}
    answer = await api.post("/registers/", files=file, data=data)
    assert answer.json() == {"file": ["В файле нет столбцов: Абонент, Время"]}
    answer = await api.post("/registers/", files=file, data={**data, "to": "2025-01-31"})
    assert list(answer.json()) == ["to"]
    assert (await api.post("/registers/", files=file, data=data, role=Role.OPERATOR)).status_code == 403


async def test_graphql_does_the_same(api, factory, provider):
    contract = await factory.contract()
    content = as_csv([("1", contract.number, "7", noon())], HEADINGS)
    upload = (await api.post("/files/", files={"file": ("r.csv", content)})).json()
    day = datetime.now(UTC).date().isoformat()

    async def ask(query, **variables):
        sent = {"query": query, "variables": variables}
        told = (await api.http.post("/graphql", json=sent, headers=api.bearer(Role.SUPERVISOR))).json()
        assert "errors" not in told, told
        return told["data"]

    start = "mutation ($i: StartRegisterInput!) { startRegister(input: $i) { job { id } errors { field } } }"
    told = await ask(
        start,
        i={"providerId": f"prv_{provider['id']}", "file": upload["id"], "fromDay": day, "toDay": day},
    )
    job = told["startRegister"]["job"]["id"]
    await work(api)
    post = "mutation ($i: PostRegisterRowsInput!) { postRegisterRows(input: $i) { job { kind } errors { code } } }"
    assert (await ask(post, i={"id": job}))["postRegisterRows"]["errors"] == []
    await work(api)
    listed = """query ($r: ID!) { registerRows(filter: {registerId: $r, verdict: ONLY_THEIRS}) {
        nodes { amount verdict payment { externalId provider status } contract { balance } } } }"""
    (row,) = (await ask(listed, r=job))["registerRows"]["nodes"]
    assert row == {
        "amount": "7.00",
        "verdict": "ONLY_THEIRS",
        "payment": {"externalId": "1", "provider": "ЭлКарт", "status": "SUCCESS"},
        "contract": {"balance": "7.00"},
    }
    assert (await ask("{ paymentProviders { nodes { name accountBy } } }"))["paymentProviders"]["nodes"] == [
        {"name": "ЭлКарт", "accountBy": "CONTRACT"}
    ]
