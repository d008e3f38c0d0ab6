"""GraphQL over HTTP: media types, methods, statuses, codes, who may ask without a token (contract §5)."""

import asyncio
import json

import pytest

from models.users import Role
from tests.browser import serving
from tests.schema import audit
from tests.schema.door import GRAPHQL, JSON, code

pytestmark = pytest.mark.anyio

TOP_UP = """mutation ($input: AddContractBalanceInput!) {
  addContractBalance(input: $input) { newBalance errors { code } }
}"""
LOGIN = 'mutation { login(input: {username: "nobody", password: "wrong password"}) { access errors { code } } }'


@pytest.fixture
def settings(sqlite_settings):
    """What is specified here ends before the database: both are used in the tests of what is asked."""
    return sqlite_settings


@pytest.fixture
async def deposit(door):
    """The input of a deposit of 10.00 on an active contract."""
    contract = await door.factory.active_contract()
    return {"input": {"id": f"ctr_{contract.id}", "amount": "10.00"}}


# --- media types --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (GRAPHQL, GRAPHQL),
        (JSON, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{JSON};q=0.5, {GRAPHQL}", GRAPHQL),
        ("text/html, */*;q=0.1", JSON),
    ],
)
async def test_the_response_is_of_the_type_liked_best(door, accept, answered):
    response = await door.ask("{ __typename }", accept=accept)
    assert response.headers["content-type"] == f"{answered}; charset=utf-8"
    assert response.json() == {"data": {"__typename": "Query"}}


async def test_who_accepts_nothing_that_can_be_had_is_told(door):
    response = await door.ask("{ __typename }", accept="image/png")
    assert (response.status_code, code(response)) == (406, "NOT_ACCEPTABLE")


async def test_only_json_is_taken(door):
    response = await door.send(b"{ __typename }", headers={"Content-Type": "application/graphql"})
    assert (response.status_code, code(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")


# --- requests -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("accept", "status"), [(GRAPHQL, 400), (JSON, 200)])
@pytest.mark.parametrize("language", ["ru", "en"])
async def test_an_automatic_persisted_query_is_refused_in_the_words_that_make_apollo_send_the_document(
    door, accept, status, language
):
    body = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "ecf4edb46db40b5132295c0291d62fb65d6759a9"}}}
    headers = {"Content-Type": "application/json", "Accept": accept, "Accept-Language": language}
    response = await door.send(json.dumps(body).encode(), headers=headers)
    assert response.status_code == status
    assert [error["message"] for error in response.json()["errors"]] == ["PersistedQueryNotSupported"]
    assert code(response) == "PERSISTED_QUERY_NOT_SUPPORTED"

    body["query"] = "{ __typename }"
    assert (await door.send(json.dumps(body).encode(), headers=headers)).json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{", "PARSE_ERROR"),
        ("1", "VALIDATION"),
        ('"{ __typename }"', "VALIDATION"),
        ("null", "VALIDATION"),
        ("{}", "VALIDATION"),
        ('{"query": null}', "VALIDATION"),
        ('{"query": 1}', "VALIDATION"),
        ('{"query": " "}', "VALIDATION"),
        ('{"query": "{ __typename }", "variables": []}', "VALIDATION"),
        ('{"query": "{ __typename }", "variables": "{}"}', "VALIDATION"),
        ('{"query": "{ __typename }", "operationName": 1}', "VALIDATION"),
        ('{"query": "{ __typename }", "extensions": 1}', "VALIDATION"),
        ('{"query": "{ __typename } # \\ud800"}', "VALIDATION"),
        ('[{"query": "{ __typename }"}]', "VALIDATION"),
        ("[]", "VALIDATION"),
    ],
)
@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
async def test_a_malformed_request_is_400_for_every_client(door, body, expected, accept):
    response = await door.send(body, accept=accept)
    assert (response.status_code, code(response)) == (400, expected)


async def test_empty_parameters_mean_nothing(door):
    response = await door.ask("{ __typename }", operationName="", variables=None, extensions={"any": 1})
    assert response.json() == {"data": {"__typename": "Query"}}


async def test_a_query_by_get(door):
    params = {"query": "query A($id: ID!) { customer(id: $id) { id } } query B { me { role } }", "operationName": "B"}
    assert (await door.get(params)).json() == {"data": {"me": {"role": "ADMIN"}}}
    params |= {"operationName": "A", "variables": '{"id": "cus_1"}'}
    assert (await door.get(params)).json() == {"data": {"customer": None}}


async def test_broken_variables_by_get(door):
    response = await door.get({"query": "{ __typename }", "variables": "{"})
    assert (response.status_code, code(response)) == (400, "PARSE_ERROR")


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
@pytest.mark.parametrize("role", [Role.ADMIN, None])
async def test_a_mutation_by_get_is_405_and_changes_nothing(door, deposit, accept, role):
    response = await door.get({"query": TOP_UP, "variables": json.dumps(deposit)}, accept=accept, role=role)
    assert (response.status_code, code(response)) == (405, "METHOD_NOT_ALLOWED")
    assert response.headers["allow"] == "POST"
    balance = await door.ask("query ($id: ID!) { contract(id: $id) { balance } }", {"id": deposit["input"]["id"]})
    assert balance.json()["data"]["contract"]["balance"] == "0.00"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
async def test_other_methods_are_405(door, method):
    response = await door.http.request(method, "/graphql", headers={"Accept": GRAPHQL})
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")
    assert code(response) == "METHOD_NOT_ALLOWED"


async def test_a_trailing_slash_is_the_same_address(door):
    response = await door.http.post("/graphql/", json={"query": "{ __typename }"})
    assert response.json() == {"data": {"__typename": "Query"}}


# --- documents ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("query { me { id }", "GRAPHQL_PARSE_FAILED"),
        ('{ customer(id: "\\uD800") { id } }', "GRAPHQL_PARSE_FAILED"),
        ("{ nothingLikeThis }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ me }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ customer { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { __typename } query B { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment F on User { id }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { anything }", "GRAPHQL_VALIDATION_FAILED"),
        ("type T { a: Int }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($id: ID!) { customer(id: $id) { id } }", "VALIDATION"),
        ("{ customers(first: -1) { totalCount } }", "VALIDATION"),
        ('{ customer(id: "7") { id } }', "VALIDATION"),
        ('{ customer(id: "ctr_7") { id } }', "VALIDATION"),
    ],
)
async def test_a_document_that_ran_nothing_is_400_under_the_drafts_type_and_200_for_older_clients(
    door, document, expected
):
    response = await door.ask(document)
    assert (response.status_code, code(response)) == (400, expected)
    assert "data" not in response.json()
    response = await door.ask(document, accept=JSON)
    assert (response.status_code, code(response)) == (200, expected)


async def test_an_unknown_operation_is_named(door):
    response = await door.ask("query A { __typename }", operationName="B")
    assert response.status_code == 400
    assert "'B'" in response.json()["errors"][0]["message"]


async def test_an_error_says_where_it_is_and_what_may_be_meant(door):
    (error,) = (await door.ask("{ custmers { totalCount } }")).json()["errors"]
    assert error["locations"] == [{"line": 1, "column": 3}]
    assert "customers" in error["message"]


async def test_part_of_an_answer_is_200_with_its_errors(door):
    response = await door.ask('{ me { role } bad: customer(id: "x") { id } }')
    assert response.status_code == 200
    assert response.json()["errors"][0]["path"] == ["bad"]


async def test_a_kept_document_is_read_with_the_variables_of_each_request(door):
    customer = await door.factory.customer()
    document = "query ($id: ID!) { customer(id: $id) { databaseId } }"
    for row_id in (customer.id, 999, customer.id):
        response = await door.ask(document, {"id": f"cus_{row_id}"})
        expected = {"databaseId": customer.id} if row_id == customer.id else None
        assert response.json() == {"data": {"customer": expected}}


async def test_numbers_are_read_exactly(door, deposit):
    body = json.dumps({"query": TOP_UP, "variables": deposit}).replace('"10.00"', "9999999999.99")
    response = await door.send(body)
    assert response.json()["data"]["addContractBalance"]["newBalance"] == "9999999999.99"


async def test_a_bad_value_with_characters_that_cannot_be_written_is_an_error_like_others(door):
    body = b'{"query": "query ($n: Int) { customers(first: $n) { totalCount } }", "variables": {"n": "\\ud800"}}'
    response = await door.send(body)
    assert (response.status_code, code(response)) == (400, "VALIDATION")


# --- who is calling -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    ["{ me { id } }", "{ __typename customers { totalCount } }", "{ ...F } fragment F on Query { me { id } }"],
)
async def test_nothing_answers_without_a_token(door, document):
    response = await door.ask(document, role=None)
    assert (response.status_code, code(response)) == (401, "NOT_AUTHENTICATED")
    assert response.headers["www-authenticate"] == 'Bearer realm="api"'
    assert "data" not in response.json()
    response = await door.ask(document, role=None, accept=JSON)
    assert (response.status_code, code(response)) == (200, "NOT_AUTHENTICATED")


async def test_a_change_without_a_token_changes_nothing(door, deposit):
    response = await door.ask(TOP_UP, deposit, role=None)
    assert (response.status_code, code(response)) == (401, "NOT_AUTHENTICATED")


async def test_one_closed_field_closes_the_request(door):
    document = f'{LOGIN[:-1]} logout(input: {{refresh: "x"}}) {{ errors {{ code }} }} }}'
    response = await door.ask(document, role=None)
    assert (response.status_code, code(response)) == (401, "NOT_AUTHENTICATED")


async def test_a_closed_document_is_refused_before_it_is_validated(door):
    response = await door.ask("{ me { nothingLikeThis } }", role=None)
    assert code(response) == "NOT_AUTHENTICATED"


async def test_logging_in_needs_no_token_and_does_not_mind_a_bad_one(door):
    for headers in ({}, {"Authorization": "Bearer outdated"}):
        response = await door.ask(LOGIN, role=None, headers=headers)
        assert response.status_code == 200
        assert response.json()["data"]["login"] == {"access": None, "errors": [{"code": "INVALID_CREDENTIALS"}]}


async def test_the_schema_is_open(door):
    response = await door.ask('{ __schema { queryType { name } } __type(name: "Sim") { name } }', role=None)
    assert response.json()["data"] == {"__schema": {"queryType": {"name": "Query"}}, "__type": {"name": "Sim"}}


async def test_a_kept_document_is_still_refused_to_nobody(door):
    document = "{ me { role } }"
    assert (await door.ask(document)).status_code == 200
    assert (await door.ask(document, role=None)).status_code == 401


async def test_a_refusal_by_role_is_403(door):
    document = 'mutation { deleteCustomer(input: {id: "cus_1"}) { deletedId } }'
    response = await door.ask(document, role=Role.OPERATOR)
    assert (response.status_code, code(response)) == (403, "PERMISSION_DENIED")
    assert "data" not in response.json()
    response = await door.ask(document, role=Role.OPERATOR, accept=JSON)
    assert response.status_code == 200
    assert response.json()["data"] == {"deleteCustomer": None}


async def test_refusals_are_worded_in_the_language_of_the_request(door):
    english = await door.ask("{ me { id } }", role=None)
    russian = await door.ask("{ me { id } }", role=None, headers={"Accept-Language": "ru"})
    assert "Authentication is required" in english.json()["errors"][0]["message"]
    assert "Требуется аутентификация" in russian.json()["errors"][0]["message"]


async def test_too_many_wrong_passwords_are_429_with_the_time_to_wait(door):
    for _ in range(40):
        response = await door.ask(LOGIN, role=None)
        if response.status_code != 200:
            break
    assert (response.status_code, code(response)) == (429, "THROTTLED")
    assert 1 <= int(response.headers["retry-after"]) <= 60
    response = await door.ask(LOGIN, role=None, accept=JSON)
    assert (response.status_code, code(response)) == (200, "THROTTLED")
    assert 1 <= int(response.headers["retry-after"]) <= 60


# --- idempotency keys ---------------------------------------------------------------------------------------------


async def test_a_retry_with_the_same_key_gets_the_first_answer_and_says_so(door, deposit):
    key = {"Idempotency-Key": "deposit-1"}
    first = await door.ask(TOP_UP, deposit, headers=key)
    second = await door.ask(TOP_UP, deposit, headers=key)
    assert first.json()["data"]["addContractBalance"]["newBalance"] == "10.00"
    assert second.content == first.content
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"


async def test_a_key_for_several_mutations_is_refused(door, deposit):
    document = TOP_UP.replace("addContractBalance", "a: addContractBalance")[:-1] + (
        " b: addContractBalance(input: $input) { newBalance } }"
    )
    for accept in (GRAPHQL, JSON):
        response = await door.ask(document, deposit, headers={"Idempotency-Key": "k"}, accept=accept)
        assert (response.status_code, code(response)) == (400, "VALIDATION")
    assert (await door.ask(document, deposit)).json()["data"]["b"] == {"newBalance": "20.00"}


async def test_typename_is_no_second_mutation(door, deposit):
    response = await door.ask(TOP_UP[:-1] + " __typename }", deposit, headers={"Idempotency-Key": "k"})
    assert response.json()["data"]["__typename"] == "Mutation"


async def test_a_key_that_cannot_be_kept_is_refused(door, deposit):
    response = await door.ask(TOP_UP, deposit, headers={"Idempotency-Key": "k" * 256})
    assert (response.status_code, code(response)) == (400, "VALIDATION")


async def test_a_query_does_not_mind_a_key(door):
    response = await door.ask("{ me { role } }", headers={"Idempotency-Key": "k"})
    assert response.json() == {"data": {"me": {"role": "ADMIN"}}}


# --- what goes wrong ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
async def test_a_database_that_is_away_is_503_with_the_time_to_wait(app, door, accept):
    headers = door.headers(Role.ADMIN, accept, None)
    await app.state.database.close()
    response = await door.http.post("/graphql", json={"query": "{ me { id } }"}, headers=headers)
    assert (response.status_code, code(response)) == (503, "SERVICE_UNAVAILABLE")
    assert int(response.headers["retry-after"]) > 0


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
async def test_a_mistake_of_ours_says_nothing_of_itself(door, monkeypatch, accept):
    def broken(*_):
        raise RuntimeError("SELECT secret FROM /srv/abonent")

    monkeypatch.setattr(type(door.factory.database), "fetch", broken)
    headers = door.headers(None, accept, {"Authorization": door.bearer(Role.ADMIN)})
    response = await door.http.post("/graphql", json={"query": "{ me { id } }"}, headers=headers)
    assert (response.status_code, code(response)) == (500, "INTERNAL_ERROR")
    assert "secret" not in response.text


# --- the official audit -------------------------------------------------------------------------------------------


async def test_the_official_audit_finds_nothing(app):
    problem = await asyncio.to_thread(audit.why_not)
    if problem:
        pytest.skip(problem)
    async with serving(app) as address:
        found = await audit.findings(f"{address}/graphql")
    assert [finding for finding in found if finding["status"] != "ok"] == []
    assert len(found) == 61
