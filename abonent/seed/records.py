"""Tickets and the journal at scale."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import orjson

from abonent.seed import names
from abonent.seed.rows import ContractRow, CustomerRow, EventRow, TicketRow
from abonent.seed.world import SPAN, called
from models.contracts import Contract
from models.customers import Customer
from models.entity import search_text
from models.tickets import OPEN, TicketPriority
from resolvers.value_kinds import hundredths_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from abonent.seed.world import World
    from models.settings import Settings

RECENT: Final = SPAN - timedelta(days=12)
"""Open tickets are no older, so that some are overdue, and some are not."""
MONEY: Final = ("credit_limit", "balance")


def ticket_rows(world: World, settings: Settings) -> Iterator[TicketRow]:
    """One ticket for every second customer, in the order of time."""
    chance = world.random
    states = [
        chance.choices(("new", "in_progress", "waiting", "resolved", "closed"), (12, 15, 8, 25, 40))[0]
        for _ in range(world.scale // 2)
    ]
    opened = sorted((world.some_time(RECENT if state in OPEN else SPAN * 0.1, SPAN), state) for state in states)
    for row_id, (since, state) in enumerate(opened, world.first["tickets"]):
        yield _ticket(world, row_id, since, state, settings)


def _ticket(world: World, row_id: int, since: timedelta, state: str, settings: Settings) -> TicketRow:
    chance, at = world.random, world.at(since)
    known = max(1, int(world.scale * min(1.0, since / (SPAN * 0.98))))
    customer = world.customers[chance.randrange(known)]
    place = 2 * (customer.id - world.first["customers"]) + chance.randrange(2)
    category, subject, text = chance.choice(names.TROUBLES)
    priority = chance.choices(list(TicketPriority), (30, 45, 18, 7))[0]
    assigned = state != "new" or chance.random() < 0.2
    done = min(at + timedelta(hours=1 + chance.random() * 60), world.today)
    return TicketRow(
        id=row_id,
        created_at=at,
        updated_at=done if state in {"resolved", "closed"} else at,
        customer_id=customer.id,
        contract_id=world.first["contracts"] + place if chance.random() < 0.7 else None,
        subject=subject,
        description=text,
        category=category,
        priority=priority.value,
        status=state,
        notes=None,
        resolution="Решено" if state in {"resolved", "closed"} else None,
        assigned_to_id=chance.choice(world.staff) if assigned else None,
        created_by_id=chance.choice(world.staff),
        due_at=at + timedelta(hours=settings.due_hours[priority]),
        first_response_due_at=at + timedelta(hours=settings.first_response_hours[priority]),
        first_response_at=done if state in {"resolved", "closed"} else None,
        assigned_at=at + timedelta(minutes=10) if assigned else None,
        resolved_at=done if state in {"resolved", "closed"} else None,
        closed_at=done if state == "closed" else None,
        search=search_text((subject, text, *called(customer))),
    )


def event_rows(world: World, rows: Iterable[CustomerRow | ContractRow], first_id: int) -> Iterator[EventRow]:
    """The journal's word for how each of these came to be; what became of them since is not told one by one."""
    for row_id, row in enumerate(rows, first_id):
        model = Customer if isinstance(row, CustomerRow) else Contract
        yield EventRow(
            id=row_id,
            entity=model.prefix,
            entity_id=row.id,
            action="create",
            actor_id=world.staff[row.id % len(world.staff)],
            request_id=f"seed-{row_id}",
            changes=orjson.dumps(_changes(row, model.unjournaled)).decode(),
            reason=None,
            created_at=row.created_at,
        )


def _changes(row: CustomerRow | ContractRow, hidden: frozenset[str]) -> dict[str, list[object]]:
    facts = row._asdict()
    return {
        name.removesuffix("_id"): [None, _shown(name, value)]
        for name, value in facts.items()
        if name not in hidden and value is not None
    }


def _shown(name: str, value: Any) -> object:
    if name in MONEY:
        return hundredths_text(value)
    return value.isoformat() if isinstance(value, date | datetime) else value
