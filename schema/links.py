"""References between the types, which name each other in circles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from schema.contracts import Contract
    from schema.customers import Customer
    from schema.journal import HistoryEvent, LedgerEntry
    from schema.payments import Payment
    from schema.sims import Sim
    from schema.tariffs import Tariff
    from schema.tickets import Ticket
    from schema.users import Staff, User

CustomerLink = Annotated["Customer", strawberry.lazy("schema.customers")]
SimLink = Annotated["Sim", strawberry.lazy("schema.sims")]
TariffLink = Annotated["Tariff", strawberry.lazy("schema.tariffs")]
ContractLink = Annotated["Contract", strawberry.lazy("schema.contracts")]
PaymentLink = Annotated["Payment", strawberry.lazy("schema.payments")]
TicketLink = Annotated["Ticket", strawberry.lazy("schema.tickets")]
StaffLink = Annotated["Staff", strawberry.lazy("schema.users")]
LedgerEntryLink = Annotated["LedgerEntry", strawberry.lazy("schema.journal")]
HistoryEventLink = Annotated["HistoryEvent", strawberry.lazy("schema.journal")]
UserLink = Annotated["User", strawberry.lazy("schema.users")]
