"""Documents are read once and kept, within bounds."""

import asyncio
from threading import Event

import pytest
from graphql import OperationType

from models.settings import QueryLimits
from resolvers.faults import Code, Fault, LimitExceeded, fault
from resolvers.weighted_cache import ENTRY
from schema.endpoint.cost import pricing
from schema.endpoint.desks import COME_AGAIN, WAITING_STRANGERS, Desks
from schema.endpoint.document_cache import (
    KEPT,
    KEPT_OF_STRANGERS,
    LONGEST_OF_STRANGERS,
    PARSED,
    Documents,
    Introspects,
    Refused,
)
from schema.endpoint.introspection import KEPT_BYTES, Introspection
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
    for number in range(KEPT // (ENTRY + PARSED * len(text + "000")) - 1):
        await get(documents, f"{text}{number}")
        await get(documents, text)
    assert (await get(documents, text))[0] is first
    for number in range(KEPT // (ENTRY + PARSED * len(text + "000")) + 1):
        await get(documents, f"{text}other{number}")
    assert (await get(documents, text))[0] is not first


@pytest.mark.parametrize("text", ["{", "{ nothing }", "{ me { " + "id " * 2_000 + "} }"])
async def test_a_refused_document_is_not_kept(documents, text):
    for _ in range(2):
        with pytest.raises((Refused, LimitExceeded)):
            await get(documents, text)
    assert len(documents.kept) == 0


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
        body = await introspection.answer(document, Asked(text), stranger=False)
        assert await introspection.answer(document, Asked(text), stranger=False) is body
    assert introspection.kept.weight <= KEPT_BYTES
    assert 0 < len(introspection.kept) < 12


async def test_blanks_and_comments_make_no_other_question(documents):
    introspection = Introspection(GRAPHQL)
    bodies = []
    for number in range(3):
        text = "{ __schema {" + " " * number + f" types {{ name }} }} }} # {number}"
        document, _ = await documents.get(text, None, anybody, stranger=True)
        bodies.append(await introspection.answer(document, Asked(text), stranger=True))
    assert bodies[1] is bodies[0]
    assert bodies[2] is bodies[0]


async def test_strangers_can_neither_fill_the_memory_nor_push_out_what_callers_ask(documents):
    known, _ = await get(documents, "{ me { id } }")
    for number in range(400):
        await documents.get("{ __typename } #" + f"{number:04}" * 100, None, anybody, stranger=True)
    assert documents.of_strangers.weight <= KEPT_OF_STRANGERS
    assert len(documents.kept) == 1
    assert (await get(documents, "{ me { id } }"))[0] is known


async def test_what_a_stranger_sent_first_is_a_callers_as_soon_as_one_sends_it(documents):
    first, _ = await documents.get("{ __typename }", None, anybody, stranger=True)
    assert documents.known("{ __typename }", None) is None
    assert (await get(documents, "{ __typename }"))[0] is first
    assert documents.known("{ __typename }", None)[0] is first


async def test_a_document_is_known_by_its_digest_not_its_text(documents):
    """A key weighs the same, whatever was sent."""
    document, _ = await get(documents, "{ me { id } }")
    assert len(document.digest) == 32


async def test_a_strangers_long_document_is_told_to_log_in_unread(documents):
    def gate(_kind, is_open):
        if not is_open:
            raise fault(Code.NOT_AUTHENTICATED)

    with pytest.raises(Fault) as refused:
        await documents.get("{ __typename } #" + "x" * LONGEST_OF_STRANGERS, None, gate, stranger=True)
    assert refused.value.code is Code.NOT_AUTHENTICATED


async def test_strangers_wait_in_a_short_queue_of_their_own():
    """Beyond it they are asked to come again, while callers' documents are read as ever."""
    desks, go_on = Desks("test"), Event()
    waiting = [asyncio.create_task(desks.run(go_on.wait, 10, stranger=True)) for _ in range(WAITING_STRANGERS)]
    await asyncio.sleep(0)
    with pytest.raises(Fault) as refused:
        await desks.run(go_on.wait, 10, stranger=True)
    assert (refused.value.code, refused.value.retry_after) == (Code.THROTTLED, COME_AGAIN)
    assert await desks.run(lambda: "served", stranger=False) == "served"
    go_on.set()
    assert all(await asyncio.gather(*waiting))
    assert await desks.run(lambda: "served", stranger=True) == "served"
