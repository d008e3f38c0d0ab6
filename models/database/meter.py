"""How many statements a request sends to the database, and how long it waits for them."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable

T = TypeVar("T")


@dataclass(slots=True)
class Meter:
    """Statements sent so far, and the seconds until their answers were there.

    BEGIN, COMMIT and ROLLBACK are not counted: there is one pair of them in every write, and none in a read. A
    statement run for many rows at once counts as one.
    """

    statements: int = 0
    seconds: float = 0.0


METER: ContextVar[Meter | None] = ContextVar("meter", default=None)
"""Set by whoever wants to know; a transaction's statements count for the caller of `write()`."""


async def metered(statement: Awaitable[T]) -> T:
    """Await a statement at the driver, and count it."""
    meter = METER.get()
    if meter is None:
        return await statement
    start = perf_counter()
    try:
        return await statement
    finally:
        meter.statements += 1
        meter.seconds += perf_counter() - start
