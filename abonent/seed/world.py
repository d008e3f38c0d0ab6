"""A made-up operator at scale: who its subscribers are and what has become of them. Deterministic by its seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from random import Random
from typing import TYPE_CHECKING, Final, cast

from abonent.seed import names
from abonent.seed.rows import ContractRow, CustomerRow, PeriodRow, SimRow, TariffRow, TermsRow
from models.billing import TERMS
from models.entity import search_text
from models.texts import document_key
from resolvers.billing.months import DAY, months_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SPAN: Final = timedelta(days=1_096)
"""How far back the operator's history goes."""
NEVER: Final = SPAN * 10


@dataclass(slots=True)
class Line:
    """What later rows need to know of a contract. Times are counted from the beginning of the history."""

    number: str
    customer: int
    """The customer's place among all."""
    floor: int
    begins: timedelta
    """When it was activated; NEVER for a draft."""
    ends: timedelta
    """When it was terminated; NEVER for one that goes on."""
    status: str
    balance: int = 0


@dataclass(slots=True)
class World:
    """The plan of a seed, filled in as its rows are made."""

    scale: int
    today: datetime
    """The operator's last midnight, in UTC: the history ends there, so that two seeds of one day are alike."""
    zone: tzinfo
    staff: tuple[int, ...]
    first: dict[str, int]
    """The first new id of each table."""
    tariffs: list[TariffRow] = field(default_factory=list)
    customers: list[CustomerRow] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        """Chance begins with the first new id: what is added to a seed must not repeat it."""
        self.random = Random(self.first["payments"])

    def at(self, since: timedelta) -> datetime:
        return self.today - SPAN + since

    def some_time(self, after: timedelta, before: timedelta) -> timedelta:
        return after + (before - after) * self.random.random()

    def day(self, moment: datetime) -> date:
        """The business day of a moment."""
        return moment.astimezone(self.zone).date()


def tariff_rows(world: World) -> Iterator[TariffRow]:
    """Ten tariffs on offer and two that are not any more."""
    kinds = [*((*kind, True) for kind in names.TARIFFS), *((*kind, False) for kind in names.TARIFFS[:2])]
    for row_id, (title, tariff_type, fee, is_active) in enumerate(kinds, world.first["tariffs"]):
        name = f"{title} {row_id}"
        row = TariffRow(
            id=row_id,
            created_at=world.at(timedelta()),
            updated_at=world.at(timedelta()),
            name=name,
            description=None,
            tariff_type=tariff_type,
            monthly_fee=fee,
            minutes_included=world.random.choice((0, 60, 300, 1_000)),
            sms_included=world.random.choice((0, 50, 200)),
            data_gb_included=world.random.choice((0, 500, 4_000)),
            minute_overage_cost=150,
            sms_overage_cost=100,
            data_gb_overage_cost=4_000,
            extra_options="{}",
            priority=row_id % 10,
            is_active=is_active,
            search=search_text((name, None)),
        )
        world.tariffs.append(row)
        yield row


def terms_rows(world: World) -> Iterator[TermsRow]:
    """The first version of each tariff's terms."""
    for tariff in world.tariffs:
        facts = tariff._asdict()
        yield TermsRow(
            id=_terms_id(world, tariff),
            tariff_id=tariff.id,
            version=1,
            created_at=tariff.created_at,
            **{name: facts[name] for name in TERMS},
        )


def _terms_id(world: World, tariff: TariffRow) -> int:
    return world.first["tariff_terms"] + tariff.id - world.first["tariffs"]


def period_rows(world: World, contracts: Sequence[ContractRow]) -> Iterator[PeriodRow]:
    """What was served until the next bill was part of the sale."""
    served = (row for row in contracts if row.anchor_date and row.next_billing_date)
    for row_id, row in enumerate(served, world.first["charge_periods"]):
        yield PeriodRow(
            id=row_id,
            contract_id=row.id,
            period_start=cast("date", row.anchor_date),
            period_end=cast("date", row.next_billing_date) - DAY,
            terms_id=row.terms_id,
            amount=0,
            status="skipped",
            created_at=row.created_at,
        )


def customer_rows(world: World) -> Iterator[CustomerRow]:
    """Customers as they came over the years; one in twelve is an organization."""
    for place in range(world.scale):
        row = _customer(world, place, world.first["customers"] + place)
        world.customers.append(row)
        yield row


def _customer(world: World, place: int, row_id: int) -> CustomerRow:
    chance = world.random
    last, first, middle = _person(chance)
    came = world.at(SPAN * 0.98 * (place / world.scale))
    firm = f"ОсОО «{chance.choice(names.FIRMS)} {row_id}»" if chance.random() < 1 / 12 else None
    phone, document = f"+99650{row_id:07d}", f"KR{row_id:07d}"
    email = f"user{row_id}@example.kg" if chance.random() < 0.6 else None
    return CustomerRow(
        id=row_id,
        created_at=came,
        updated_at=came,
        first_name=first,
        last_name=last,
        middle_name=middle,
        birth_date=None if firm else date(1950, 1, 1) + timedelta(days=chance.randrange(20_000)),
        phone=phone,
        email=email,
        email_key=email,
        document_type=chance.choices(("passport", "id_card", "driver_license", "foreign_passport"), (60, 30, 5, 5))[0],
        document_number=document,
        document_key=document_key(document),
        passport_issued_by=f"МКК {chance.randrange(10, 60)}-{chance.randrange(1, 20):02d}",
        passport_issue_date=date(2012, 1, 1) + timedelta(days=chance.randrange(3_000)),
        inn=f"{chance.randrange(10**13, 10**14)}",
        address=f"{chance.choice(names.TOWNS)} {chance.randrange(1, 300)}",
        customer_type="organization" if firm else "individual",
        organization_name=firm,
        notes=None,
        status=chance.choices(("active", "suspended", "blocked"), (92, 5, 3))[0],
        search=search_text((last, first, middle, firm, phone, email, document)),
    )


def _person(chance: Random) -> tuple[str, str, str | None]:
    last, father = chance.choice(names.LAST_MEN), chance.choice(names.FATHERS)
    if chance.random() < 0.5:
        return last, chance.choice(names.FIRST_MEN), f"{father}ович" if chance.random() < 0.8 else None
    last = last if last == "Ким" else f"{last}а"
    return last, chance.choice(names.FIRST_WOMEN), f"{father}овна" if chance.random() < 0.8 else None


def contract_rows(world: World) -> Iterator[ContractRow]:
    """Two contracts a customer, the second one up to a month after the first."""
    on_offer = [tariff for tariff in world.tariffs if tariff.is_active]
    for place in range(2 * world.scale):
        tariff = world.random.choice(on_offer)
        yield _contract(world, place, tariff)


def _contract(world: World, place: int, tariff: TariffRow) -> ContractRow:
    chance, row_id = world.random, world.first["contracts"] + place
    customer = world.customers[place // 2]
    signed = SPAN - (world.today - customer.created_at)
    signed = min(world.some_time(signed, signed + timedelta(days=30)), SPAN * 0.999) if place else signed
    status = "active" if place == 0 else _contract_status(chance, customer.status)
    created, ended = world.at(signed), world.some_time(signed, SPAN)
    limit = chance.randrange(1, 60) * 100_000 if tariff.tariff_type == "postpaid" else 0
    number = f"CTR-{world.day(created).year}-{row_id:06d}"
    world.lines.append(
        Line(
            number=number,
            customer=place // 2,
            floor=-limit,
            begins=NEVER if status == "draft" else signed,
            ends=ended if status == "terminated" else NEVER,
            status=status,
        )
    )
    return ContractRow(
        id=row_id,
        created_at=created,
        updated_at=world.at(ended) if status == "terminated" else created,
        number=number,
        customer_id=customer.id,
        tariff_id=tariff.id,
        status=status,
        suspension_reason=_why(status, customer.status),
        signed_date=world.day(created),
        activation_date=None if status == "draft" else world.day(created),
        termination_date=world.day(world.at(ended)) if status == "terminated" else None,
        next_billing_date=_next_billing(world, world.day(created)) if status in {"active", "suspended"} else None,
        terms_id=_terms_id(world, tariff),
        anchor_date=None if status == "draft" else world.day(created),
        credit_limit=limit,
        balance=0,
        notes=None,
        search=search_text((number, *called(customer))),
    )


def called(customer: CustomerRow) -> tuple[str | None, ...]:
    return customer.last_name, customer.first_name, customer.middle_name, customer.organization_name


def _contract_status(chance: Random, customer_status: str) -> str:
    status = chance.choices(("draft", "active", "suspended", "terminated"), (5, 78, 5, 12))[0]
    return "suspended" if status == "active" and customer_status != "active" else status


def _why(status: str, customer_status: str) -> str | None:
    if status != "suspended":
        return None
    return "manual" if customer_status == "active" else "customer"


def _next_billing(world: World, activated: date) -> date:
    """The first of the days n months after the activation that is still to come."""
    today = world.day(world.today)
    months = (today.year - activated.year) * 12 + today.month - activated.month
    due = months_after(activated, months)
    return due if due > today else months_after(activated, months + 1)


def sim_rows(world: World) -> Iterator[SimRow]:
    """Those that are in a contract first, then the rest of 2.2 a customer: free, blocked and written off."""
    row_id, last = world.first["sims"], world.first["sims"] + world.scale * 22 // 10
    for place, line in enumerate(world.lines):
        if line.status in {"active", "suspended"} and world.random.random() < 0.97:
            status = "blocked" if world.random.random() < 0.02 else line.status
            yield _sim(row_id, status, world.first["contracts"] + place, world.at(line.begins))
            row_id += 1
    for unbound in range(row_id, last):
        status = world.random.choices(("free", "blocked", "closed"), (85, 5, 10))[0]
        yield _sim(unbound, status, None, world.at(world.some_time(timedelta(), SPAN)))


def _sim(row_id: int, status: str, contract_id: int | None, moment: datetime) -> SimRow:
    iccid, imsi, msisdn = f"899960200{row_id:010d}", f"43702{row_id:010d}", f"+99677{row_id:07d}"
    return SimRow(
        id=row_id,
        created_at=moment,
        updated_at=moment,
        iccid=iccid,
        imsi=imsi,
        msisdn=msisdn,
        puk_code=f"{row_id * 7_919 % 10**8:08d}",
        status=status,
        contract_id=contract_id,
        activated_at=moment if contract_id else None,
        deactivated_at=None,
        search=search_text((iccid, imsi, msisdn)),
    )
