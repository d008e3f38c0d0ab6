"""Whose number it was: how the history of SIMs' bindings can be asked (screens.md §1).

The database's triggers write it, whatever binds or unbinds a SIM or changes its number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.sims import SimBinding
from resolvers.faults import Invalid
from resolvers.read.columns import column, orderable
from resolvers.read.selection import Comparison, Condition, Expression, Filter, Kind, ListSpec, Term
from resolvers.read.tables import SIM_BINDINGS
from resolvers.value_kinds import Phone, Refused

if TYPE_CHECKING:
    from resolvers.read.selection import Bind

LIST = ListSpec(
    table=SIM_BINDINGS,
    filters=(
        Filter("sim", column(SimBinding, "sim_id"), "Bindings of this SIM.", refers_to="Sim"),
        Filter("contract", column(SimBinding, "contract_id"), "Bindings to this contract.", refers_to="Contract"),
        Filter(
            "msisdn",
            column(SimBinding, "msisdn"),
            "Bindings of this phone number, however spelt.",
            takes=Phone(),
        ),
        Filter("since", column(SimBinding, "since"), "By the time at which it began."),
        Filter("until", column(SimBinding, "until"), "By the time at which it ended."),
    ),
    default_order=(
        Term(column(SimBinding, "since"), descending=True),
        Term(column(SimBinding, "id"), descending=True),
    ),
    orderable=orderable(SimBinding),
    searchable=False,
)

_STILL_AT: Final = Expression("coalesce({t}.until > {at}, true)", Kind.TRUTH)
_HOLDS: Final = Comparison.HOLDS


def of_number(msisdn: Bind, at: Bind | None) -> tuple[Condition, ...]:
    """What holds of a number's bindings; of the one that was in force at a moment, if one is given."""
    number = Condition(column(SimBinding, "msisdn"), Comparison.EQUALS, msisdn)
    if at is None:
        return (number,)
    still = Expression(_STILL_AT.sql, Kind.TRUTH, moments=(("at", at),))
    begun = Condition(column(SimBinding, "since"), Comparison.AT_MOST, at)
    return (number, begun, Condition(still, _HOLDS, lambda _: True))


def read_number(value: object) -> str:
    """A phone number in any usual spelling, as it is kept. Raises `Invalid`."""
    try:
        return Phone().read(value)
    except Refused as refusal:
        raise Invalid({"msisdn": (refusal.message,)}) from None
