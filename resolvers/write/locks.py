"""How rows are locked: in which order, for what, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from models.api_keys import ApiKey
from models.billing import BillingPolicy
from models.comments import Comment
from models.contracts import Contract
from models.customers import Customer
from models.database import Dialect
from models.database.rows import any_of, id_list, loaded
from models.entity import Entity
from models.jobs import Job
from models.payments import Payment
from models.registers import PaymentProvider, RegisterRow
from models.sims import Sim
from models.tariffs import Tariff
from models.tickets import Ticket
from models.users import User
from models.webhooks import Webhook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.database import Reader, Transaction

E = TypeVar("E", bound=Entity)

LOCK_ORDER: tuple[type[Entity], ...] = (
    *(BillingPolicy, Customer, Tariff, Contract, Sim, Payment, Ticket, Comment, User, Job, Webhook, ApiKey),
    PaymentProvider,
    RegisterRow,
)
"""Rows are locked in this order, ids ascending within one, so that two operations never wait for each other. New rows
are stored in it too: each refers to earlier ones only."""


class Lock(Enum):
    """How a row is held until the transaction ends."""

    NONE = ""
    SHARE = " FOR SHARE"
    """It is only read, and must not change meanwhile."""
    CHANGE = " FOR NO KEY UPDATE"


class Rows(Protocol):
    """Where locked rows come from."""

    async def get(self, model: type[E], ids: Sequence[int], mode: Lock) -> list[E]:
        """The rows that exist, locked, ids ascending."""


@dataclass(slots=True)
class Direct:
    """Rows by a statement of their own."""

    tx: Transaction

    async def get(self, model: type[E], ids: Sequence[int], mode: Lock) -> list[E]:
        return await select(self.tx, model, ids, mode)


async def select(reader: Reader, model: type[E], ids: Sequence[int], mode: Lock = Lock.NONE) -> list[E]:
    """Rows by id, ids ascending, in one statement; locked on PostgreSQL (SQLite's writer is alone anyway)."""
    columns = list(model._meta.fields_db_projection)
    dialect = reader.dialect
    rows = await reader.fetch(
        f"SELECT {', '.join(columns)} FROM {model._meta.db_table} WHERE id {any_of(dialect)} ORDER BY id"
        + (mode.value if dialect is Dialect.POSTGRES else ""),
        [id_list(dialect, ids)],
    )
    return [loaded(model, columns, row) for row in rows]


def rank(model: type[Entity]) -> int:
    return LOCK_ORDER.index(model) if model in LOCK_ORDER else len(LOCK_ORDER)


def decisive(row: Entity) -> dict[str, Any]:
    """What a glimpse is good for: the rows that it refers to, and the columns that it is watched for."""
    names = (*(f"{relation}_id" for relation in row._meta.fk_fields), *row.watched)
    return {name: getattr(row, name) for name in names}
