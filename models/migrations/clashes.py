"""Rows that a new unique index would not take: named, so that people can decide which of them is right.

Nothing is decided for them: two customers with one passport may be one person registered twice, or a slip of a digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHOWN: Final = 20
"""Rows that are named at most."""


@dataclass(frozen=True, slots=True)
class Clash:
    """What must be unique from some migration on: the table, the column that people see, and the columns of the key."""

    table: str
    shown: str
    key: str

    @property
    def sql(self) -> str:
        """The rows that share a key: what they say, and those of one key one after the other."""
        return (
            f"SELECT {self.key}, id, {self.shown} FROM {self.table} WHERE ({self.key}) IN "
            f"(SELECT {self.key} FROM {self.table} GROUP BY {self.key} HAVING count(*) > 1) "
            f"ORDER BY {self.key}, id LIMIT {SHOWN}"
        )

    def sentence(self, rows: Sequence[Sequence[object]]) -> str:
        groups = [list(group) for _, group in groupby(rows, key=lambda row: tuple(row[:-2]))]
        named = "; ".join(" and ".join(f"{row[-2]} ({row[-1]})" for row in group) for group in groups)
        return f"of {self.table}, {self.shown} is the same but for the way it is written: {named}"


BEFORE: Final[Mapping[str, tuple[Clash, ...]]] = {
    "0014_unique_forms": (
        Clash("users", "username", "username_key"),
        Clash("customers", "email", "email_key"),
        Clash("customers", "document_number", "document_key, document_type"),
    )
}
"""What is looked for before a migration makes it unique. A null is no clash: NULL IN (…) is not true."""


def refusal(sentences: Sequence[str]) -> str:
    """What to tell who migrates, when there are clashes."""
    return (
        "From this version on these must differ, and nothing has been changed: "
        f"{'. And '.join(sentences)}. Change or delete all but one of each with the version that ran until now, "
        "then migrate again."
    )
