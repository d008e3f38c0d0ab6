"""All that a database holds, to show that a refusal changed nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resolvers.faults import Code, Fault

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from models.database import Reader

TABLES = (
    "customers",
    "sims",
    "sim_bindings",
    "tariffs",
    "tariff_terms",
    "contracts",
    "charge_periods",
    "billing_policy",
    "payments",
    "ledger_entries",
    "tickets",
    "comments",
    "users",
    "sessions",
    "audit_events",
    "idempotency_keys",
)


async def contents(reader: Reader) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    return {table: await reader.fetch(f"SELECT * FROM {table} ORDER BY id") for table in TABLES}


async def refused(reader: Reader, attempt: Awaitable[object]) -> Fault:
    """The fault that an attempt ends in, having changed nothing at all."""
    before = await contents(reader)
    with pytest.raises(Fault) as caught:
        await attempt
    assert await contents(reader) == before
    return caught.value


async def refused_with(reader: Reader, code: Code, attempt: Awaitable[object]) -> Fault:
    """The same, of a known code."""
    fault = await refused(reader, attempt)
    assert fault.code is code, f"{fault.code}: {fault.message}"
    return fault
