"""What rows say of themselves in derived columns: search texts, contract numbers, billing dates, folded emails.

The models' own functions say what they should be, so that no rule stands here a second time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from models.contracts import Contract
from models.customers import Customer
from models.database.rows import loaded
from models.payments import Payment
from models.sims import Sim
from models.tariffs import Tariff
from models.tickets import Ticket
from models.users import User
from resolvers.billing.months import month_start

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from models.database import Database
    from models.entity import Entity

PAGE: Final = 2_000
NAMES: Final = ("o.last_name", "o.first_name", "o.middle_name", "o.organization_name")
CUSTOMER: Final = "JOIN customers o ON o.id = t.customer_id"


@dataclass(frozen=True, slots=True)
class Names:
    """As much of a customer as search texts take."""

    all: tuple[str | None, ...]

    def names(self) -> tuple[str | None, ...]:
        return self.all


def _customer(owner: Sequence[Any]) -> Customer:
    return cast("Customer", Names(tuple(owner)))


@dataclass(frozen=True, slots=True)
class Derived:
    """A table, what of its owner's row its search text takes, and how the text is made."""

    model: type[Entity]
    search: Callable[[Any, Sequence[Any]], str]
    owner: tuple[str, ...] = ()
    join: str = ""


TABLES: Final = (
    Derived(Customer, lambda row, _: row.searchable()),
    Derived(Sim, lambda row, _: row.searchable()),
    Derived(Tariff, lambda row, _: row.searchable()),
    Derived(User, lambda row, _: row.searchable()),
    Derived(Contract, lambda row, owner: row.searchable(_customer(owner)), NAMES, CUSTOMER),
    Derived(Ticket, lambda row, owner: row.searchable(_customer(owner)), NAMES, CUSTOMER),
    Derived(
        Payment,
        lambda row, owner: row.searchable(owner[0]),
        ("o.number",),
        "JOIN contracts o ON o.id = t.contract_id",
    ),
)


async def texts_out_of_date(database: Database) -> AsyncIterator[str]:
    """A sentence for every row that says something else than it should."""
    for derived in TABLES:
        async for row, owner in _rows(database, derived):
            for what in _wrong(row, derived.search(row, owner)):
                yield f"{derived.model.__name__.lower()} {row.id}: {what}"


async def _rows(database: Database, derived: Derived) -> AsyncIterator[tuple[Entity, tuple[Any, ...]]]:
    """All rows and what is needed of their owners, in pages: each is read at one moment, owner and owned together."""
    columns = list(derived.model._meta.fields_db_projection)
    selected = ", ".join([*(f"t.{name}" for name in columns), *derived.owner])
    sql = (
        f"SELECT {selected} FROM {derived.model._meta.db_table} t {derived.join}"
        f" WHERE t.id > $1 ORDER BY t.id LIMIT {PAGE}"
    )
    last = 0
    while rows := await database.fetch(sql, [last]):
        for values in rows:
            own, owner = values[: len(columns)], tuple(values[len(columns) :])
            yield loaded(derived.model, columns, own), owner
        last = rows[-1][columns.index("id")]


def _wrong(row: Any, search: str) -> Iterator[str]:
    if row.search != search:
        yield "its search text is out of date"
    if isinstance(row, Customer) and any(getattr(row, name) != key for name, key in row.keys().items()):
        yield "the keys of its email and document are not those of what they say"
    if isinstance(row, User) and row.username_key != row.key():
        yield "the key of its username is not that of its username"
    if isinstance(row, Contract):
        yield from _wrong_terms(row)


def _wrong_terms(contract: Contract) -> Iterator[str]:
    if re.fullmatch("[0-9a-f]{32}", contract.number):  # what stands there until the id is known
        yield "it never got its number"
    anchor, due = contract.anchor_date, contract.next_billing_date
    if anchor is not None and due is not None and (due < anchor or due != month_start(anchor, due)):
        yield f"it is next billed on {due}, which is no whole number of months after {anchor}"
