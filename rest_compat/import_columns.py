"""`?columns=import`: the columns by which a list's file can be brought in again, elsewhere (in-and-out.md §1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.imports import Imported
from resolvers.imports.kinds import KINDS
from resolvers.read.columns import column
from resolvers.read.selection import Expression, Kind, Scalar
from rest_compat.representations import shown
from schema.types.sql_expressions import NUMBER_OF_CONTRACT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.read.selection import Source, Table

IMPORT: Final = "import"


def _of_customer(name: str) -> Expression:
    return Expression(f"(SELECT c_.{name} FROM customers c_ WHERE c_.id = {{t}}.customer_id)", Kind.TEXT)


_CARD: Final = Expression("(SELECT s_.iccid FROM sims s_ WHERE s_.contract_id = {t}.id)", Kind.TEXT)
_OWN: Final[Mapping[str, Mapping[str, Source]]] = {
    "contracts": {
        "opening_balance": column(KINDS[Imported.CONTRACTS].entity, "balance"),
        "sim_iccid": _CARD,
        "customer_document_type": _of_customer("document_type"),
        "customer_document_number": _of_customer("document_number"),
    },
    "payments": {"contract_number": NUMBER_OF_CONTRACT},
    "tickets": {
        "customer_phone": _of_customer("phone"),
        "contract_number": NUMBER_OF_CONTRACT,
    },
}
"""Columns that say what a row is of by what people know, and are in no representation."""
_BY_IDS: Final = frozenset({"customer", "contract", "tariff"})
"""Ids are others elsewhere."""


def import_keys(table: Table) -> tuple[str, ...]:
    """The columns of the list's import, as far as a row has something for them; none where there is no such import."""
    if table.name not in [one.value for one in Imported]:
        return ()
    known = {value.key for value in shown(table.typename)} | set(_OWN.get(table.name, ()))
    columns = KINDS[Imported(table.name)].columns
    return tuple(one.name for one in columns if one.name in known and one.name not in _BY_IDS)


def import_values(table: Table) -> dict[str, Scalar]:
    """What is selected for those that no representation has."""
    return {key: Scalar(key, source) for key, source in _OWN.get(table.name, {}).items()}
