"""The tariff as people see it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

from models import tariffs as model
from resolvers import contracts, journal
from resolvers.billing import terms
from resolvers.read.columns import column
from resolvers.read.tables import TARIFFS
from schema.types import sql_expressions
from schema.types.available import AvailableAction
from schema.types.connections import Connection
from schema.types.enums import TariffType
from schema.types.field_sources import actions, computed, global_id, stored, to_many
from schema.types.links import ContractLink, EventLink, TariffTermsLink
from schema.types.node import Node
from schema.types.scalars import JSON

_ROW = model.Tariff


@strawberry.type(description="What a contract costs and includes.")
class Tariff(Node):
    """What a contract costs and includes."""

    id: strawberry.ID = global_id(TARIFFS)
    database_id: int = stored(column(_ROW, "id"), "The number in the global id; the `id` in REST.")
    name: str = stored(column(_ROW, "name"), "What customers know it by; no two tariffs share a name.")
    description: str | None = stored(column(_ROW, "description"), "What customers are told about it.")
    tariff_type: TariffType = stored(column(_ROW, "tariff_type"), "Whether its contracts pay before or afterwards.")
    monthly_fee: Decimal = stored(column(_ROW, "monthly_fee"), "Fee for a month, in the operator's currency.")
    minutes_included: int = stored(column(_ROW, "minutes_included"), "Minutes of calls in the fee; 0 is unlimited.")
    sms_included: int = stored(column(_ROW, "sms_included"), "Messages in the fee; 0 is unlimited.")
    data_gb_included: Decimal = stored(column(_ROW, "data_gb_included"), "Gigabytes in the fee; 0 is unlimited.")
    minute_overage_cost: Decimal = stored(column(_ROW, "minute_overage_cost"), "Price of a minute beyond those.")
    sms_overage_cost: Decimal = stored(column(_ROW, "sms_overage_cost"), "Price of a message beyond those.")
    data_gb_overage_cost: Decimal = stored(column(_ROW, "data_gb_overage_cost"), "Price of a gigabyte beyond those.")
    extra_options: JSON = stored(column(_ROW, "extra_options"), "Anything else about the tariff, as a JSON object.")
    priority: int = stored(column(_ROW, "priority"), "Place in lists: the higher, the earlier.")
    is_active: bool = stored(column(_ROW, "is_active"), "Whether it takes new contracts.")
    active_contracts_count: int = computed(
        sql_expressions.count_of("contracts", "tariff_id", " AND n_.status = 'active'"),
        "How many active contracts are on it.",
    )
    available_actions: list[AvailableAction] = actions()
    created_at: datetime = stored(column(_ROW, "created_at"), "When the tariff was made.")
    updated_at: datetime = stored(column(_ROW, "updated_at"), "When anything about the tariff last changed.")
    contracts: Connection[ContractLink] = to_many(
        contracts.LIST, "tariff_id", "The contracts on this tariff, in any state."
    )
    terms: Connection[TariffTermsLink] = to_many(
        terms.LIST, "tariff_id", "All versions of its terms, newest first; the tariff itself shows the latest."
    )
    history: Connection[EventLink] = to_many(
        journal.HISTORY, "entity_id", "Every change of the tariff, newest first.", entity=_ROW.prefix
    )
