"""Which documents are answered without graphql-core's executor, and that nobody can tell which were."""

from __future__ import annotations

import orjson
import pytest
from graphql import get_operation_ast, parse

from models.users import Role
from schema.execution.execute import GraphQLRequest
from schema.execution.fast_path import answer, direct
from schema.schema import GRAPHQL

pytestmark = pytest.mark.anyio


def short_cut(text):
    document = parse(text)
    return direct(GRAPHQL, document, get_operation_ast(document))


@pytest.mark.parametrize(
    "text",
    [
        '{ contract(id: "ctr_1") { id customer { fullName } } }',
        "query ($first: Int = 5) { a: customers(first: $first) { nodes { id } } b: sims { totalCount } }",
        "{ me { ...U } me { username } } fragment U on User { id }",
        '{ history(id: "cus_1") { nodes { action } } }',
        '{ node(id: "cus_1") { id ... on Customer { fullName @skip(if: true) } } }',
    ],
)
def test_reads_that_stand_plainly_at_the_root_take_the_short_cut(text):
    assert short_cut(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "{ customerStatistics { total } }",
        "{ __typename me { id } }",
        "{ __schema { description } }",
        "query ($no: Boolean!) { me @skip(if: $no) { id } }",
        "{ ...Q } fragment Q on Query { me { id } }",
        "{ ... on Query { me { id } } }",
        'mutation { closeSim(input: {id: "sim_1"}) { errors { message } } }',
    ],
)
def test_whatever_else_there_is_takes_the_executor(text):
    assert short_cut(text) is None


@pytest.mark.parametrize(
    "variables",
    [{}, {"id": None}, {"id": "cus_1", "first": "five"}, {"id": "nothing"}, {"id": "cus_1", "first": -1}],
)
async def test_what_would_be_refused_is_left_to_the_executor(factory, variables):
    text = "query ($id: ID!, $first: Int) { node(id: $id) { id } customers(first: $first) { nodes { id } } }"
    request = GraphQLRequest(await factory.context(), text, parse(text), None, variables)
    assert await answer(short_cut(text), request) is None


async def test_who_may_not_ask_is_left_to_the_executor(factory):
    text = "{ users { nodes { id } } }"
    request = GraphQLRequest(await factory.context(Role.EMPLOYEE), text, parse(text))
    assert await answer(short_cut(text), request) is None


async def test_a_row_that_is_missing_is_null_in_the_short_cut_too(factory):
    text = '{ none: customer(id: "cus_999") { id } }'
    request = GraphQLRequest(await factory.context(), text, parse(text))
    told = await answer(short_cut(text), request)
    assert orjson.dumps(told.data) == b'{"none":null}'
