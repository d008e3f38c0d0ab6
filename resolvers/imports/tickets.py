"""Tickets from a file: known again by whose they are and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from models.imports import Imported
from models.texts import composed, trimmed
from models.tickets import Ticket
from resolvers.imports.kind import ImportKind, columns_of
from resolvers.imports.making import Maker, made_or_changed
from resolvers.imports.references import (
    OF_CONTRACTS,
    OF_CUSTOMERS,
    contract_of,
    customer_of,
    locate_contracts,
    locate_customers,
)
from resolvers.tickets import TicketInput, create_ticket, update_ticket
from resolvers.write.unit_of_work import Lock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.entity import Entity
    from models.imports import RowOutcome
    from resolvers.imports.kind import ReadRow
    from resolvers.imports.known import Known
    from resolvers.write.unit_of_work import Work

MAKER: Final = Maker(Ticket, create_ticket, update_ticket)
_NAMES: Final = frozenset({"customer", "customer_document_number", "customer_document_type", "customer_phone"})


async def _locate(work: Work, rows: Sequence[ReadRow], known: Known) -> None:
    await locate_customers(work, rows, known)
    await locate_contracts(work, rows, known, Lock.SHARE)


async def _bring_in(work: Work, row: ReadRow, known: Known) -> tuple[Entity, RowOutcome]:
    raw: dict[str, Any] = {name: one for name, one in row.raw.items() if name not in {"customer", "contract"}}
    raw["customer"], _ = await customer_of(work, row, known)
    contract_id = contract_of(row, known)
    if contract_id is not None:
        raw["contract"] = contract_id
    target = await _same(work, raw)
    return await made_or_changed(work, row, known, target, MAKER, given=raw)


async def _same(work: Work, raw: dict[str, Any]) -> int | None:
    """The ticket of the customer that says the same."""
    subject, description = (trimmed(composed(str(raw.get(name, "")))) for name in ("subject", "description"))
    told = (raw["customer"], subject, description)
    for one in work.tracked.values():
        ticket = one.row
        if isinstance(ticket, Ticket) and (ticket.customer_id, ticket.subject, ticket.description) == told:
            return ticket.id
    sql = "SELECT id FROM tickets WHERE customer_id = $1 AND subject = $2 AND description = $3 ORDER BY id LIMIT 1"
    found = await work.tx.fetch(sql, list(told))
    return found[0][0] if found else None


TICKETS: Final = ImportKind(
    Imported.TICKETS,
    Ticket,
    (
        *(one for one in OF_CUSTOMERS if one.name in _NAMES),
        *OF_CONTRACTS,
        *(one for one in columns_of(TicketInput) if one.name not in {"customer", "contract"}),
    ),
    ("customer",),
    _locate,
    _bring_in,
)
