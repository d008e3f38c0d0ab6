"""Tariffs: what may be done with them (contract §2) and how their lists can be asked (contract §4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.contracts import Contract
from models.tariffs import Tariff, TariffType
from resolvers.billing.run import reprice_contracts
from resolvers.billing.terms import changes_terms, renew_terms, terms_in_use, terms_of
from resolvers.faults import invalid
from resolvers.identity.permissions import Permission
from resolvers.read.columns import column, orderable
from resolvers.read.selection import Expression, Filter, Kind, ListSpec, Term
from resolvers.read.tables import TARIFFS
from resolvers.value_kinds import LONG_TEXT, Choice, Hundredths, Options, Text, Whole
from resolvers.words import Message
from resolvers.write.deletion import protected
from resolvers.write.guards import Fact, Guard, Seen, unreferenced
from resolvers.write.inputs import changes_in, given, takes
from resolvers.write.operation import Effect, operation

if TYPE_CHECKING:
    from resolvers.write.unit_of_work import Work

COUNT = Whole(least=0)
PRICE = Hundredths(least=0)


@dataclass(frozen=True, slots=True)
class TariffInput:
    """What may be written of a tariff."""

    name: str = takes(Text(), "Name of the tariff. Unique.", required=True)
    description: str | None = takes(Text(LONG_TEXT), "What customers are told about it.", nullable=True)
    tariff_type: TariffType = takes(
        Choice(TariffType), "Paid beforehand or afterwards; fixed once it has contracts.", default="prepaid"
    )
    monthly_fee: int = takes(PRICE, "Fee for a month.", required=True)
    minutes_included: int = takes(COUNT, "Minutes of calls in the fee; 0 is unlimited.", default="0")
    sms_included: int = takes(COUNT, "Messages in the fee; 0 is unlimited.", default="0")
    data_gb_included: int = takes(PRICE, "Gigabytes of data in the fee; 0 is unlimited.", default="0.00")
    minute_overage_cost: int = takes(PRICE, "Price of a minute beyond those included.", default="0.00")
    sms_overage_cost: int = takes(PRICE, "Price of a message beyond those included.", default="0.00")
    data_gb_overage_cost: int = takes(PRICE, "Price of a gigabyte beyond those included.", default="0.00")
    extra_options: dict[str, object] = takes(
        Options(), "Anything else about the tariff: a JSON object of at most 16 KiB, 8 levels deep.", default="{}"
    )
    priority: int = takes(Whole(), "Place in lists: the higher, the earlier.", default="0")


LIST = ListSpec(
    table=TARIFFS,
    filters=(
        Filter("is_active", column(Tariff, "is_active"), "Tariffs that take new contracts, or do not."),
        Filter("tariff_type", column(Tariff, "tariff_type"), "Prepaid or postpaid tariffs."),
        Filter("name", column(Tariff, "name"), "The tariff of exactly this name."),
        Filter("monthly_fee", column(Tariff, "monthly_fee"), "By the fee for a month."),
        Filter("priority", column(Tariff, "priority"), "By the place in lists."),
        Filter("created", column(Tariff, "created_at"), "By the time at which it was made."),
        Filter("updated", column(Tariff, "updated_at"), "By the time of the last change."),
    ),
    default_order=(
        Term(column(Tariff, "priority"), descending=True),
        Term(column(Tariff, "name")),
        Term(column(Tariff, "id"), descending=True),
    ),
    orderable=orderable(Tariff),
)


@operation(
    "tariff.create",
    entity=Tariff,
    effect=Effect.CREATE,
    graphql="createTariff",
    may=Permission.MANAGE_TARIFFS,
    takes=TariffInput,
    says="created",
)
async def create_tariff(work: Work, data: TariffInput) -> Tariff:
    """Make a tariff; a new one is active, and so takes contracts at once."""
    tariff = Tariff(**given(data))
    tariff.search = tariff.searchable()
    await work.add(tariff)
    work.append(terms_of(work, tariff))
    return tariff


@operation(
    "tariff.update",
    entity=Tariff,
    effect=Effect.UPDATE,
    graphql="updateTariff",
    may=Permission.MANAGE_TARIFFS,
    takes=TariffInput,
    says="updated",
)
async def update_tariff(work: Work, tariff: Tariff, data: TariffInput) -> Tariff:
    """Change a tariff. Its type is fixed once it has contracts.

    A new fee, allowance or price of overage makes new terms: drafts get them, contracts that are served keep their own.
    """
    changes = changes_in(data, tariff)
    if "tariff_type" in changes and await work.exists(Contract, "tariff_id", tariff.id):
        raise invalid("tariff_type", "fixed")
    tariff.update_from_dict(changes)
    tariff.search = tariff.searchable()
    if changes_terms(changes):
        await renew_terms(work, tariff)
    return tariff


async def _find_months(work: Work, tariff: Tariff) -> bool:
    return await terms_in_use(work.tx, tariff.id)


_MONTHS = Fact(
    "periods",
    Expression(
        "EXISTS (SELECT 1 FROM charge_periods p_ JOIN tariff_terms v_ ON v_.id = p_.terms_id"
        " WHERE v_.tariff_id = {t}.id)",
        Kind.TRUTH,
    ),
    _find_months,
)


def _refuse_with_months(seen: Seen) -> None:
    if seen.facts[_MONTHS.name]:
        raise protected(seen.row, Message(_MONTHS.name))


@operation(
    "tariff.delete",
    entity=Tariff,
    effect=Effect.DELETE,
    graphql="deleteTariff",
    may=Permission.DELETE,
    guards=(
        unreferenced(contracts=(Contract, "tariff_id"), scheduled_contracts=(Contract, "scheduled_tariff_id")),
        Guard(_refuse_with_months, facts=(_MONTHS,)),
    ),
    says="deleted",
)
async def delete_tariff(work: Work, tariff: Tariff) -> Tariff:
    """Delete a tariff that no contract was ever made on; its history stays readable."""
    await work.remove(tariff)
    return tariff


@operation(
    "tariff.activate",
    entity=Tariff,
    effect=Effect.ACTION,
    graphql="activateTariff",
    rest="activate",
    may=Permission.MANAGE_TARIFFS,
    says="tariff_activated",
)
async def activate_tariff(work: Work, tariff: Tariff) -> Tariff:
    """Offer a tariff to new contracts. Doing so again is no error."""
    del work
    tariff.is_active = True
    return tariff


@operation(
    "tariff.deactivate",
    entity=Tariff,
    effect=Effect.ACTION,
    graphql="deactivateTariff",
    rest="deactivate",
    may=Permission.MANAGE_TARIFFS,
    says="tariff_deactivated",
)
async def deactivate_tariff(work: Work, tariff: Tariff) -> Tariff:
    """Take a tariff out of offer: it takes no new contracts, existing ones go on. Doing so again is no error."""
    del work
    tariff.is_active = False
    return tariff


OPERATIONS = (
    create_tariff,
    update_tariff,
    delete_tariff,
    activate_tariff,
    deactivate_tariff,
    reprice_contracts,
)
