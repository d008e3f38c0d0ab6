"""Connections: pages of a list by the Relay convention, with keyset cursors."""

from __future__ import annotations

from typing import Generic, TypeVar

import strawberry

N = TypeVar("N")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool = strawberry.field(description="Whether anything follows this page.")
    has_previous_page: bool = strawberry.field(description="Whether anything precedes this page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first entry; null on an empty page.")
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last entry, for `after` of the next page; null on an empty page."
    )


@strawberry.type(description="An entry of a page, with the place at which it stands in the list's order.")
class Edge(Generic[N]):
    """An entry of a page."""

    cursor: str = strawberry.field(
        description="The entry's place in the order, for `after` and `before`; stays good when entries come and go."
    )
    node: N = strawberry.field(description="The object itself.")


@strawberry.type(description="One page of a list, in the list's order.")
class Connection(Generic[N]):
    """One page of a list."""

    edges: list[Edge[N]] = strawberry.field(description="The page's entries, each with its cursor.")
    nodes: list[N] = strawberry.field(description="The page's objects, for when cursors are not needed.")
    page_info: PageInfo = strawberry.field(description="Whether there is more, and from where to go on.")
    total_count: int = strawberry.field(
        description="How many the whole list has under the given filter and search; counted only if asked for."
    )
