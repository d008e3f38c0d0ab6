"""How likely bytes are to be words of a language in an encoding: by its letters, their frequency, and their case."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

OFTEN: Final = dict(
    zip(
        "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёңүө",
        (
            *(10.97, 8.45, 8.01, 7.35, 6.70, 6.26, 5.47, 4.73, 4.54, 4.40, 3.49, 3.21, 2.98, 2.81, 2.62, 2.01, 1.90),
            *(1.74, 1.70, 1.65, 1.59, 1.44, 1.21, 0.97, 0.94, 0.73, 0.64, 0.48, 0.36, 0.32, 0.26, 0.04, 0.04),
            *(0.05, 0.05, 0.05),
        ),
        strict=True,
    )
)
"""Of a hundred letters of a Russian text; those of Kyrgyz are rarer in what is written in Windows-1251."""
SELDOM: Final = math.log(0.00001)
"""Of what is no letter of the language."""
CAPITAL_WITHIN: Final = -6.0
"""A capital after a small letter."""
MIXED: Final = -8.0
"""A letter beside one of another alphabet."""
AT_MOST: Final = 50
"""A word that comes again and again tells no more than so many."""


def likelihood(words: Mapping[bytes, int], encoding: str) -> float:
    """The natural logarithm of how likely the words are."""
    return sum(_of_word(word.decode(encoding, "replace")) * min(count, AT_MOST) for word, count in words.items())


@lru_cache(maxsize=100_000)
def _of_word(word: str) -> float:
    total, before = 0.0, ""
    for letter in word:
        small = letter.lower()
        if not letter.isascii():
            total += math.log(OFTEN[small] / 100) if small in OFTEN else SELDOM
        if before:
            if before.islower() and letter.isupper():
                total += CAPITAL_WITHIN
            if before.isascii() != letter.isascii():
                total += MIXED
        before = letter
    return total
