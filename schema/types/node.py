"""What every object with a global id is (the Relay convention)."""

from __future__ import annotations

import strawberry


@strawberry.interface(description="An object that can be fetched again by its global id.")
class Node:
    """An object with a global id."""

    id: strawberry.ID = strawberry.field(description="Global id: the type's prefix and the number, as in `ctr_7`.")
