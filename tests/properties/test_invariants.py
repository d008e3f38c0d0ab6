"""Whatever operations come in whatever order: the books balance, and SIMs, contracts and customers stay in step."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.contents import contents
from tests.properties.rules import breaches
from tests.properties.scripts import Step, World, steps

if TYPE_CHECKING:
    from models.database import Database
    from tests.factories import Factory

few = settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""Examples share a database, each with rows of its own: what one leaves behind must obey the rules as well."""


@few
@given(script=st.lists(steps, min_size=15, max_size=40))
async def test_after_each_of_a_random_script_every_rule_holds(
    factory: Factory, database: Database, script: list[Step]
) -> None:
    await hold(factory, database, script)


@pytest.mark.long
@settings(few, max_examples=30)
@given(script=st.lists(steps, min_size=40, max_size=120))
async def test_after_each_of_a_long_random_script_every_rule_holds(
    factory: Factory, database: Database, script: list[Step]
) -> None:
    await hold(factory, database, script)


async def hold(factory: Factory, database: Database, script: list[Step]) -> None:
    """Take each step, and look at everything after it."""
    world = await World.made(factory)
    for step in script:
        before = await contents(database)
        done = await world.take(step)
        assert await breaches(database) == {}, step
        assert done or await contents(database) == before, step


@settings(few, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # what a race broke once cannot be made smaller
@given(scripts=st.lists(st.lists(steps, min_size=6, max_size=10), min_size=4, max_size=4))
async def test_after_random_scripts_at_once_every_rule_holds(
    factory: Factory, database: Database, scripts: list[list[Step]]
) -> None:
    world = await World.made(factory)

    async def play(script: list[Step]) -> None:
        for step in script:
            await world.take(step)

    await asyncio.gather(*(play(script) for script in scripts))
    assert await breaches(database) == {}
