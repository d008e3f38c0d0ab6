"""A read is made for whom its session was last seen to belong to: nobody ever notices, but for one statement less."""

import re
from dataclasses import dataclass
from uuid import uuid4

import pytest

from models.users import Role
from resolvers.identity.optimistic_caller import MOST, _seen, remember
from resolvers.identity.permissions import Caller
from tests.factories import Factory

pytestmark = pytest.mark.anyio
PASSWORD = "correct horse battery"


@dataclass
class Reader:
    """A user who has logged in, and reads a SIM, the users and the own profile through one of the doors."""

    http: object
    graphql: bool
    tokens: dict
    sim_id: int

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.tokens['access']}", "Accept": "application/graphql-response+json"}

    async def get(self, path, document):
        if not self.graphql:
            return await self.http.get(f"/api{path}", headers=self.headers)
        return await self.http.post("/graphql", json={"query": document}, headers=self.headers)

    async def sim(self):
        return await self.get(f"/sims/{self.sim_id}/", f'{{ sim(id: "sim_{self.sim_id}") {{ puk_code: pukCode }} }}')

    async def users(self):
        return await self.get("/users/", "{ users { totalCount } }")

    async def puk_code(self):
        told = (await self.sim()).json()
        return (told["data"]["sim"] if self.graphql else told)["puk_code"]

    async def name(self):
        told = (await self.get("/users/me/", "{ me { username } }")).json()
        return (told["data"]["me"] if self.graphql else told)["username"]


@pytest.fixture
async def factory(app):
    return await Factory(app.state.database, app.state.settings).prepare()


@pytest.fixture
async def user(factory):
    return await factory.user(username="aida", password=PASSWORD, role="supervisor")


@pytest.fixture(params=[False, True], ids=["rest", "graphql"])
async def reader(request, http, factory, user):
    """Known already: everything that is read below has been read once."""
    login = await http.post("/api/auth/login/", json={"username": user.username, "password": PASSWORD})
    sim = await factory.sim(puk_code="12345678")
    known = Reader(http, request.param, login.json(), sim.id)
    for read in (known.sim, known.users, known.name):
        await read()
    return known


def statements(response):
    return int(re.search(r'statements;desc="([0-9]+)"', response.headers["server-timing"])[1])


async def test_a_known_caller_reads_in_one_statement(reader):
    assert statements(await reader.sim()) == 1
    assert statements(await reader.users()) == 1


@pytest.mark.usefixtures("factory")
async def test_a_caller_is_known_from_the_login_on(http, user):
    login = await http.post("/api/auth/login/", json={"username": user.username, "password": PASSWORD})
    headers = {"Authorization": f"Bearer {login.json()['access']}"}
    assert statements(await http.get("/api/customers/", headers=headers)) == 1


async def test_a_caller_who_is_not_known_is_looked_up(reader):
    _seen.clear()
    response = await reader.sim()
    assert (response.status_code, statements(response)) == (200, 2)
    assert statements(await reader.sim()) == 1


async def test_logging_out_bites_at_once(reader):
    ended = await reader.http.post(
        "/api/auth/logout/", json={"refresh": reader.tokens["refresh"]}, headers=reader.headers
    )
    assert ended.status_code == 204
    assert (await reader.sim()).status_code == 401


async def test_deactivation_bites_at_once(reader, factory, user):
    await factory.patch(user, is_active=False)
    assert (await reader.sim()).status_code == 401


async def test_a_session_that_has_run_out_is_nobodys(reader, factory, user):
    expire = "UPDATE sessions SET expires_at = created_at WHERE user_id = $1"
    await factory.database.write(lambda tx: tx.fetch(expire, [user.id]))
    assert (await reader.sim()).status_code == 401


async def test_a_deleted_user_is_nobody(reader, factory, user):
    await factory.database.write(lambda tx: tx.fetch("DELETE FROM users WHERE id = $1", [user.id]))
    assert (await reader.sim()).status_code == 401


async def test_a_role_taken_away_bites_at_once(reader, factory, user):
    await factory.patch(user, role="employee")
    assert (await reader.users()).status_code == 403
    assert await reader.puk_code() is None


async def test_a_role_given_is_of_use_at_once(reader, factory, user):
    await factory.patch(user, role="employee")
    assert await reader.puk_code() is None
    await factory.patch(user, role="operator")
    assert await reader.puk_code() == "12345678"


async def test_a_new_name_is_told_at_once(reader, factory, user):
    await factory.patch(user, username="aida2")
    assert await reader.name() == "aida2"


async def test_what_is_refused_is_refused_to_whom_the_database_names(reader, factory, user):
    await factory.patch(user, is_active=False)
    bad = await reader.get("/sims/?status=lost", "{ sims(filter: {status: LOST}) { totalCount } }")
    assert bad.status_code == 401
    missing = await reader.get("/sims/999999/", '{ sim(id: "sim_999999") { id } }')
    assert missing.status_code == 401


def test_no_more_sessions_are_remembered_than_are_worth_it():
    callers = [Caller(number, "somebody", Role.ADMIN, uuid4()) for number in range(MOST + 1)]
    for caller in callers:
        remember(caller)
    assert len(_seen) == MOST
    assert callers[0].session_id not in _seen
