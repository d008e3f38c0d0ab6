"""`abonent seed --scale N`: N customers, 2N contracts, 2.2N SIMs, 20N payments with their ledger, N/2 tickets.

Written in bulk rather than through the operations, a million payments in minutes; `abonent check` finds nothing to
object to in the outcome. The journal tells the creation of customers and contracts, not each payment's.
"""

from __future__ import annotations

from datetime import UTC
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

from tqdm import tqdm

from abonent.people import STAFF, console, ensure
from abonent.seed.bulk import TABLES, bulk
from abonent.seed.money import money_rows
from abonent.seed.records import event_rows, ticket_rows
from abonent.seed.world import World, contract_rows, customer_rows, period_rows, sim_rows, tariff_rows, terms_rows
from resolvers.clock import now

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from abonent.seed.bulk import Bulk
    from abonent.seed.rows import ContractRow
    from models.database import Database
    from models.settings import Settings

T = TypeVar("T")
BATCH: Final = 20_000
ROWS_A_CUSTOMER: Final = 1 + 2 + 2.2 + 20 + 18 + 0.5 + 3
"""About, ledger entries and events included: what the progress bar goes by."""
BALANCES: Final = (
    "UPDATE contracts SET balance = sums.total FROM (SELECT contract_id, sum(amount) AS total FROM ledger_entries "
    "WHERE contract_id >= {first} GROUP BY contract_id) AS sums WHERE sums.contract_id = contracts.id"
)
BINDINGS: Final = (
    "INSERT INTO sim_bindings (sim_id, msisdn, contract_id, since) SELECT id, msisdn, contract_id, activated_at "
    "FROM sims WHERE contract_id IS NOT NULL AND id >= {first} "
    "AND id NOT IN (SELECT sim_id FROM sim_bindings) ORDER BY id"
)
"""Where no trigger has written them."""


async def load_scale(database: Database, settings: Settings, passwords: Mapping[str, str], scale: int) -> None:
    """Add so many customers, and all that belongs to them, to whatever is there already. All of it or nothing."""
    context = console(database, settings)
    staff = tuple([await ensure(context, person, passwords[person.username]) for person in STAFF])
    with tqdm(total=int(scale * ROWS_A_CUSTOMER), unit=" rows", unit_scale=True, disable=None) as bar:
        async with bulk(settings) as writer:
            await _write_all(writer, bar, await _world(writer, settings, staff, scale), settings)
            bar.set_description("building indexes")


async def _world(writer: Bulk, settings: Settings, staff: tuple[int, ...], scale: int) -> World:
    midnight = now().astimezone(settings.time_zone).replace(hour=0, minute=0, second=0, microsecond=0)
    first = {table: await writer.next_id(table) for table in TABLES}
    return World(scale, midnight.astimezone(UTC), settings.time_zone, staff, first)


async def _write_all(writer: Bulk, bar: tqdm[NoReturn], world: World, settings: Settings) -> None:
    contracts: list[ContractRow] = []
    first_event = world.first["audit_events"]
    for table, rows in (
        ("tariffs", tariff_rows(world)),
        ("tariff_terms", terms_rows(world)),
        ("customers", customer_rows(world)),
        ("contracts", _noted(contract_rows(world), contracts)),
        ("charge_periods", period_rows(world, contracts)),
        ("sims", sim_rows(world)),
        ("audit_events", event_rows(world, world.customers, first_event)),
        ("audit_events", event_rows(world, contracts, first_event + world.scale)),
    ):
        for batch in _batches(rows):
            await _write(writer, bar, table, batch)
    await writer.run(BINDINGS.format(first=world.first["sims"]))
    for pairs in _batches(money_rows(world)):
        await _write(writer, bar, "payments", [payment for payment, _ in pairs])
        await _write(writer, bar, "ledger_entries", [entry for _, entry in pairs if entry])
    await writer.run(BALANCES.format(first=world.first["contracts"]))
    for tickets in _batches(ticket_rows(world, settings)):
        await _write(writer, bar, "tickets", tickets)


async def _write(writer: Bulk, bar: tqdm[NoReturn], table: str, rows: Sequence[Any]) -> None:
    """Write a batch of named tuples, whose field names are the columns."""
    if rows:
        await writer.write(table, rows[0]._fields, rows)
    bar.update(len(rows))


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _noted(rows: Iterable[T], noted: list[T]) -> Iterator[T]:
    """The rows as they pass, kept for the journal."""
    for row in rows:
        noted.append(row)
        yield row
