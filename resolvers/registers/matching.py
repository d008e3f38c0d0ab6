"""A register's rows as they were sent, and what our payments say to each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from models.fields import MomentField
from models.registers import AccountBy, PaymentProvider, RegisterRow, Verdict
from models.texts import fold
from resolvers.faults import invalid
from resolvers.imports.cells import read_cell
from resolvers.imports.known import fetched
from resolvers.imports.moments import Moment, placed
from resolvers.value_kinds import Hundredths, Phone, Refused, Text, hundredths_text
from resolvers.words import Message, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.database import Transaction
    from resolvers.imports.readers import Row
    from resolvers.words import Language

POSTED: Final = ("success", "refunded")
APART: Final = timedelta(days=1)
"""Two times of one payment are no further apart."""
_MOMENT: Final = MomentField()


@dataclass(frozen=True, slots=True)
class Reading:
    """How the rows of one register are read."""

    provider: PaymentProvider
    first: date
    last: date
    language: Language
    columns: Mapping[str, int]
    """By field the place of its column; empty where rows are objects."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.provider.time_zone)

    def read(self, row: Row, seen: set[str]) -> RegisterRow:
        """A row with its first verdict: what is readable, of the period, and there once, is only theirs so far."""
        made = RegisterRow(line=row.place, verdict=Verdict.UNREADABLE)
        if row.fault is not None:
            made.problem = say(Message(row.fault), self.language)
            return made
        for name, kind in self._kinds().items():
            try:
                setattr(made, name, self._value(row, name, kind))
            except Refused as refusal:
                made.problem = f"{name}: {say(refusal.message, self.language)}"
        if made.problem is None:
            made.verdict = self._first_verdict(made, seen)
        return made

    def _kinds(self) -> dict[str, Any]:
        account = Phone() if self.provider.account_by is AccountBy.MSISDN else Text()
        return {
            "external_id": Text(),
            "account": account,
            "amount": Hundredths(least=0, nonzero=True),
            "taken_at": Moment(),
        }

    def _value(self, row: Row, name: str, kind: Any) -> object:
        if isinstance(row.cells, dict):
            cell = row.cells.get(self.provider.mapping[name])
        else:
            place = self.columns[name]
            cell = row.cells[place] if place < len(row.cells) else None
        told = read_cell(kind, cell)
        if told is None:
            raise Refused("required")
        value = kind.read(told)
        return placed(value, self.zone) if isinstance(value, datetime) else value

    def _first_verdict(self, made: RegisterRow, seen: set[str]) -> Verdict:
        number = made.external_id or ""
        if number in seen:
            return Verdict.DUPLICATE
        seen.add(number)
        day = made.taken_at.astimezone(self.zone).date() if made.taken_at else self.first
        return Verdict.ONLY_THEIRS if self.first <= day <= self.last else Verdict.OUT_OF_PERIOD


def columns_of(provider: PaymentProvider, headings: Sequence[str]) -> dict[str, int]:
    """The places of a register's columns. Raises `Invalid` where one is missing."""
    places = {fold(one.strip()): place for place, one in reversed(list(enumerate(headings)))}
    found = {name: places.get(fold(heading.strip())) for name, heading in provider.mapping.items()}
    missing = [provider.mapping[name] for name, place in found.items() if place is None]
    if missing:
        raise invalid("file", "headings_missing", headings=", ".join(missing))
    return {name: place for name, place in found.items() if place is not None}


def counted(provider: PaymentProvider) -> Any:
    """How many of some headings are those of the provider's registers."""
    wanted = {fold(one.strip()) for one in provider.mapping.values()}
    return lambda headings: sum(fold(one.strip()) in wanted for one in headings)


# --- beside ours --------------------------------------------------------------------------------------------------


async def match(tx: Transaction, reading: Reading, rows: Sequence[RegisterRow]) -> None:
    """Find the contract and the payment of each row that is only theirs so far, and say what differs."""
    await _find_contracts(tx, reading, rows)
    sql = """SELECT id, external_id, contract_id, amount, status, coalesce(processed_at, payment_date) FROM payments
        WHERE provider = $2 AND external_id {numbers}"""
    numbers = [row.external_id or "" for row in rows]
    found: dict[Any, Any] = {one[1]: one for one in await fetched(tx, sql, {"numbers": numbers}, reading.provider.name)}
    for row in rows:
        ours = found.get(row.external_id or "")
        if ours is None:
            continue
        row.payment_id = ours[0]
        differing = _differing(row, ours[2:])
        row.verdict = Verdict.DIFFERS if differing else Verdict.MATCHED
        if differing:
            row.problem = "; ".join(say(one, reading.language) for one in differing)


def _differing(row: RegisterRow, ours: Sequence[Any]) -> list[Message]:
    contract_id, amount, status, moment = ours
    told = []
    if amount != row.amount:
        told.append(Message("register_amount_differs", {"amount": hundredths_text(amount)}))
    if contract_id != row.contract_id:
        told.append(Message("register_account_differs"))
    if row.taken_at is not None and abs(_MOMENT.to_python_value(moment) - row.taken_at) > APART:  # type: ignore[operator]
        told.append(Message("register_time_differs"))
    if status not in POSTED:
        told.append(Message("register_not_posted"))
    return told


async def _find_contracts(tx: Transaction, reading: Reading, rows: Sequence[RegisterRow]) -> None:
    """An account is the contract of that number, or the one that had the phone number at that time."""
    accounts = [row.account or "" for row in rows]
    if reading.provider.account_by is AccountBy.CONTRACT:
        sql = "SELECT number, id FROM contracts WHERE number {accounts}"
        ids: dict[str, int] = dict(await fetched(tx, sql, {"accounts": accounts}))
        for row in rows:
            row.contract_id = ids.get(row.account or "")
        return
    sql = "SELECT msisdn, contract_id, since, until FROM sim_bindings WHERE msisdn {accounts} ORDER BY since, id"
    held: dict[str, list[tuple[int, Any, Any]]] = {}
    for msisdn, contract_id, since, until in await fetched(tx, sql, {"accounts": accounts}):
        times = _MOMENT.to_python_value(since), _MOMENT.to_python_value(until)
        held.setdefault(str(msisdn), []).append((int(contract_id), *times))
    for row in rows:
        row.contract_id = _holder(held.get(row.account or "", ()), row.taken_at)


def _holder(held: Sequence[tuple[int, Any, Any]], moment: datetime | None) -> int | None:
    for contract_id, since, until in reversed(held):
        if moment is not None and since <= moment and (until is None or moment < until):
            return int(contract_id)
    return None
