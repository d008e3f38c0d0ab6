"""The demo: some months of an operator's life, played through the operations, so that history and ledger are real.

Every state of every entity occurs, and what staff meet daily: an overdue ticket, a refund, a debtor, a lost SIM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from abonent.people import STAFF, console, ensure
from abonent.seed.demo_data import CUSTOMERS, TARIFFS, sim
from abonent.seed.stage import Stage
from models.billing import BillingPolicy
from resolvers.clock import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.database import Database
    from models.settings import Settings

SIMS: Final = 24
SIGNED: Final = (
    ("asanov", "unlimited", 145),
    ("ivanova", "ala_too", 135),
    ("kasymova", "student", 125),
    ("osmonov", "start", 115),
    ("petrov", "unlimited", 105),
    ("jumabekova", "ala_too", 95),
    ("sydykov", "start", 85),
    ("kim", "unlimited", 75),
    ("mamytov", "start", 55),
)
"""Who signed for which tariff, and how many days ago."""
BILLED: Final = (("ala_too_trade", "15000.00", 45), ("resort", "50000.00", 35))
"""Organizations, their credit limits, and how many days ago they signed."""
DEPOSITS: Final = (
    ("asanov", "2500.00", 144),
    ("ivanova", "1000.00", 134),
    ("kasymova", "600.00", 124),
    ("osmonov", "500.00", 114),
    ("petrov", "1400.00", 104),
    ("jumabekova", "900.00", 94),
    ("sydykov", "300.00", 84),
    ("kim", "1500.00", 74),
    ("mamytov", "250.00", 54),
    ("ala_too_trade", "5000.00", 44),
)
"""Money put on accounts, and how many days ago."""
FEES: Final = (
    ("asanov", "690.00", 115),
    ("ivanova", "450.00", 105),
    ("kasymova", "199.00", 95),
    ("osmonov", "250.00", 85),
    ("petrov", "690.00", 75),
    ("jumabekova", "450.00", 65),
    ("kim", "690.00", 45),
    ("ala_too_trade", "12400.00", 15),
    ("resort", "8640.50", 5),
)
"""Charges for tariffs, and how many days ago."""
LATER: Final = (
    ("near_its_fee", "ivanova", "start", "249.50", 27),
    ("without_money", "petrov", "start", "100.00", 31),
    ("promised", "kim", "ala_too", "300.00", 31),
)
"""Second lines, since fees are taken by themselves: whose, the tariff, what was paid, and how many days ago."""
FIRST_DAY_OF_FEES: Final = 3
"""Days ago."""
ADMIN, SUPERVISOR, OPERATOR, EMPLOYEE = "admin", "supervisor", "operator", "employee"


async def is_empty(database: Database) -> bool:
    """Whether there is nothing yet that a demo could get in the way of."""
    return not await database.fetch("SELECT 1 FROM customers LIMIT 1")


async def load_demo(database: Database, settings: Settings, passwords: Mapping[str, str]) -> None:
    """Make the staff and the story, into an empty database."""
    context = console(database, settings)
    staff = {person.username: await ensure(context, person, passwords[person.username]) for person in STAFF}
    story = Story(Stage(database, settings, staff, now()))
    await story.prepare()
    await story.sign_up()
    await story.money()
    await story.trouble_with_lines()
    await story.tickets()
    await story.monthly_fees()


class Story:
    """The demo's events, in the order in which they happened."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.tariffs: dict[str, int] = {}
        self.sims: list[int] = []
        self.customers: dict[str, int] = {}
        self.contracts: dict[str, int] = {}

    async def prepare(self) -> None:
        """Tariffs and a box of SIM cards."""
        self.stage.set(150, "09:00")
        for key, facts in TARIFFS.items():
            self.tariffs[key] = await self.stage.do(SUPERVISOR, "tariff.create", **facts)
        self.stage.set(149, "09:00")
        for number in range(1, SIMS + 1):
            self.sims.append(await self.stage.do(OPERATOR, "sim.create", **sim(number)))

    async def sign_up(self) -> None:
        """Customers come one by one, sign, and get a SIM."""
        for days_ago, (key, facts) in zip(range(146, 0, -10), CUSTOMERS.items(), strict=False):
            self.stage.set(days_ago, "11:00")
            self.customers[key] = await self.stage.do(OPERATOR, "customer.create", **facts)
        for key, tariff, days_ago in SIGNED:
            await self._contract(key, tariff, days_ago)
        for key, limit, days_ago in BILLED:
            await self._contract(key, "business", days_ago, credit_limit=limit)
        self.stage.set(30, "12:00")
        await self.stage.do(SUPERVISOR, "tariff.deactivate", self.tariffs["student"])
        self.stage.set(2, "15:30")
        await self._draft("elkin", "start")
        await self._draft("tashiev", "ala_too")

    async def money(self) -> None:
        """Deposits, fees, and every way in which a payment can go."""
        do, stage = self.stage.do, self.stage
        for key, amount, days_ago in DEPOSITS:
            stage.set(days_ago, "13:00")
            await do(
                OPERATOR, "contract.add_balance", self.contracts[key], amount=amount, description="Пополнение в офисе"
            )
        for key, amount, days_ago in FEES:
            stage.set(days_ago, "03:00")
            await do(
                OPERATOR, "contract.deduct_balance", self.contracts[key], amount=amount, description="Абонентская плата"
            )
        stage.set(40, "16:20")
        twice = await self._payment("asanov", "500.00", "card", "Оплачено дважды по ошибке")
        await do(OPERATOR, "payment.process", twice)
        stage.set(39, "10:10")
        await do(SUPERVISOR, "payment.refund", twice, reason="Клиент оплатил дважды")
        await self._correct("ivanova", "35.50", "Не учтены бонусные минуты")
        await self._correct("petrov", "-20.00", "Лишнее начисление бонуса")
        stage.set(12, "18:40")
        await do(OPERATOR, "payment.fail", await self._payment("kim", "700.00", "card", None), reason="Отказ банка")
        await do(
            OPERATOR,
            "payment.cancel",
            await self._payment("osmonov", "250.00", "terminal", None),
            reason="Ошибка в номере",
        )
        stage.set(1, "09:15")
        await do(OPERATOR, "payment.submit", await self._payment("resort", "20000.00", "bank_transfer", "Счёт № 118"))
        await self._payment("jumabekova", "450.00", "mobile_payment", None)
        await self._payment("ala_too_trade", "12400.00", "bank_transfer", "Счёт № 121")

    async def trouble_with_lines(self) -> None:
        """Suspensions, a termination, a lost SIM, a blocked one, a worn out one."""
        do, stage = self.stage.do, self.stage
        stage.set(33, "12:30")
        await do(OPERATOR, "contract.terminate", self.contracts["osmonov"])
        stage.set(25, "17:00")
        await do(OPERATOR, "contract.suspend", self.contracts["jumabekova"])
        stage.set(20, "11:45")
        await do(SUPERVISOR, "customer.suspend", self.customers["sydykov"])
        stage.set(18, "14:05")
        await do(SUPERVISOR, "customer.block", self.customers["mamytov"])
        stage.set(10, "19:30")
        lost = self.sims[self._line("kim")]
        await do(OPERATOR, "sim.block", lost)
        stage.set(9, "10:00")
        await do(OPERATOR, "sim.deactivate", lost)
        await do(OPERATOR, "sim.activate", self.sims[-5], contract_id=self.contracts["kim"])
        stage.set(7, "10:30")
        await do(OPERATOR, "sim.block", self.sims[-1])
        await do(OPERATOR, "sim.close", self.sims[-1])
        await do(OPERATOR, "sim.block", self.sims[self._line("kasymova")])

    async def tickets(self) -> None:
        """Every state that a ticket can be in; of those still open one is overdue, and one assigned to nobody."""
        do, stage = self.stage.do, self.stage
        stage.set(60, "09:30")
        slow = await self._ticket(
            "asanov", "Медленный интернет", "Вечером скорость падает до 1 Мбит/с", "technical", "high"
        )
        await do(EMPLOYEE, "ticket.start_work", slow)
        await do(EMPLOYEE, "ticket.resolve", slow, resolution="Перенастроена базовая станция на ул. Киевской")
        stage.set(58, "12:00")
        await do(EMPLOYEE, "ticket.close", slow, reason="Клиент подтвердил: всё работает")
        stage.set(39, "10:00")
        twice = await self._ticket(
            "asanov", "Двойное списание", "Оплатил картой, деньги сняли два раза", "billing", "critical"
        )
        await do(OPERATOR, "ticket.assign", twice, user_id=self.stage.staff[SUPERVISOR])
        await do(SUPERVISOR, "ticket.start_work", twice)
        await do(SUPERVISOR, "ticket.resolve", twice, resolution="Второй платёж возвращён")
        stage.set(9, "09:40")
        sim = await self._ticket(
            "kim", "Потеряла телефон", "Просит заблокировать SIM-карту и выдать новую", "sim", "critical"
        )
        await do(OPERATOR, "ticket.start_work", sim)
        await do(OPERATOR, "ticket.resolve", sim, resolution="SIM-карта заблокирована, выдана новая")
        stage.set(3, "11:10")
        await do(EMPLOYEE, "ticket.reopen", sim)
        await self._open_tickets()

    async def monthly_fees(self) -> None:
        """Fees are taken by themselves of late: one line is near its fee, one stopped for it, one is promised."""
        do, stage = self.stage.do, self.stage
        for line, key, tariff, paid, days_ago in LATER:
            await self._contract(line, tariff, days_ago, customer=key)
            await do(OPERATOR, "contract.add_balance", self.contracts[line], amount=paid)
        stage.set(FIRST_DAY_OF_FEES + 1, "16:00")
        await do(ADMIN, "policy.update", BillingPolicy.ONLY, billing_from=stage.day(FIRST_DAY_OF_FEES).isoformat())
        stage.set_hours_ago(0)
        for line in ("without_money", "promised"):
            await do(OPERATOR, "contract.bill", self.contracts[line])
        await do(OPERATOR, "contract.promise", self.contracts["promised"], amount="200.00", days=5)

    async def _open_tickets(self) -> None:
        do, stage = self.stage.do, self.stage
        stage.set(4, "15:00")
        offer = await self._ticket(
            "resort", "Корпоративный тариф на 40 номеров", "Нужен расчёт к новому сезону", "tariff", "low"
        )
        await do(SUPERVISOR, "ticket.assign", offer, user_id=self.stage.staff[OPERATOR])
        await do(OPERATOR, "ticket.wait", offer)
        stage.set_hours_ago(30)
        await self._ticket("ivanova", "Нет связи в Ала-Арче", "Второй день нет сети в ущелье", "technical", "critical")
        stage.set_hours_ago(3)
        await self._ticket(
            "elkin", "Как подключить роуминг?", "Едет в Алматы на неделю", "other", "low", with_contract=False
        )
        rude = await self._ticket(
            "petrov", "Жалоба на обслуживание", "В офисе на Чүй очередь больше часа", "complaint", "medium"
        )
        await do(EMPLOYEE, "ticket.start_work", rude)

    async def _draft(self, key: str, tariff: str, customer: str = "", **more: Any) -> None:
        facts = {"customer_id": self.customers[customer or key], "tariff_id": self.tariffs[tariff], **more}
        self.contracts[key] = await self.stage.do(OPERATOR, "contract.create", **facts)

    async def _contract(self, key: str, tariff: str, days_ago: int, **more: Any) -> None:
        """Signed on that day, and activated with the next SIM of the box."""
        self.stage.set(days_ago, "12:00")
        await self._draft(key, tariff, **more)
        await self.stage.do(OPERATOR, "contract.activate", self.contracts[key], sim_id=self.sims[self._line(key)])

    def _line(self, key: str) -> int:
        """Which of the box's SIM cards the customer's contract was activated with."""
        return list(self.contracts).index(key)

    async def _payment(self, key: str, amount: str, method: str, description: str | None) -> int:
        facts: dict[str, Any] = {"amount": amount, "payment_method": method, "description": description}
        return await self.stage.do(OPERATOR, "payment.create", contract_id=self.contracts[key], **facts)

    async def _correct(self, key: str, amount: str, why: str) -> None:
        facts: dict[str, Any] = {
            "amount": amount,
            "transaction_type": "correction",
            "payment_method": "system",
            "description": why,
        }
        made = await self.stage.do(SUPERVISOR, "payment.create", contract_id=self.contracts[key], **facts)
        await self.stage.do(SUPERVISOR, "payment.process", made)

    async def _ticket(
        self, key: str, subject: str, text: str, category: str, priority: str, *, with_contract: bool = True
    ) -> int:
        facts: dict[str, Any] = {"subject": subject, "description": text, "category": category, "priority": priority}
        contract_id = self.contracts[key] if with_contract else None
        return await self.stage.do(
            EMPLOYEE, "ticket.create", customer_id=self.customers[key], contract_id=contract_id, **facts
        )
