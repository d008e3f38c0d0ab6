"""Programs call with keys, at both doors: what is shown of a key, and how it opens and ceases to (events.md §5)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from models.api_keys import ApiKey
from models.users import User
from resolvers.identity.key_uses import uses_of
from resolvers.identity.keys import digest_of
from tests.factories import Factory

pytestmark = pytest.mark.anyio
SPELLING = re.compile(r"abk_([0-9]+)_[A-Za-z0-9_-]{43}")


@dataclass
class Program:
    """A program that reads and blocks a SIM through one of the doors."""

    http: object
    graphql: bool
    sim_id: int
    key: str = ""

    async def call(self, method, path, document, *, key=None, json=None):
        headers = {"Authorization": f"Bearer {key or self.key}", "Accept-Language": "en"}
        if not self.graphql:
            return await self.http.request(method, f"/api{path}", headers=headers, json=json)
        headers["Accept"] = "application/graphql-response+json"
        return await self.http.post("/graphql", json={"query": document}, headers=headers)

    async def read(self, key=None):
        document = f'{{ sim(id: "sim_{self.sim_id}") {{ iccid }} }}'
        return await self.call("GET", f"/sims/{self.sim_id}/", document, key=key)

    async def block(self, key=None):
        document = f'mutation {{ blockSim(input: {{ id: "sim_{self.sim_id}" }}) {{ sim {{ status }} }} }}'
        return await self.call("POST", f"/sims/{self.sim_id}/block/", document, key=key)


def statements(response):
    return int(re.search(r'statements;desc="([0-9]+)"', response.headers["server-timing"])[1])


def code(response):
    told = response.json()
    return told["code"] if "code" in told else told["errors"][0]["extensions"]["code"].lower()


@pytest.fixture
async def factory(app):
    return await Factory(app.state.database, app.state.settings).prepare()


@pytest.fixture
async def service(factory):
    return await factory.service(username="1c")


@pytest.fixture(params=["rest", "graphql"])
async def program(request, http, factory, service):
    sim = await factory.sim()
    return Program(http, request.param == "graphql", sim.id, await factory.key(service))


async def key_id(key):
    return int(SPELLING.fullmatch(key)[1])


async def test_a_program_reads_and_writes_with_its_key(program, factory, service):
    assert (await program.read()).status_code == 200
    assert (await program.block()).status_code == 200
    ((action, actor),) = await factory.database.fetch(
        "SELECT action, actor_id FROM audit_events WHERE entity = 'sim' AND action = 'block'"
    )
    assert (action, actor) == ("block", service.id)


async def test_a_read_by_a_key_is_one_statement(program):
    await program.read()
    assert [statements(await program.read()) for _ in range(3)] == [1, 1, 1]


@pytest.mark.parametrize("ending", ["revoked", "expired", "dismissed"])
async def test_a_key_opens_nothing_from_the_moment_it_ends(program, factory, service, ending):
    assert (await program.read()).status_code == 200
    if ending == "revoked":
        await factory.run("apikey.revoke", await key_id(program.key))
    elif ending == "expired":
        await moved(factory, "expires_at", datetime.now(UTC) - timedelta(seconds=1))
    else:
        await factory.patch(service, is_active=False)
    for response in (await program.read(), await program.block(), await program.read()):
        assert (response.status_code, code(response)) == (401, "token_not_valid")


async def moved(factory, column, moment):
    async def body(tx):
        await tx.fetch(f"UPDATE api_keys SET {column} = $1", [moment])

    await factory.database.write(body)


async def test_another_secret_opens_nothing(program):
    await program.read()
    wrong = program.key[:-1] + ("A" if program.key[-1] != "A" else "B")
    for key in (wrong, "abk_999_" + "A" * 43, "abk_1", "abk_0_" + "A" * 43, program.key + "A"):
        assert (await program.read(key)).status_code == 401, key


async def test_from_another_network_it_opens_nothing(program, factory, service):
    elsewhere = await factory.key(service, networks=["10.0.0.0/8", "2001:db8::1"])
    here = await factory.key(service, networks=["127.0.0.0/8"])
    assert [(await program.read(key)).status_code for key in (elsewhere, here, elsewhere, here)] == [401, 200, 401, 200]


async def test_a_role_that_is_taken_away_is_gone_from_the_key_too(program, factory, service):
    assert (await program.block()).status_code == 200
    await factory.patch(service, role="employee")
    assert code(await program.block()) == "permission_denied"


async def test_two_living_keys_make_a_rotation(program, factory, service):
    second = await factory.key(service)
    assert (await program.read(second)).status_code == 200
    await factory.run("apikey.revoke", await key_id(program.key))
    assert (await program.read(second)).status_code == 200


# --- what is kept and shown ---------------------------------------------------------------------------------------


CREATE = """mutation ($input: CreateApiKeyInput!) {
    createApiKey(input: $input) { key apiKey { databaseId name scopes networks user { id } } errors { message } } }"""


async def test_the_key_is_shown_once_and_kept_as_its_digest(http, factory, service):
    admin = await logged_in(http, factory)
    made = await http.post("/api/api-keys/", headers=admin, json={"user": service.id, "name": "1C", "scopes": ["read"]})
    assert made.status_code == 201, made.text
    told = made.json()
    key = told.pop("key")
    assert SPELLING.fullmatch(key)[1] == str(told["id"])
    assert (told["hint"], told["scopes"], told["user"]) == (key[-4:], ["read"], service.id)
    row = await factory.get(ApiKey, told["id"])
    assert row.digest == digest_of(key.split("_", 2)[2])
    later = (await http.get(f"/api/api-keys/{told['id']}/", headers=admin)).json()
    assert later == told
    journal = await factory.database.fetch("SELECT changes FROM audit_events WHERE entity = 'abk'")
    assert len(journal) == 1
    assert key not in str(journal)
    assert row.digest not in str(journal)


async def test_the_same_in_graphql(http, factory, service):
    admin = await logged_in(http, factory)
    given = {"userId": f"usr_{service.id}", "name": "1C", "scopes": ["TICKETS", "READ"], "networks": ["10.1.2.3/8"]}
    body = {"query": CREATE, "variables": {"input": given}}
    told = (await http.post("/graphql", json=body, headers=admin)).json()["data"]["createApiKey"]
    assert SPELLING.fullmatch(told["key"])
    shown = told["apiKey"]
    assert (shown["scopes"], shown["networks"]) == (["READ", "TICKETS"], ["10.0.0.0/8"])
    assert shown["user"] == {"id": f"stf_{service.id}"}
    revoke = f'mutation {{ revokeApiKey(input: {{ id: "abk_{shown["databaseId"]}" }}) {{ apiKey {{ revokedAt }} }} }}'
    revoked = (await http.post("/graphql", json={"query": revoke}, headers=admin)).json()
    assert revoked["data"]["revokeApiKey"]["apiKey"]["revokedAt"]


async def logged_in(http, factory, **user):
    made = await factory.user(password="correct horse 2", **{"role": "admin", **user})
    login = {"username": made.username, "password": "correct horse 2"}
    tokens = (await http.post("/api/auth/login/", json=login)).json()
    return {"Authorization": f"Bearer {tokens['access']}", "Accept-Language": "en"}


async def test_when_it_was_last_used_is_known_to_the_minute(program, factory, http):
    admin = await logged_in(http, factory)
    address = f"/api/api-keys/{await key_id(program.key)}/"
    assert (await http.get(address, headers=admin)).json()["last_used_at"] is None
    before = datetime.now(UTC).replace(second=0, microsecond=0)
    for _ in range(3):
        await program.read()
    await uses_of(factory.database).settled()
    used = datetime.fromisoformat((await http.get(address, headers=admin)).json()["last_used_at"])
    assert before <= used <= datetime.now(UTC)
    assert used.second == 0


# --- whose they are -----------------------------------------------------------------------------------------------


async def test_one_makes_and_sees_one_s_own_keys_and_no_others(http, factory, service):
    await factory.key(service)
    me = await factory.user(username="aida", role="operator", password="correct horse 2")
    login = {"username": "aida", "password": "correct horse 2"}
    tokens = (await http.post("/api/auth/login/", json=login)).json()
    headers = {"Authorization": f"Bearer {tokens['access']}"}
    own = await http.post("/api/api-keys/", headers=headers, json={"user": me.id, "name": "own"})
    assert own.status_code == 201
    others = await http.post("/api/api-keys/", headers=headers, json={"user": service.id, "name": "other"})
    assert others.status_code == 403
    budget = {"user": me.id, "name": "rich", "cost_per_minute": 10}
    assert (await http.post("/api/api-keys/", headers=headers, json=budget)).status_code == 403
    listed = (await http.get("/api/api-keys/", headers=headers)).json()
    assert [row["id"] for row in listed["results"]] == [own.json()["id"]]
    foreign = await factory.database.fetch("SELECT id FROM api_keys WHERE user_id = $1", [service.id])
    address = f"/api/api-keys/{foreign[0][0]}/"
    assert (await http.get(address, headers=headers)).status_code == 404
    assert (await http.post(f"{address}revoke/", headers=headers)).status_code == 403
    assert (await http.get(f"{address}history/", headers=headers)).json().get("results", []) == []
    document = f"""{{ apiKeys {{ totalCount nodes {{ name }} }} apiKey(id: "abk_{foreign[0][0]}") {{ id }}
        node(id: "abk_{foreign[0][0]}") {{ id }} history(id: "abk_{foreign[0][0]}") {{ totalCount }}
        events(filter: {{entityIn: ["api_key"]}}) {{ nodes {{ entityId }} }} }}"""
    answer = (await http.post("/graphql", json={"query": document}, headers=headers)).json()
    assert "errors" not in answer, answer["errors"]
    told = answer["data"]
    assert told == {
        "apiKeys": {"totalCount": 1, "nodes": [{"name": "own"}]},
        "apiKey": None,
        "node": None,
        "history": {"totalCount": 0},
        "events": {"nodes": told["events"]["nodes"]},  # of those that have settled
    }
    assert {"entityId": f"abk_{foreign[0][0]}"} not in told["events"]["nodes"]


# --- services -----------------------------------------------------------------------------------------------------


async def test_a_service_has_no_password_and_cannot_log_in(http, factory, service):
    assert (await factory.get(User, service.id)).password == ""
    for password in ("", " ", "correct horse 1"):
        refused = await http.post("/api/auth/login/", json={"username": "1c", "password": password})
        assert refused.status_code in {400, 401}
    admin = await logged_in(http, factory)
    own = f"/api/users/{service.id}/"
    assert (await http.get(own, headers=admin)).json()["kind"] == "service"
    refused = await http.patch(own, headers=admin, json={"password": "correct horse 3"})
    assert (refused.status_code, list(refused.json())) == (400, ["password"])
    refused = await http.patch(own, headers=admin, json={"kind": "person"})
    assert (refused.status_code, list(refused.json())) == (400, ["kind"])
    refused = await http.post("/api/users/", headers=admin, json={"username": "somebody"})
    assert (refused.status_code, list(refused.json())) == (400, ["password"])
    given = {"username": "2c", "kind": "service", "password": "correct horse 3"}
    refused = await http.post("/api/users/", headers=admin, json=given)
    assert (refused.status_code, list(refused.json())) == (400, ["password"])


# --- what they let do ---------------------------------------------------------------------------------------------


async def test_a_key_that_reads_does_not_write_and_one_that_writes_reads_its_own_answer_alone(
    program, factory, service
):
    reads, writes = await factory.key(service, scopes=["read"]), await factory.key(service, scopes=["subscribers"])
    assert (await program.read(reads)).status_code == 200
    assert code(await program.block(reads)) == "permission_denied"
    assert code(await program.read(writes)) == "permission_denied"
    answer = await program.block(writes)
    assert answer.status_code == 200
    assert "blocked" in answer.text.lower()


async def test_a_key_does_not_log_in_or_out_nor_make_or_revoke_keys(http, factory, service):
    me = await factory.user(username="aida", role="admin")
    headers = {"Authorization": f"Bearer {await factory.key(me)}", "Accept-Language": "en"}
    made = await factory.key(service)
    login = {"username": "aida", "password": "correct horse 1"}
    refused = [
        await http.post("/api/auth/login/", headers=headers, json=login),
        await http.post("/api/auth/refresh/", headers=headers, json={"refresh": "x"}),
        await http.post("/api/auth/logout/", headers=headers, json={"refresh": "x"}),
        await http.post("/api/users/me/password/", headers=headers, json={"old_password": "a", "new_password": "b"}),
        await http.post("/api/api-keys/", headers=headers, json={"user": me.id, "name": "another"}),
        await http.post(f"/api/api-keys/{await key_id(made)}/revoke/", headers=headers),
    ]
    assert [(one.status_code, one.json()["code"]) for one in refused] == [(403, "permission_denied")] * 6
    document = 'mutation { login(input: {username: "aida", password: "correct horse 1"}) { access } }'
    told = (await http.post("/graphql", headers=headers, json={"query": document})).json()
    assert told["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"


async def test_wrong_keys_are_slowed_by_address_and_a_right_one_never(program):
    wrong = "abk_1_" + "A" * 43
    told = [(await program.read(wrong)).status_code for _ in range(30)]
    assert told[:20] == [401] * 20
    assert 429 in told[20:]  # each wait passes, and the next is longer
    while (slowed := await program.read(wrong)).status_code != 429:
        pass
    assert 1 <= int(slowed.headers["retry-after"]) <= 60
    assert (await program.read()).status_code == 200
    login = {"username": "nobody", "password": "wrong"}
    assert (await program.http.post("/api/auth/login/", json=login)).status_code == 401


# --- budgets ------------------------------------------------------------------------------------------------------


async def test_a_key_spends_its_budget_and_is_told_of_it(program, factory, service):
    begun = None
    while begun != (begun := datetime.now(UTC).replace(second=0, microsecond=0)):  # all of it within one minute
        key = await factory.key(service, cost_per_minute=5)
        told = [await program.read(key) for _ in range(7)]
    assert [one.status_code for one in told] == [200] * 5 + [429] * 2
    assert [one.headers["ratelimit-remaining"] for one in told] == ["4", "3", "2", "1", "0", "0", "0"]
    assert {one.headers["ratelimit-limit"] for one in told} == {"5"}
    refused = told[-1]
    assert code(refused) == "throttled"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["retry-after"] == refused.headers["ratelimit-reset"]
    assert (await program.read()).status_code == 200


async def test_a_call_costs_the_objects_that_it_could_bring(program, factory, service):
    key = await factory.key(service, cost_per_minute=1_000)
    await program.call("GET", "/sims/?page_size=50", "{ sims(first: 50) { nodes { id } } }", key=key)
    told = await program.read(key)
    assert int(told.headers["ratelimit-remaining"]) in {949, 999}  # 999 where a minute has just turned


async def test_without_a_budget_nothing_is_told_of_one(program):
    assert "ratelimit-limit" not in (await program.read()).headers
