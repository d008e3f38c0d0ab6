"""What most rows do: they make something new, or change what they are known again by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from models.imports import RowOutcome
from resolvers.faults import NO_FIELD, invalid
from resolvers.write.inputs import Mode, changes_in, input_fields, parse
from resolvers.write.operation import run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from models.entity import Entity
    from resolvers.imports.kind import ReadRow
    from resolvers.imports.known import Known
    from resolvers.write.operation import Operation
    from resolvers.write.unit_of_work import Work

E = TypeVar("E", bound="Entity")


def raw_of(operation: Operation, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row under the names of an operation's input."""
    names = {field.rest_name: field.name for field in input_fields(operation.input)} if operation.input else {}
    return {names[name]: value for name, value in raw.items() if name in names}


@dataclass(frozen=True, slots=True)
class Maker(Generic[E]):
    """What makes rows of an entity, and what changes them."""

    model: type[E]
    create: Operation
    update: Operation


async def made_or_changed(
    work: Work, row: ReadRow, known: Known, target: int | None, maker: Maker[E], *, given: Mapping[str, Any]
) -> tuple[E, RowOutcome]:
    """The row that it is about, and what became of it. What an earlier row of the file has said is not contradicted."""
    model, create, update = maker.model, maker.create, maker.update
    raw = raw_of(create, given)
    rows = [] if target is None else await work.lock_all(model, [target])
    if not rows:
        data = parse(create.input, raw, Mode.FULL) if create.input else None
        outcome = await run(work, create, None, data)
        return await work.lock(model, outcome.id), RowOutcome.CREATED
    if update.input is None or not changes_in(parse(update.input, raw, Mode.PARTIAL), rows[0]):
        return rows[0], RowOutcome.UNCHANGED
    earlier = known.touched.get((model, rows[0].id))
    if earlier is not None and earlier != row.place:
        raise invalid(NO_FIELD, "row_contradicts", place=earlier)
    await run(work, update, rows[0].id, parse(update.input, raw, Mode.PARTIAL))
    return rows[0], RowOutcome.UPDATED
