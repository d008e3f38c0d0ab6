"""Every rule that spans rows (contract §1–2), each as a query of its own that finds what breaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.texts import fold

if TYPE_CHECKING:
    from models.database import Reader

BREACHES = {
    "a balance is the sum of its ledger": """
        SELECT c.id, c.balance FROM contracts c
        WHERE c.balance <> (SELECT COALESCE(SUM(l.amount), 0) FROM ledger_entries l WHERE l.contract_id = c.id)
    """,
    "each entry's balance is the one before it and its own amount": """
        SELECT l.id FROM ledger_entries l
        WHERE l.balance_after <> (
            SELECT SUM(e.amount) FROM ledger_entries e WHERE e.contract_id = l.contract_id AND e.id <= l.id
        )
    """,
    "no balance is under its floor": "SELECT id FROM contracts WHERE balance < -credit_limit",
    "a prepaid contract has no credit": """
        SELECT c.id FROM contracts c JOIN tariffs t ON t.id = c.tariff_id
        WHERE t.tariff_type = 'prepaid' AND c.credit_limit <> 0
    """,
    "a posted payment has one entry, of its amount, sign and contract": """
        SELECT p.id FROM payments p
        WHERE (SELECT COUNT(*) FROM ledger_entries l WHERE l.payment_id = p.id)
            <> CASE WHEN p.status IN ('success', 'refunded') THEN 1 ELSE 0 END
        UNION ALL
        SELECT p.id FROM payments p JOIN ledger_entries l ON l.payment_id = p.id
        WHERE l.contract_id <> p.contract_id OR l.balance_after <> p.balance_after
            OR l.amount <> CASE WHEN p.transaction_type IN ('charge', 'refund') THEN -p.amount ELSE p.amount END
    """,
    "refunds give back what their payment says, and all of one that is refunded": """
        SELECT p.id FROM payments p WHERE p.refunded_amount <> (
            SELECT COALESCE(SUM(r.amount), 0) FROM payments r
            WHERE r.refund_of_id = p.id AND r.contract_id = p.contract_id
                AND r.status = 'success' AND r.transaction_type = 'refund'
        ) OR (p.status = 'refunded') <> (p.refunded_amount <> 0 AND p.refunded_amount = p.amount)
    """,
    "a SIM is in step with its contract": """
        SELECT s.id FROM sims s LEFT JOIN contracts c ON c.id = s.contract_id
        WHERE NOT (
            s.status = 'active' AND c.status = 'active'
            OR s.status = 'suspended' AND c.status = 'suspended'
            OR s.status = 'blocked' AND (c.id IS NULL OR c.status IN ('active', 'suspended'))
            OR s.status IN ('free', 'closed') AND c.id IS NULL
        ) OR s.status IN ('active', 'suspended') AND c.id IS NULL
    """,
    "a contract has one SIM at most": """
        SELECT contract_id FROM sims WHERE contract_id IS NOT NULL GROUP BY contract_id HAVING COUNT(*) > 1
    """,
    "only active customers are served, and none of them is kept waiting": """
        SELECT c.id FROM contracts c JOIN customers u ON u.id = c.customer_id
        WHERE c.status = 'active' AND u.status <> 'active'
            OR c.suspension_reason = 'customer' AND u.status = 'active'
    """,
    "dates are those of the state": """
        SELECT id FROM contracts
        WHERE (status IN ('active', 'suspended')) <> (next_billing_date IS NOT NULL)
            OR (status = 'terminated') <> (termination_date IS NOT NULL)
            OR (status = 'suspended') <> (suspension_reason IS NOT NULL)
            OR status = 'draft' AND activation_date IS NOT NULL
    """,
    "a ticket's contract is its customer's": """
        SELECT t.id FROM tickets t JOIN contracts c ON c.id = t.contract_id WHERE c.customer_id <> t.customer_id
    """,
}


async def breaches(reader: Reader) -> dict[str, list[tuple[object, ...]]]:
    """The rules that are broken, and the rows that break them."""
    found = {rule: [tuple(row) for row in await reader.fetch(sql)] for rule, sql in BREACHES.items()}
    found["contracts and tickets are found by their customer's names"] = await _unfindable(reader)
    return {rule: rows for rule, rows in found.items() if rows}


async def _unfindable(reader: Reader) -> list[tuple[object, ...]]:
    rows: list[tuple[str, int, str, str]] = []
    for table in ("contracts", "tickets"):
        rows += await reader.fetch(
            f"SELECT '{table}', o.id, o.search, u.last_name FROM {table} o JOIN customers u ON u.id = o.customer_id"
        )
    return [(table, row_id) for table, row_id, search, name in rows if fold(name) not in search.split("\n")]
