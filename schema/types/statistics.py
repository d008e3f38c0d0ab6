"""Statistics as people see them: what REST's `statistics/` answers, typed."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import strawberry

from resolvers.read.statistics import statistics
from schema.types.enums import CustomerType, DocumentType, PaymentMethod, TariffType, TicketCategory, TicketPriority

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.database import Reader

K = TypeVar("K", bound=Enum)
S = TypeVar("S")


@strawberry.type(description="How many there are of one value of an enum.")
class Count(Generic[K]):
    """How many there are of one value of an enum."""

    key: K = strawberry.field(description="The value that is counted.")
    value: int = strawberry.field(description="How many have it; zero is told too.")


def _count(what: str) -> Any:
    return strawberry.field(description=f"How many {what}.")


@strawberry.type(description="All customers, counted.")
class CustomerStatistics:
    """All customers, counted."""

    total: int = _count("customers there are")
    active: int = _count("are served")
    suspended: int = _count("are not served for a while")
    blocked: int = _count("are barred")
    by_document_type: list[Count[DocumentType]] = _count("have each kind of document")
    by_customer_type: list[Count[CustomerType]] = _count("are persons and how many organizations")


@strawberry.type(description="All SIMs, counted.")
class SimStatistics:
    """All SIMs, counted."""

    total: int = _count("SIMs there are, closed ones included")
    free: int = _count("are in stock")
    active: int = _count("are in service")
    suspended: int = _count("are in suspended contracts")
    blocked: int = _count("are barred")
    closed: int = _count("are written off")


@strawberry.type(description="All tariffs, counted.")
class TariffStatistics:
    """All tariffs, counted."""

    total: int = _count("tariffs there are")
    active: int = _count("take new contracts")
    inactive: int = _count("take no new contracts")
    avg_monthly_fee: Decimal = strawberry.field(description="Mean fee for a month over all tariffs; 0.00 of none.")
    by_type: list[Count[TariffType]] = _count("are prepaid and how many postpaid")


@strawberry.type(description="All contracts, counted, and the money on their accounts.")
class ContractStatistics:
    """All contracts, counted, and the money on their accounts."""

    total: int = _count("contracts there are")
    draft: int = _count("are not in force yet")
    active: int = _count("are in service")
    suspended: int = _count("are without service for a while")
    terminated: int = _count("have ended")
    total_balance: Decimal = strawberry.field(description="Sum of the balances of all contracts.")
    avg_balance: Decimal = strawberry.field(description="Mean balance of the active contracts; 0.00 of none.")


@strawberry.type(description="All payments, counted, and the money that they moved.")
class PaymentStatistics:
    """All payments, counted, and the money that they moved."""

    total: int = _count("payments there are, posted or not")
    pending: int = _count("are entered but not posted")
    processing: int = _count("are with an external provider")
    success: int = _count("have posted and stand")
    failed: int = _count("were given up as failed")
    cancelled: int = _count("were called off")
    refunded: int = _count("have posted and were given back")
    total_amount: Decimal = strawberry.field(description="Sum of the successful payments of type `PAYMENT`.")
    avg_payment: Decimal = strawberry.field(description="Mean of the successful payments of type `PAYMENT`.")
    by_method: list[Count[PaymentMethod]] = _count("successful payments of type `PAYMENT` were made in each way")
    deposits: Decimal = strawberry.field(description="Sum of all postings that added to a balance.")
    deductions: Decimal = strawberry.field(description="Sum of all postings that took from a balance, without sign.")


@strawberry.type(description="All tickets, counted, and how long it took to resolve them.")
class TicketStatistics:
    """All tickets, counted, and how long it took to resolve them."""

    total: int = _count("tickets there are")
    new: int = _count("nobody works on yet")
    in_progress: int = _count("somebody works on")
    waiting: int = _count("wait for something")
    resolved: int = _count("are solved but not closed")
    closed: int = _count("are finished")
    unassigned: int = _count("are open and assigned to nobody")
    overdue: int = _count("are open past their due time")
    by_category: list[Count[TicketCategory]] = _count("are about each kind of trouble")
    by_priority: list[Count[TicketPriority]] = _count("have each urgency")
    avg_resolution_time: float | None = strawberry.field(
        description="Mean seconds from opening to resolution; null while none is resolved."
    )


_CHOICES: Final[Mapping[str, type[Enum]]] = {
    "by_document_type": DocumentType,
    "by_customer_type": CustomerType,
    "by_type": TariffType,
    "by_method": PaymentMethod,
    "by_category": TicketCategory,
    "by_priority": TicketPriority,
}


async def told(reader: Reader, typename: str, kind: type[S]) -> S:
    """The statistics of an entity, in one statement."""
    values = await statistics(reader, typename)
    return kind(**{name: _typed(name, value) for name, value in values.items()})


def _typed(name: str, value: Any) -> Any:
    choices = _CHOICES.get(name)
    return value if choices is None else [Count(key=choices(key), value=number) for key, number in value.items()]
