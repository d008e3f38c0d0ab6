"""Whatever is asked, both databases answer what an obviously right evaluation of the same rows does."""

from __future__ import annotations

import json

from anyio import from_thread, to_thread
from hypothesis import HealthCheck, Phase, given, note, settings

from resolvers.read.compiler import compile_root
from resolvers.read.selection import Numbered
from tests.resolvers.read.evaluator import Evaluator, comparable
from tests.resolvers.read.selections import GROUND, MEANINGS, roots
from tests.resolvers.read.world import put, world


async def answered(database, root, plan):
    """The database's answer, as JSON values; a numbered page's count beside it."""
    if isinstance(root, Numbered):
        count, body = await plan.page(database, {})
        return count, comparable(json.loads(body))
    return comparable(json.loads(await plan.run(database, {})))


async def test_random_selections_are_answered_as_the_evaluator_answers_them(database):
    rows = world()
    await put(database, rows)
    evaluator = Evaluator(rows, MEANINGS)
    GROUND[:] = [rows, evaluator]

    @settings(
        max_examples=150,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(roots())
    def alike(root):
        plan = compile_root(root, database.dialect)
        note(plan.sql)
        assert from_thread.run(answered, database, root, plan) == evaluator.root(root)

    await to_thread.run_sync(alike)
