"""The console at `/` (screens.md §2), in a real browser, as staff use it: found, opened, nothing left to chance."""

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from abonent.app import create_app
from models.users import Role
from tests.browser import browsing, needs_chromium, serving
from web import console, pages

pytestmark = pytest.mark.anyio

PASSWORD = "a long enough password"
AXE = console.SOURCES / "node_modules" / "axe-core" / "axe.min.js"
BROWSER = {"Accept": "text/html,*/*;q=0.8"}

needs_console = pytest.mark.skipif(
    not pages.have(*console.FILES) or not AXE.exists(), reason="the console is not built (make setup)"
)


@pytest.fixture
def without_console(monkeypatch):
    """A machine on which the console could not be built."""
    for name in console.FILES:
        monkeypatch.setitem(pages.FILES, name, Path("/nowhere"))


async def log_in(shown, username):
    await shown.until("document.querySelector('.login form')")
    await shown.type("[name=username]", username)
    await shown.type("[name=password]", PASSWORD)
    await shown.press("Enter")
    await shown.until("document.querySelector('.bar .finder')")


async def says(shown, text):
    await shown.until(f"document.body.innerText.includes({json.dumps(text)})")


async def opens(shown, key, field):
    """Press a key that opens a form, whose first field is ready to be typed into."""
    await shown.press(key)
    await shown.until(f"document.activeElement.name === {json.dumps(field)}")


async def is_done(shown):
    """The form is closed, as only what has succeeded closes it."""
    await shown.until("!document.querySelector('dialog')")


async def is_accessible(shown):
    """Nothing that axe would complain of, in both themes."""
    await shown.run(AXE.read_text(encoding="utf-8") + "; 0")
    for theme in ("light", "dark"):
        await shown.dress(theme)
        found = await shown.run(
            "axe.run().then(({violations}) => violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' ')}`))"
        )
        assert found == [], theme


def asked(shown, address):
    """How often the page has asked the server for data; it asks nobody else."""
    assert [url for url in shown.requested if not url.startswith((address, "data:"))] == []
    assert shown.problems == []
    return sum(url.endswith("/graphql") for url in shown.requested)


# --- what is served -----------------------------------------------------------------------------------------------


@needs_console
@pytest.mark.parametrize("path", ["/", "/console/customers/cus_1", "/console/tickets"])
async def test_every_screen_is_the_same_page_under_the_strict_policy(http, path):
    response = await http.get(path, headers=BROWSER)
    assert response.status_code == 200
    assert response.headers["content-security-policy"] == pages.POLICY
    assert "/static/console.js" in response.text


@pytest.mark.usefixtures("without_console")
async def test_without_the_console_the_page_says_how_to_build_it(http):
    text = (await http.get("/", headers=BROWSER)).text
    assert "make setup" in text
    assert all(f'href="{path}"' in text for path in ("/graphql", "/api/docs/", "/api/schema/"))


async def test_programs_are_told_places_as_ever(http):
    assert (await http.get("/")).json()["graphql"] == "/graphql"


@needs_console
async def test_the_console_stays_small(http):
    response = await http.get("/static/console.js")
    assert int(response.headers["content-length"]) <= 150_000
    assert response.headers["content-encoding"] == "gzip"


def test_the_console_is_built_anew_when_its_sources_change(monkeypatch):
    before = console.sources_digest()
    monkeypatch.setattr(console, "SCHEMA", console.SOURCES / "package.json")
    assert console.sources_digest() != before
    assert not console.is_built("another digest")


# --- find and open ------------------------------------------------------------------------------------------------


@needs_console
@needs_chromium
async def test_an_agent_logs_in_finds_a_number_and_sees_its_subscriber(app, door):
    user = await door.factory.user(role=Role.OPERATOR, password=PASSWORD)
    contract = await door.factory.active_contract(balance="125.50")
    sim = await door.factory.sim_of(contract)
    await door.factory.ticket(customer_id=contract.customer_id, subject="Не открываются страницы")
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(address)
        await shown.until("document.querySelector('.login form')")
        await is_accessible(shown)
        await log_in(shown, user.username)
        await shown.type("[type=search]", sim.msisdn[-6:])
        await shown.until("document.querySelector('[role=option]')")
        await is_accessible(shown)
        await shown.press("Enter")
        await says(shown, contract.number)
        await says(shown, "125,50")
        await says(shown, "Не открываются страницы")
        assert f"/console/customers/cus_{contract.customer_id}" in await shown.run("location.href")
        await is_accessible(shown)
        assert asked(shown, address) == 3  # the log-in, the search, the subscriber


@needs_console
@needs_chromium
async def test_a_screens_address_leads_there_after_logging_in(app, door):
    user = await door.factory.user(role=Role.EMPLOYEE, password=PASSWORD)
    customer = await door.factory.customer(last_name="Бекова")
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(f"{address}/console/customers/cus_{customer.id}", language="en")
        await log_in(shown, user.username)
        await says(shown, "Бекова")
        await says(shown, "No contracts yet")
        assert asked(shown, address) == 2


@needs_console
@needs_chromium
async def test_what_is_wrong_stands_on_top(app, door):
    user = await door.factory.user(role=Role.EMPLOYEE, password=PASSWORD)
    contract = await door.factory.active_contract()
    await door.ask(
        "mutation($input: SuspendContractInput!) { suspendContract(input: $input) { errors { code } } }",
        {"input": {"id": f"ctr_{contract.id}"}},
    )
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(f"{address}/console/customers/cus_{contract.customer_id}")
        await log_in(shown, user.username)
        await shown.until("document.querySelector('.wrong')")
        assert f"{contract.number}: Приостановлен (вручную)" in await shown.run(
            "document.querySelector('.wrong').innerText"
        )
        await is_accessible(shown)


@needs_console
@needs_chromium
async def test_what_is_not_there_is_told(app, door):
    user = await door.factory.user(role=Role.EMPLOYEE, password=PASSWORD)
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(f"{address}/console/customers/cus_404", language="en")
        await log_in(shown, user.username)
        await says(shown, "There is no such page or record")
        await is_accessible(shown)


@needs_console
@needs_chromium
async def test_a_wrong_password_is_told(app, http):
    del http
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(address, language="en")
        await shown.until("document.querySelector('.login form')")
        await shown.type("[name=username]", "nobody")
        await shown.type("[name=password]", PASSWORD)
        await shown.press("Enter")
        await says(shown, "Wrong username or password")


@needs_console
@needs_chromium
async def test_the_screens_own_query_is_shown_for_integrators(app, door):
    user = await door.factory.user(role=Role.EMPLOYEE, password=PASSWORD)
    customer = await door.factory.customer()
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(f"{address}/console/customers/cus_{customer.id}")
        await log_in(shown, user.username)
        await says(shown, customer.last_name)
        await shown.click(".menu > .icon")
        await shown.click(".sheet .item")
        await shown.until("document.querySelector('dialog pre')")
        assert "query Subscriber($id: ID!)" in await shown.run("document.querySelector('dialog pre').innerText")
        await is_accessible(shown)
        href = await shown.run("document.querySelector('dialog a.primary').href")
        graphiql = await browser.open(href)
        await graphiql.until("document.querySelector('.graphiql-query-editor')?.innerText.includes('Subscriber')")


# --- money --------------------------------------------------------------------------------------------------------

LEDGER = "SELECT amount FROM ledger_entries WHERE contract_id = $1 ORDER BY id"


async def amounts(door, contract):
    return [amount for (amount,) in await door.factory.database.fetch(LEDGER, [contract.id])]


@asynccontextmanager
async def subscriber_of(app, door, contract, role=Role.OPERATOR, language="ru"):
    """The screen of a contract's subscriber, open before a member of the staff."""
    user = await door.factory.user(role=role, password=PASSWORD)
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(f"{address}/console/customers/cus_{contract.customer_id}", language=language)
        await log_in(shown, user.username)
        await says(shown, contract.number)
        yield shown


@needs_console
@needs_chromium
async def test_a_top_up_by_keyboard_shows_what_will_change_and_posts_once(app, door):
    contract = await door.factory.active_contract(balance="10.00")
    async with subscriber_of(app, door, contract) as shown:
        await opens(shown, "+", "amount")
        await shown.type("[name=amount]", "100,50")
        await shown.until("document.querySelector('.changes b')?.innerText === '110,50'")
        assert await amounts(door, contract) == [1000], "a dry run leaves nothing behind"
        await is_accessible(shown)
        await shown.run("for (let i = 0; i < 2; i++) document.querySelector('form.action').requestSubmit()")
        await shown.until(
            "!document.querySelector('dialog') && document.querySelector('.figure').innerText === '110,50'"
        )
        assert await amounts(door, contract) == [1000, 10050]
        assert shown.problems == []


@needs_console
@needs_chromium
async def test_what_is_refused_is_told_before_it_is_tried(app, door):
    contract = await door.factory.active_contract(balance="10.00")
    async with subscriber_of(app, door, contract, language="en") as shown:
        await opens(shown, "-", "amount")
        await shown.type("[name=amount]", "99")
        await says(shown, "Insufficient funds")
        assert await shown.run("document.querySelector('dialog [type=submit]').disabled")
        assert await amounts(door, contract) == [1000]


@needs_console
@needs_chromium
async def test_a_refund_takes_back_a_part(app, door):
    contract = await door.factory.active_contract(balance="80.00")
    async with subscriber_of(app, door, contract, role=Role.SUPERVISOR) as shown:
        await shown.click(".lines .offers button")
        await shown.until("document.querySelector('[name=amount]')?.value === '80.00'")
        await shown.run("document.querySelector('[name=amount]').select()")
        await shown.type("[name=amount]", "30")
        await shown.until("document.querySelector('.changes b')?.innerText === '50,00'")
        await shown.press("Enter")
        await shown.until(
            "!document.querySelector('dialog') && document.querySelector('.figure').innerText === '50,00'"
        )
        assert await amounts(door, contract) == [8000, -3000]


@needs_console
@needs_chromium
async def test_a_tariff_is_changed_with_its_consequences_in_sight(app, door):
    contract = await door.factory.active_contract(balance="1000.00")
    tariff = await door.factory.tariff(name="Вечерний", monthly_fee="300.00")
    async with subscriber_of(app, door, contract) as shown:
        await opens(shown, "t", "tariffId")
        await shown.until("document.querySelector('.changes dl')")
        await shown.click("dialog [type=submit]")
        await is_done(shown)
        await says(shown, tariff.name)


@needs_console
@needs_chromium
async def test_who_may_only_look_is_offered_nothing_else(app, door):
    contract = await door.factory.active_contract()
    async with subscriber_of(app, door, contract, role=Role.EMPLOYEE) as shown:
        assert await shown.run("document.querySelectorAll('.contract .offers').length") == 0
        assert "Новый тикет" in await shown.run("document.querySelector('.column').innerText")


@needs_console
@needs_chromium
async def test_a_lost_card_is_replaced_and_the_number_stays(app, door):
    contract = await door.factory.active_contract()
    lost, free = await door.factory.sim_of(contract), await door.factory.sim()
    async with subscriber_of(app, door, contract) as shown:
        await shown.click(".figures .offers button")
        await shown.until("document.querySelector('.figures .sheet .item')")
        await shown.click(".figures .sheet .item")
        await shown.until("document.querySelector('dialog .changes dl')")
        await is_accessible(shown)
        await shown.click("dialog [type=submit]")
        await is_done(shown)
        await shown.until(f"document.querySelector('a.sim').href.endsWith('sim_{free.id}')")
    assert (await door.factory.fresh(free)).msisdn == lost.msisdn


# --- tickets ------------------------------------------------------------------------------------------------------


@needs_console
@needs_chromium
async def test_a_ticket_is_taken_and_resolved_by_keyboard(app, door):
    user = await door.factory.user(role=Role.EMPLOYEE, password=PASSWORD)
    await door.factory.ticket(subject="Нет связи", priority="low")
    ticket = await door.factory.ticket(subject="Двойное списание", priority="critical")
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(f"{address}/console/tickets?queue=unassigned")
        await log_in(shown, user.username)
        await shown.until("document.querySelector('.ticket.chosen')?.innerText.includes('Двойное списание')")
        await is_accessible(shown)
        await shown.press("j")
        await shown.until("document.querySelector('.ticket.chosen')?.innerText.includes('Нет связи')")
        await shown.press("k")
        await shown.press("Enter")
        await shown.until(f"location.pathname === '/console/tickets/tkt_{ticket.id}'")
        await shown.until("document.querySelector('.offers')")
        await shown.press("a")
        await shown.until("document.querySelector('dialog .changes dl')")
        await shown.press("Enter")
        await shown.until("!document.querySelector('dialog') && !document.body.innerText.includes('Взять себе')")
        await is_accessible(shown)
        await opens(shown, "r", "body")
        await shown.type("[name=body]", "Проверяем, перезвоним через час")
        await shown.until("document.querySelector('dialog .changes dl')")
        await shown.click("dialog [type=submit]")
        await is_done(shown)
        await says(shown, "Проверяем, перезвоним через час")
        await opens(shown, "s", "resolution")
        await shown.click("dialog .canned button")
        await shown.until("document.querySelector('dialog .changes dl')")
        await is_accessible(shown)
        await shown.click("dialog [type=submit]")
        await shown.until("!document.querySelector('dialog') && document.querySelector('.who .badge.good')")
        await shown.press("Escape")
        await shown.until("location.pathname === '/console/tickets'")
        assert shown.problems == []
    fresh = await door.factory.fresh(ticket)
    assert (fresh.status, fresh.assigned_to_id) == ("resolved", user.id)


@needs_console
@needs_chromium
async def test_a_ticket_is_opened_for_a_subscriber(app, door):
    contract = await door.factory.active_contract()
    async with subscriber_of(app, door, contract, role=Role.EMPLOYEE) as shown:
        await opens(shown, "n", "subject")
        await shown.type("[name=subject]", "Медленный интернет")
        await shown.type("[name=description]", "По вечерам")
        await shown.until("document.querySelector('dialog .changes dl')")
        await shown.until("document.querySelector('dialog [type=submit]:enabled')")
        await shown.click("dialog [type=submit]")
        await shown.until("location.pathname.startsWith('/console/tickets/tkt_')")
        await says(shown, "Медленный интернет")


# --- connect and today --------------------------------------------------------------------------------------------


@needs_console
@needs_chromium
async def test_a_number_is_connected_in_one_form(app, door):
    user = await door.factory.user(role=Role.OPERATOR, password=PASSWORD)
    await door.factory.tariff(name="Старт", monthly_fee="250.00")
    sim = await door.factory.sim()
    typed = {"lastName": "Бекова", "firstName": "Айгуль", "phone": "0555 10-20-30", "documentNumber": "AN7654321"}
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(f"{address}/console/connect")
        await log_in(shown, user.username)
        await shown.until("document.querySelector('[name=simId] option')")
        await is_accessible(shown)
        for name, text in {**typed, "amount": "300"}.items():
            await shown.type(f"[name={name}]", text)
        await shown.until("document.querySelector('[type=submit]:enabled')")
        await shown.click("[type=submit]")
        await shown.until("location.pathname.startsWith('/console/customers/')")
        await says(shown, "Бекова Айгуль")
        await shown.until("document.querySelector('.contract .badge.good')")
        assert shown.problems == []
    ((status, number, balance),) = await door.factory.database.fetch(
        "SELECT s.status, s.msisdn, c.balance FROM sims s JOIN contracts c ON c.id = s.contract_id", []
    )
    assert (status, number, balance) == ("active", sim.msisdn, 30000)


@needs_console
@needs_chromium
async def test_what_is_refused_of_a_connection_leaves_nothing_behind(app, door):
    user = await door.factory.user(role=Role.OPERATOR, password=PASSWORD)
    known = await door.factory.customer(document_number="AN7654321", document_type="passport")
    await door.factory.tariff()
    await door.factory.sim()
    typed = {"lastName": "Бекова", "firstName": "Айгуль", "phone": "0555102030", "documentNumber": "AN7654321"}
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(f"{address}/console/connect")
        await log_in(shown, user.username)
        await shown.until("document.querySelector('[name=simId] option')")
        for name, text in typed.items():
            await shown.type(f"[name={name}]", text)
        await shown.until("document.querySelector('[type=submit]:enabled')")
        await shown.click("[type=submit]")
        await shown.until("document.querySelector('.problem').innerText !== ''")
        await is_accessible(shown)
    assert await door.factory.database.fetch("SELECT id FROM customers", []) == [(known.id,)]
    assert await door.factory.database.fetch("SELECT id FROM contracts", []) == []


@needs_console
@needs_chromium
async def test_today_shows_how_things_stand(app, door):
    user = await door.factory.user(role=Role.SUPERVISOR, password=PASSWORD)
    contract = await door.factory.active_contract(balance="1234.50")
    await door.factory.ticket(customer_id=contract.customer_id, category="billing")
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(f"{address}/console/today", language="en")
        await log_in(shown, user.username)
        await says(shown, "1,234.50")
        await says(shown, user.username)
        await is_accessible(shown)
        assert asked(shown, address) == 3  # the log-in, the figures, the staff


@needs_console
@needs_chromium
async def test_the_console_speaks_kyrgyz_and_remembers_it(app, door):
    user = await door.factory.user(role=Role.EMPLOYEE, password=PASSWORD)
    async with serving(app) as address, browsing() as browser:
        shown = await browser.open(address)
        await shown.until("document.querySelector('.login form')")
        await shown.click("[lang=ky]")
        await says(shown, "Колдонуучунун аты")
        await log_in(shown, user.username)
        await says(shown, "Абонентти табуу")
        again = await browser.open(f"{address}/console/tickets")
        await says(again, "Аткаруучусуз")


# --- sessions -----------------------------------------------------------------------------------------------------


@needs_console
@needs_chromium
async def test_a_second_tab_is_logged_in_by_the_first_and_out_with_it(app, door):
    user = await door.factory.user(role=Role.EMPLOYEE, password=PASSWORD)
    async with serving(app) as address, browsing() as browser:
        first = await browser.open(address)
        await log_in(first, user.username)
        second = await browser.open(address)
        await second.until("document.querySelector('.bar .finder')")
        await second.click(".menu > .icon")
        await second.click(".sheet .item:last-child")
        await first.until("document.querySelector('.login form')")
        assert await first.run("JSON.stringify({...sessionStorage, ...localStorage})") == "{}", "tokens are nowhere"


@needs_console
@needs_chromium
async def test_an_outdated_token_is_renewed_unnoticed_and_by_one_tab_for_all(settings, factory):
    user = await factory.user(role=Role.EMPLOYEE, password=PASSWORD)
    customer = await factory.customer(last_name="Бекова")
    app = create_app(replace(settings, access_lifetime=timedelta(seconds=1)))
    async with app.router.lifespan_context(app), serving(app) as address, browsing() as browser:
        first = await browser.open(address)
        await log_in(first, user.username)
        second = await browser.open(f"{address}/console/tickets")
        await second.until("document.querySelector('.tabs')")
        await first.run("new Promise((resolve) => setTimeout(resolve, 1100))")
        await first.type("[type=search]", "Бекова")
        await second.run("window.dispatchEvent(new Event('focus'))")
        await first.until("document.querySelector('[role=option]')")
        await second.until("document.querySelector('.tabs')")
        await first.press("Enter")
        await first.until(f"location.pathname === '/console/customers/cus_{customer.id}'")
