"""What the documentation of the REST API says, in Russian: by the English text that stands beside the declaration."""

from __future__ import annotations

from resolvers.words.descriptions.calls import CALLS

RUSSIAN: dict[str, str] = {**CALLS}
