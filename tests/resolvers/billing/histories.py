"""Histories of contracts, played to the program and to the oracle at once."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from abonent.check.rules import BILLING
from abonent.worker.worker import Worker
from models.database import Dialect
from models.jobs import Job
from models.users import Role
from resolvers.billing.run import BILLING_RUN, REPRICE
from resolvers.faults import Fault
from resolvers.value_kinds import hundredths_text
from resolvers.write.batch import Step, perform_batch
from resolvers.write.inputs import Mode
from tests.factories import BY_NAME
from tests.resolvers.billing.oracle_words import DAY
from tests.resolvers.billing.worlds import LONGEST, OFFERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from resolvers.write.batch import Result
    from tests.factories import Factory
    from tests.resolvers.billing.oracle import Account
    from tests.resolvers.billing.oracle_words import Half
    from tests.resolvers.billing.worlds import History, World

COUNTED = ("charged", "settled_free", "due", "amount")
CAME = ("suspended", "resumed", "terminated", "reminded")


# --- the program's side -------------------------------------------------------------------------------------------


class Stage:
    """The contracts of a world in the program."""

    def __init__(self, factory: Factory, world: World) -> None:
        self.factory, self.world, self.day, self.ticks = factory, world, world.start, 0
        self.contracts: list[int] = []
        self.customers: list[int] = []
        self.sims: list[int] = []
        self.tariffs: list[list[int]] = []
        self.deposits: list[list[int]] = [[] for _ in world.histories]

    def now(self) -> datetime:
        self.ticks += 1
        zone = self.factory.settings.time_zone
        return datetime.combine(self.day, time(12), zone) + timedelta(microseconds=self.ticks)

    def ahead(self, days: int) -> str:
        return (self.day + DAY * days).isoformat()

    async def batch(self, steps: Sequence[Step]) -> list[Result]:
        context = await self.factory.context(Role.ADMIN, clock=self.now)
        return await perform_batch(context, steps)

    async def made(self, name: str, raws: Sequence[dict[str, Any]]) -> list[int]:
        results = await self.batch([Step(BY_NAME[name], raw=raw) for raw in raws])
        assert not any(isinstance(one, Fault) for one in results), results
        return [one.id for one in results if not isinstance(one, Fault)]

    async def policy(self, **raw: Any) -> None:
        context = await self.factory.context(Role.ADMIN, clock=self.now)
        await self.factory.run("policy.update", 1, context=context, mode=Mode.PARTIAL, **raw)

    async def prepare(self) -> None:
        """End what an earlier world has left, and draw the contracts up."""
        await self.policy(billing_from=None)
        left = await self.factory.database.fetch("SELECT id FROM contracts WHERE status <> 'terminated' ORDER BY id")
        await self.batch([Step(BY_NAME["contract.terminate"], row[0]) for row in left])
        rules, numbers = self.world.rules, self.factory.numbers
        await self.policy(
            billing_from=rules.billing_from and rules.billing_from.isoformat(),
            first_month=rules.first_month,
            refund_unused=rules.refund_unused,
            prepaid=_half(rules.prepaid),
            postpaid=_half(rules.postpaid),
        )
        histories = self.world.histories
        offers = [
            {"name": f"T{next(numbers)}", "tariff_type": kind, "monthly_fee": hundredths_text(fee)}
            for one in histories
            for kind, fee in zip(one.kinds, one.fees, strict=True)
        ]
        tariffs = await self.made("tariff.create", offers)
        self.tariffs = [tariffs[number : number + OFFERS] for number in range(0, len(tariffs), OFFERS)]
        self.customers = await self.made("customer.create", [_customer(next(numbers)) for _ in histories])
        self.sims = await self.made("sim.create", [_sim(next(numbers)) for _ in histories])
        drafts = zip(self.customers, self.tariffs, strict=True)
        self.contracts = await self.made(
            "contract.create", [{"customer_id": customer, "tariff_id": offers[0]} for customer, offers in drafts]
        )

    def step(self, number: int, what: str, arguments: tuple[Any, ...]) -> Step:
        """The program's call for what the oracle is told."""
        name, raw = CALLS.get(what, (f"contract.{what}", lambda *_: {}))
        entity, _, verb = name.partition(".")
        match entity:
            case "tariff":
                target = self.tariffs[number][arguments[0]]
            case "payment":
                target = self.deposits[number][arguments[0]]
            case "customer":
                target = self.customers[number]
            case _:
                target = self.contracts[number]
        mode = Mode.PARTIAL if verb == "update" else Mode.FULL
        return Step(BY_NAME[name], target, raw=raw(self, number, *arguments), mode=mode)

    async def work(self) -> None:
        database, settings = self.factory.database, self.factory.settings
        await Worker(database, settings, self.now, (BILLING_RUN, REPRICE), ()).drain()

    async def run(self, *, dry: bool) -> dict[str, Any]:
        """A billing run, or a dry one; its figures."""
        context = await self.factory.context(Role.ADMIN, clock=self.now)
        answer = await self.factory.run("billing.run", context=context, dry_run=dry)
        await self.work()
        job = await self.factory.get(Job, answer.outcome.id)
        assert (job.status, job.failed) == ("done", 0), (job.error, job.result)
        return dict(job.result or {})

    # --- what can be seen ---------------------------------------------------------------------------------------------

    async def states(self) -> list[tuple[Any, ...]]:
        sql = f"""SELECT status, suspension_reason, balance, c.tariff_id, t.monthly_fee, credit_limit, anchor_date,
            next_billing_date, scheduled_tariff_id, scheduled_on, reprice_on, promised_amount, promised_until
            FROM contracts c JOIN tariff_terms t ON t.id = c.terms_id
            WHERE c.id BETWEEN {self.contracts[0]} AND {self.contracts[-1]} ORDER BY c.id"""
        rows = await self.factory.database.fetch(sql)
        return [self._state(row, offers) for row, offers in zip(rows, self.tariffs, strict=True)]

    def _state(self, row: tuple[Any, ...], offers: list[int]) -> tuple[Any, ...]:
        status, reason, balance, tariff, fee, limit, anchor, due, wanted, on, reprice, promise, until = row
        scheduled = None if wanted is None else (offers.index(wanted), str(on))
        days = [day and str(day) for day in (anchor, due)]
        tail = (scheduled, reprice and str(reprice), promise, until and str(until))
        return (status, reason, balance, offers.index(tariff), fee, limit, *days, *tail)

    async def rows(self, sql: str) -> list[list[tuple[Any, ...]]]:
        """Rows that begin with their contract's id, for each contract."""
        found: dict[int, list[tuple[Any, ...]]] = {one: [] for one in self.contracts}
        between = f"BETWEEN {self.contracts[0]} AND {self.contracts[-1]}"
        for contract, *values in await self.factory.database.fetch(sql.replace("AMONG", between)):
            found[contract].append(tuple(str(one) if isinstance(one, date) else one for one in values))
        return list(found.values())


CALLS: dict[str, tuple[str, Callable[..., dict[str, Any]]]] = {
    "activate": ("contract.activate", lambda stage, number: {"sim_id": stage.sims[number]}),
    "deposit": ("contract.add_balance", lambda *at: _amount(at[-1])),
    "deduct": ("contract.deduct_balance", lambda *at: _amount(at[-1])),
    "refund": ("payment.refund", lambda *at: _amount(at[-1])),
    "suspend_customer": ("customer.suspend", lambda *_: {}),
    "block_customer": ("customer.block", lambda *_: {}),
    "activate_customer": ("customer.activate", lambda *_: {}),
    "grant_promise": ("contract.promise", lambda *at: {**_amount(at[2]), "days": at[3]}),
    "postpone": ("contract.postpone", lambda stage, _, days: {"until": stage.ahead(days), "reason": "Так надо"}),
    "waive": ("contract.waive", lambda *_: {"reason": "Сбой"}),
    "change": (
        "contract.change_tariff",
        lambda stage, number, offer, when: {"tariff_id": stage.tariffs[number][offer], "when": when},
    ),
    "cancel_change": ("contract.cancel_tariff_change", lambda *_: {}),
    "update_tariff": (
        "contract.update",
        lambda stage, number, offer: {"tariff_id": stage.tariffs[number][offer]},
    ),
    "update_limit": ("contract.update", lambda *at: {"credit_limit": hundredths_text(at[-1])}),
    "price": ("tariff.update", lambda *at: {"monthly_fee": hundredths_text(at[-1])}),
    "withdraw": ("tariff.deactivate", lambda *_: {}),
    "offer_again": ("tariff.activate", lambda *_: {}),
    "reprice_all": ("tariff.reprice", lambda stage, _, __, days: {"from_": stage.ahead(days)}),
}
"""The operation for what the oracle is told, and its raw input; else it is the contract's of the same name."""


def _amount(hundredths: int) -> dict[str, Any]:
    return {"amount": hundredths_text(hundredths)}


def _half(half: Half) -> dict[str, Any]:
    return {
        "grace_days": half.grace,
        "resume_anchor": half.anchor,
        "terminate_after_days": half.terminate_after,
        "remind_days": list(half.remind),
    }


def _customer(number: int) -> dict[str, Any]:
    names = {"first_name": "Айбек", "last_name": "Осмонов"}
    return {**names, "phone": f"+996550{number:06d}", "document_number": f"ID{number:07d}"}


def _sim(number: int) -> dict[str, Any]:
    return {"iccid": f"8999650{number:012d}", "imsi": f"43705{number:010d}", "msisdn": f"+996700{number:06d}"}


# --- both at once -------------------------------------------------------------------------------------------------


async def play(factory: Factory, world: World, *, dry: bool = False) -> None:
    """Live a world through, and hold the program against the oracle after every day."""
    stage = Stage(factory, world)
    await stage.prepare()
    accounts = [one.account(world.rules) for one in world.histories]
    todo = [_plan(one, world) for one in world.histories]
    while stage.day <= world.start + LONGEST:
        if world.early:
            await _night(stage, accounts, dry)
        while ready := [number for number, plan in enumerate(todo) if plan and plan[0][0] <= stage.day]:
            await _round(stage, accounts, {number: todo[number].pop(0)[1:] for number in ready})
        if not world.early:
            await _night(stage, accounts, dry)
        _agree(stage, await stage.states(), [_shown(one.state()) for one in accounts])
        stage.day += DAY
    await _agree_at_last(stage, accounts)


def _plan(history: History, world: World) -> list[tuple[date, str, tuple[Any, ...]]]:
    day = world.start + DAY * history.begins
    plan: list[tuple[date, str, tuple[Any, ...]]] = [(day, "deposit", (history.paid,))] if history.paid else []
    plan.append((day, "activate", ()))
    for gap, what, arguments in history.steps:
        day += DAY * gap
        ahead = what == "change" and isinstance(arguments[1], int)
        said = (arguments[0], (day + DAY * arguments[1]).isoformat()) if ahead else arguments
        plan.append((day, what, said))
    return plan


async def _round(stage: Stage, accounts: list[Account], actions: dict[int, tuple[str, tuple[Any, ...]]]) -> None:
    """One thing for each of some contracts."""
    for number, (what, arguments) in list(actions.items()):
        if what == "refund" and not accounts[number].deposits:
            del actions[number]
        elif what == "refund":
            actions[number] = (what, (arguments[0] % len(accounts[number].deposits), arguments[1]))
    steps = [stage.step(number, *action) for number, action in actions.items()]
    results = await stage.batch(steps) if steps else []
    for (number, (what, arguments)), result in zip(actions.items(), results, strict=True):
        refusal = accounts[number].do(stage.day, what, *arguments)
        got = result.code.value if isinstance(result, Fault) else None
        assert got == refusal, _told(stage, number, f"{what}{arguments}: {refusal} was expected, it was {result}")
        if what == "deposit" and not isinstance(result, Fault):
            stage.deposits[number].append(result.notes["payment_id"])
    if any(what == "reprice_all" for what, _ in actions.values()):
        await stage.work()


async def _night(stage: Stage, accounts: list[Account], dry: bool) -> None:
    if not stage.world.runs_on(stage.day) or not stage.world.rules.on(stage.day):
        return
    foretold = await stage.run(dry=True) if dry else None
    told = await stage.run(dry=False)
    assert foretold in (None, told)
    for one in accounts:
        one.do(stage.day, "run")
    nights = [one.night for one in accounts]
    expected = {name: sum(getattr(one, name) for one in nights) for name in COUNTED}
    expected |= {name: sum(name in one.came for one in nights) for name in CAME}
    told["amount"] = int(told["amount"].replace(".", ""))
    _agree(stage, await stage.states(), [_shown(one.state()) for one in accounts])
    assert {name: told[name] for name in expected} == expected, stage.day


def _agree(stage: Stage, got: list[Any], expected: list[Any]) -> None:
    for number, (one, other) in enumerate(zip(got, expected, strict=True)):
        assert one == other, _told(stage, number, f"\n {other} was expected, it was\n {one}")


async def _agree_at_last(stage: Stage, accounts: list[Account]) -> None:
    months = """SELECT contract_id, period_start, period_end, status, amount FROM charge_periods
        WHERE contract_id AMONG ORDER BY contract_id, period_start"""
    ledger = "SELECT contract_id, amount FROM ledger_entries WHERE contract_id AMONG ORDER BY contract_id, id"
    _agree(stage, await stage.rows(months), [[month.told() for month in one.months] for one in accounts])
    _agree(stage, await stage.rows(ledger), [[(amount,) for amount in one.postings] for one in accounts])
    database = stage.factory.database
    for rule in BILLING:
        sql = rule.sqlite if rule.sqlite and database.dialect is Dialect.SQLITE else rule.sql
        assert [rule.tell(*row) for row in await database.fetch(sql)] == []


def _shown(state: Any) -> Any:
    if isinstance(state, tuple):
        return tuple(_shown(one) for one in state)
    return state.isoformat() if isinstance(state, date) else state


def _told(stage: Stage, number: int, what: str) -> str:
    world = stage.world
    return f"{stage.day}, {world.histories[number]} under {world.rules} from {world.start}: {what}"
