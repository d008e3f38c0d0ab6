"""Rows of other entities, named by what people know of them: `customer_phone`, `tariff_name`, `contract_number`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from models.contracts import Contract
from models.customers import Customer
from models.sims import Sim
from models.tariffs import Tariff
from resolvers.customers import CustomerInput
from resolvers.faults import invalid
from resolvers.imports import customers, sims, tariffs
from resolvers.imports.kind import ImportColumn, columns_of
from resolvers.imports.known import fetched
from resolvers.imports.making import made_or_changed
from resolvers.sims import SimInput
from resolvers.tariffs import TariffInput
from resolvers.value_kinds import Phone, Reference, Text
from resolvers.write.inputs import takes
from resolvers.write.unit_of_work import Lock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.imports import RowOutcome
    from resolvers.imports.kind import ReadRow
    from resolvers.imports.known import Key, Known
    from resolvers.write.unit_of_work import Work

NUMBER, EXTERNAL = "number", "external_id"
CUSTOMER, SIM, TARIFF = "customer_", "sim_", "tariff_"


def _prefixed(prefix: str, columns: Sequence[ImportColumn], *left_out: str) -> tuple[ImportColumn, ...]:
    named = ((one.name if one.name.startswith(prefix) else f"{prefix}{one.name}", one.kind) for one in columns)
    return tuple(ImportColumn(name, kind) for name, kind in named if name not in left_out)


OF_SIMS: Final = _prefixed(SIM, columns_of(SimInput))
OF_CUSTOMERS: Final = (
    ImportColumn("customer", Reference("Customer")),
    *_prefixed(CUSTOMER, columns_of(CustomerInput), "customer_notes"),
)
OF_TARIFFS: Final = (
    ImportColumn("tariff", Reference("Tariff")),
    *(one for one in _prefixed(TARIFF, columns_of(TariffInput)) if one.name in {"tariff_name", "tariff_type"}),
    ImportColumn("tariff_monthly_fee", next(one.kind for one in columns_of(TariffInput) if one.name == "monthly_fee")),
)


@dataclass(frozen=True, slots=True)
class ContractNamed:
    """A contract, by whatever is known of it."""

    contract: int | None = takes(Reference("Contract"), "Its id.")
    contract_number: str | None = takes(Text(), "Its number.")
    contract_external_id: str | None = takes(Text(), "What another system calls it.")
    sim_msisdn: str | None = takes(Phone(), "The phone number of its SIM.")


OF_CONTRACTS: Final = columns_of(ContractNamed)


def part(row: ReadRow, prefix: str, columns: Sequence[ImportColumn]) -> dict[str, Any]:
    """The values that a row gives of another entity, under that one's own names."""
    bare = {one.name: _bare(one.name, prefix) for one in columns if one.name.startswith(prefix)}
    return {bare[name]: value for name, value in row.raw.items() if name in bare}


def _bare(name: str, prefix: str) -> str:
    """`customer_phone` is a customer's `phone`, but `customer_type` is its `customer_type`."""
    return name if name in {"customer_type", "tariff_type"} else name.removeprefix(prefix)


# --- customers ----------------------------------------------------------------------------------------------------


def customer_key(row: ReadRow) -> Key | None:
    """The customer that a row names; by id, document or phone."""
    if row.raw.get("customer"):
        return ("id", str(row.raw["customer"]))
    return customers.document(row.raw, CUSTOMER) or customers.phone(row.raw, f"{CUSTOMER}phone")


async def locate_customers(work: Work, rows: Sequence[ReadRow], known: Known) -> None:
    keys = [key for row in rows if (key := customer_key(row))]
    await customers.find(work, [key for key in keys if key[0] != "id"], known)
    await _by_id(work, Customer, keys, known)
    mode = Lock.CHANGE if any(_tells_of_customer(row) for row in rows) else Lock.SHARE
    await work.lock_all(Customer, known.ids.get(Customer, {}).values(), mode)


async def _by_id(work: Work, model: Any, keys: Sequence[Key], known: Known) -> None:
    ids = [int(key[1]) for key in keys if key[0] == "id" and key[1].isdecimal() and len(key[1]) < 10]  # noqa: PLR2004
    for found in await work.lock_all(model, ids, Lock.SHARE):
        known.note(model, found.id, ("id", str(found.id)))


def _tells_of_customer(row: ReadRow) -> bool:
    """Whether it says more of the customer than who it is."""
    named = {"document_number", "document_type", "phone"}
    return not named.issuperset(part(row, CUSTOMER, OF_CUSTOMERS))


async def customer_of(work: Work, row: ReadRow, known: Known) -> tuple[int, RowOutcome | None]:
    """The customer of a row, made or changed if the row says more than who it is."""
    target = known.id_of(Customer, customer_key(row))
    if not _tells_of_customer(row):
        if target is None:
            raise invalid(_first(row, "customer", *(one.name for one in OF_CUSTOMERS)), "reference_unknown")
        return target, None
    told = part(row, CUSTOMER, OF_CUSTOMERS)
    customer, outcome = await made_or_changed(work, row, known, target, customers.MAKER, given=told)
    customers.note(known, customer)
    known.touched.setdefault((Customer, customer.id), row.place)
    return customer.id, outcome


def _first(row: ReadRow, *names: str) -> str:
    """The first of these columns that the row has a value in."""
    return next((name for name in names if row.raw.get(name)), names[0])


# --- tariffs, SIMs, contracts -------------------------------------------------------------------------------------


def _tariff_key(row: ReadRow) -> Key | None:
    if row.raw.get("tariff"):
        return ("id", str(row.raw["tariff"]))
    return tariffs.name(row.raw, "tariff_name")


async def locate_tariffs(work: Work, rows: Sequence[ReadRow], known: Known) -> None:
    keys = [key for row in rows if (key := _tariff_key(row))]
    await work.lock_all(Tariff, await tariffs.find(work, keys, known), Lock.SHARE)
    await _by_id(work, Tariff, keys, known)


async def tariff_of(work: Work, row: ReadRow, known: Known) -> tuple[int, RowOutcome | None]:
    """The tariff of a row, made if there is none and the row has its fee."""
    target = known.id_of(Tariff, _tariff_key(row))
    if target is not None:
        return target, None
    told = part(row, TARIFF, OF_TARIFFS)
    if "monthly_fee" not in told:
        raise invalid(_first(row, "tariff_name", "tariff"), "reference_unknown" if _tariff_key(row) else "required")
    tariff, outcome = await made_or_changed(work, row, known, None, tariffs.MAKER, given=told)
    known.note(Tariff, tariff.id, (tariffs.NAME, tariff.name))
    return tariff.id, outcome


def sim_key(row: ReadRow) -> Key | None:
    """The SIM that a row names: by its card, or by its phone number."""
    return sims.card(row.raw, "sim_iccid") or customers.phone(row.raw, "sim_msisdn")


async def locate_sims(work: Work, rows: Sequence[ReadRow], known: Known) -> None:
    await work.lock_all(Sim, await sims.find(work, [sim_key(row) for row in rows], known))


async def sim_of(work: Work, row: ReadRow, known: Known) -> tuple[int | None, RowOutcome | None]:
    """The SIM of a row, if it names one; made if there is none and the row has its numbers."""
    key = sim_key(row)
    if key is None:
        return None, None
    told, target = part(row, SIM, OF_SIMS), known.id_of(Sim, key)
    if target is None and "imsi" not in told:
        raise invalid(_first(row, "sim_iccid", "sim_msisdn"), "reference_unknown")
    if target is not None and "iccid" not in told:
        return target, None
    sim, outcome = await made_or_changed(work, row, known, target, sims.MAKER, given=told)
    sims.note(known, sim)
    return sim.id, outcome


def contract_key(row: ReadRow) -> Key | None:
    """The contract that a row of something else names."""
    if row.raw.get("contract"):
        return ("id", str(row.raw["contract"]))
    if row.raw.get("contract_number"):
        return (NUMBER, str(row.raw["contract_number"]))
    if row.raw.get("contract_external_id"):
        return (EXTERNAL, str(row.raw["contract_external_id"]))
    return customers.phone(row.raw, "sim_msisdn")


async def find_contracts(work: Work, keys: Sequence[Key], known: Known) -> list[int]:
    """The ids of the contracts that are known by these, which `known` learns."""
    values = {
        "numbers": [key[1] for key in keys if key[0] == NUMBER],
        "others": [key[1] for key in keys if key[0] == EXTERNAL],
        "phones": [key[1] for key in keys if key[0] == customers.PHONE],
    }
    sql = """SELECT c.id, c.number, c.external_id, s.msisdn FROM contracts c LEFT JOIN sims s ON s.contract_id = c.id
        WHERE c.number {numbers} OR c.external_id {others}
        OR c.id IN (SELECT b.contract_id FROM sims b WHERE b.msisdn {phones} AND b.contract_id IS NOT NULL)"""
    rows = await fetched(work.tx, sql, values)
    for row_id, number, external_id, msisdn in rows:
        known.note(
            Contract,
            row_id,
            (NUMBER, number),
            (EXTERNAL, external_id) if external_id else None,
            (customers.PHONE, msisdn) if msisdn else None,
        )
    return [row[0] for row in rows]


async def locate_contracts(work: Work, rows: Sequence[ReadRow], known: Known, mode: Lock) -> None:
    keys = [key for row in rows if (key := contract_key(row))]
    await work.lock_all(Contract, await find_contracts(work, keys, known), mode)
    await _by_id(work, Contract, keys, known)


def contract_of(row: ReadRow, known: Known) -> int | None:
    """The contract of a row, if it names one. Raises `Invalid` for one that there is not."""
    key = contract_key(row)
    found = known.id_of(Contract, key)
    if key is not None and found is None:
        names = ("contract", "contract_number", "contract_external_id", "sim_msisdn")
        raise invalid(_first(row, *names), "reference_unknown")
    return found
