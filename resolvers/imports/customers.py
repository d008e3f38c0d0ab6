"""Customers from a file: known again by their document, or by their phone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from models.customers import Customer, CustomerStatus, DocumentType
from models.imports import Imported
from models.texts import document_key
from resolvers.customers import (
    CustomerInput,
    activate_customer,
    block_customer,
    create_customer,
    suspend_customer,
    update_customer,
)
from resolvers.imports.kind import ImportKind, columns_of
from resolvers.imports.known import fetched
from resolvers.imports.making import Maker, made_or_changed
from resolvers.value_kinds import Choice, Phone, Refused
from resolvers.write.inputs import Mode, given, parse, takes
from resolvers.write.operation import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from models.entity import Entity
    from models.imports import RowOutcome
    from resolvers.imports.kind import ReadRow
    from resolvers.imports.known import Key, Known
    from resolvers.write.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class CustomerLife:
    """Where a customer is."""

    status: CustomerStatus = takes(Choice(CustomerStatus), "Whether the customer is served.")


DOCUMENT, PHONE = "document", "phone"
MAKER: Final = Maker(Customer, create_customer, update_customer)


def document(raw: Mapping[str, Any], prefix: str = "") -> Key | None:
    """The document that a row names."""
    number = raw.get(f"{prefix}document_number")
    if not isinstance(number, str):
        return None
    return DOCUMENT, str(raw.get(f"{prefix}document_type") or DocumentType.PASSPORT), document_key(number)


def phone(raw: Mapping[str, Any], name: str = "phone") -> Key | None:
    """The phone that a row names; none that is no phone."""
    try:
        number = Phone().read(raw[name]) if raw.get(name) else None
    except Refused:
        return None
    return (PHONE, number) if number else None


def _keys(customer: Customer) -> tuple[Key, Key]:
    return (DOCUMENT, customer.document_type.value, customer.document_key), (PHONE, customer.phone)


def note(known: Known, customer: Customer) -> None:
    """A customer is known from now on."""
    known.note(Customer, customer.id, *_keys(customer))


async def find(work: Work, keys: Iterable[Key | None], known: Known) -> list[int]:
    """The ids of the customers that are known by these, which `known` learns."""
    wanted = [key for key in keys if key is not None]
    sql = (
        "SELECT id, document_type, document_key, phone FROM customers WHERE document_key {documents} OR phone {phones}"
    )
    rows = await fetched(
        work.tx,
        sql,
        {
            "documents": [key[2] for key in wanted if key[0] == DOCUMENT],
            "phones": [key[1] for key in wanted if key[0] == PHONE],
        },
    )
    for row_id, kind, key, number in rows:
        known.note(Customer, row_id, (DOCUMENT, kind, key), (PHONE, number))
    return [row[0] for row in rows]


def _match(row: ReadRow) -> Key | None:
    by_document, by_phone = document(row.raw), phone(row.raw)
    return by_phone if row.match == PHONE else by_document or by_phone


async def _locate(work: Work, rows: Sequence[ReadRow], known: Known) -> None:
    ids = await find(work, [_match(row) for row in rows], known)
    await work.lock_all(Customer, ids)


async def _bring_in(work: Work, row: ReadRow, known: Known) -> tuple[Entity, RowOutcome]:
    target = known.id_of(Customer, _match(row))
    parse(CustomerLife, row.raw, Mode.PARTIAL)
    made = await made_or_changed(work, row, known, target, MAKER, given=row.raw)
    note(known, made[0])
    return made


async def _live(work: Work, row: ReadRow, customer_id: int, known: Known) -> Entity:
    del known
    customer = await work.lock(Customer, customer_id)
    wanted = given(parse(CustomerLife, row.raw, Mode.PARTIAL)).get("status", customer.status)
    if wanted is not customer.status:
        await run(work, _MOVES[wanted], customer_id)
    return customer


_MOVES: Final = {
    CustomerStatus.ACTIVE: activate_customer,
    CustomerStatus.SUSPENDED: suspend_customer,
    CustomerStatus.BLOCKED: block_customer,
}
CUSTOMERS: Final = ImportKind(
    Imported.CUSTOMERS,
    Customer,
    (*columns_of(CustomerInput), *columns_of(CustomerLife)),
    (DOCUMENT, PHONE),
    _locate,
    _bring_in,
    frozenset({"status"}),
    _live,
)
