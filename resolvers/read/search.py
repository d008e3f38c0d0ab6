"""The words of a search, for both doors alike (contract §4), and how an index finds each.

words_of(text)                 the folded words; raises `Refused`
lookup(word)                   how it is found: part of a statement's shape, where the word itself is a parameter
search_words(lookups, fetch)   the `Word`s of a selection
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from models.entity import fold
from resolvers.value_kinds import SHORT_TEXT, Refused, storable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from resolvers.read.selection import Bind, Variables

TRIGRAM = 3
PART = 6
"""Characters of a word that are enough to find few rows by, if `PART_DIGITS` of them are digits."""
PART_DIGITS = 4


class Lookup(Enum):
    """How a word is found."""

    READING = auto()
    """It is shorter than a trigram: the texts are read for it."""
    WHOLE = auto()
    """By the index."""
    PART = auto()
    """A part by the index; the texts so found are read for the whole."""


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word, to be contained in the row's `search` text."""

    value: Bind
    lookup: Lookup

    def part(self, variables: Variables) -> str:
        """What the index is asked for: a bind like `value`, and for any lookup but `PART` the same."""
        return telling(self.value(variables))


def words_of(text: str) -> tuple[str, ...]:
    """The words of a search, folded, each once; none for a text of blanks.

    Raises `Refused` for a text longer than any field is, or with characters that no database keeps.
    """
    if len(text) > SHORT_TEXT:
        raise Refused("too_long", limit=SHORT_TEXT)
    return tuple(dict.fromkeys(fold(storable(text)).split()))


def lookup(word: str) -> Lookup:
    """How the word is found."""
    if len(word) < TRIGRAM:
        return Lookup.READING
    return Lookup.WHOLE if telling(word) == word else Lookup.PART


def telling(word: str) -> str:
    """What an index is asked for: the last `PART` characters with the most digits, if those are many; else all of it.

    Numbers begin alike (`+9965…`, `ctr-2026-…`), and a trigram index reads what it lists for every trigram asked for:
    with `ctr` that is the whole table, and the digits find hardly more rows without it.
    """
    parts = [word[start : start + PART] for start in range(len(word) - PART, -1, -1)]
    best = max(parts, key=_digits, default=word)
    return best if _digits(best) >= PART_DIGITS else word


def _digits(text: str) -> int:
    return sum(character.isdecimal() for character in text)


def search_words(lookups: Sequence[Lookup], fetch: Callable[[Mapping[str, Any]], Sequence[str]]) -> tuple[Word, ...]:
    """The words for a selection; `fetch` gets the text of all of them out of a request's variables."""
    return tuple(Word(_nth(fetch, place), one) for place, one in enumerate(lookups))


def _nth(fetch: Callable[[Mapping[str, Any]], Sequence[str]], place: int) -> Bind:
    return lambda variables: fetch(variables)[place]
