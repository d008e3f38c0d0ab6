"""GraphiQL in a real browser: log in, run a query; nothing is loaded from elsewhere."""

from __future__ import annotations

import pytest

from schema.pages import have
from tests.browser import browsing, needs_chromium, serving

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("settings", ["sqlite"], indirect=True),
    needs_chromium,
    pytest.mark.skipif(not have("react.js", "react-dom.js", "graphiql.js"), reason="GraphiQL is missing (make setup)"),
]


@pytest.fixture
async def address(app):
    async with serving(app) as address:
        yield address


@pytest.fixture
async def browser():
    async with browsing() as browser:
        yield browser


async def test_whoever_has_logged_in_on_the_page_can_run_a_query(address, browser, factory):
    user = await factory.user()
    page = await browser.open(f"{address}/graphql")
    await page.until("document.querySelector('.session input[name=username]')")
    await page.type(".session input[name=username]", user.username)
    await page.type(".session input[name=password]", "correct horse 1")
    await page.click(".session button")
    await page.until("document.querySelector('.session .who')")
    await page.until("document.querySelector('.graphiql-execute-button')")
    await page.click(".graphiql-execute-button")
    await page.until("document.querySelector('.result-window')?.innerText.includes('\"data\"')")
    assert page.problems == []
    assert [url for url in page.requested if not url.startswith((address, "data:", "blob:"))] == []


async def test_the_page_has_a_policy_that_lets_nothing_else_in(http):
    response = await http.get("/graphql", headers={"Accept": "text/html"})
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "://" not in policy
