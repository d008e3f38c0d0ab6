"""Under a prefix every address that is told has it, and a request says once whom it is meant for."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import httpx
import pytest

from tests.abonent.test_app import serving

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)

PAGE = {"Accept": "text/html", "Accept-Language": "en"}
PASSWORD = "a long enough password"


@pytest.fixture
async def crm(settings, factory):
    """A client of the program under the prefix `/crm`, and a user who can log in."""
    await factory.user(username="bermet", password=PASSWORD, role="operator")
    async with serving(replace(settings, root_path="/crm")) as client:
        yield client


async def bearer(client, prefix="/crm"):
    answer = await client.post(f"{prefix}/api/auth/login/", json={"username": "bermet", "password": PASSWORD})
    return {"Authorization": f"Bearer {answer.json()['access']}"}


@pytest.mark.parametrize("prefix", ["", "/crm"], ids=["taken off by the proxy", "passed on"])
async def test_both_doors_answer_whether_the_proxy_takes_the_prefix_off_or_not(crm, prefix):
    headers = await bearer(crm, prefix)
    assert (await crm.get(f"{prefix}/api/customers/", headers=headers)).status_code == 200
    assert (await crm.get(f"{prefix}/api/customers", headers=headers)).status_code == 200
    asked = await crm.post(f"{prefix}/graphql", json={"query": "{ me { username } }"}, headers=headers)
    assert asked.json() == {"data": {"me": {"username": "bermet"}}}
    assert (await crm.get(f"{prefix}/readyz")).status_code == 200
    assert (await crm.get(f"{prefix}/")).json()["rest"] == "/crm/api/"
    assert (await crm.get("/crm")).status_code == 200


@pytest.mark.parametrize("prefix", ["", "/crm"])
async def test_the_next_page_is_under_the_prefix(crm, factory, prefix):
    for _ in range(3):
        await factory.customer()
    headers = {**await bearer(crm), "Host": "abonent.example:8443"}
    first = (await crm.get(f"{prefix}/api/customers/?page_size=2", headers=headers)).json()
    assert first["next"] == "http://abonent.example:8443/crm/api/customers/?page_size=2&page=2"
    second = (await crm.get(httpx.URL(first["next"]).raw_path.decode(), headers=headers)).json()
    assert second["previous"].startswith("http://abonent.example:8443/crm/api/customers/?")
    lists = (await crm.get(f"{prefix}/api/", headers=headers)).json()
    assert lists["customers"] == "http://abonent.example:8443/crm/api/customers/"


@pytest.mark.parametrize("path", ["/", "/graphql", "/api/docs/"])
async def test_everything_that_a_page_loads_or_leads_to_is_under_the_prefix(crm, path):
    page = await crm.get(f"/crm{path}", headers=PAGE)
    addresses = re.findall(r'(?:src|href|data-openapi)="([^"]+)"', page.text)
    assert addresses
    for address in addresses:
        assert address.startswith("/crm/")
        assert (await crm.get(address, headers={"Accept": "*/*"})).status_code in {200, 400}, address


async def test_scripts_find_the_prefix_by_their_own_address(crm):
    for name in ("session.js", "graphiql-page.js", "plain-page.js", "rest-page.js", "plain-rest-page.js"):
        script = (await crm.get(f"/crm/static/{name}")).text
        assert not re.search(r"""["'`]/(graphql|api|static)""", script), name


async def test_the_description_for_programs_names_the_prefix(crm):
    described = (await crm.get("/crm/api/schema/")).json()
    assert described["servers"] == [{"url": "/crm"}]
    assert "/api/customers/" in described["paths"]


async def test_what_only_begins_like_the_prefix_is_not_below_it(crm):
    answer = await crm.get("/crmx/api/customers/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_refusals_have_their_doors_form_under_the_prefix(crm):
    assert (await crm.get("/crm/api/customers/")).json()["code"] == "not_authenticated"
    asked = await crm.post("/crm/graphql", json={"query": "{ me { id } }"})
    assert asked.json()["errors"][0]["extensions"]["code"] == "NOT_AUTHENTICATED"


# --- Host ---------------------------------------------------------------------------------------------------------


async def served(app, hosts, path="/healthz", version="1.1"):
    """The status and the body of an answer to a request with these `Host` headers."""
    sent = []
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "headers": [(b"host", host) for host in hosts],
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "http_version": version,
        "server": ("127.0.0.1", 80),
    }

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


BAD_HOSTS = [
    (),
    (b"a", b"a"),
    (b"a", b"b"),
    (b"",),
    (b"a b",),
    (b"a/b",),
    (b"evil@a",),
    (b"a,b",),
    (b"a:x",),
    (b"[::1",),
]


@pytest.mark.parametrize("hosts", BAD_HOSTS)
async def test_a_request_that_does_not_say_once_whom_it_is_meant_for_is_refused(app, hosts):
    status, told = await served(app, hosts)
    assert (status, told["code"]) == (400, "parse_error")
    assert "Host" in told["message"]
    status, told = await served(app, hosts, "/graphql")
    assert (status, told["errors"][0]["extensions"]["code"]) == (400, "PARSE_ERROR")


@pytest.mark.parametrize("host", [b"a", b"a.example:8000", b"127.0.0.1:1", b"[::1]:8000", b"a_b.local", b"xn--80a"])
async def test_a_name_or_an_address_with_or_without_a_port_is_served(app, host):
    assert (await served(app, [host]))[0] == 200


async def test_http_1_0_knows_no_host(app):
    assert (await served(app, [], version="1.0"))[0] == 200
