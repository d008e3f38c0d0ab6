"""Whatever a document asks, the schema answers on both databases what an obviously right evaluation answers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from uuid import uuid4

import orjson
import pytest
from anyio import from_thread, to_thread
from graphql import get_operation_ast, parse, validate
from hypothesis import HealthCheck, Phase, given, note
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from models.users import Role
from resolvers.context import Context
from resolvers.identity.permissions import Caller
from resolvers.words import Language
from schema.execution.execute import GraphQLRequest, execute
from schema.execution.fast_path import answer, direct
from schema.schema import GRAPHQL
from tests.parity.documents import Writer
from tests.parity.evaluator import ROOTS, Evaluator
from tests.resolvers.read.world import put, world

EXAMPLES = 150


@dataclass
class Asked:
    """The database of a test, asked through the schema."""

    database: object
    settings: object
    evaluator: Evaluator
    known: dict = field(default_factory=dict)

    async def answer(self, text, variables, role):
        """The data of a document."""
        document = parse(text)
        assert validate(GRAPHQL, document) == []
        caller = Caller(1, "user1", role, uuid4())
        context = Context(self.database, self.settings, caller, Language.EN, uuid4().hex, "127.0.0.1")
        digest = hashlib.sha256(text.encode()).hexdigest()
        request = GraphQLRequest(context, digest, document, None, variables)
        result = await execute(GRAPHQL, request)
        assert result.errors is None, result.errors
        short_cut = direct(GRAPHQL, document, get_operation_ast(document))
        if short_cut is not None:
            told = await answer(short_cut, request)
            assert told is not None
            assert orjson.dumps(told.data) == orjson.dumps(result.data), "with and without an executor"
        return json.loads(orjson.dumps(result.data))

    def cursors(self, where, order):
        """The cursors of a list in an ordering, as the schema gives them; the evaluator learns whose they are."""
        key = (where, json.dumps(order))
        if key not in self.known:
            self.known[key] = from_thread.run(self._cursors, where, order) if where != "Query.history" else []
        return self.known[key]

    async def _cursors(self, where, order):
        parent, _, name = where.partition(".")
        roots = {typename: plural for plural, typename in ROOTS.items()}
        field_type = GRAPHQL.type_map[parent].fields[name].type
        row_type = (field_type.of_type if hasattr(field_type, "of_type") else field_type).name.removesuffix(
            "Connection"
        )
        listed = f"{name}(first: 1000, orderBy: $o) {{ edges {{ cursor node {{ databaseId }} }} }}"
        inner = listed if parent == "Query" else f"{roots[parent]}(first: 1000) {{ nodes {{ {listed} }} }}"
        data = await self.answer(f"query ($o: [{row_type}Order!]) {{ {inner} }}", {"o": order}, Role.ADMIN)
        pages = [data[name]] if parent == "Query" else [node[name] for node in data[roots[parent]]["nodes"]]
        edges = [edge for page in pages for edge in page["edges"]]
        for edge in edges:
            self.evaluator.cursors[edge["cursor"]] = self.evaluator.by_id(row_type, edge["node"]["databaseId"])
        return [edge["cursor"] for edge in edges]


def comparable(answer):
    """An answer with its cursors, which differ by nature, all alike, and stored documents, whose keys have no order."""
    if isinstance(answer, dict) and "roaming" in answer:
        return dict(sorted(answer.items()))
    if isinstance(answer, dict):
        return {
            key: "cursor" if key.startswith("cur") and value is not None else comparable(value)
            for key, value in answer.items()
        }
    return [comparable(one) for one in answer] if isinstance(answer, list) else answer


@st.composite
def documents(draw, asked, rows, role):
    """A document, its variables."""
    writer = Writer(draw, rows, asked.cursors, role.value)
    return writer.document(), writer.variables


@pytest.mark.parametrize("examples", [EXAMPLES, pytest.param(10 * EXAMPLES, marks=pytest.mark.long)])
async def test_random_documents_are_answered_as_by_an_obvious_evaluation(database, settings, examples):
    rows = world()
    await put(database, rows)
    evaluator = Evaluator(rows, user_id=1, role="admin")
    asked = Asked(database, settings, evaluator)

    @hypothesis_settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data(), st.sampled_from([Role.ADMIN, Role.EMPLOYEE]))
    def alike(data, role):
        text, variables = data.draw(documents(asked, rows, role))
        note(text)
        note(json.dumps(variables))
        evaluator.role = role.value
        expected = comparable(evaluator.answer(text, variables))
        told = comparable(from_thread.run(asked.answer, text, variables, role))
        assert told == expected
        assert json.dumps(told) == json.dumps(expected), "keys come in the order of the document"

    await to_thread.run_sync(alike)
