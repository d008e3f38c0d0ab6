"""What is stored already, found for many rows at once, by what people know of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from models.database import Dialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from models.database import Transaction
    from models.entity import Entity

E = TypeVar("E", bound="Entity")

Key = tuple[str, ...]
"""What a row is known by: `("phone", "+996550123456")`."""


@dataclass(slots=True)
class Known:
    """The ids of rows by their keys: those of the database, and those that earlier rows of the file have made."""

    ids: dict[type[Entity], dict[Key, int]] = field(default_factory=dict)
    touched: dict[tuple[type[Entity], int], int] = field(default_factory=dict)
    """Which row of the file has made a row, or was the first to be about it."""

    def copy(self) -> Known:
        """The same, to be added to apart."""
        return Known({model: dict(keys) for model, keys in self.ids.items()}, dict(self.touched))

    def id_of(self, model: type[Entity], key: Key | None) -> int | None:
        """The id of the row that is known so, if any is."""
        return None if key is None else self.ids.get(model, {}).get(key)

    def note(self, model: type[Entity], row_id: int, *keys: Key | None) -> None:
        """A row is known by these from now on."""
        known = self.ids.setdefault(model, {})
        known.update({key: row_id for key in keys if key is not None})


async def fetched(
    tx: Transaction, sql: str, values: Mapping[str, Iterable[str]], *more: object
) -> list[tuple[Any, ...]]:
    """Rows of a statement whose `{name}` stand for the condition that a column is one of these texts."""
    postgres = tx.dialect is Dialect.POSTGRES
    texts = {name: sorted(set(some)) for name, some in values.items()}
    if not any(texts.values()):
        return []
    conditions = {
        name: f"= ANY(${place}::text[])" if postgres else f"IN (SELECT value FROM json_each(${place}))"
        for place, name in enumerate(texts, 1)
    }
    params = [some if postgres else json.dumps(some) for some in texts.values()]
    return await tx.fetch(sql.format(**conditions), [*params, *more])
