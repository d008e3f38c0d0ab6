"""How people misspell what they look for: another keyboard layout, another alphabet's letters, a slip of the finger."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from models.texts import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

_LATIN_KEYS: Final = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_CYRILLIC_KEYS: Final = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_TO_CYRILLIC: Final = str.maketrans(_LATIN_KEYS, _CYRILLIC_KEYS)
_TO_LATIN: Final = str.maketrans(_CYRILLIC_KEYS, _LATIN_KEYS)
_LOOKING_CYRILLIC: Final = str.maketrans("abcehkmoptxy", "авсенкмортху")
_LOOKING_LATIN: Final = str.maketrans("авсенкмортху", "abcehkmoptxy")
LEAST_FOR_A_TYPO: Final = 4
"""Letters of a word under which another word is no slip."""


def variants(text: str) -> tuple[str, ...]:
    """The folded text, and what may have been meant by it, likeliest first: `bdfyjd` is `иванов`, `Ивaнoв` too."""
    typed = fold(text)
    meant = (
        typed,
        typed.translate(_LOOKING_CYRILLIC),
        fold(typed.translate(_TO_CYRILLIC)),
        typed.translate(_LOOKING_LATIN),
        typed.translate(_TO_LATIN),
    )
    return tuple(dict.fromkeys(meant))


_CONTRACT: Final = re.compile(
    r"(?:ctr|contract|договор|дог|№)[\s.\-–—№#]*(?:(?P<year>(?:19|20)[0-9]{2})[\s\-–—/]*(?=[0-9]))?0*(?P<id>[0-9]{1,9})"
)


@dataclass(frozen=True, slots=True)
class ContractNumber:
    """A contract's number as it was meant: its id, and the year if it was said."""

    id: int
    year: str | None


def contract_number(text: str) -> ContractNumber | None:
    """What the text says of a contract's number, zeros or not: `ctr 123`, `CTR-2026-000123`."""
    for variant in variants(text):
        found = _CONTRACT.fullmatch(variant.strip())
        if found is not None:
            return ContractNumber(int(found["id"]), found["year"])
    return None


def slips(word: str) -> Iterator[tuple[str, str]]:
    """What is left of a word on both sides of a slip, wherever it was: a beginning and an end that follows it."""
    for place in range(len(word)):
        yield word[:place], word[place + 1 :]
    for place in range(len(word) - 1):
        yield word[:place] + word[place + 1] + word[place] + word[place + 2 :], ""


def is_slip(word: str, other: str) -> bool:
    """Whether one is the other with a letter changed, left out, put in, or two neighbours changed about."""
    if abs(len(word) - len(other)) > 1 or min(len(word), len(other)) < LEAST_FOR_A_TYPO - 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other)))
    one, two = word[start:], other[start:]
    return (
        one[1:] == two[1:]
        or one[1:] == two
        or one == two[1:]
        or (one[:2] == two[1::-1] and one[2:] == two[2:] and len(one) > 1)
    )
