"""Every kind of rows that can be imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from resolvers.imports.customers import CUSTOMERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.imports import Imported
    from resolvers.imports.kind import ImportKind

KINDS: Final[Mapping[Imported, ImportKind]] = {one.name: one for one in (CUSTOMERS,)}
