"""An operator whose clock a test moves, and what it sees of a contract."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from models.contracts import Contract
from models.users import Role
from resolvers.billing.run import BILLING_RUN, REPRICE

if TYPE_CHECKING:
    from tests.factories import Factory


class Clock:
    """Runs operations at noon of the day that it stands on."""

    def __init__(self, factory: Factory, day: str) -> None:
        self.factory, self.day, self.ticks = factory, date.fromisoformat(day), 0

    def now(self) -> datetime:
        self.ticks += 1
        zone = self.factory.settings.time_zone
        return datetime.combine(self.day, time(12), zone) + timedelta(microseconds=self.ticks)

    async def run(self, operation: str, target: int | None = None, /, *, role: Role = Role.ADMIN, **raw: Any) -> Any:
        context = await self.factory.context(role, clock=self.now)
        return await self.factory.run(operation, target, context=context, **raw)

    def go(self, day: str | int) -> Clock:
        """To a day, or so many days on."""
        self.day = self.day + timedelta(days=day) if isinstance(day, int) else date.fromisoformat(day)
        return self

    async def policy(self, **raw: Any) -> None:
        await self.run("policy.update", 1, **{"billing_from": "2026-12-01", **raw})

    async def contract(self, fee: str = "100.00", paid: str | None = None, **tariff: Any) -> int:
        """A contract that is activated today, on a tariff of its own."""
        made = await self.run("tariff.create", name=f"T{next(self.factory.numbers)}", monthly_fee=fee, **tariff)
        customer = (await self.factory.customer()).id
        return await self.served(customer, made.outcome.id, paid)

    async def served(self, customer: int, tariff: int, paid: str | None = None) -> int:
        contract = (await self.run("contract.create", customer_id=customer, tariff_id=tariff)).outcome.id
        sim = (await self.factory.sim()).id
        await self.run("contract.activate", contract, sim_id=sim)
        if paid:
            await self.run("contract.add_balance", contract, amount=paid)
        return contract

    async def see(self, contract: int) -> Contract:
        return await self.factory.get(Contract, contract)

    async def state(self, contract: int) -> tuple[str, int, str | None]:
        """Its state (the reason, if it is suspended), its balance, and what is due next."""
        row = await self.see(contract)
        due = row.next_billing_date and row.next_billing_date.isoformat()
        return (row.suspension_reason or row.status).value, row.balance, due

    async def periods(self, contract: int) -> list[tuple[str, str, str, int]]:
        rows = await self.factory.database.fetch(
            f"SELECT period_start, period_end, status, amount FROM charge_periods WHERE contract_id = {contract} "
            "ORDER BY period_start"
        )
        return [(str(first), str(last), status, amount) for first, last, status, amount in rows]


KINDS = (BILLING_RUN, REPRICE)
