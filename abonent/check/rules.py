"""The rules that one SQL statement can decide: each finds the rows that break it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from models.database.engine import Dialect
from models.tallies import RESOLUTIONS, wrong
from models.users import Role
from resolvers.read.tables import MODELS
from resolvers.value_kinds import hundredths_text

if TYPE_CHECKING:
    from collections.abc import Callable

POSTED: Final = "('success', 'refunded')"
SIGNED: Final = "CASE WHEN p.transaction_type IN ('charge', 'refund') THEN -p.amount ELSE p.amount END"
SEARCHED: Final = ("customers", "sims", "tariffs", "contracts", "payments", "tickets", "users")
COUNTED: Final = (*SEARCHED, "ledger_entries", "audit_events")
SECRETS: Final = sorted({name for model in MODELS.values() for name in getattr(model, "secrets", ())})


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that must hold over several rows."""

    name: str
    sql: str
    """Gives the rows that break it."""
    tell: Callable[..., str]
    """Puts such a row into a sentence."""
    sqlite: str | None = None
    """The statement for SQLite where it differs."""


def _money(amount: Any) -> str:
    return "nothing" if amount is None else hundredths_text(int(amount))


LEDGER: Final = (
    Rule(
        "every balance is the sum of its ledger entries",
        """SELECT c.id, c.balance, COALESCE(l.total, 0) FROM contracts c
        LEFT JOIN (SELECT contract_id, SUM(amount) AS total FROM ledger_entries GROUP BY contract_id) l
        ON l.contract_id = c.id WHERE c.balance <> COALESCE(l.total, 0) ORDER BY c.id""",
        lambda row, balance, total: f"contract {row}: balance {_money(balance)}, its entries add up to {_money(total)}",
    ),
    Rule(
        "every ledger entry's balance_after is what the entries up to it add up to",
        """SELECT id, contract_id, balance_after, total FROM (SELECT id, contract_id, balance_after,
        SUM(amount) OVER (PARTITION BY contract_id ORDER BY id) AS total FROM ledger_entries) l
        WHERE balance_after <> total ORDER BY id""",
        lambda row, contract, after, total: (
            f"ledger entry {row} of contract {contract}: balance_after {_money(after)}, but it is {_money(total)}"
        ),
    ),
    Rule(
        "a payment has a ledger entry exactly when it has posted",
        f"""SELECT p.id, p.status, l.id FROM payments p LEFT JOIN ledger_entries l ON l.payment_id = p.id
        WHERE (p.status IN {POSTED}) <> (l.id IS NOT NULL) ORDER BY p.id""",
        lambda row, status, entry: (
            f"payment {row} is {status}, and has "
            + ("no ledger entry" if entry is None else f"the ledger entry {entry}")
        ),
    ),
    Rule(
        "a payment and its ledger entry agree on contract, signed amount and balance_after",
        f"""SELECT p.id, l.id, {SIGNED}, l.amount FROM payments p JOIN ledger_entries l ON l.payment_id = p.id
        WHERE p.status IN {POSTED} AND (l.contract_id <> p.contract_id OR l.amount <> {SIGNED}
        OR l.balance_after <> p.balance_after) ORDER BY p.id""",
        lambda row, entry, signed, amount: (
            f"payment {row} ({_money(signed)}) and its ledger entry {entry} ({_money(amount)}) disagree"
        ),
    ),
    Rule(
        "refunds give back what their payment says, and all of one that is refunded",
        """SELECT p.id, p.status, p.refunded_amount, coalesce(SUM(r.amount), 0)
        FROM payments p LEFT JOIN payments r ON r.refund_of_id = p.id
        WHERE p.status IN ('success', 'refunded') OR p.refunded_amount <> 0 OR r.id IS NOT NULL
        GROUP BY p.id, p.status, p.amount, p.refunded_amount
        HAVING p.refunded_amount <> coalesce(SUM(r.amount), 0)
        OR (p.status = 'refunded') <> (p.refunded_amount <> 0 AND p.refunded_amount = p.amount) ORDER BY p.id""",
        lambda row, status, kept, given: (
            f"payment {row} is {status}, {_money(kept)} of it refunded, and its refunds are {_money(given)}"
        ),
    ),
    Rule(
        "a refund is a successful one, of the same contract as the payment that it gives back",
        """SELECT r.id, r.status, r.transaction_type, p.id FROM payments r JOIN payments p ON p.id = r.refund_of_id
        WHERE r.contract_id <> p.contract_id OR r.transaction_type <> 'refund' OR r.status <> 'success'
        ORDER BY r.id""",
        lambda row, status, kind, payment: f"payment {row}, a {status} {kind}, gives payment {payment} back",
    ),
)

LIFECYCLES: Final = (
    Rule(
        "a SIM in a contract is in the contract's state, or blocked",
        """SELECT s.id, s.status, c.id, c.status FROM sims s JOIN contracts c ON c.id = s.contract_id
        WHERE c.status NOT IN ('active', 'suspended') OR (s.status <> 'blocked' AND s.status <> c.status)
        ORDER BY s.id""",
        lambda row, status, contract, state: f"SIM {row} is {status} in contract {contract}, which is {state}",
    ),
    Rule(
        "the history of bindings says of each SIM in which contract it is, and with which number",
        """SELECT coalesce(s.id, b.sim_id), s.contract_id, b.contract_id FROM (
            SELECT id, contract_id, msisdn FROM sims WHERE contract_id IS NOT NULL
        ) s FULL JOIN (SELECT sim_id, contract_id, msisdn FROM sim_bindings WHERE until IS NULL) b
        ON b.sim_id = s.id AND b.contract_id = s.contract_id AND b.msisdn = s.msisdn
        WHERE s.id IS NULL OR b.sim_id IS NULL ORDER BY 1""",
        lambda row, contract, bound: f"SIM {row} is in contract {contract}, but by the history of bindings in {bound}",
        sqlite="""SELECT id, contract_id, NULL FROM sims s WHERE contract_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM sim_bindings b WHERE b.until IS NULL AND b.sim_id = s.id AND b.contract_id = s.contract_id
            AND b.msisdn = s.msisdn)
        UNION ALL SELECT sim_id, NULL, contract_id FROM sim_bindings b WHERE until IS NULL AND NOT EXISTS (
            SELECT 1 FROM sims s WHERE s.id = b.sim_id AND s.contract_id = b.contract_id AND s.msisdn = b.msisdn)
        ORDER BY 1""",
    ),
    Rule(
        "a customer who is not active has no active contract",
        """SELECT k.id, k.status, c.id FROM customers k JOIN contracts c ON c.customer_id = k.id
        WHERE k.status <> 'active' AND c.status = 'active' ORDER BY c.id""",
        lambda row, status, contract: f"customer {row} is {status}, but contract {contract} is active",
    ),
    Rule(
        "a contract suspended because of its customer has one who is not active",
        """SELECT c.id, k.id FROM contracts c JOIN customers k ON k.id = c.customer_id
        WHERE c.suspension_reason = 'customer' AND k.status = 'active' ORDER BY c.id""",
        lambda row, customer: f"contract {row} is suspended because of customer {customer}, who is active",
    ),
    Rule(
        "a contract on a prepaid tariff has no credit limit",
        """SELECT c.id, c.credit_limit, t.name FROM contracts c JOIN tariffs t ON t.id = c.tariff_id
        WHERE t.tariff_type = 'prepaid' AND c.credit_limit <> 0 ORDER BY c.id""",
        lambda row, limit, tariff: f"contract {row}: credit limit {_money(limit)} on the prepaid tariff {tariff!r}",
    ),
    Rule(
        "a ticket about a contract is of the contract's customer",
        """SELECT t.id, t.customer_id, c.id, c.customer_id FROM tickets t JOIN contracts c ON c.id = t.contract_id
        WHERE t.customer_id <> c.customer_id ORDER BY t.id""",
        lambda row, customer, contract, owner: (
            f"ticket {row} of customer {customer} is about contract {contract} of customer {owner}"
        ),
    ),
)

_GAPS: Final = """WITH months AS (
            SELECT contract_id, period_end, lead(period_start) OVER (PARTITION BY contract_id ORDER BY period_start)
            AS following FROM charge_periods)
        SELECT c.id, m.period_end, coalesce(m.following, c.next_billing_date)
        FROM months m JOIN contracts c ON c.id = m.contract_id
        WHERE coalesce(m.following, c.next_billing_date) > {after} AND NOT EXISTS (
            SELECT 1 FROM audit_events e WHERE e.entity = 'ctr' AND e.entity_id = c.id AND (
                e.action = 'resume' AND {due} = {begins} OR e.action = 'change_tariff' AND {anchor} = {begins}))
        ORDER BY c.id, m.period_end"""
"""Days between two months are in none where the contract was not served: a resumption says from when it was again. A
change of tariff on the spot, while a month is unpaid in its grace, begins anew too."""

BILLING: Final = (
    Rule(
        "no month of a contract is missing, but for the time in which it was not served",
        _GAPS.format(
            after="m.period_end + 1",
            begins="coalesce(m.following, c.next_billing_date)::text",
            due="e.changes -> 'next_billing_date' ->> 1",
            anchor="e.changes -> 'anchor_date' ->> 1",
        ),
        lambda row, settled, begins: f"contract {row} is settled until {settled}, and then from {begins} on",
        sqlite=_GAPS.format(
            after="date(m.period_end, '+1 day')",
            begins="coalesce(m.following, c.next_billing_date)",
            due="json_extract(e.changes, '$.next_billing_date[1]')",
            anchor="json_extract(e.changes, '$.anchor_date[1]')",
        ),
    ),
    Rule(
        "no two settled months of a contract overlap",
        """SELECT p.contract_id, p.period_start, q.period_start FROM charge_periods p JOIN charge_periods q
        ON q.contract_id = p.contract_id AND q.period_start > p.period_start AND q.period_start <= p.period_end
        ORDER BY 1, 2""",
        lambda row, first, second: f"contract {row}: the months of {first} and {second} overlap",
    ),
    Rule(
        "what is settled of a contract ends before its next billing date",
        """SELECT c.id, c.next_billing_date, max(p.period_end) FROM contracts c
        JOIN charge_periods p ON p.contract_id = c.id WHERE c.status IN ('active', 'suspended')
        GROUP BY c.id, c.next_billing_date HAVING max(p.period_end) >= c.next_billing_date ORDER BY c.id""",
        lambda row, due, settled: f"contract {row} is due on {due}, but settled until {settled}",
    ),
    Rule(
        "a charged month's payment is successful, of its contract and amount",
        """SELECT p.id, p.contract_id, y.id FROM charge_periods p JOIN payments y ON y.id = p.payment_id
        WHERE y.status <> 'success' OR y.contract_id <> p.contract_id OR y.amount <> p.amount
        OR y.transaction_type <> 'charge' ORDER BY p.id""",
        lambda row, contract, payment: f"month {row} of contract {contract}: its payment {payment} is of another kind",
    ),
    Rule(
        "a charged month costs what its terms say",
        """SELECT p.id, p.contract_id, p.amount, t.monthly_fee FROM charge_periods p
        JOIN tariff_terms t ON t.id = p.terms_id WHERE p.status = 'charged' AND p.amount <> t.monthly_fee
        ORDER BY p.id""",
        lambda row, contract, amount, fee: (
            f"month {row} of contract {contract} costs {_money(amount)}, its terms say {_money(fee)}"
        ),
    ),
    Rule(
        "a payment pays for one month",
        """SELECT payment_id, count(*) FROM charge_periods WHERE payment_id IS NOT NULL
        GROUP BY payment_id HAVING count(*) > 1 ORDER BY payment_id""",
        lambda payment, months: f"payment {payment} pays for {months} months",
    ),
    Rule(
        "no balance is under its floor, a promise included",
        """SELECT id, balance, credit_limit, promised_amount FROM contracts
        WHERE balance < -(credit_limit + promised_amount) ORDER BY id""",
        lambda row, balance, limit, promised: (
            f"contract {row}: balance {_money(balance)}, credit limit {_money(limit)}, promised {_money(promised)}"
        ),
    ),
    Rule(
        "a promise has an amount and a last day, and is of a contract that owes or is served",
        """SELECT id, status, promised_amount, promised_until FROM contracts
        WHERE (promised_amount > 0) <> (promised_until IS NOT NULL)
        OR promised_amount > 0 AND (status = 'draft' OR status = 'terminated' AND balance >= 0) ORDER BY id""",
        lambda row, status, promised, until: (
            f"contract {row}, which is {status}, has a promise of {_money(promised)} until {until or 'no day'}"
        ),
    ),
    Rule(
        "scheduled changes refer to what exists: a tariff and a day, terms of the contract's tariff and a day",
        """SELECT c.id, c.scheduled_tariff_id, c.scheduled_on, c.reprice_terms_id, c.reprice_on FROM contracts c
        LEFT JOIN tariffs t ON t.id = c.scheduled_tariff_id LEFT JOIN tariff_terms r ON r.id = c.reprice_terms_id
        WHERE (t.id IS NULL) <> (c.scheduled_on IS NULL) OR (r.id IS NULL) <> (c.reprice_on IS NULL)
        OR r.tariff_id <> c.tariff_id ORDER BY c.id""",
        lambda row, tariff, on, terms, reprice: (
            f"contract {row} is to have the tariff {tariff} on {on}, the terms {terms} on {reprice}"
        ),
    ),
    Rule(
        "a contract's terms are of its tariff",
        """SELECT c.id, c.tariff_id, c.terms_id FROM contracts c JOIN tariff_terms t ON t.id = c.terms_id
        WHERE t.tariff_id <> c.tariff_id ORDER BY c.id""",
        lambda row, tariff, terms: f"contract {row} on tariff {tariff} has the terms {terms} of another",
    ),
    Rule(
        "changes of tariff wait for contracts that are served only",
        """SELECT id, status FROM contracts
        WHERE status IN ('draft', 'terminated') AND (scheduled_on IS NOT NULL OR reprice_on IS NOT NULL) ORDER BY id""",
        lambda row, status: f"contract {row} is {status}, and a change of tariff waits for it",
    ),
)

WEBHOOKS: Final = (
    Rule(
        "no webhook stands beyond the end of the journal",
        """SELECT w.id, w.position, e.last FROM webhooks w CROSS JOIN (
        SELECT COALESCE(MAX(id), 0) AS last FROM audit_events) e WHERE w.position > e.last ORDER BY w.id""",
        lambda row, position, last: (
            f"webhook {row} stands behind event {position}, but the last one is {last}: replay it"
        ),
    ),
    Rule(
        "of an entity's events that wait for a webhook the first is tried",
        """SELECT d.webhook_id, d.event_id FROM webhook_deliveries d
        WHERE d.status = 'waiting' AND d.next_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM webhook_deliveries e WHERE e.webhook_id = d.webhook_id AND e.entity = d.entity
            AND e.entity_id = d.entity_id AND e.status = 'waiting' AND e.event_id < d.event_id
        ) ORDER BY d.webhook_id, d.event_id""",
        lambda row, event: f"webhook {row}: event {event} waits, and is never tried: redeliver it",
    ),
    Rule(
        "every webhook has a secret that signs",
        """SELECT id FROM webhooks WHERE NOT EXISTS (
        SELECT 1 FROM webhook_secrets s WHERE s.webhook_id = webhooks.id AND s.expires_at IS NULL) ORDER BY id""",
        lambda row: f"webhook {row} has no secret that signs: rotate it",
    ),
)

KEEPING: Final = (
    Rule(
        "there is an active admin, once there are users",
        f"""SELECT COUNT(*) FROM users HAVING COUNT(*) > 0
        AND COUNT(CASE WHEN role = '{Role.ADMIN}' AND kind = 'person' AND is_active THEN 1 END) = 0""",
        lambda users: f"none of the {users} users is an active admin",
    ),
    Rule(
        "the tallies say how many rows there are of each kind, and what they add up to",
        wrong(Dialect.POSTGRES),
        lambda table, *rest: (
            f"{table} ({' '.join(key for key in rest[:3] if key)}): the tallies have {int(rest[3]):+d} rows"
            f" and {f'{int(rest[4])} µs' if table == RESOLUTIONS else _money(rest[4])} too much, of {int(rest[5])} rows"
        ),
        sqlite=wrong(Dialect.SQLITE),
    ),
    Rule(
        "no secret is in the journal",
        f"""SELECT id, entity, entity_id FROM audit_events
        WHERE changes ?| ARRAY[{", ".join(f"'{name}'" for name in SECRETS)}] OR changes::text LIKE '%$argon2%'
        ORDER BY id""",
        lambda row, entity, entity_id: f"event {row} of {entity}_{entity_id} tells a secret",
        sqlite=f"""SELECT id, entity, entity_id FROM audit_events
        WHERE {" OR ".join(f"json_type(changes, '$.{name}') IS NOT NULL" for name in SECRETS)}
        OR changes LIKE '%$argon2%' ORDER BY id""",
    ),
    Rule(
        "ids that were given are not given again",
        " UNION ALL ".join(
            f"SELECT '{table}', MAX(id), pg_sequence_last_value(pg_get_serial_sequence('{table}', 'id')) FROM {table}"
            f" HAVING MAX(id) > COALESCE(pg_sequence_last_value(pg_get_serial_sequence('{table}', 'id')), 0)"
            for table in COUNTED
        ),
        lambda table, last, given: f"{table}: the last id is {last}, but the next would follow {given}",
        sqlite=" UNION ALL ".join(
            f"SELECT '{table}', MAX(id), (SELECT seq FROM sqlite_sequence WHERE name = '{table}') FROM {table}"
            f" HAVING MAX(id) > COALESCE((SELECT seq FROM sqlite_sequence WHERE name = '{table}'), 0)"
            for table in COUNTED
        ),
    ),
)

RULES: Final = (*LEDGER, *LIFECYCLES, *BILLING, *WEBHOOKS, *KEEPING)

SQLITE_RULES: Final = (
    Rule(
        "no row refers to one that is not there",
        'SELECT "table", rowid, parent FROM pragma_foreign_key_check ORDER BY 1, 2',
        lambda table, row, parent: f"{table} {row} refers to one of {parent} that does not exist",
    ),
    Rule(
        "the full text knows every row, and no other",
        " UNION ALL ".join(
            f"SELECT '{table}', id, NULL FROM {table} WHERE id NOT IN (SELECT id FROM {table}_search_docsize)"
            f" UNION ALL SELECT '{table}', NULL, id FROM {table}_search_docsize"
            f" WHERE id NOT IN (SELECT id FROM {table})"
            for table in SEARCHED
        ),
        lambda table, row, document: (
            f"{table} {row} cannot be found by search"
            if document is None
            else f"{table} {document} is found, but is gone"
        ),
    ),
)
"""What PostgreSQL holds by itself."""
