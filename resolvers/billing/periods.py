"""How a contract's settled months can be asked, newest first (billing.md §2)."""

from __future__ import annotations

from models.billing import ChargePeriod
from resolvers.read.columns import column, orderable
from resolvers.read.selection import Filter, ListSpec, Term
from resolvers.read.tables import CHARGE_PERIODS

LIST = ListSpec(
    table=CHARGE_PERIODS,
    filters=(
        Filter("status", column(ChargePeriod, "status"), "Months that were settled in this way."),
        Filter("period_start", column(ChargePeriod, "period_start"), "By the first day."),
        Filter("amount", column(ChargePeriod, "amount"), "By what was charged."),
        Filter("created", column(ChargePeriod, "created_at"), "By the time of settling."),
    ),
    default_order=(
        Term(column(ChargePeriod, "period_start"), descending=True),
        Term(column(ChargePeriod, "id"), descending=True),
    ),
    orderable=orderable(ChargePeriod),
    searchable=False,
)
