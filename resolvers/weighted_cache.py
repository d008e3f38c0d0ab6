"""What is kept from one request to the next: bounded by what it weighs, never by how many there are of it.

Every collection that outlives a request is one of these, so that nobody can fill the memory by varying what he asks.
Texts of clients are no keys: their digest is, which weighs the same whatever they send.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from hashlib import blake2b
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

ENTRY: Final = 400
"""Bytes that an entry takes beside its value: a digest as its key, and two places in tables."""
LONGEST_KEY: Final = 512
"""Characters of a text whose answer is worth remembering."""


class WeightedCache(Generic[K, V]):
    """Values by key, of `limit` bytes together; what was least recently asked for goes first.

    A value that weighs more than all may is not kept. Keys are digests, numbers, or other things of bounded size.
    """

    def __init__(self, limit: int, weigh: Callable[[V], int]) -> None:
        self.weight = 0
        """Of all that is kept, in bytes."""
        self._limit = limit
        self._weigh = weigh
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """What is kept under the key."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def put(self, key: K, value: V) -> None:
        """Keep a value, in place of what was there; it is weighed now."""
        self.drop(key)
        weight = ENTRY + self._weigh(value)
        if weight > self._limit:
            return
        self._kept[key] = value, weight
        self.weight += weight
        while self.weight > self._limit:
            _, (_, oldest) = self._kept.popitem(last=False)
            self.weight -= oldest

    def drop(self, key: K) -> None:
        """Forget what is there."""
        found = self._kept.pop(key, None)
        if found is not None:
            self.weight -= found[1]

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: K) -> bool:
        return key in self._kept


def digest(*texts: str | None) -> bytes:
    """What stands for texts as a key: 32 bytes, equal for equal texts only."""
    sponge = blake2b(digest_size=32)
    for text in texts:
        known = b"" if text is None else text.encode("utf-8", "surrogatepass")
        sponge.update(b"%d:" % (-1 if text is None else len(known)))
        sponge.update(known)
    return sponge.digest()


def remembered(limit: int) -> Callable[[Callable[[str], V]], Callable[[str], V]]:
    """Remember what a function of one text answers, `limit` bytes in all; long texts it is asked about each time."""

    def decorated(function: Callable[[str], V]) -> Callable[[str], V]:
        cache = WeightedCache[str, tuple[str, V]](limit, lambda entry: 4 * len(entry[0]))

        @wraps(function)
        def ask(text: str) -> V:
            if len(text) > LONGEST_KEY:
                return function(text)
            known = cache.get(text)
            if known is None:
                known = text, function(text)
                cache.put(text, known)
            return known[1]

        return ask

    return decorated
