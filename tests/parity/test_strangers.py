"""Forged tokens and guessed passwords, as both doors answer them (contract §3, Tokens)."""

import pytest

from tests.factories import Factory
from tests.resolvers.test_sessions import ABUSES

pytestmark = pytest.mark.anyio
PASSWORD, GUESS = "correct horse 1", "wrong horse 1"
LOGIN = "mutation ($i: LoginInput!) { login(input: $i) { access errors { code } } }"
CHANGE = "mutation ($i: ChangePasswordInput!) { changePassword(input: $i) { errors { code field } } }"
RESPONSE = {"Accept": "application/graphql-response+json"}


@pytest.fixture
async def user(app):
    factory = await Factory(app.state.database, app.state.settings).prepare()
    return await factory.user(username="aida", password=PASSWORD)


@pytest.fixture
async def access(http, user):
    answer = await http.post("/api/auth/login/", json={"username": user.username, "password": PASSWORD})
    return answer.json()["access"]


@pytest.mark.parametrize("abuse", ABUSES)
async def test_a_token_that_is_not_quite_ours_opens_neither_door(app, http, access, abuse):
    token = ABUSES[abuse](app.state.settings, access)
    headers = {"Authorization": b"Bearer " + token.encode(errors="surrogatepass"), **RESPONSE}
    code = "token_not_valid"
    for method, path in (("GET", "/api/users/me/"), ("POST", "/api/customers/")):
        answer = await http.request(method, path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert answer.headers["www-authenticate"] == 'Bearer realm="api"'
    for query in ("{ me { id } }", 'mutation { blockSim(input: {id: "sim_1"}) { errors { code } } }'):
        answer = await http.post("/graphql", json={"query": query}, headers=headers)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (401, code.upper())


async def guess_by_rest(http, password=GUESS):
    """Status, code, and the wait that is told."""
    answer = await http.post("/api/auth/login/", json={"username": "aida", "password": password})
    return answer.status_code, answer.json().get("code"), answer.headers.get("retry-after")


async def guess_by_graphql(http, password=GUESS):
    given = {"query": LOGIN, "variables": {"i": {"username": "aida", "password": password}}}
    answer = await http.post("/graphql", json=given, headers=RESPONSE)
    told = answer.json()
    errors = told["errors"] if "errors" in told else told["data"]["login"]["errors"]
    code = (errors[0].get("code") or errors[0]["extensions"]["code"]).lower() if errors else None
    return answer.status_code, code, answer.headers.get("retry-after")


@pytest.mark.usefixtures("user")
async def test_guesses_are_counted_over_both_doors_and_then_both_are_shut(http):
    for _ in range(3):
        assert await guess_by_rest(http) == (401, "invalid_credentials", None)
    for _ in range(2):
        assert await guess_by_graphql(http) == (200, "invalid_credentials", None)
    for guess in (guess_by_rest, guess_by_graphql):
        for password in (GUESS, PASSWORD):
            status, code, wait = await guess(http, password)
            assert (status, code) == (429, "throttled")
            assert 1 <= int(wait) <= 60


@pytest.mark.usefixtures("user")
async def test_thirty_guesses_in_one_request_are_thirty_guesses(http):
    logins = " ".join(
        f'a{n}: login(input: {{username: "aida", password: "{GUESS}"}}) {{ errors {{ code }} }}' for n in range(30)
    )
    told = (await http.post("/graphql", json={"query": f"mutation {{ {logins} }}"}, headers=RESPONSE)).json()
    assert [one["errors"] for one in told["data"].values() if one] == [[{"code": "INVALID_CREDENTIALS"}]] * 5
    assert {error["extensions"]["code"] for error in told["errors"]} == {"THROTTLED"}
    assert len(told["errors"]) == 25
    assert (await guess_by_rest(http, PASSWORD))[0] == 429


async def test_guessing_the_old_password_is_slowed_at_both_doors(http, access):
    headers = {"Authorization": f"Bearer {access}", **RESPONSE}
    given = {"old_password": GUESS, "new_password": PASSWORD}
    for _ in range(3):
        answer = await http.post("/api/users/me/password/", json=given, headers=headers)
        assert (answer.status_code, list(answer.json())) == (400, ["old_password"])
    asked = {"query": CHANGE, "variables": {"i": {"oldPassword": GUESS, "newPassword": PASSWORD}}}
    for _ in range(2):
        answer = await http.post("/graphql", json=asked, headers=headers)
        assert answer.json()["data"]["changePassword"]["errors"][0]["field"] == "oldPassword"
    for answer in (
        await http.post("/api/users/me/password/", json=given, headers=headers),
        await http.post("/graphql", json=asked, headers=headers),
    ):
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 60


@pytest.mark.usefixtures("user")
async def test_a_stranger_s_claimed_address_excuses_nothing(http):
    for number in range(6):
        answer = await http.post(
            "/api/auth/login/",
            json={"username": "aida", "password": GUESS},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
    assert answer.status_code == 429
