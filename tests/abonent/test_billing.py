"""`abonent bill`: a run done here, and told as a table."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from abonent.billing import bill_everybody, table_of_run
from abonent.check.run import check
from resolvers.faults import Fault
from tests.resolvers.billing.clock import Clock


async def test_a_run_at_the_console_bills_everybody_and_tells_the_figures(factory, database, settings):
    today = datetime.now(UTC).astimezone(settings.time_zone).date()
    with pytest.raises(Fault, match="invalid_transition"):
        await bill_everybody(database, settings, None, dry_run=False)
    clock = Clock(factory, today.isoformat())
    await clock.policy(billing_from=today.isoformat())
    await clock.contract(paid="100.00")
    dry = await bill_everybody(database, settings, date(today.year + 1, 12, 31), dry_run=True)
    assert (dry["due"], dry["charged"], dry["suspended"], dry["amount"]) == (1, 1, 1, "100.00")
    result = await bill_everybody(database, settings, None, dry_run=False)
    assert (result["due"], result["failed"]) == (0, 0)
    assert "100.00" in table_of_run(dry)
    assert [verdict.told for verdict in [one async for one in check(database, settings)] if verdict.wrong] == []
