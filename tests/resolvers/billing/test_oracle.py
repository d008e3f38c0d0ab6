"""Random histories of contracts come out as an oracle says that reads billing.md day by day, to the last hundredth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.resolvers.billing.histories import play
from tests.resolvers.billing.worlds import worlds

if TYPE_CHECKING:
    from tests.factories import Factory
    from tests.resolvers.billing.worlds import World

few = settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@few
@given(world=worlds(contracts=5))
async def test_some_histories_are_those_of_the_oracle_and_dry_runs_tell_what_runs_do(
    factory: Factory, world: World
) -> None:
    await play(factory, world, dry=True)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(few, max_examples=250, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(world=worlds(contracts=40))
async def test_ten_thousand_histories_are_those_of_the_oracle(factory: Factory, world: World) -> None:
    await play(factory, world)
