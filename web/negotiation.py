"""Media types: which of those on offer a request likes best; of a GraphQL response by the GraphQL-over-HTTP draft."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from resolvers.weighted_cache import remembered
from web.request import quality

STREAM: Final = "text/event-stream"


class MediaType(StrEnum):
    """How a response can be written. The first tells refusals by its status too, the second answers 200."""

    RESPONSE = "application/graphql-response+json"
    JSON = "application/json"
    PAGE = "text/html"
    """For people."""


_LONGEST: Final = 2_000
"""Characters of an `Accept` header that are read."""


def accepted(accept: str | None, *, page: bool) -> MediaType | None:
    """What an `Accept` header likes best of what can be had (a page only for a GET); None for nothing of it.

    JSON where everything is liked equally: clients that do not know the draft expect it.
    """
    best = preferred(accept, (MediaType.JSON, MediaType.RESPONSE, *([MediaType.PAGE] if page else [])))
    return None if best is None else MediaType(best)


def takes_stream(accept: str | None) -> bool:
    """Whether an `Accept` header names event streams among what can be had; ranges like `*/*` mean no stream."""
    return bool(accept) and _liked(accept or "").get(STREAM, (0.0, 0))[0] > 0


def prefers_stream(accept: str | None) -> bool:
    """Whether it likes them better than any JSON."""
    return takes_stream(accept) and preferred(accept, (MediaType.JSON, MediaType.RESPONSE, STREAM)) == STREAM


def preferred(accept: str | None, offers: tuple[str, ...]) -> str | None:
    """Which of some media types an `Accept` header likes best, of equally liked ones the first; None for none."""
    liked = _liked(accept if accept and accept.strip() else "*/*")
    qualities = {offer: _quality(offer, liked) for offer in offers}
    best = max(offers, key=qualities.__getitem__)
    return best if qualities[best][0] > 0 else None


@remembered(200_000)
def _liked(accept: str) -> dict[str, tuple[float, int]]:
    """The ranges of the header, each with its weight and its place (the later, the smaller)."""
    liked: dict[str, tuple[float, int]] = {}
    for place, part in enumerate(accept[:_LONGEST].lower().split(",")):
        media_range, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((quality(piece) for piece in parameters if piece.startswith("q")), 1.0)
        liked.setdefault(media_range, (weight, -place))
    return liked


def _quality(offer: str, liked: dict[str, tuple[float, int]]) -> tuple[float, int, int]:
    """How much an offer is liked: by the most exact range that it is in; exactness and place settle equal weights."""
    ranges = (offer, offer.partition("/")[0] + "/*", "*/*")
    for exactness, media_range in enumerate(ranges):
        if media_range in liked:
            weight, place = liked[media_range]
            return weight, -exactness, place
    return 0.0, 0, 0
