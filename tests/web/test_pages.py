"""The pages for people: GraphiQL and what it needs, offline, under a strict policy, in a real browser (contract §5)."""

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from graphql import parse, validate

from abonent.app import create_app
from models.users import Role
from resolvers.words import Language
from schema.schema import GRAPHQL
from tests.browser import browsing, needs_chromium, serving
from web import pages, vendor

pytestmark = pytest.mark.anyio

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PASSWORD = "a long enough password"
EXAMPLES = json.loads((pages.OWN / "examples.json").read_text())

needs_parts = pytest.mark.skipif(
    not pages.have("graphiql.js", "react.js", "react-dom.js", "swagger-ui.js"),
    reason="the pages' parts are not fetched (python -m web.vendor)",
)


@pytest.fixture
def settings(sqlite_settings):
    """Pages know nothing of databases."""
    return sqlite_settings


@pytest.fixture
def without_parts(monkeypatch):
    """A machine on which the parts of the pages could not be fetched."""
    for package in vendor.PACKAGES:
        for name in package.files.values():
            monkeypatch.setitem(pages.FILES, name, Path("/nowhere"))


async def page(http, path="/graphql", language="ru"):
    response = await http.get(path, headers={"Accept": BROWSER, "Accept-Language": language})
    assert response.status_code == 200
    return response


# --- what is served -----------------------------------------------------------------------------------------------


async def test_a_browser_gets_a_page_and_a_program_does_not(http):
    assert (await page(http)).headers["content-type"] == "text/html; charset=utf-8"
    response = await http.get("/graphql", headers={"Accept": "application/json"})
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, "VALIDATION")


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_the_page_is_in_the_readers_language(http, language):
    assert f'<html lang="{language}">' in (await page(http, language=language)).text


@pytest.mark.parametrize("path", ["/graphql", "/api/docs/"])
async def test_a_page_loads_only_files_of_ours(http, path):
    response = await page(http, path)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', response.text)
    assert loaded
    for address in loaded:
        assert re.fullmatch(r"/static/[a-z.-]+", address)
        assert (await http.get(address)).status_code == 200


@pytest.mark.parametrize("path", ["/graphql", "/api/docs/"])
async def test_a_page_may_run_nothing_but_these_files(http, path):
    response = await page(http, path)
    policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert "unsafe" not in response.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", response.text)


@pytest.mark.parametrize("name", sorted(path.name for path in pages.OWN.iterdir() if path.suffix in pages.MEDIA_TYPES))
async def test_a_file_is_served_packed_and_only_when_it_has_changed(http, name):
    response = await http.get(f"/static/{name}")
    assert response.content == (pages.OWN / name).read_bytes()
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["x-content-type-options"] == "nosniff"
    again = await http.get(f"/static/{name}", headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = await http.get(f"/static/{name}", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == response.content


@pytest.mark.parametrize(
    "name", ["nothing.js", "requirements-node.txt", "graphiql.version", "..%2Fpages.py", "%2e%2e%2fpages.py", ".js"]
)
async def test_nothing_else_is_served(http, name):
    assert (await http.get(f"/static/{name}")).status_code == 404


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["en"][:20])
def test_the_examples_are_right(example):
    assert validate(GRAPHQL, parse(example["query"])) == []
    assert set(Language) <= example.keys()


async def test_the_examples_are_answered(door):
    contract = await door.factory.active_contract()
    for example in EXAMPLES:
        if example["query"].startswith("subscription"):
            continue
        text = json.dumps(example.get("variables", {})).replace("ctr_1", f"ctr_{contract.id}")
        answer = (await door.ask(example["query"], json.loads(text))).json()
        assert "errors" not in answer, answer
        assert not any(payload.get("errors") for payload in answer["data"].values())


@pytest.mark.usefixtures("without_parts")
@pytest.mark.parametrize("path", ["/graphql", "/api/docs/"])
async def test_without_its_parts_a_page_is_plain_but_there(http, path):
    response = await page(http, path)
    for address in re.findall(r'(?:src|href)="([^"]+)"', response.text):
        assert (await http.get(address)).status_code == 200


def test_a_package_that_is_not_what_it_was_is_refused(tmp_path):
    package = vendor.Package("anything", "1.0.0", "no digest of anything", {})
    (tmp_path / "anything-1.0.0.tgz").write_bytes(b"")
    with pytest.raises(vendor.NotFetched, match="digest"):
        vendor._download(package, ["true"], tmp_path)


# --- in a browser -------------------------------------------------------------------------------------------------


async def log_in(shown, username):
    await shown.until("document.querySelector('.session [name=password]')")
    await shown.type("[name=username]", username)
    await shown.type("[name=password]", PASSWORD)
    await shown.click(".session button")
    await shown.until(f"document.querySelector('.who')?.textContent === {json.dumps(username)}")


def only_ours(shown, address):
    """Whether the page asked nobody but its own server, and nothing was stopped or failed."""
    assert [url for url in shown.requested if not url.startswith((address, "data:"))] == []
    assert shown.problems == []


@needs_parts
@needs_chromium
async def test_graphiql_logs_in_runs_an_example_and_shows_the_schema(app, door):
    user = await door.factory.user(role=Role.OPERATOR, password=PASSWORD)
    customer = await door.factory.customer(last_name="Бекова")
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(f"{address}/graphql")
        await shown.until("document.querySelectorAll('.graphiql-tab').length >= 5")
        await log_in(shown, user.username)
        await shown.click(".graphiql-execute-button")
        await shown.until(f"document.querySelector('.result-window').innerText.includes('cus_{customer.id}')")
        assert "Бекова" in await shown.run("document.querySelector('.result-window').innerText")
        await shown.click("[aria-label='Show Documentation Explorer']")
        await shown.until("document.querySelector('.graphiql-plugin').innerText.includes('Customer')")
        only_ours(shown, address)
        await shown.click(".session button")
        await shown.until("document.querySelector('.session [name=password]')")
        await shown.click(".graphiql-execute-button")
        await shown.until("document.querySelector('.result-window').innerText.includes('NOT_AUTHENTICATED')")


async def told_live(app, door, shown, button, place):
    """Something happens while a page listens, and the page shows it; twice, as the first is not the last."""
    for tries in range(1, 2_000):
        if tries % 200 == 1:  # GraphiQL looks at a new document only after a moment: a click that comes before is lost
            await shown.click(button)
        await asyncio.sleep(0.01)
        if len(app.state.lines):
            break
    for subject in ("Нет связи", "Нет интернета"):
        await door.factory.ticket(subject=subject)
        await shown.until(f"document.querySelector('{place}').innerText.includes({json.dumps(subject)})")


@needs_parts
@needs_chromium
async def test_graphiql_listens_and_stops(app, door):
    user = await door.factory.user(role=Role.OPERATOR, password=PASSWORD)
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(f"{address}/graphql")
        await shown.until("document.querySelectorAll('.graphiql-tab').length >= 6")
        await log_in(shown, user.username)
        tab = "[...document.querySelectorAll('.graphiql-tab button')].find((button) => button.innerText === 'Live')"
        await shown.run(f"{tab}.click()")
        await shown.until("document.querySelector('.graphiql-query-editor').innerText.includes('subscription')")
        await told_live(app, door, shown, ".graphiql-execute-button", ".result-window")
        await shown.click(".graphiql-execute-button")
        async with asyncio.timeout(20):
            while len(app.state.lines):
                await asyncio.sleep(0.01)
        # right after a change of tabs GraphiQL may send the last tab's operation name, which is refused and tried again
        shown.problems[:] = [problem for problem in shown.problems if "400 (Bad Request)" not in problem]
        only_ours(shown, address)


@needs_chromium
@pytest.mark.usefixtures("without_parts")
async def test_the_plain_page_listens(app, door):
    user = await door.factory.user(role=Role.EMPLOYEE, password=PASSWORD)
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(f"{address}/graphql", language="en")
        await log_in(shown, user.username)
        last = "document.querySelector('.actions select')"
        await shown.run(f"{last}.value = {len(EXAMPLES) - 1}, {last}.dispatchEvent(new Event('change'))")
        await told_live(app, door, shown, ".actions button", ".answer")
        only_ours(shown, address)


@needs_parts
@needs_chromium
@pytest.mark.parametrize("path", ["/graphql", "/api/docs/"])
async def test_under_a_prefix_pages_ask_for_nothing_outside_it(settings, factory, path):
    user = await factory.user(role=Role.OPERATOR, password=PASSWORD)
    app = create_app(replace(settings, root_path="/crm"))
    async with app.router.lifespan_context(app), serving(app) as address, browsing() as browser:
        shown = await browser.open(f"{address}/crm{path}")
        await log_in(shown, user.username)
        await shown.until("document.querySelector('.graphiql-tab, .opblock-tag')")
        only_ours(shown, f"{address}/crm/")


@needs_parts
@needs_chromium
async def test_a_wrong_password_is_told_on_the_page(app, http):
    del http
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(f"{address}/graphql", language="en")
        await shown.until("document.querySelector('.session button')?.textContent === 'Log in'")
        await shown.type("[name=username]", "nobody")
        await shown.type("[name=password]", PASSWORD)
        await shown.click(".session button")
        await shown.until("document.querySelector('.problem').textContent === 'Wrong username or password'")


OUTDATE = """
    const kept = JSON.parse(sessionStorage["abonent.session"]);
    sessionStorage["abonent.session"] = JSON.stringify({...kept, access: "old"});
"""


@needs_parts
@needs_chromium
async def test_an_outdated_token_is_renewed_unnoticed(app, door):
    user = await door.factory.user(role=Role.OPERATOR, password=PASSWORD)
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(f"{address}/graphql")
        await log_in(shown, user.username)
        await shown.run(OUTDATE)
        await shown.click(".graphiql-execute-button")
        await shown.until("document.querySelector('.result-window').innerText.includes('totalCount')")
        assert await shown.run("JSON.parse(sessionStorage['abonent.session']).access") != "old"


INJECT = """
    const script = document.createElement("script");
    script.textContent = "window.injected = true";
    document.body.append(script);
    Boolean(window.injected)
"""


@needs_chromium
async def test_a_script_that_gets_into_the_page_is_not_run(app, http):
    del http
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(f"{address}/graphql")
        assert await shown.run(INJECT) is False
        assert "Content Security Policy" in shown.problems[-1]


@needs_chromium
@pytest.mark.usefixtures("without_parts")
async def test_the_plain_page_logs_in_and_runs_an_example(app, door):
    user = await door.factory.user(role=Role.EMPLOYEE, password=PASSWORD)
    customer = await door.factory.customer()
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(f"{address}/graphql", language="en")
        await log_in(shown, user.username)
        await shown.click(".actions button")
        await shown.until(f"document.querySelector('.answer').textContent.includes('cus_{customer.id}')")
        only_ours(shown, address)


@needs_chromium
@pytest.mark.usefixtures("without_parts")
async def test_the_plain_documentation_of_rest_logs_in_and_calls(app, door):
    user = await door.factory.user(role=Role.EMPLOYEE, password=PASSWORD)
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(f"{address}/api/docs/")
        await log_in(shown, user.username)
        call = "[...document.querySelectorAll('details')].find(d => d.innerText.includes('GET /api/customers/'))"
        await shown.run(f"{call}.open = true, {call}.querySelector('button').click()")
        await shown.until(f"{call}.querySelector('pre').textContent.includes('\"results\"')")
        only_ours(shown, address)
