"""Statistics of each entity, exact at the moment of asking (contract §4): one statement each, for both doors.

The database answers a few dozen rows, most of them from the tallies (`models.tallies`), so that nothing is counted
when somebody asks; what is counted by what is put together from them here. Averages are rounded half up to two places.
Where there is nothing to take it of, an average of money is `"0.00"`, and that of times is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from models.contracts import ContractStatus
from models.customers import CustomerStatus, CustomerType, DocumentType
from models.payments import PaymentMethod, PaymentStatus, TransactionType
from models.sims import SimStatus
from models.tallies import RESOLUTIONS
from models.tariffs import TariffType
from models.tickets import OPEN, TicketCategory, TicketPriority, TicketStatus
from resolvers.clock import now
from resolvers.value_kinds import hundredths_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from enum import StrEnum

    from models.database import Reader

Rows = list[tuple[Any, ...]]


async def statistics(reader: Reader, typename: str) -> dict[str, Any]:
    """The entity's statistics in JSON's own types, keys in snake_case and in the documented order.

    Counts are whole numbers, `by_…` a dict with a count for every value, money strings, `avg_resolution_time` seconds.
    """
    asked = _STATISTICS[typename]
    parameters = [now()] if "$1" in asked.sql else []
    return asked.told(await reader.fetch(asked.sql, parameters))


@dataclass(frozen=True, slots=True)
class _Statistics:
    """How they are asked of the database, with the present moment as `$1` where it matters, and told of its rows."""

    sql: str
    told: Callable[[Rows], dict[str, Any]]


def _tally(choices: type[StrEnum], rows: Iterable[Sequence[Any]], column: int, count: int) -> dict[str, int]:
    """How many there are of each choice, none included, in their listed order."""
    tally = {choice.value: 0 for choice in choices}
    for row in rows:
        tally[row[column]] += int(row[count])
    return tally


def _sum(rows: Iterable[Sequence[Any]], column: int) -> int:
    return sum(int(row[column]) for row in rows)


def _average(total: int, count: int) -> str:
    """Of amounts in hundredths."""
    return hundredths_text(int(_half_up(Decimal(total) / count, "1"))) if count else "0.00"


def _half_up(value: Decimal, place: str) -> Decimal:
    return value.quantize(Decimal(place), ROUND_HALF_UP)


def _tallied(table: str) -> str:
    """How many rows there are of each kind, and what they add up to."""
    return f"SELECT key1, key2, key3, sum(number), sum(amount) FROM tallies WHERE counted = '{table}' GROUP BY 1, 2, 3"


_CUSTOMERS = _tallied("customers")


def _customers(rows: Rows) -> dict[str, Any]:
    return {
        "total": _sum(rows, 3),
        **_tally(CustomerStatus, rows, 0, 3),
        "by_document_type": _tally(DocumentType, rows, 1, 3),
        "by_customer_type": _tally(CustomerType, rows, 2, 3),
    }


_SIMS = _tallied("sims")


def _sims(rows: Rows) -> dict[str, Any]:
    return {"total": _sum(rows, 3), **_tally(SimStatus, rows, 0, 3)}


_TARIFFS = "SELECT is_active, tariff_type, count(*), sum(monthly_fee) FROM tariffs GROUP BY 1, 2"


def _tariffs(rows: Rows) -> dict[str, Any]:
    total, active = _sum(rows, 2), _sum([row for row in rows if row[0]], 2)
    return {
        "total": total,
        "active": active,
        "inactive": total - active,
        "avg_monthly_fee": _average(_sum(rows, 3), total),
        "by_type": _tally(TariffType, rows, 1, 2),
    }


_CONTRACTS = _tallied("contracts")


def _contracts(rows: Rows) -> dict[str, Any]:
    active = [row for row in rows if row[0] == ContractStatus.ACTIVE]
    return {
        "total": _sum(rows, 3),
        **_tally(ContractStatus, rows, 0, 3),
        "total_balance": hundredths_text(_sum(rows, 4)),
        "avg_balance": _average(_sum(active, 4), _sum(active, 3)),
    }


_IN, _OUT = "in", "out"
"""Stand in place of a status in the rows that sum up the ledger."""
_PAYMENTS = f"{_tallied('payments')} UNION ALL {_tallied('ledger_entries')}"


def _payments(rows: Rows) -> dict[str, Any]:
    payments = [row for row in rows if row[0] not in {_IN, _OUT}]
    deposits, deductions = (_sum([row for row in rows if row[0] == way], 4) for way in (_IN, _OUT))
    paid = [row for row in payments if (row[0], row[1]) == (PaymentStatus.SUCCESS, TransactionType.PAYMENT)]
    return {
        "total": _sum(payments, 3),
        **_tally(PaymentStatus, payments, 0, 3),
        "total_amount": hundredths_text(_sum(paid, 4)),
        "avg_payment": _average(_sum(paid, 4), _sum(paid, 3)),
        "by_method": _tally(PaymentMethod, paid, 2, 3),
        "deposits": hundredths_text(deposits),
        "deductions": hundredths_text(-deductions),
    }


_OPEN = ", ".join(f"'{status}'" for status in OPEN)


_UNASSIGNED, _OVERDUE, _RESOLVED = "unassigned", "overdue", "resolutions"
"""Stand in place of a status in the rows that count, by index, what no tally tells, and in that of the resolutions."""
_TICKETS = f"""{_tallied("tickets")}
UNION ALL SELECT '{_UNASSIGNED}', '', '', count(*), 0 FROM tickets
    WHERE assigned_to_id IS NULL AND status IN ({_OPEN})
UNION ALL SELECT '{_OVERDUE}', '', '', count(*), 0 FROM tickets WHERE due_at < $1 AND status IN ({_OPEN})
UNION ALL SELECT '{_RESOLVED}', '', '', coalesce(sum(number), 0), coalesce(sum(amount), 0)
    FROM tallies WHERE counted = '{RESOLUTIONS}'"""


def _tickets(rows: Rows) -> dict[str, Any]:
    beside = {row[0]: row for row in rows if row[0] in {_UNASSIGNED, _OVERDUE, _RESOLVED}}
    tickets = [row for row in rows if row[0] not in beside]
    resolved, micros = (int(value) for value in beside[_RESOLVED][3:5])
    return {
        "total": _sum(tickets, 3),
        **_tally(TicketStatus, tickets, 0, 3),
        "unassigned": int(beside[_UNASSIGNED][3]),
        "overdue": int(beside[_OVERDUE][3]),
        "by_category": _tally(TicketCategory, tickets, 1, 3),
        "by_priority": _tally(TicketPriority, tickets, 2, 3),
        "avg_resolution_time": float(_half_up(Decimal(micros) / 1_000_000 / resolved, "0.01")) if resolved else None,
    }


_STATISTICS: Mapping[str, _Statistics] = {
    "Customer": _Statistics(_CUSTOMERS, _customers),
    "Sim": _Statistics(_SIMS, _sims),
    "Tariff": _Statistics(_TARIFFS, _tariffs),
    "Contract": _Statistics(_CONTRACTS, _contracts),
    "Payment": _Statistics(_PAYMENTS, _payments),
    "Ticket": _Statistics(_TICKETS, _tickets),
}
