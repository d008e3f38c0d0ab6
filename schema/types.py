"""The types whose rows people see, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from schema.contracts import Contract
from schema.customers import Customer
from schema.journal import HistoryEvent, LedgerEntry
from schema.payments import Payment
from schema.sims import Sim
from schema.tariffs import Tariff
from schema.tickets import Ticket
from schema.users import Staff, User

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPES: Final[Mapping[str, type]] = {
    "Customer": Customer,
    "Sim": Sim,
    "Tariff": Tariff,
    "Contract": Contract,
    "Payment": Payment,
    "Ticket": Ticket,
    "User": User,
    "Staff": Staff,
    "HistoryEvent": HistoryEvent,
    "LedgerEntry": LedgerEntry,
}
"""The Strawberry type of each table's rows, by its GraphQL name."""
