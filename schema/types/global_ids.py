"""Global ids: a type's prefix and the REST id, `ctr_7` (contract §5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from resolvers.faults import Code, Fault
from resolvers.read.tables import TABLES_BY_TYPENAME
from resolvers.value_kinds import MAX_INT
from resolvers.words import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

_WITHOUT_IDS: Final = {"Staff", "BillingRules", "Statement"}
"""Types whose rows are shown as another type, or as a part of one."""
PREFIXES: Final[Mapping[str, str]] = {
    table.prefix: name for name, table in TABLES_BY_TYPENAME.items() if name not in _WITHOUT_IDS
}
"""The type that each prefix stands for: that of the objects which `node` can fetch."""

_ALSO: Final = {"stf": "usr"}
"""A user's id is taken as that of staff, which everybody sees, or that of a user."""
_GLOBAL_ID = re.compile(r"([a-z]{3})_([1-9][0-9]{0,9})")


def global_id(typename: str, row_id: int) -> str:
    """The global id of a row."""
    return f"{TABLES_BY_TYPENAME[typename].prefix}_{row_id}"


def of_type(typename: str) -> str:
    """What an `ID` is said to take: `Global id of the Contract: `ctr_7`.`."""
    return f"Global id of the {typename}: `{TABLES_BY_TYPENAME[typename].prefix}_7`."


def split_id(text: str, field: str) -> tuple[str, int]:
    """The prefix and the number. Raises the fault `validation` for a text that is no global id."""
    found = _GLOBAL_ID.fullmatch(text)
    if found is None or _own(found[1]) not in PREFIXES or int(found[2]) > MAX_INT:
        raise malformed(text, "ctr_7", field)
    return _own(found[1]), int(found[2])


def read_id(text: str, typename: str, field: str) -> int:
    """The number in a global id of this type. Raises the fault `validation` for anything else."""
    prefix = TABLES_BY_TYPENAME[typename].prefix
    found = _GLOBAL_ID.fullmatch(text)
    if found is None or _own(found[1]) != _own(prefix) or int(found[2]) > MAX_INT:
        raise malformed(text, f"{prefix}_7", field)
    return int(found[2])


def _own(prefix: str) -> str:
    """The prefix under which `node` finds a row."""
    return _ALSO.get(prefix, prefix)


def malformed(text: str, example: str, field: str) -> Fault:
    """What is told of a text that is no global id of the right type."""
    shown = text[:40].encode("utf-8", "replace").decode()
    return Fault(Code.VALIDATION, Message("not_a_global_id", {"value": shown, "example": example}), field=field)
