"""Payments and their ledger at scale, in the order of time, so that every balance is the sum of what came before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import log
from typing import TYPE_CHECKING, Final

from abonent.seed import names
from abonent.seed.rows import LedgerRow, PaymentRow
from abonent.seed.world import SPAN
from models.entity import search_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from abonent.seed.world import Line, World

UNSETTLED: Final = SPAN * 0.99
"""Since when payments may still be waiting."""
METHODS: Final = ("cash", "card", "bank_transfer", "mobile_payment", "auto_payment", "terminal", "system")
STEPS: Final = 6
"""Newton's, from one payment's moment to the next: far more than enough."""
PICKS: Final = 8
"""How often a contract is drawn that may not have been served at the time, before the first one is taken."""


@dataclass(slots=True)
class Cashier:
    """Makes payments one after the other and keeps the balances."""

    world: World
    payment_id: int
    ledger_id: int

    def pair(self, since: timedelta, room: int) -> Iterator[tuple[PaymentRow, LedgerRow | None]]:
        """A payment at that time and its ledger entry; its refund too, now and then, while there is `room` for two."""
        place = self._served(since)
        line, chance = self.world.lines[place], self.world.random
        kind, amount = self._what(line)
        status = self._fate(since)
        refunded = kind == "payment" and status == "success" and room > 1 and chance.random() < 0.02
        original = self.payment_id
        yield self._payment(place, since, kind=kind, amount=amount, status="refunded" if refunded else status)
        if refunded:
            later = since + timedelta(seconds=20)
            yield self._payment(place, later, kind="refund", amount=amount, status="success", refund_of=original)

    def _served(self, since: timedelta) -> int:
        """The place of a contract that was served at that time; the shorter it is served, the more often it pays."""
        world = self.world
        before_now = 1 - since / SPAN
        for _ in range(PICKS):
            begins = 1 - before_now ** world.random.random()
            place = min(len(world.lines) - 1, int(len(world.lines) * begins / 0.98))
            line = world.lines[place]
            if line.begins <= since < line.ends:
                return place
        return 0

    def _what(self, line: Line) -> tuple[str, int]:
        """Its type and amount: what the balance allows."""
        chance = self.world.random
        draw, amount = chance.random(), 100 * int(5 + chance.random() * 1_500)
        if draw < 0.45 and line.balance - amount >= line.floor:
            return "charge", amount
        if draw > 0.985:
            small = amount // 10
            return "correction", -small if draw > 0.9925 and line.balance - small >= line.floor else small
        return "payment", amount

    def _fate(self, since: timedelta) -> str:
        draw = self.world.random.random()
        if since >= UNSETTLED and draw < 0.6:
            return "pending" if draw < 0.45 else "processing"
        return "success" if draw < 0.94 else "failed" if draw < 0.97 else "cancelled"

    def _payment(
        self, place: int, since: timedelta, *, kind: str, amount: int, status: str, refund_of: int | None = None
    ) -> tuple[PaymentRow, LedgerRow | None]:
        world, line, at = self.world, self.world.lines[place], self.world.at(since)
        number = f"TXN-{world.random.getrandbits(64):016X}"
        description = names.PAID_FOR[int(world.random.random() * len(names.PAID_FOR))]
        entry = self._post(place, kind, amount, at) if status in {"success", "refunded"} else None
        row = PaymentRow(
            id=self.payment_id,
            created_at=at,
            updated_at=at,
            contract_id=world.first["contracts"] + place,
            transaction_type=kind,
            amount=amount,
            payment_method=METHODS[int(world.random.random() * len(METHODS))],
            transaction_id=number,
            description=description,
            status=status,
            balance_after=entry and entry.balance_after,
            payment_date=at,
            processed_at=at if entry else None,
            processed_by_id=entry and entry.actor_id,
            refund_of_id=refund_of,
            refunded_amount=amount if status == "refunded" else 0,
            search=search_text((number, description, line.number)),
        )
        self.payment_id += 1
        return row, entry

    def _post(self, place: int, kind: str, amount: int, at: datetime) -> LedgerRow:
        line = self.world.lines[place]
        signed = -amount if kind in {"charge", "refund"} else amount
        line.balance += signed
        self.ledger_id += 1
        return LedgerRow(
            id=self.ledger_id - 1,
            contract_id=self.world.first["contracts"] + place,
            payment_id=self.payment_id,
            amount=signed,
            balance_after=line.balance,
            actor_id=self.world.staff[self.payment_id % len(self.world.staff)],
            created_at=at,
        )


def money_rows(world: World) -> Iterator[tuple[PaymentRow, LedgerRow | None]]:
    """Twenty payments a customer, refunds among them, each with its ledger entry if it has posted."""
    total = 20 * world.scale
    cashier = Cashier(world, world.first["payments"], world.first["ledger_entries"])
    made, since = 0, 0.5
    while made < total:
        since = _moment((made + 0.5) / total, since)
        for pair in cashier.pair(SPAN * since, total - made):
            yield pair
            made += 1


def _moment(share: float, near: float) -> float:
    """When, as a part of the span, such a share of all payments has been made; `near` is the moment before it.

    Contracts begin evenly over the span, and the newest shall have as many payments as the oldest: one begun at b pays
    1 / (1 - b) as often, and all that have begun before u together -ln(1 - u), of which this is the integral's inverse.
    """
    u = near
    for _ in range(STEPS):
        u = min(0.999_999, max(1e-6, u + (share - (u + (1 - u) * log(1 - u))) / -log(1 - u)))
    return u
