"""Kinds of value that operations take beside those of `value_kinds.py`: lists of choices, networks, moments."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from resolvers.read.list_criteria import Moment
from resolvers.value_kinds import Choice, Refused, storable

if TYPE_CHECKING:
    from enum import StrEnum

MOST_NETWORKS: Final = 50
SHOWN: Final = 60
_ANY_ZONE: Final = ZoneInfo("UTC")


def _list(value: object) -> list[object]:
    """A list of something. Where nothing is meant, null says so: an empty list might mean all or nothing."""
    if not isinstance(value, list):
        raise Refused("not_a_list")
    if not value:
        raise Refused("list_empty")
    return value


@dataclass(frozen=True, slots=True)
class Choices:
    """A list of values of an enum, spelt in lower case: each once, in the enum's order."""

    choices: type[StrEnum]

    def read(self, value: object) -> list[str]:
        chosen = {Choice(self.choices).read(one) for one in _list(value)}
        return [one.value for one in self.choices if one in chosen]


@dataclass(frozen=True, slots=True)
class Networks:
    """A list of addresses and networks in CIDR, each once, kept as networks: `10.0.0.0/8`, `2001:db8::/32`."""

    def read(self, value: object) -> list[str]:
        networks = list(dict.fromkeys(map(self._one, _list(value))))
        if len(networks) > MOST_NETWORKS:
            raise Refused("too_many", limit=MOST_NETWORKS)
        return networks

    @staticmethod
    def _one(value: object) -> str:
        if not isinstance(value, str):
            raise Refused("not_text")
        text = storable(value).strip()
        try:
            network = ip_network(text, strict=False)
        except ValueError:
            raise Refused("not_a_network", value=text[:SHOWN]) from None
        return str(network)


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment, or a bare day, which means its end; in which zone is for the operation to say (`moment_of`)."""

    def read(self, value: object) -> str:
        if not isinstance(value, str):
            raise Refused("not_a_moment")
        Moment(_ANY_ZONE, last=True).read(value)
        return value
