"""Every kind of rows that can be imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from resolvers.imports.contracts import CONTRACTS
from resolvers.imports.customers import CUSTOMERS
from resolvers.imports.payments import PAYMENTS
from resolvers.imports.sims import SIMS
from resolvers.imports.tariffs import TARIFFS
from resolvers.imports.tickets import TICKETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.imports import Imported
    from resolvers.imports.kind import ImportKind

KINDS: Final[Mapping[Imported, ImportKind]] = {
    one.name: one for one in (CUSTOMERS, SIMS, TARIFFS, CONTRACTS, PAYMENTS, TICKETS)
}
