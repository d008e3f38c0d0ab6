"""`abonent check` says nothing of sound data, and finds one planted fault of each kind."""

from __future__ import annotations

import pytest

from tests.abonent.check.planting import plant, told

FAULTS = {
    "a balance that is not the sum": (
        "UPDATE contracts SET balance = balance + 1 WHERE id = {active}",
        "contract {active}: balance 60.01, its entries add up to 60.00",
    ),
    "a broken chain": (
        "UPDATE ledger_entries SET balance_after = balance_after + 100 WHERE id = {entry}",
        "balance_after 101.00, but it is 100.00",
    ),
    "a posted payment without an entry": (
        "DELETE FROM ledger_entries WHERE payment_id = {payment}",
        "payment {payment} is success, and has no ledger entry",
    ),
    "an entry of an unposted payment": (
        "UPDATE payments SET status = 'pending', balance_after = NULL WHERE id = {payment}",
        "payment {payment} is pending, and has the ledger entry",
    ),
    "another amount than its entry": (
        "UPDATE payments SET amount = 9900 WHERE id = {payment}",
        "payment {payment} (99.00) and its ledger entry",
    ),
    "another contract than its entry": (
        "UPDATE payments SET contract_id = {draft} WHERE id = {payment}",
        "payment {payment} (100.00) and its ledger entry",
    ),
    "another sign than its entry": (
        "UPDATE payments SET transaction_type = 'charge' WHERE id = {payment}",
        "payment {payment} (-100.00) and its ledger entry",
    ),
    "another balance_after than its entry": (
        "UPDATE payments SET balance_after = 1 WHERE id = {payment}",
        "payment {payment} (100.00) and its ledger entry",
    ),
    "a refunded payment without a refund": (
        "UPDATE payments SET status = 'refunded', refunded_amount = amount WHERE id = {payment}",
        "payment {payment} is refunded, 100.00 of it refunded, and its refunds are 0.00",
    ),
    "a refund of a payment not refunded": (
        "UPDATE payments SET status = 'success', refunded_amount = 0 WHERE id = {refunded}",
        "payment {refunded} is success, 0.00 of it refunded, and its refunds are 25.00",
    ),
    "a webhook beyond the journal": (
        "UPDATE webhooks SET position = 1000000",
        "webhook 1 stands behind event 1000000",
    ),
    "a delivery that nobody tries": (
        "UPDATE webhook_deliveries SET next_at = NULL",
        "webhook 1: event {event} waits, and is never tried",
    ),
    "a webhook without a secret": (
        "DELETE FROM webhook_secrets",
        "webhook 1 has no secret that signs",
    ),
    "a tally that is not the number": (
        "UPDATE tallies SET number = number + 3 WHERE counted = 'tickets'",
        "tickets (new other medium): the tallies have +3 rows and 0.00 too much, of 1 rows",
    ),
    "a refund of another amount": (
        "UPDATE payments SET amount = 1 WHERE id = {refund}",
        "payment {refunded} is refunded, 25.00 of it refunded, and its refunds are 0.01",
    ),
    "a SIM out of step with its contract": (
        "UPDATE sims SET status = 'suspended' WHERE id = {sim}",
        "SIM {sim} is suspended in contract {active}, which is active",
    ),
    "a binding that was not kept": (
        "DELETE FROM sim_bindings WHERE sim_id = {sim}",
        "SIM {sim} is in contract {active}, but by the history of bindings in None",
    ),
    "a binding that has ended": (
        "UPDATE sims SET contract_id = NULL, status = 'free' WHERE id = {sim}",
        "SIM {sim} is in contract None, but by the history of bindings in {active}",
    ),
    "a SIM in a terminated contract": (
        """UPDATE contracts SET status = 'terminated', termination_date = '2026-01-01', next_billing_date = NULL
        WHERE id = {active}""",
        "SIM {sim} is active in contract {active}, which is terminated",
    ),
    "an active contract of a blocked customer": (
        "UPDATE customers SET status = 'blocked' WHERE id = {customer}",
        "customer {customer} is blocked, but contract {active} is active",
    ),
    "a contract suspended for an active customer": (
        "UPDATE contracts SET status = 'suspended', suspension_reason = 'customer' WHERE id = {active}",
        "contract {active} is suspended because of customer {customer}, who is active",
    ),
    "credit on a prepaid tariff": (
        "UPDATE contracts SET credit_limit = 100 WHERE id = {active}",
        "contract {active}: credit limit 1.00 on the prepaid tariff",
    ),
    "a ticket about a stranger's contract": (
        "UPDATE tickets SET customer_id = {stranger} WHERE id = {ticket}",
        "ticket {ticket} of customer {stranger} is about contract {active} of customer {customer}",
    ),
    "no active admin": ("UPDATE users SET role = 'operator' WHERE role = 'admin'", "is an active admin"),
    "a PUK code in the journal": (
        """UPDATE audit_events SET changes = '{{"puk_code": [null, "12345678"]}}' WHERE id = {event}""",
        "event {event} of {entity} tells a secret",
    ),
    "a password's hash in the journal": (
        """UPDATE audit_events SET changes = '{{"notes": [null, "$argon2id$v=19$m=8"]}}' WHERE id = {event}""",
        "event {event} of {entity} tells a secret",
    ),
    "a customer's search text": (
        "UPDATE customers SET search = 'x' WHERE id = {customer}",
        "customer {customer}: its search text is out of date",
    ),
    "a contract's search text after a rename": (
        "UPDATE customers SET last_name = 'Новая' WHERE id = {customer}",
        "contract {active}: its search text is out of date",
    ),
    "a ticket's search text": (
        "UPDATE tickets SET subject = 'Иное' WHERE id = {ticket}",
        "ticket {ticket}: its search text is out of date",
    ),
    "a payment's search text": (
        "UPDATE payments SET description = 'Иное' WHERE id = {payment}",
        "payment {payment}: its search text is out of date",
    ),
    "a contract's number": (
        "UPDATE contracts SET number = '0123456789abcdef0123456789abcdef' WHERE id = {active}",
        "contract {active}: it never got its number",
    ),
    "a billing date": (
        "UPDATE contracts SET anchor_date = '2020-01-05', next_billing_date = '2020-02-06' WHERE id = {active}",
        "which is no whole number of months after",
    ),
    "a document's key": (
        "UPDATE customers SET document_number = 'Z 1' WHERE id = {customer}",
        "customer {customer}: the keys of its email and document are not those of what they say",
    ),
    "a username's key": (
        "UPDATE users SET username_key = 'somebody' WHERE id = (SELECT max(id) FROM users)",
        "the key of its username is not that of its username",
    ),
    "a folded email": (
        "UPDATE customers SET email = 'A@example.kg', email_key = 'A@example.kg' WHERE id = {customer}",
        "customer {customer}: the keys of its email and document are not those of what they say",
    ),
}
"""What is planted, and the words in which it is told."""

SQLITE_FAULTS = {
    "ids that would be given again": (
        "UPDATE sqlite_sequence SET seq = 0 WHERE name = 'customers'",
        "customers: the last id is {stranger}, but the next would follow 0",
    ),
    "a reference to nothing": (
        "UPDATE contracts SET tariff_id = 99999 WHERE id = {draft}",
        "contracts {draft} refers to one of tariffs that does not exist",
    ),
    "a row that search cannot find": (
        """INSERT INTO customers_search (customers_search, rowid, search)
        SELECT 'delete', id, search FROM customers WHERE id = {customer}""",
        "customers {customer} cannot be found by search",
    ),
    "a row that search finds though it is gone": (
        "INSERT INTO customers_search (rowid, search) VALUES (4242, 'никто')",
        "customers 4242 is found, but is gone",
    ),
}


_WAITING = """
    INSERT INTO webhook_deliveries (webhook_id, event_id, entity, entity_id, status, attempts, next_at, created_at,
        updated_at)
    SELECT w.id, e.id, e.entity, e.entity_id, 'waiting', 1, w.created_at, w.created_at, w.created_at
    FROM webhooks w JOIN audit_events e ON e.id = $1"""


@pytest.fixture
async def ids(factory):
    """A small, complete world: a contract in use with money, a refund, a ticket; a draft, a stranger, a webhook."""
    contract = await factory.active_contract()
    answer = await factory.run("contract.add_balance", contract.id, amount="100.00")
    await factory.run("contract.deduct_balance", contract.id, amount="40.00")
    refunded = await factory.payment(contract_id=contract.id, amount="25.00")
    await factory.run("payment.process", refunded.id)
    await factory.run("payment.refund", refunded.id)
    ticket = await factory.ticket(customer_id=contract.customer_id, contract_id=contract.id)
    draft, stranger, sim = await factory.contract(), await factory.customer(), await factory.sim_of(contract)
    (entry,) = await factory.database.fetch("SELECT MIN(id) FROM ledger_entries")
    (refund,) = await factory.database.fetch("SELECT id FROM payments WHERE refund_of_id IS NOT NULL")
    (event,) = await factory.database.fetch("SELECT id, entity, entity_id FROM audit_events ORDER BY id LIMIT 1")
    await factory.run("webhook.create", url="https://partner.example/")
    await factory.database.write(lambda tx: tx.fetch(_WAITING, [event[0]]))
    return {
        "active": contract.id,
        "customer": contract.customer_id,
        "payment": answer.outcome.notes["payment_id"],
        "refunded": refunded.id,
        "refund": refund[0],
        "ticket": ticket.id,
        "draft": draft.id,
        "stranger": stranger.id,
        "sim": sim.id,
        "entry": entry[0],
        "event": event[0],
        "entity": f"{event[1]}_{event[2]}",
    }


@pytest.mark.usefixtures("ids")
async def test_nothing_is_said_of_sound_data(database, settings):
    assert await told(database, settings) == []


async def assert_found(database, settings, ids, fault) -> None:
    sql, words = (text.format(**ids) for text in fault)
    await plant(settings, sql)
    found = await told(database, settings)
    assert any(words in sentence for sentence in found), found


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_planted_fault_is_found(database, settings, ids, fault):
    await assert_found(database, settings, ids, FAULTS[fault])


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fault", SQLITE_FAULTS)
async def test_a_fault_that_only_sqlite_can_have_is_found(database, settings, ids, fault):
    await assert_found(database, settings, ids, SQLITE_FAULTS[fault])


@pytest.mark.parametrize("settings", ["postgres"], indirect=True)
@pytest.mark.usefixtures("ids")
async def test_a_sequence_that_fell_behind_is_found(database, settings):
    await plant(settings, "SELECT setval('customers_id_seq', 1)")
    assert any("customers: the last id is" in sentence for sentence in await told(database, settings))


@pytest.mark.usefixtures("ids")
async def test_it_writes_nothing(database, settings):
    before = await database.fetch("SELECT COUNT(*) FROM audit_events")
    await told(database, settings)
    assert await database.fetch("SELECT COUNT(*) FROM audit_events") == before
