"""The words of a search, for both doors alike (contract §4), and how an index finds each.

words_of(text)                 the words that are sought, folded; raises `Refused`
lookup(sought)                 how it is found: part of a statement's shape, where the word itself is a parameter
search_words(lookups, fetch)   the `Word`s of a selection

Words that spell a phone number are sought as they are, and as that number is kept: `0550 12-34-56` are two words, of
which either is found where it stands so, or where `+996550123456` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby
from typing import TYPE_CHECKING, Any

from models.texts import composed, fold, trimmed
from resolvers import phones
from resolvers.value_kinds import SHORT_TEXT, Refused, storable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from resolvers.read.sources import Bind, Variables

TRIGRAM = 3
PART = 6
"""Characters of a word that are enough to find few rows by, if `PART_DIGITS` of them are digits."""
PART_DIGITS = 4
LONGEST_NUMBER = 16
"""Digits, and the plus, of a phone number: words with more are several numbers."""


class Lookup(Enum):
    """How a word is found."""

    READING = auto()
    """It is shorter than a trigram: the texts are read for it."""
    WHOLE = auto()
    """By the index."""
    PART = auto()
    """A part by the index; the texts so found are read for the whole."""
    NUMBER = auto()
    """As `PART`, it or the number that it belongs to."""
    READING_NUMBER = auto()
    """As `READING`, it or the number that it belongs to."""

    @property
    def by_index(self) -> bool:
        return self not in {Lookup.READING, Lookup.READING_NUMBER}

    @property
    def either(self) -> bool:
        """Whether there is a number that will do as well."""
        return self in {Lookup.NUMBER, Lookup.READING_NUMBER}


@dataclass(frozen=True, slots=True)
class Sought:
    """A folded word; or, for one that spells a phone number or belongs to one, that number as it is kept."""

    word: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """A word to be contained in the row's `search` text, or else, if there is one, its number."""

    value: Bind
    lookup: Lookup
    number: Bind | None = None

    def part(self, variables: Variables) -> str:
        """What the index is asked for: a bind like `value`, and where it finds the whole, the same."""
        return telling(self.value(variables))

    @property
    def texts(self) -> tuple[Bind, ...]:
        """What a row contains one of."""
        return (self.value,) if self.number is None else (self.value, self.number)

    @property
    def parts(self) -> tuple[Bind, ...]:
        """What the index is asked for one of."""
        return (self.part,) if self.number is None else (self.part, _part_of(self.number))


def _part_of(text: Bind) -> Bind:
    return lambda variables: telling(text(variables))


def words_of(text: str) -> tuple[Sought, ...]:
    """The words of a search, folded, each once; none for a text of blanks.

    Raises `Refused` for a text longer than any field is, or with characters that no database keeps.
    """
    text = trimmed(composed(storable(text)))
    if len(text) > SHORT_TEXT:
        raise Refused("too_long", limit=SHORT_TEXT)
    words = [word for one in fold(text).split() if (word := trimmed(one))]
    return tuple(dict.fromkeys(sought for run in _runs(words) for sought in run))


def _runs(words: Sequence[str]) -> Iterator[Iterable[Sought]]:
    """The words, where several one after the other spell one number with that."""
    for spells, run in groupby(words, key=lambda word: phones.digits(word) is not None):
        together = tuple(run)
        if not spells:
            yield map(Sought, together)
        elif len(phones.digits("".join(together)) or "") > LONGEST_NUMBER:
            yield (_spelt(word, word) for word in together)
        else:
            number = " ".join(together)
            yield (_spelt(word, number) for word in together)


def _spelt(word: str, text: str) -> Sought:
    number = phones.written_in_full(text)
    return Sought(word) if number in {None, word} else Sought(word, number)


def lookup(sought: Sought) -> Lookup:
    """How the word is found."""
    if len(sought.word) < TRIGRAM:
        return Lookup.READING if sought.number is None else Lookup.READING_NUMBER
    if sought.number is not None:
        return Lookup.NUMBER
    return Lookup.WHOLE if telling(sought.word) == sought.word else Lookup.PART


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


def search_words(lookups: Sequence[Lookup], fetch: Callable[[Mapping[str, Any]], Sequence[Sought]]) -> tuple[Word, ...]:
    """The words for a selection; `fetch` gets all of them out of a request's variables."""
    return tuple(_word(fetch, place, one) for place, one in enumerate(lookups))


def _word(fetch: Callable[[Mapping[str, Any]], Sequence[Sought]], place: int, how: Lookup) -> Word:
    def number(variables: Variables) -> str:
        return fetch(variables)[place].number or ""

    return Word(lambda variables: fetch(variables)[place].word, how, number if how.either else None)
