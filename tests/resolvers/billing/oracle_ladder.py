"""What becomes of a contract by itself, as billing.md has it, in the plainest words: months, fees, the ladder."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from tests.resolvers.billing.oracle_words import (
    DAY,
    MONEY,
    WRONG_STATE,
    Half,
    Month,
    Night,
    Offer,
    Refused,
    Rules,
    after,
    holding,
)

if TYPE_CHECKING:
    from datetime import date


@dataclass
class Served:
    """A contract, its customer and its money, and what becomes of them by themselves."""

    rules: Rules
    offers: list[Offer]
    offer: int
    limit: int = 0
    version: int = 0
    status: str = "draft"
    reason: str | None = None
    customer: str = "active"
    balance: int = 0
    anchor: date | None = None
    due: date | None = None
    months: list[Month] = field(default_factory=list)
    postings: list[int] = field(default_factory=list)
    deposits: list[int] = field(default_factory=list)
    """How much of each payment can still be given back."""
    scheduled: tuple[int, date] | None = None
    reprice: tuple[int, date] | None = None
    promise: int = 0
    promised_until: date | None = None
    postponed_until: date | None = None
    stopped_on: date | None = None
    reminded: tuple[date, int] | None = None
    night: Night = field(default_factory=Night)

    # --- the doors ------------------------------------------------------------------------------------------------

    def do(self, day: date, what: str, *arguments: object) -> str | None:
        """Do something; the code of the refusal, which changes nothing."""
        kept = {name: copy.copy(value) for name, value in vars(self).items() if name not in {"rules", "offers"}}
        kept["months"] = [copy.copy(one) for one in self.months]
        self.night = Night()
        try:
            getattr(self, what)(day, *arguments)
        except Refused as refusal:
            vars(self).update(kept)
            return refusal.code
        return None

    def state(self) -> tuple[object, ...]:
        """All that can be seen of it at once."""
        return (
            self.status,
            self.reason,
            self.balance,
            self.offer,
            self.fee,
            self.limit,
            self.anchor,
            self.due,
            self.scheduled,
            self.reprice and self.reprice[1],
            self.promise,
            self.promised_until,
        )

    # --- small words ----------------------------------------------------------------------------------------------

    @property
    def fee(self) -> int:
        return self.offers[self.offer].fees[self.version]

    @property
    def half(self) -> Half:
        return self.half_of(self.offer)

    def half_of(self, offer: int) -> Half:
        return self.rules.prepaid if self.offers[offer].kind == "prepaid" else self.rules.postpaid

    def limit_with(self, offer: int) -> int:
        return self.limit if self.offers[offer].kind == "postpaid" else 0

    def floor(self, day: date) -> int:
        carried = self.promise if self.promised_until is not None and day <= self.promised_until else 0
        return -self.limit - carried

    def need(self, *states: str) -> None:
        if self.status not in states:
            raise Refused(WRONG_STATE)

    def post(self, day: date, amount: int) -> None:
        """A posting; one that takes money away stops at the floor."""
        if amount < 0 and self.balance + amount < self.floor(day):
            raise Refused(MONEY)
        if self.balance < 0 <= self.balance + amount:
            self.promise, self.promised_until = 0, None
        self.balance += amount
        self.postings.append(amount)

    # --- settling -------------------------------------------------------------------------------------------------

    def settle(self, day: date, *, suspends: bool = True) -> None:
        """Every month that is due, the oldest first."""
        while self.status == "active" and self.due <= day:
            month = self.due
            self.end_promise(month, day, suspends=suspends)
            if self.status != "active":
                return
            self.make_changes(month)
            if month < self.rules.billing_from:
                first = self.anchor
                while first < self.rules.billing_from:
                    first = after(self.anchor, first)
                self.months.append(Month(month, first - DAY, "skipped", 0))
                self.due = first
            elif self.fee == 0 or self.balance - self.fee >= self.floor(month):
                self.charge(month, after(self.anchor, month) - DAY)
            else:
                grace_over = (day - month).days >= self.half.grace
                if suspends and grace_over and not self.is_postponed(day):
                    self.stop(day)
                break
        if self.status == "active":
            self.end_promise(day, day, suspends=suspends)

    def charge(self, start: date, end: date) -> None:
        if self.fee:
            self.post(start, -self.fee)
            self.night.charged += 1
            self.night.amount += self.fee
        else:
            self.night.settled_free += 1
        self.months.append(Month(start, end, "charged", self.fee))
        self.due = end + DAY

    def make_changes(self, day: date) -> None:
        """What is scheduled for a month that begins on that day or earlier."""
        if self.scheduled and self.scheduled[1] <= day:
            offer, _ = self.scheduled
            self.scheduled = None
            if self.offers[offer].active and self.balance >= -self.limit_with(offer) - self.promise:
                self.take(offer)
                return
        if self.reprice and self.reprice[1] <= day:
            self.version, self.reprice = self.reprice[0], None

    def take(self, offer: int) -> None:
        """Another tariff, with its latest terms."""
        self.limit = self.limit_with(offer)
        self.offer, self.version = offer, len(self.offers[offer].fees) - 1
        self.scheduled = self.reprice = None

    def end_promise(self, before: date, day: date, *, suspends: bool) -> None:
        if self.promised_until is None or self.promised_until >= before:
            return
        if self.balance >= 0:
            self.promise, self.promised_until = 0, None
        elif self.status == "active" and suspends and not self.is_postponed(day):
            self.stop(day)

    def is_postponed(self, day: date) -> bool:
        return self.postponed_until is not None and day < self.postponed_until

    def stop(self, day: date) -> None:
        self.status, self.reason, self.stopped_on = "suspended", MONEY, day
        self.night.came.append("suspended")

    def catch_up(self, day: date, *, suspends: bool = True) -> None:
        if self.status == "active" and self.rules.on(day):
            self.settle(day, suspends=suspends)

    def money_came(self, day: date) -> None:
        """One that was suspended for money alone comes back if it can pay."""
        if self.reason != MONEY or not self.rules.on(day) or self.customer != "active":
            return
        trial = copy.copy(self)
        if self.due <= day:
            trial.make_changes(day)
        begins = holding(self.anchor, day) if trial.half.anchor == "keep" else day
        wanted = trial.fee if self.due <= day and begins >= self.rules.billing_from else 0
        if trial.balance - wanted < trial.floor(day):
            return
        self.come_back(day)
        self.settle(day)

    def come_back(self, day: date) -> None:
        self.status, self.reason, self.stopped_on = "active", None, None
        if self.due < day:
            self.make_changes(day)
            if self.half.anchor == "keep":
                self.due = holding(self.anchor, day)
            else:
                self.anchor = self.due = day
        self.night.came.append("resumed")

    def begin_anew(self, day: date) -> None:
        """It is served again by somebody's decision."""
        if self.rules.on(day) and self.due < day:
            self.make_changes(day)
            self.anchor = self.due = day

    def run(self, day: date) -> None:
        """The night's run."""
        if not self.rules.on(day):
            return
        self.night.due = int(self.status == "active" and self.due <= day)
        if self.status == "active":
            self.settle(day)
            if self.status == "active":
                self.remind(day)
        if self.reason == MONEY:
            self.end_promise(day, day, suspends=False)
            if "suspended" not in self.night.came:
                self.money_came(day)
        end = self.half.terminate_after
        if self.reason == MONEY and end is not None and (day - self.stopped_on).days >= end:
            self.end(day)
            self.night.came.append("terminated")

    def remind(self, day: date) -> None:
        trial, step = copy.copy(self), (self.due - day).days
        trial.make_changes(self.due)
        if step < 1 or step not in trial.half.remind or trial.fee == 0:
            return
        if self.reminded and self.reminded[0] == self.due and self.reminded[1] <= step:
            return
        if trial.balance - trial.fee < trial.floor(self.due):
            self.reminded = (self.due, step)
            self.night.came.append("reminded")

    def end(self, day: date) -> None:
        if self.rules.refund_unused == "days" and self.rules.on(day):
            self.give_back(day, day + DAY)
        self.status, self.reason, self.stopped_on, self.due = "terminated", None, None, None
        self.scheduled = self.reprice = self.postponed_until = None
        if self.balance >= 0:
            self.promise, self.promised_until = 0, None

    def give_back(self, today: date, first: date) -> None:
        """The days of the charged month that holds today, from one on; halves to even."""
        for month in self.months:
            if month.start <= today <= month.end and month.amount:
                days = [month.start + DAY * number for number in range((month.end - month.start).days + 1)]
                back = round(Fraction(month.amount * len([day for day in days if day >= first]), len(days)))
                if back:
                    self.post(today, back)
