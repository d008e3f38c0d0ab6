"""SIM cards from a file: known again by their ICCID. Those that are in a contract are so by the contract's row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from models.imports import Imported, RowOutcome
from models.sims import Sim, SimStatus
from resolvers.imports.customers import phone
from resolvers.imports.kind import ImportKind, columns_of
from resolvers.imports.known import fetched
from resolvers.imports.making import Maker, made_or_changed
from resolvers.sims import SimInput, block_sim, close_sim, create_sim, unblock_sim, update_sim
from resolvers.value_kinds import Choice
from resolvers.write.inputs import Mode, given, parse, takes
from resolvers.write.operation import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from models.entity import Entity
    from resolvers.imports.kind import ReadRow
    from resolvers.imports.known import Key, Known
    from resolvers.write.unit_of_work import Work

ICCID: Final = "iccid"
MAKER: Final = Maker(Sim, create_sim, update_sim)


@dataclass(frozen=True, slots=True)
class SimLife:
    """Where a SIM is."""

    status: SimStatus = takes(
        Choice(SimStatus), "`blocked` or `closed`; whether it is free or active follows from its contract."
    )


def card(raw: Mapping[str, Any], name: str = ICCID) -> Key | None:
    """The card that a row names."""
    return (ICCID, str(raw[name])) if raw.get(name) else None


async def find(work: Work, keys: Iterable[Key | None], known: Known) -> list[int]:
    """The ids of the SIMs that are known by these, which `known` learns: by a number that which is not closed."""
    wanted = [key for key in keys if key is not None]
    sql = "SELECT id, iccid, msisdn, status FROM sims WHERE iccid {cards} OR (msisdn {numbers} AND status <> 'closed')"
    values = {
        "cards": [key[1] for key in wanted if key[0] == ICCID],
        "numbers": [key[1] for key in wanted if key[0] != ICCID],
    }
    rows = await fetched(work.tx, sql, values)
    for row_id, iccid, msisdn, status in rows:
        known.note(Sim, row_id, (ICCID, iccid), None if status == SimStatus.CLOSED else ("phone", msisdn))
    return [row[0] for row in rows]


def note(known: Known, sim: Sim) -> None:
    """A SIM is known from now on."""
    known.note(Sim, sim.id, (ICCID, sim.iccid), None if sim.status is SimStatus.CLOSED else ("phone", sim.msisdn))


def number(raw: Mapping[str, Any], name: str) -> Key | None:
    """The phone number that a row names."""
    return phone(raw, name)


async def _locate(work: Work, rows: Sequence[ReadRow], known: Known) -> None:
    await work.lock_all(Sim, await find(work, [card(row.raw) for row in rows], known))


async def _bring_in(work: Work, row: ReadRow, known: Known) -> tuple[Entity, RowOutcome]:
    life = given(parse(SimLife, row.raw, Mode.PARTIAL))
    sim, outcome = await made_or_changed(work, row, known, known.id_of(Sim, card(row.raw)), MAKER, given=row.raw)
    if outcome is RowOutcome.CREATED and life.get("status") is SimStatus.CLOSED:
        await run(work, close_sim, sim.id)  # at once: its number may be another's by now
    note(known, sim)
    return sim, outcome


async def _live(work: Work, row: ReadRow, sim_id: int, known: Known) -> Entity:
    del known
    sim = await work.lock(Sim, sim_id)
    wanted = given(parse(SimLife, row.raw, Mode.PARTIAL)).get("status", sim.status)
    if wanted is SimStatus.BLOCKED and sim.status is not wanted:
        await run(work, block_sim, sim_id)
    elif wanted is SimStatus.CLOSED and sim.status is not wanted:
        await run(work, close_sim, sim_id)
    elif wanted is SimStatus.FREE and sim.status is SimStatus.BLOCKED and sim.contract_id is None:
        await run(work, unblock_sim, sim_id)
    return sim


SIMS: Final = ImportKind(
    Imported.SIMS,
    Sim,
    (*columns_of(SimInput), *columns_of(SimLife)),
    (ICCID,),
    _locate,
    _bring_in,
    frozenset({"status"}),
    _live,
)
