"""The schema that people see, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.execution.execute import CompiledContext
from schema.mutations import Mutation
from schema.queries import Query
from schema.subscriptions import Subscription
from schema.types.entities import TYPES
from schema.types.scalars import SCALARS

if TYPE_CHECKING:
    from graphql import GraphQLSchema

SCHEMA: Final = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=list(TYPES.values()),
    config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
    execution_context_class=CompiledContext,
)

GRAPHQL: Final[GraphQLSchema] = SCHEMA._schema  # noqa: SLF001 - Strawberry shows its graphql-core schema no other way
"""The same schema as graphql-core knows it: what documents are validated against and run on."""

GRAPHQL.description = (
    "Customers, SIM cards, tariffs, contracts, payments and tickets of a telecom operator. Every write is a mutation "
    "with one `input`; what it refuses stands in its payload's `errors`."
)


def sdl() -> str:
    """The schema in GraphQL's own definition language, as it stands in `schema.graphql`."""
    # Strawberry prints no description of the schema itself.
    roots = "  query: Query\n  mutation: Mutation\n  subscription: Subscription\n"
    head = f'"""{GRAPHQL.description}"""\nschema {{\n{roots}}}\n'
    return "\n".join((head, *(line.rstrip() for line in SCHEMA.as_str().splitlines())))
