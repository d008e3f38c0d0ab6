"""Tariffs from a file: known again by their name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from models.imports import Imported
from models.tariffs import Tariff
from models.texts import composed, trimmed
from resolvers.imports.kind import ImportKind, columns_of
from resolvers.imports.known import fetched
from resolvers.imports.making import Maker, made_or_changed
from resolvers.tariffs import TariffInput, activate_tariff, create_tariff, deactivate_tariff, update_tariff
from resolvers.value_kinds import Truth
from resolvers.write.inputs import Mode, given, parse, takes
from resolvers.write.operation import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from models.entity import Entity
    from models.imports import RowOutcome
    from resolvers.imports.kind import ReadRow
    from resolvers.imports.known import Key, Known
    from resolvers.write.unit_of_work import Work

NAME: Final = "name"
MAKER: Final = Maker(Tariff, create_tariff, update_tariff)


@dataclass(frozen=True, slots=True)
class TariffLife:
    """Where a tariff is."""

    is_active: bool = takes(Truth(), "Whether it takes new contracts.")


def name(raw: Mapping[str, Any], column: str = NAME) -> Key | None:
    """The tariff that a row names."""
    text = raw.get(column)
    return (NAME, trimmed(composed(text))) if isinstance(text, str) and text else None


async def find(work: Work, keys: Iterable[Key | None], known: Known) -> list[int]:
    """The ids of the tariffs that are called so, which `known` learns."""
    names = [key[1] for key in keys if key is not None]
    rows = await fetched(work.tx, "SELECT id, name FROM tariffs WHERE name {names}", {"names": names})
    for row_id, called in rows:
        known.note(Tariff, row_id, (NAME, called))
    return [row[0] for row in rows]


async def _locate(work: Work, rows: Sequence[ReadRow], known: Known) -> None:
    await work.lock_all(Tariff, await find(work, [name(row.raw) for row in rows], known))


async def _bring_in(work: Work, row: ReadRow, known: Known) -> tuple[Entity, RowOutcome]:
    parse(TariffLife, row.raw, Mode.PARTIAL)
    tariff, outcome = await made_or_changed(work, row, known, known.id_of(Tariff, name(row.raw)), MAKER, given=row.raw)
    known.note(Tariff, tariff.id, (NAME, tariff.name))
    return tariff, outcome


async def _live(work: Work, row: ReadRow, tariff_id: int, known: Known) -> Entity:
    del known
    tariff = await work.lock(Tariff, tariff_id)
    wanted = given(parse(TariffLife, row.raw, Mode.PARTIAL)).get("is_active", tariff.is_active)
    if wanted != tariff.is_active:
        await run(work, activate_tariff if wanted else deactivate_tariff, tariff_id)
    return tariff


TARIFFS: Final = ImportKind(
    Imported.TARIFFS,
    Tariff,
    (*columns_of(TariffInput), *columns_of(TariffLife)),
    (NAME,),
    _locate,
    _bring_in,
    frozenset({"is_active"}),
    _live,
)
