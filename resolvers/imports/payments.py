"""Payments from a file: pending, unless the row says that one has succeeded, which posts it at its own moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from models.contracts import Contract
from models.imports import Imported, RowOutcome
from models.money import LedgerEntry
from models.payments import Payment, PaymentStatus
from resolvers.faults import invalid
from resolvers.imports.kind import ImportKind, columns_of
from resolvers.imports.known import fetched
from resolvers.imports.making import Maker, made_or_changed
from resolvers.imports.moments import Moment, placed
from resolvers.imports.references import OF_CONTRACTS, contract_of, locate_contracts
from resolvers.payment_actions import process_payment
from resolvers.payments import PaymentInput, create_payment, update_payment
from resolvers.value_kinds import Choice
from resolvers.write.inputs import Mode, given, parse, takes
from resolvers.write.operation import run
from resolvers.write.unit_of_work import Lock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from models.entity import Entity
    from resolvers.imports.kind import ReadRow
    from resolvers.imports.known import Key, Known
    from resolvers.write.unit_of_work import Work

REFERENCE: Final = "transaction_id"
MAKER: Final = Maker(Payment, create_payment, update_payment)


@dataclass(frozen=True, slots=True)
class PaymentBrought:
    """What a row says of a payment beside what may be written of one."""

    status: PaymentStatus = takes(Choice(PaymentStatus), "`success` posts it; else it is pending.")
    payment_date: datetime = takes(Moment(), "When it was made.")
    processed_at: datetime = takes(Moment(), "When it was posted.")


def _match(row: ReadRow) -> Key:
    """By its reference, else by its provider's; a row without either is known by its place in its file."""
    if row.raw.get(REFERENCE):
        return (REFERENCE, str(row.raw[REFERENCE]))
    if row.raw.get("provider") and row.raw.get("external_id"):
        return ("provider", str(row.raw["provider"]), str(row.raw["external_id"]))
    return (REFERENCE, _own_reference(row))


def _own_reference(row: ReadRow) -> str:
    return f"IMP-{row.file[:16].upper()}-{row.place}"


async def _locate(work: Work, rows: Sequence[ReadRow], known: Known) -> None:
    posts = any(row.raw.get("status") for row in rows)
    await locate_contracts(work, rows, known, Lock.CHANGE if posts else Lock.SHARE)
    keys = [_match(row) for row in rows]
    values = {
        "references": [key[1] for key in keys if key[0] == REFERENCE],
        "providers": [key[1] for key in keys if key[0] == "provider"],
        "numbers": [key[2] for key in keys if key[0] == "provider"],
    }
    sql = """SELECT id, contract_id, transaction_id, provider, external_id FROM payments
        WHERE transaction_id {references} OR (provider {providers} AND external_id {numbers})"""
    found = await fetched(work.tx, sql, values)
    for row_id, _, reference, provider, external_id in found:
        known.note(Payment, row_id, (REFERENCE, reference), _provided(provider, external_id))
    await work.lock_all(Contract, [one[1] for one in found], Lock.CHANGE if posts else Lock.SHARE)
    await work.lock_all(Payment, [one[0] for one in found])


def _provided(provider: str | None, external_id: str | None) -> Key | None:
    return ("provider", provider, external_id) if provider and external_id else None


async def _bring_in(work: Work, row: ReadRow, known: Known) -> tuple[Entity, RowOutcome]:
    brought = given(parse(PaymentBrought, row.raw, Mode.PARTIAL))
    raw: dict[str, Any] = {name: one for name, one in row.raw.items() if name != "contract"}
    contract_id = contract_of(row, known)
    if contract_id is not None:
        raw["contract"] = contract_id
    target = known.id_of(Payment, _match(row))
    if target is None and not row.raw.get(REFERENCE):
        raw[REFERENCE] = _own_reference(row)
    payment, outcome = await made_or_changed(work, row, known, target, MAKER, given=raw)
    if outcome is RowOutcome.CREATED and "payment_date" in brought:
        payment.payment_date = placed(brought["payment_date"], work.context.settings.time_zone)
    if await _posted(work, payment, brought) and outcome is RowOutcome.UNCHANGED:
        outcome = RowOutcome.UPDATED
    known.note(
        Payment, payment.id, (REFERENCE, payment.transaction_id), _provided(payment.provider, payment.external_id)
    )
    return payment, outcome


async def _posted(work: Work, payment: Payment, brought: dict[str, Any]) -> bool:
    """Post a payment that is to have succeeded; whether that was still to be done."""
    wanted = brought.get("status", PaymentStatus.PENDING)
    if wanted is PaymentStatus.PENDING or payment.status is wanted:
        return False
    if wanted is not PaymentStatus.SUCCESS:
        raise invalid("status", "payment_pending_or_success")
    await run(work, process_payment, payment.id)
    if "processed_at" in brought:
        moment = placed(brought["processed_at"], work.context.settings.time_zone)
        if moment > work.now:
            raise invalid("processed_at", "in_the_future")
        payment.processed_at = moment
        await _date_posting(work, payment, moment)
    return True


async def _date_posting(work: Work, payment: Payment, moment: datetime) -> None:
    """The posting is of that moment too, as far as those before it on the account are no later."""
    entry = next(one for one in reversed(work.appended) if isinstance(one, LedgerEntry))
    earlier = [
        one.created_at
        for one in work.appended
        if isinstance(one, LedgerEntry) and one is not entry and one.contract_id == payment.contract_id
    ]
    sql = "SELECT created_at FROM ledger_entries WHERE contract_id = $1 ORDER BY id DESC LIMIT 1"
    stored = await work.tx.fetch(sql, [payment.contract_id])
    earlier += [LedgerEntry._meta.fields_map["created_at"].to_python_value(one) for (one,) in stored]
    entry.created_at = max([moment, *earlier])


PAYMENTS: Final = ImportKind(
    Imported.PAYMENTS,
    Payment,
    (
        *OF_CONTRACTS,
        *(one for one in columns_of(PaymentInput) if one.name != "contract"),
        *columns_of(PaymentBrought),
    ),
    (REFERENCE,),
    _locate,
    _bring_in,
)
