"""What billing.md says becomes of one contract, day by day, in the plainest words: nothing here is the program's.

An `Account` is told what is done to it on which day, and answers with the code of the refusal, if there is one. Money
is in hundredths. Months are found by walking through them from the anchor, whole days by counting them.
"""

from __future__ import annotations

from datetime import date

from tests.resolvers.billing.oracle_ladder import Served
from tests.resolvers.billing.oracle_words import (
    DAY,
    MONEY,
    WRONG_STATE,
    WRONG_VALUE,
    Month,
    Refused,
    after,
    nth_month,
)


class Account(Served):
    """A contract, and what staff does to it."""

    def activate(self, day: date) -> None:
        self.need("draft")
        if self.customer != "active":
            raise Refused(WRONG_STATE)
        self.status, self.anchor, self.due = "active", day, nth_month(day, 1)
        if self.rules.first_month == "charge" and self.rules.on(day):
            self.charge(day, self.due - DAY)
        else:
            self.months.append(Month(day, self.due - DAY, "skipped", 0))

    def deposit(self, day: date, amount: int) -> None:
        self.catch_up(day)
        self.post(day, amount)
        self.deposits.append(amount)
        self.money_came(day)

    def deduct(self, day: date, amount: int) -> None:
        self.need("draft", "active", "suspended")
        self.catch_up(day)
        self.post(day, -amount)
        self.money_came(day)

    def refund(self, day: date, number: int, amount: int) -> None:
        left = self.deposits[number]
        if left == 0:
            raise Refused(WRONG_STATE)
        if amount > left:
            raise Refused(WRONG_VALUE)
        self.catch_up(day)
        self.post(day, -amount)
        self.deposits[number] -= amount

    def bill(self, day: date) -> None:
        self.need("active")
        if not self.rules.on(day):
            raise Refused(WRONG_STATE)
        self.settle(day)

    def suspend(self, day: date) -> None:
        self.need("active")
        self.catch_up(day, suspends=False)
        self.status, self.reason = "suspended", "manual"

    def resume(self, day: date) -> None:
        self.need("suspended")
        if self.customer != "active":
            raise Refused(WRONG_STATE)
        self.status, self.reason, self.stopped_on = "active", None, None
        self.begin_anew(day)

    def terminate(self, day: date) -> None:
        self.need("draft", "active", "suspended")
        self.catch_up(day)
        self.end(day)

    def suspend_customer(self, day: date) -> None:
        self.leave_customer(day, "suspended", ("active",))

    def block_customer(self, day: date) -> None:
        self.leave_customer(day, "blocked", ("active", "suspended"))

    def leave_customer(self, day: date, to: str, sources: tuple[str, ...]) -> None:
        if self.customer not in sources:
            raise Refused(WRONG_STATE)
        self.customer = to
        if self.status == "active":
            self.catch_up(day, suspends=False)
            self.status, self.reason = "suspended", "customer"

    def activate_customer(self, day: date) -> None:
        if self.customer == "active":
            raise Refused(WRONG_STATE)
        self.customer = "active"
        if self.reason == "customer":
            self.status, self.reason = "active", None
            self.begin_anew(day)

    def grant_promise(self, day: date, amount: int, days: int) -> None:
        self.need("active", "suspended")
        if amount > self.rules.promise_max or days > self.rules.promise_days:
            raise Refused(WRONG_VALUE)
        self.catch_up(day)
        if self.offers[self.offer].kind != "prepaid" or self.reason not in {None, MONEY}:
            raise Refused(WRONG_STATE)
        self.end_promise(day, day, suspends=False)
        if self.promised_until is not None:
            raise Refused(WRONG_STATE)
        self.promise, self.promised_until = amount, day + DAY * days
        self.money_came(day)

    def postpone(self, day: date, days: int) -> None:
        self.need("active", "suspended")
        if not 1 <= days <= 30:
            raise Refused(WRONG_VALUE)
        self.postponed_until = day + DAY * days

    def waive(self, day: date) -> None:
        self.need("active", "suspended")
        self.make_changes(self.due)
        end = after(self.anchor, self.due) - DAY
        self.months.append(Month(self.due, end, "waived", 0))
        self.due = end + DAY
        if self.reason == MONEY and self.customer == "active":
            self.come_back(day)

    def change(self, day: date, offer: int, when: str) -> None:
        self.need("active", "suspended")
        self.catch_up(day)
        if not self.offers[offer].active:
            raise Refused(WRONG_STATE)
        if when == "now":
            self.change_now(day, offer)
        elif when == "next_month":
            self.scheduled = (offer, self.due)
        elif date.fromisoformat(when) <= day:
            raise Refused(WRONG_VALUE)
        else:
            self.scheduled = (offer, date.fromisoformat(when))
        self.money_came(day)

    def change_now(self, day: date, offer: int) -> None:
        self.need("active")
        self.give_back(day, day)
        if self.balance < -self.limit_with(offer) - self.promise:
            raise Refused(MONEY)
        self.take(offer)
        self.months = [month for month in self.months if month.start < day]
        if self.months and self.months[-1].end >= day:
            self.months[-1].end = day - DAY
        self.anchor = day
        self.charge(day, nth_month(day, 1) - DAY)

    def cancel_change(self, day: date) -> None:
        del day
        self.need("active", "suspended")
        if self.scheduled is None:
            raise Refused(WRONG_STATE)
        self.scheduled = None

    def update_tariff(self, day: date, offer: int) -> None:
        self.catch_up(day)
        if offer != self.offer:
            if not self.offers[offer].active:
                raise Refused(WRONG_STATE)
            kept = self.scheduled
            self.take(offer)
            self.scheduled = kept
            self.hold_floor()
        self.money_came(day)

    def update_limit(self, day: date, limit: int) -> None:
        self.catch_up(day)
        if limit and self.offers[self.offer].kind == "prepaid":
            raise Refused(WRONG_VALUE)
        self.limit = limit
        self.hold_floor()
        self.money_came(day)

    def hold_floor(self) -> None:
        if self.balance < -self.limit - self.promise:
            raise Refused(MONEY)

    # --- what is done to its tariffs ------------------------------------------------------------------------------

    def price(self, day: date, offer: int, fee: int) -> None:
        del day
        if self.offers[offer].fees[-1] != fee:
            self.offers[offer].fees.append(fee)
            if self.status == "draft" and self.offer == offer:
                self.version = len(self.offers[offer].fees) - 1

    def withdraw(self, day: date, offer: int) -> None:
        del day
        self.offers[offer].active = False

    def offer_again(self, day: date, offer: int) -> None:
        del day
        self.offers[offer].active = True

    def reprice_all(self, day: date, offer: int, ahead: int) -> None:
        latest = len(self.offers[offer].fees) - 1
        served = self.status in {"active", "suspended"} and self.offer == offer and self.scheduled is None
        if served and self.version != latest:
            self.reprice = (latest, day + DAY * ahead)
