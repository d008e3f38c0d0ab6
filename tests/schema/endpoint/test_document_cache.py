"""Documents are read once and kept, within bounds."""

import pytest
from graphql import OperationType

from models.settings import QueryLimits
from schema.endpoint.cost import pricing
from schema.endpoint.document_cache import KEPT_CHARACTERS, Documents, Introspects, Refused
from schema.endpoint.introspection import KEPT_BYTES, Introspection
from schema.endpoint.limits import LimitExceeded
from schema.endpoint.request import Asked
from schema.schema import GRAPHQL

pytestmark = pytest.mark.anyio


@pytest.fixture
def documents():
    return Documents(GRAPHQL, pricing(GRAPHQL), QueryLimits(), frozenset({"login"}))


def anybody(kind, is_open):
    """Lets everything pass."""


async def get(documents, text, name=None):
    return await documents.get(text, name, anybody)


async def test_a_document_is_read_once(documents):
    first, _ = await get(documents, "{ me { id } }")
    again, _ = await get(documents, "{ me { id } }")
    assert again is first


async def test_the_longest_unused_are_forgotten(documents):
    text = "{ me { id } } #" + "x" * 1_000
    first, _ = await get(documents, text)
    for number in range(KEPT_CHARACTERS // len(text) - 1):
        await get(documents, f"{text}{number}")
        await get(documents, text)
    assert (await get(documents, text))[0] is first
    for number in range(KEPT_CHARACTERS // len(text) + 1):
        await get(documents, f"{text}other{number}")
    assert (await get(documents, text))[0] is not first


@pytest.mark.parametrize("text", ["{", "{ nothing }", "{ me { " + "id " * 2_000 + "} }"])
async def test_a_refused_document_is_not_kept(documents, text):
    for _ in range(2):
        with pytest.raises((Refused, LimitExceeded)):
            await get(documents, text)
    assert not documents._kept


async def test_a_gate_is_asked_of_every_request(documents):
    asked = []
    for text in (
        "{ me { id } }",
        "{ me { id } }",
        'mutation { login(input: {username: "a", password: "b"}) { access } }',
    ):
        await documents.get(text, None, lambda kind, is_open: asked.append((kind, is_open)))
    assert set(asked) == {(OperationType.QUERY, False), (OperationType.MUTATION, True)}
    assert asked.count((OperationType.QUERY, False)) >= 2


async def test_the_operation_meant_is_told_apart(documents):
    text = "query A { me { id } b: staff { nodes { id } } } query B { __typename __schema { queryType { name } } }"
    _, first = await get(documents, text, "A")
    _, second = await get(documents, text, "B")
    assert (first.title, first.keys, first.introspects) == ("query me …", {"me", "b"}, Introspects.NOTHING)
    assert (second.is_open, second.introspects) == (True, Introspects.ONLY)


async def test_answers_about_the_schema_are_kept_within_bounds(documents):
    introspection = Introspection(GRAPHQL)
    types = "__schema { types { name description fields { name description } } }"
    for number in range(12):
        text = f"{{ {' '.join(f'a{n}: {types}' for n in range(10))} }} # {number}"
        document, _ = await get(documents, text)
        body = await introspection.answer(document, Asked(text))
        assert await introspection.answer(document, Asked(text)) is body
    assert sum(len(body) for body in introspection._kept.values()) == introspection._bytes <= KEPT_BYTES
    assert 0 < len(introspection._kept) < 12
