"""Random worlds: contracts side by side under one policy, and what happens to each, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.resolvers.billing.oracle import Account
from tests.resolvers.billing.oracle_words import DAY, Half, Offer, Rules

OFFERS = 3
LONGEST = timedelta(days=130)


@dataclass(frozen=True)
class History:
    """What happens to one contract: on which day after the one before, what."""

    kinds: tuple[str, ...]
    fees: tuple[int, ...]
    paid: int
    begins: int
    steps: list[tuple[int, str, tuple[Any, ...]]]

    def account(self, rules: Rules) -> Account:
        return Account(rules, [Offer(kind, [fee]) for kind, fee in zip(self.kinds, self.fees, strict=True)], 0)


@dataclass(frozen=True)
class World:
    """Contracts side by side under one policy, from a day on."""

    start: date
    rules: Rules
    histories: list[History]
    stopped: int
    """From which day on the clock stands still for 40 days."""
    every: int
    """Every how many days there is a run."""
    early: bool
    """The run comes before what else is done on the day."""

    def runs_on(self, day: date) -> bool:
        number = (day - self.start).days
        return number % self.every == 0 and not self.stopped <= number < self.stopped + 40


# --- what may happen ----------------------------------------------------------------------------------------------

FEES = st.sampled_from([0, 1, 9999, 10000, 10000, 31000, 12345, 20000])
AMOUNTS = st.one_of(st.sampled_from([1, 5000, 9999, 10000, 12345, 20000, 31000]), st.integers(5000, 60000))
TARIFFS = st.integers(0, OFFERS - 1)
GAPS = st.sampled_from([0, 0, 1, 1, 2, 3, 5, 8, 13, 20, 28, 31])
STARTS = st.sampled_from(
    [date(2027, 1, 29), date(2027, 1, 30), date(2027, 8, 31), date(2027, 12, 31), date(2028, 1, 29), date(2028, 2, 28)]
)
WHEN = st.one_of(st.just("now"), st.just("next_month"), st.integers(-1, 40))


def _does(what: str, *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, tuple[Any, ...]]]:
    return st.tuples(st.just(what), st.tuples(*arguments))


_OFTEN = (
    _does("deposit", AMOUNTS),
    _does("grant_promise", AMOUNTS, st.integers(1, 6)),
    _does("change", TARIFFS, WHEN),
)
_NOW_AND_THEN = (
    _does("deduct", AMOUNTS),
    _does("refund", st.integers(0, 3), AMOUNTS),
    _does("bill"),
    _does("suspend"),
    _does("resume"),
    _does("activate_customer"),
    _does("postpone", st.integers(0, 31)),
    _does("waive"),
    _does("update_tariff", TARIFFS),
    _does("update_limit", st.sampled_from([0, 5000, 10000, 31000])),
    _does("price", TARIFFS, FEES),
    _does("reprice_all", TARIFFS, st.integers(0, 40)),
)
_SELDOM = (
    _does("suspend_customer"),
    _does("block_customer"),
    _does("cancel_change"),
    _does("withdraw", TARIFFS),
    _does("offer_again", TARIFFS),
    _does("activate"),
    _does("terminate"),
)
ACTIONS = st.sampled_from((*_OFTEN * 8, *_NOW_AND_THEN * 2, *_SELDOM)).flatmap(lambda one: one)
HALVES = st.builds(
    Half,
    grace=st.sampled_from([0, 0, 1, 5, 40]),
    anchor=st.sampled_from(["today", "today", "keep"]),
    terminate_after=st.sampled_from([None, None, None, 0, 10, 45]),
    remind=st.sampled_from([(3, 1), (), (1, 2, 20)]),
)
HISTORIES = st.builds(
    History,
    kinds=st.tuples(*[st.sampled_from(["prepaid", "prepaid", "postpaid"])] * OFFERS),
    fees=st.tuples(*[FEES] * OFFERS),
    paid=st.sampled_from([0, 10000, 31000, 31000, 45678]),
    begins=st.integers(0, 3),
    steps=st.lists(st.builds(lambda gap, does: (gap, *does), GAPS, ACTIONS), min_size=4, max_size=20),
)


@st.composite
def worlds(draw: st.DrawFn, contracts: int) -> World:
    start = draw(STARTS)
    rules = Rules(
        billing_from=draw(st.sampled_from([start, start, start - 400 * DAY, start + 45 * DAY])),
        first_month=draw(st.sampled_from(["sale", "sale", "charge"])),
        refund_unused=draw(st.sampled_from(["none", "days"])),
        prepaid=draw(HALVES),
        postpaid=draw(HALVES),
    )
    histories = draw(st.lists(HISTORIES, min_size=contracts, max_size=contracts))
    stopped = draw(st.sampled_from([1000, 1000, 20, 33]))
    return World(start, rules, histories, stopped, draw(st.sampled_from([1, 1, 1, 4])), draw(st.booleans()))
