"""Registers over REST: a file with whose it is, and one of its rows settled by hand (in-and-out.md §3)."""

from __future__ import annotations

from dataclasses import dataclass

from resolvers.registers.actions import resolve_register_row
from rest_compat.write_handlers import Write


@dataclass(frozen=True, slots=True)
class ResolveRow(Write):
    """Settles a row; the register stands in the path for people alone, a row's id says it all."""


RESOLVE = ResolveRow(resolve_register_row)
