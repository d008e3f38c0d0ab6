"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tortoise import fields

TIME_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
"""How a moment is written: in SQLite's columns, in JSON, in the journal. Its text order is its time order."""


class HundredthsField(fields.BigIntField):
    """A decimal with two places (money, a data volume), kept and handled as a whole number of hundredths.

    Inside the program 10.50 is the int 1050, everywhere; only the doors read and print the point. Integer
    arithmetic is exact on both databases, which decimals are not (SQLite compares them as floats).
    """


class MomentField(fields.DatetimeField[Any]):
    """A moment in UTC: `timestamptz` on PostgreSQL, text in `TIME_FORMAT` on SQLite."""

    def to_python_value(self, value: Any) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value
        return datetime.fromisoformat(value)

    def to_db_value(self, value: Any, instance: Any) -> Any:  # noqa: ARG002 - the signature is Tortoise's
        return None if value is None else value.astimezone(UTC)


def moment_text(value: datetime) -> str:
    """The moment in `TIME_FORMAT`; by other means, because strftime neither pads a year nor is quick."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
