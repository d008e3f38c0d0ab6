"""Payment providers: what may be done with them, and how their list can be asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.registers import AccountBy, PaymentProvider
from resolvers.faults import invalid
from resolvers.identity.permissions import Permission
from resolvers.read.columns import column, orderable
from resolvers.read.selection import Filter, ListSpec, Term
from resolvers.read.tables import PAYMENT_PROVIDERS
from resolvers.value_kinds import Choice, Options, Text
from resolvers.write.inputs import given, takes
from resolvers.write.operation import Effect, operation

if TYPE_CHECKING:
    from resolvers.write.unit_of_work import Work

MAPPED: Final = ("external_id", "account", "amount", "taken_at")
"""What must be in a register."""


@dataclass(frozen=True, slots=True)
class PaymentProviderInput:
    """What may be written of a payment provider."""

    name: str = takes(Text(), "What it is called, in payments too. Unique.", required=True)
    mapping: dict[str, str] = takes(
        Options(),
        "The headings of its registers, by field: `external_id`, `account`, `amount`, `taken_at`.",
        required=True,
    )
    account_by: AccountBy = takes(
        Choice(AccountBy), "Whether its accounts are phone numbers or numbers of contracts.", default="msisdn"
    )
    time_zone: str = takes(Text(), "In which its times are written.", default="Asia/Bishkek")


LIST = ListSpec(
    table=PAYMENT_PROVIDERS,
    filters=(
        Filter("name", column(PaymentProvider, "name"), "The provider of exactly this name."),
        Filter("account_by", column(PaymentProvider, "account_by"), "Providers whose accounts are of this kind."),
        Filter("created", column(PaymentProvider, "created_at"), "By the time at which it was made."),
        Filter("updated", column(PaymentProvider, "updated_at"), "By the time of the last change."),
    ),
    default_order=(
        Term(column(PaymentProvider, "created_at"), descending=True),
        Term(column(PaymentProvider, "id"), descending=True),
    ),
    orderable=orderable(PaymentProvider),
    searchable=False,
)


def _require_sound(provider: PaymentProvider) -> None:
    """Raise `Invalid` for a mapping that lacks something, and a zone that there is not."""
    headings = provider.mapping
    texts = [one for one in headings.values() if isinstance(one, str) and one.strip()]
    if set(headings) != set(MAPPED) or len(texts) != len(set(texts)) or len(texts) != len(MAPPED):
        raise invalid("mapping", "mapping_incomplete", fields=", ".join(MAPPED))
    try:
        ZoneInfo(provider.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid("time_zone", "not_a_time_zone") from None


@operation(
    "provider.create",
    entity=PaymentProvider,
    effect=Effect.CREATE,
    graphql="createPaymentProvider",
    may=Permission.MANAGE_PROVIDERS,
    takes=PaymentProviderInput,
    says="created",
)
async def create_provider(work: Work, data: PaymentProviderInput) -> PaymentProvider:
    """Make a payment provider known, with the headings of its registers."""
    provider = PaymentProvider(**given(data))
    _require_sound(provider)
    return await work.add(provider)


@operation(
    "provider.update",
    entity=PaymentProvider,
    effect=Effect.UPDATE,
    graphql="updatePaymentProvider",
    may=Permission.MANAGE_PROVIDERS,
    takes=PaymentProviderInput,
    says="updated",
)
async def update_provider(work: Work, provider: PaymentProvider, data: PaymentProviderInput) -> PaymentProvider:
    """Change a payment provider; registers that come from now on are read so."""
    del work
    provider.update_from_dict(given(data))
    _require_sound(provider)
    return provider


@operation(
    "provider.delete",
    entity=PaymentProvider,
    effect=Effect.DELETE,
    graphql="deletePaymentProvider",
    may=Permission.MANAGE_PROVIDERS,
    says="deleted",
)
async def delete_provider(work: Work, provider: PaymentProvider) -> PaymentProvider:
    """Forget a payment provider; its payments and registers stay."""
    await work.remove(provider)
    return provider


OPERATIONS = (create_provider, update_provider, delete_provider)
