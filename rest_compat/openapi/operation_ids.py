"""What a call is named in generated clients: as the mutation where it is one, else by its path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rest_compat.http import Endpoint
    from rest_compat.openapi.call_facts import Facts


def operation_id(endpoint: Endpoint, facts: Facts) -> str:
    """`activate_contract`, `put_contract`, `list_contract_payments`, `get_contract`."""
    if facts.operation is not None:
        named = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", facts.operation.graphql).lower()
        named = re.sub("^update", "put", named) if endpoint.method == "PUT" else named
        return re.sub("user$", "me", named) if endpoint.path.endswith("/me/") else named
    parts = [part for part in endpoint.path.split("/") if part]
    following = [*parts[1:], ""]
    words = [_one_of(part) if next_ == "{id}" else part for part, next_ in zip(parts, following, strict=True)]
    path = "_".join(word for word in words if not word.startswith("{"))
    if endpoint.method != "GET":
        return path
    return f"{'list' if facts.lists else 'get'}_{path}"


def _one_of(plural: str) -> str:
    """`deliveries` → `delivery`."""
    name = plural.replace("-", "_")
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")
