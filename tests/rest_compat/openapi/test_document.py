"""The description of the REST API for programs, and the page that shows it to people."""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from resolvers.words import Language
from rest_compat.openapi.document import document
from rest_compat.routes import PREFIX, endpoints

pytestmark = pytest.mark.anyio
one_database = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)

DOCUMENT = (Path(__file__).parents[1] / "rest-endpoints.ru.md").read_text()
DOCUMENTED = {
    *re.findall(r"^- `([A-Z]+) (/api/[^`\s]+)`", DOCUMENT, re.MULTILINE),
    *re.findall(r"^(POST) (/api/auth/\S+)$", DOCUMENT, re.MULTILINE),
}
BEYOND = {
    *(("GET", f"/api/{name}/{{id}}/history/") for name in ("customers", "sims", "tariffs", "contracts", "payments")),
    ("GET", "/api/tickets/{id}/history/"),
    ("GET", "/api/users/{id}/history/"),
    ("POST", "/api/sims/{id}/unblock/"),
    ("POST", "/api/sims/{id}/close/"),
    ("POST", "/api/payments/{id}/submit/"),
    ("POST", "/api/payments/{id}/refund/"),
    ("POST", "/api/tickets/{id}/wait/"),
    ("GET", "/api/contracts/{id}/ledger/"),
    ("POST", "/api/auth/logout/"),
    ("GET", "/api/users/"),
    ("POST", "/api/users/"),
    ("GET", "/api/users/{id}/"),
    ("PUT", "/api/users/{id}/"),
    ("PATCH", "/api/users/{id}/"),
    ("DELETE", "/api/users/{id}/"),
    ("GET", "/api/users/me/"),
    ("PATCH", "/api/users/me/"),
    ("POST", "/api/users/me/password/"),
}
"""What the contract adds to the document."""
OPEN = {("POST", "/api/auth/login/"), ("POST", "/api/auth/refresh/")}


@cache
def described(language=Language.RU):
    return document(endpoints(), PREFIX, language)


OPERATIONS = {
    (method.upper(), path): operation
    for path, methods in described()["paths"].items()
    for method, operation in methods.items()
}
calls = pytest.mark.parametrize("call", OPERATIONS, ids=" ".join)


def resolved(part):
    """What a reference stands for."""
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    return described()["components"][kind][name]


# --- the whole ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", Language)
def test_it_is_valid_openapi(language):
    OpenAPIV31SpecValidator(described(language)).validate()


def test_every_documented_call_is_described():
    assert len(DOCUMENTED) == 72
    assert DOCUMENTED - set(OPERATIONS) == set()


def test_every_call_that_the_contract_adds_is_described():
    assert BEYOND - set(OPERATIONS) == set()


def test_both_languages_describe_the_same():
    def shape(part):
        if isinstance(part, dict):
            texts = {"description", "summary", "examples", "example"}
            return {key: None if key in texts else shape(one) for key, one in part.items()}
        return [shape(one) for one in part] if isinstance(part, list) else part

    assert shape(described(Language.RU)) == shape(described(Language.EN))


def test_every_reference_leads_somewhere_and_every_component_is_referred_to():
    referred = set(re.findall(r"#/components/(\w+/[\w.-]+)", repr(described())))
    there = {
        f"{kind}/{name}"
        for kind, names in described()["components"].items()
        if kind != "securitySchemes"
        for name in names
    }
    assert referred - there == set()
    assert {name for name in there - referred if not name.startswith("schemas/")} == set()


def test_names_of_operations_are_unique():
    names = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(names)) == len(names)
    assert {"list_contracts", "get_contract", "put_contract", "update_contract", "activate_contract"} <= set(names)
    assert {"add_contract_balance", "list_contract_payments", "put_me", "get_customers_statistics"} <= set(names)


def test_an_enum_is_one_component_that_all_refer_to():
    document = described()
    own = [schema["enum"] for schema in document["components"]["schemas"].values() if "enum" in schema]
    lists = list(enums_of(document))
    assert len(own) > 20
    assert [values for values in own if lists.count(values) != 1] == []
    assert document["components"]["schemas"]["SimStatus"]["enum"] == [
        "free",
        "active",
        "suspended",
        "blocked",
        "closed",
    ]


def enums_of(part):
    """All lists of values that stand in a part of the document."""
    if isinstance(part, dict):
        yield from ([part["enum"]] if "enum" in part else [])
        for inner in part.values():
            yield from enums_of(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from enums_of(inner)


def test_the_documents_version_is_the_packages():
    assert described()["info"]["version"] == version("abonent")


# --- each call ----------------------------------------------------------------------------------------------------


@calls
def test_a_call_has_a_summary_and_a_group(call):
    operation = OPERATIONS[call]
    groups = {tag["name"] for tag in described()["tags"]}
    assert 3 < len(operation["summary"]) <= 120
    assert set(operation["tags"]) <= groups


@calls
def test_a_call_tells_its_success_and_that_the_database_can_be_away(call):
    statuses = set(OPERATIONS[call]["responses"])
    dry = any(resolved(one)["name"] == "dry_run" for one in OPERATIONS[call]["parameters"])
    assert len(statuses & {"201", "202", "204"} or statuses & {"200"}) == 1
    assert ("200" in statuses) or not dry
    assert "503" in statuses


ONLY_FOR_REAL = {
    *("/api/api-keys/", "/api/webhooks/", "/api/webhooks/{id}/rotate_secret/", "/api/webhooks/{id}/test/"),
}
"""They tell a secret, which is neither kept with a key nor made for nothing, or call somebody."""
OWN_DRY_RUN = {
    *("/api/users/me/password/", "/api/billing/runs/", "/api/imports/", "/api/files/"),
    *("/api/registers/", "/api/registers/{id}/post/"),
}
"""Where it is one of the arguments, or there is nothing to try."""


@calls
def test_every_write_of_an_entity_has_a_dry_run(call):
    method, path = call
    own = path.startswith("/api/auth/") or path in OWN_DRY_RUN | ONLY_FOR_REAL
    names = {resolved(one)["name"] for one in OPERATIONS[call]["parameters"]}
    assert ({"dry_run", "Prefer"} <= names) is (method != "GET" and not own)


@calls
def test_a_call_needs_a_token_unless_one_logs_in_by_it(call):
    assert "401" in OPERATIONS[call]["responses"]
    assert (OPERATIONS[call].get("security") == []) is (call in OPEN)


@calls
def test_a_call_with_an_id_can_miss(call):
    method, path = call
    parameters = [resolved(parameter)["name"] for parameter in OPERATIONS[call]["parameters"]]
    assert ("id" in parameters) is ("{id}" in path)
    if "{id}" in path:
        assert "404" in OPERATIONS[call]["responses"], method


@calls
def test_a_write_can_be_forbidden_and_a_body_can_be_refused(call):
    method, path = call
    statuses = set(OPERATIONS[call]["responses"])
    if method != "GET" and not path.startswith("/api/auth/"):
        assert {"400", "403"} <= statuses
    if method not in {"GET", "DELETE"}:
        assert {"400", "413", "415"} <= statuses


@calls
def test_a_list_tells_how_it_is_paged_and_ordered(call):
    _, path = call
    answer = OPERATIONS[call]["responses"].get("200", {}).get("content", {})
    if answer.get("application/json", {}).get("schema", {}).get("$ref", "").endswith("Page"):
        names = {resolved(parameter)["name"] for parameter in OPERATIONS[call]["parameters"]}
        assert {"page", "page_size", "ordering"} <= names, path
        assert {"400", "404"} <= set(OPERATIONS[call]["responses"])


@calls
def test_only_a_call_that_takes_an_idempotency_key_tells_of_it(call):
    method, path = call
    open_or_own = path.startswith(("/api/auth/", "/api/users/", "/api/files/"))
    takes = method == "POST" and not open_or_own and path not in ONLY_FOR_REAL
    operation = OPERATIONS[call]
    success = next(one for status, one in operation["responses"].items() if status.startswith("2"))
    assert ("Idempotency-Key" in {resolved(one)["name"] for one in operation["parameters"]}) is takes
    assert ("422" in operation["responses"]) is takes
    assert ("Idempotent-Replayed" in success.get("headers", {})) is takes


@calls
def test_a_parameter_that_can_be_left_out_suggests_no_value(call):
    """Pages that try calls fill in an `example`: every list would be narrowed by it, every key used twice."""
    parameters = [resolved(parameter) for parameter in OPERATIONS[call]["parameters"]]
    assert [one["name"] for one in parameters if not one.get("required") and "example" in one] == []


def test_every_documented_filter_is_a_parameter():
    sections = re.findall(r"^## \d\. \w+ API \(`([^`]+)`\)\n(.*?)^---", DOCUMENT, re.MULTILINE | re.DOTALL)
    for path, text in sections:
        documented = set(re.findall(r"^- `\?(\w+)=", text, re.MULTILINE))
        names = {resolved(parameter)["name"] for parameter in OPERATIONS["GET", path]["parameters"]}
        assert documented - names == set(), path
        assert {"created_after", "created_before", "search"} <= names, path


def test_a_refusal_by_token_tells_the_challenge():
    refused = resolved(OPERATIONS["GET", "/api/customers/"]["responses"]["401"])
    assert refused["headers"]["WWW-Authenticate"]["schema"]["const"] == 'Bearer realm="api"'


# --- where it is read ---------------------------------------------------------------------------------------------


@one_database
@pytest.mark.parametrize(("language", "word"), [("ru", "Клиент"), ("en", "customer")])
async def test_the_description_is_open_to_all_in_the_readers_language(http, language, word):
    response = await http.get("/api/schema/", headers={"Accept-Language": language})
    assert response.status_code == 200
    assert response.headers["content-language"] == language
    assert response.json()["openapi"] == "3.1.0"
    assert word in response.text


@one_database
async def test_the_description_is_in_the_language_that_the_address_names(http):
    response = await http.get("/api/schema/?lang=en", headers={"Accept-Language": "ru"})
    assert response.json() == described(Language.EN)


@one_database
@pytest.mark.parametrize("path", ["/api/schema/", "/api/docs/"])
async def test_a_bad_token_closes_neither_the_description_nor_its_page(http, path):
    response = await http.get(path, headers={"Authorization": "Bearer nonsense"})
    assert response.status_code == 200


@one_database
async def test_the_page_is_open_to_all_and_names_its_document(http):
    response = await http.get("/api/docs/")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert 'data-openapi="/api/schema/?lang=ru"' in response.text


@one_database
async def test_the_page_may_run_nothing_but_files_of_its_own(http):
    policy = (await http.get("/api/docs/")).headers["content-security-policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["connect-src"] == "'self'"
    assert "unsafe" not in policy
    assert "http" not in policy


@one_database
async def test_the_page_loads_nothing_from_elsewhere_and_all_that_it_loads_is_there(http):
    text = (await http.get("/api/docs/")).text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert loaded
    assert all(address.startswith("/static/") for address in loaded)
    assert re.search(r"<script>|<style|\son\w+=", text) is None
    for address in loaded:
        assert (await http.get(address)).status_code == 200, address
