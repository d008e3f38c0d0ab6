"""The REST documentation in a real browser: read, log in, try a call."""

from __future__ import annotations

import json

import pytest

from tests.browser import browsing, needs_chromium, serving
from web.pages import have

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("settings", ["sqlite"], indirect=True),
    needs_chromium,
    pytest.mark.skipif(not have("swagger-ui.js", "swagger-ui.css"), reason="Swagger UI is missing (make setup)"),
]

ANSWER = ".live-responses-table tbody .response-col_status"


@pytest.fixture
async def address(app):
    async with serving(app) as address:
        yield address


@pytest.fixture
async def browser():
    async with browsing() as browser:
        yield browser


async def try_list_of_customers(page):
    """Press the buttons that call the list; the hash of the address has opened its description."""
    await page.until("document.querySelector('.try-out__btn')")
    await page.click(".try-out__btn")
    await page.until("document.querySelector('.execute')")
    await page.click(".execute")
    await page.until(f"document.querySelector('{ANSWER}')")
    return await page.run(f"document.querySelector('{ANSWER}').innerText")


async def test_whoever_has_logged_in_on_the_page_can_call_the_api_from_it(address, browser, factory):
    user = await factory.user()
    await factory.customer(last_name="Токтогулова")
    page = await browser.open(f"{address}/api/docs/#/customers/list_customers")
    await page.until("document.querySelector('.session input[name=username]')")
    await page.type(".session input[name=username]", user.username)
    await page.type(".session input[name=password]", "correct horse 1")
    await page.click(".session button")
    await page.until("document.querySelector('.session .who')")
    await page.until("document.querySelector('.auth-wrapper .authorize.locked')")
    assert (await try_list_of_customers(page)).split()[0] == "200"
    shown = json.loads(await page.run("document.querySelector('.live-responses-table tbody pre').innerText"))
    assert [row["last_name"] for row in shown["results"]] == ["Токтогулова"]
    # Swagger UI warns of underscores in the address, which it takes for an old spelling of spaces
    assert [problem for problem in page.problems if "deep link whitespace" not in problem] == []
    assert [url for url in page.requested if not url.startswith((address, "data:"))] == []
    await page.click(".session button")
    await page.until("document.querySelector('.auth-wrapper .authorize.unlocked')")


async def test_whoever_has_not_is_told_so_on_a_page_in_the_readers_language(address, browser):
    page = await browser.open(f"{address}/api/docs/#/customers/list_customers", "en")
    await page.until("document.body.innerText.includes('All of them, page by page')")
    assert (await try_list_of_customers(page)).split()[0] == "401"
