"""Moments as people write them: with a zone, or in the operator's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from resolvers.value_kinds import Refused

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_LOCAL = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?:[ T]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?))?")


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment; one without a zone is still to be put into the operator's."""

    def read(self, value: object) -> datetime:
        if isinstance(value, str):
            found = _LOCAL.fullmatch(value)
            text = value
            if found:
                clock = (found[4] or "00:00").rjust(5, "0") if len(found[4] or "") < 8 else found[4]  # noqa: PLR2004
                text = f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}T{clock}"
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                raise Refused("not_a_moment") from None
            if 1900 < moment.year < 9998:  # noqa: PLR2004 - as of days
                return moment
        raise Refused("not_a_moment")


def placed(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment with its zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def beginning(day: object, zone: ZoneInfo) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), zone)  # type: ignore[arg-type]
