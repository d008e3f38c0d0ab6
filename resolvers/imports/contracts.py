"""Contracts from a file, with customer, tariff, SIM and opening balance in one row if wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from models.contracts import Contract, ContractStatus, SuspensionReason
from models.database import Dialect
from models.imports import Imported, RowOutcome
from models.payments import PaymentMethod, TransactionType
from resolvers.contracts import OURS, ContractInput, draw_up, require_open, update_contract
from resolvers.faults import invalid
from resolvers.imports.contract_lives import Wanted, bring_to_life
from resolvers.imports.kind import ImportKind, columns_of
from resolvers.imports.known import fetched
from resolvers.imports.making import raw_of
from resolvers.imports.references import (
    EXTERNAL,
    NUMBER,
    OF_CUSTOMERS,
    OF_SIMS,
    OF_TARIFFS,
    customer_of,
    find_contracts,
    locate_customers,
    locate_sims,
    locate_tariffs,
    sim_key,
    sim_of,
    tariff_of,
)
from resolvers.settlement import new_payment, settle
from resolvers.value_kinds import Choice, Day, Hundredths, Text
from resolvers.write.inputs import Mode, changes_in, given, parse, takes
from resolvers.write.operation import run
from resolvers.write.unit_of_work import select

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from models.database import Transaction
    from models.entity import Entity
    from resolvers.imports.kind import ReadRow
    from resolvers.imports.known import Key, Known
    from resolvers.write.unit_of_work import Work

OPENING: Final = "OPEN-"
FURTHEST: Final = 10_000_000
"""A number like ours may be so far ahead of those that were given."""
_LIKE_OURS: Final = re.compile(rf"{OURS}[0-9]{{4}}-([0-9]{{6,10}})")


@dataclass(frozen=True, slots=True)
class ContractBrought:
    """What a row says of a contract beside what may be written of one."""

    number: str = takes(Text(), "The number that it keeps.")
    opening_balance: int = takes(Hundredths(), "What was on its account; posted once, as a correction.")
    status: ContractStatus = takes(Choice(ContractStatus), "Where it is in its life.")
    suspension_reason: SuspensionReason = takes(Choice(SuspensionReason), "Why it is suspended.")
    activation_date: date = takes(Day(), "Since when it is served.")
    termination_date: date = takes(Day(), "When it ended.")
    next_billing_date: date = takes(Day(), "The first day that is not paid for.")


_LIFE: Final = frozenset(
    {"status", "suspension_reason", "activation_date", "termination_date", "next_billing_date"}
    | {one.name for one in OF_SIMS}
)


def _match(row: ReadRow) -> Key | None:
    names = (row.match,) if row.match else (NUMBER, EXTERNAL)
    return next(((name, str(row.raw[name])) for name in names if row.raw.get(name)), None)


async def _locate(work: Work, rows: Sequence[ReadRow], known: Known) -> None:
    """In the order of locks: customers, tariffs, contracts, SIMs."""
    await locate_customers(work, rows, known)
    await locate_tariffs(work, rows, known)
    keys = [key for row in rows if (key := _match(row))]
    await work.lock_all(Contract, await find_contracts(work, keys, known))
    await locate_sims(work, rows, known)
    await _pass_by(work, rows)
    opened = [f"{OPENING}{row.raw['number']}" for row in rows if row.raw.get("number")]
    sql = "SELECT contract_id, transaction_id FROM payments WHERE transaction_id {opened}"
    for contract_id, reference in await fetched(work.tx, sql, {"opened": opened}):
        known.note(Contract, contract_id, (OPENING, reference))


async def _pass_by(work: Work, rows: Sequence[ReadRow]) -> None:
    """Numbers of ours, which hold the id, are not to meet those that are brought: ids go on after them."""
    found = [_LIKE_OURS.fullmatch(str(row.raw.get("number", ""))) for row in rows]
    highest = max((int(one[1]) for one in found if one), default=0)
    if not highest:
        return
    ((last,),) = await work.tx.fetch("SELECT coalesce(max(id), 0) FROM contracts")
    if highest > last + FURTHEST:
        return  # nobody will live to see it
    if work.tx.dialect is Dialect.POSTGRES:
        sql = """SELECT setval(s, greatest($1::bigint, nextval(s)))
            FROM pg_get_serial_sequence('contracts', 'id') AS s"""
        await work.tx.fetch(sql, [highest])
        return
    seen = await work.tx.fetch("SELECT 1 FROM sqlite_sequence WHERE name = 'contracts'")
    if not seen:
        await work.tx.fetch("INSERT INTO sqlite_sequence (name, seq) VALUES ('contracts', 0)")
    await work.tx.fetch("UPDATE sqlite_sequence SET seq = max(seq, $1) WHERE name = 'contracts'", [highest])


async def _bring_in(work: Work, row: ReadRow, known: Known) -> tuple[Entity, RowOutcome]:
    brought = given(parse(ContractBrought, row.raw, Mode.PARTIAL))
    target = await _found(work, row, known)
    raw = raw_of(update_contract, row.raw)
    outcomes: list[RowOutcome | None] = []
    if target is None or _says_who(row):
        raw["customer_id"], outcome = await customer_of(work, row, known)
        outcomes.append(outcome)
    if target is None or row.raw.get("tariff_name") or row.raw.get("tariff"):
        raw["tariff_id"], outcome = await tariff_of(work, row, known)
        outcomes.append(outcome)
    _, outcome = await sim_of(work, row, known)
    outcomes.append(outcome)
    if target is None:
        target = await _equal(work, row, raw)
    if target is None:
        return await _made(work, row, brought, raw, known), RowOutcome.CREATED
    contract, changed = await _changed(work, row, target, raw, known)
    if await _open(work, contract, brought, known) or changed or any(one is not None for one in outcomes):
        apart = {None, RowOutcome.UNCHANGED}
        return contract, RowOutcome.UPDATED if changed or set(outcomes) - apart else RowOutcome.UNCHANGED
    return contract, RowOutcome.UNCHANGED


def _says_who(row: ReadRow) -> bool:
    return any(row.raw.get(one.name) for one in OF_CUSTOMERS)


async def _found(work: Work, row: ReadRow, known: Known) -> int | None:
    target = known.id_of(Contract, _match(row))
    return target if target is None or await work.lock_all(Contract, [target]) else None


async def _equal(work: Work, row: ReadRow, raw: dict[str, Any]) -> int | None:
    """Of a row without any name of its own the contract that is just as it says."""
    if _match(row) is not None:
        return None
    found = await work.tx.fetch(
        "SELECT id FROM contracts WHERE customer_id = $1 AND tariff_id = $2", [raw["customer_id"], raw["tariff_id"]]
    )
    data = parse(ContractInput, raw, Mode.PARTIAL)
    for contract in await select(work.tx, Contract, [one for (one,) in found]):
        if not changes_in(data, contract):
            return (await work.lock(Contract, contract.id)).id
    return None


async def _made(work: Work, row: ReadRow, brought: dict[str, Any], raw: dict[str, Any], known: Known) -> Contract:
    data = parse(ContractInput, raw, Mode.FULL)
    if not Wanted.of(brought, has_sim=sim_key(row) is not None).is_served:
        await require_open(work, data)  # one that was served already is so whatever became of its parties
    contract = await draw_up(work, data, brought.get("number"))
    await work.record()
    _note(known, contract)
    await _open(work, contract, brought, known)
    return contract


def _note(known: Known, contract: Contract) -> None:
    external = (EXTERNAL, contract.external_id) if contract.external_id else None
    known.note(Contract, contract.id, (NUMBER, contract.number), external)


async def _changed(work: Work, row: ReadRow, target: int, raw: dict[str, Any], known: Known) -> tuple[Contract, bool]:
    contract = await work.lock(Contract, target)
    if row.raw.get("number", contract.number) != contract.number:
        raise invalid("number", "fixed")
    data = parse(ContractInput, raw, Mode.PARTIAL)
    if not changes_in(data, contract):
        return contract, False
    earlier = known.touched.get((Contract, target))
    if earlier is not None and earlier != row.place:
        raise invalid("non_field_errors", "row_contradicts", place=earlier)
    await run(work, update_contract, target, data)
    _note(known, contract)
    return contract, True


async def _open(work: Work, contract: Contract, brought: dict[str, Any], known: Known) -> bool:
    """Post what was on the account, once; whether it was posted now."""
    amount, key = brought.get("opening_balance", 0), (OPENING, f"{OPENING}{contract.number}")
    if not amount or known.id_of(Contract, key) is not None:
        return False
    looked_for = "number" in brought or work.tracked[Contract, contract.id].is_new
    if not looked_for and await work.tx.fetch("SELECT 1 FROM payments WHERE transaction_id = $1", [key[1]]):
        return False
    payment = new_payment(
        work,
        contract,
        transaction_type=TransactionType.CORRECTION,
        payment_method=PaymentMethod.SYSTEM,
        amount=amount,
        transaction_id=key[1],
    )
    await settle(work, contract, payment, field="opening_balance")
    known.note(Contract, contract.id, key)
    return True


async def _live(work: Work, row: ReadRow, contract_id: int, known: Known) -> Entity:
    brought = given(parse(ContractBrought, row.raw, Mode.PARTIAL))
    sim_id, _ = await sim_of(work, row, known)
    contract = await work.lock(Contract, contract_id)
    await bring_to_life(work, contract, sim_id, Wanted.of(brought, has_sim=sim_id is not None))
    return contract


async def _settle(tx: Transaction, ids: Sequence[int]) -> None:
    """Whose number it was is told since the day of the activation, not since that of the import."""
    postgres = tx.dialect is Dialect.POSTGRES
    listed = "= ANY($1::int[])" if postgres else "IN (SELECT value FROM json_each($1))"
    activated = "(SELECT s.activated_at FROM sims s WHERE s.id = sim_bindings.sim_id)"
    first = """NOT EXISTS (SELECT 1 FROM sim_bindings b WHERE b.sim_id = sim_bindings.sim_id
        AND b.id < sim_bindings.id)"""
    sql = f"""UPDATE sim_bindings SET since = {activated}
        WHERE contract_id {listed} AND until IS NULL AND since > {activated} AND {first}"""
    await tx.fetch(sql, [list(ids) if postgres else str(list(ids))])


CONTRACTS: Final = ImportKind(
    Imported.CONTRACTS,
    Contract,
    (
        *columns_of(ContractBrought),
        *(one for one in columns_of(ContractInput) if one.name not in {"customer", "tariff"}),
        *OF_SIMS,
        *OF_CUSTOMERS,
        *OF_TARIFFS,
    ),
    (NUMBER, EXTERNAL),
    _locate,
    _bring_in,
    _LIFE,
    _live,
    _settle,
)
