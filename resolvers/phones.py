"""How people spell phone numbers (contract §1): digits and the usual punctuation, and nothing else."""

from __future__ import annotations

import re
from typing import Final

import phonenumbers

from models.texts import is_blank, is_dash

REGION: Final = "KG"
"""Where a number is from that does not say its country."""
COUNTRY: Final = str(phonenumbers.country_code_for_region(REGION))
LEAST_DIGITS: Final = 5
"""Of what a search takes for a number, or for a part of one."""
_PUNCTUATION: Final = frozenset("()./")
_PLUSES: Final = "+\uff0b"


def digits(text: str) -> str | None:
    """The digits, after a plus if there is one; None for a text with anything in it that numbers are not written with.

    Whether they are a number's is another question.
    """
    plain = ""
    for character in text:
        if character.isdecimal():
            plain += str(int(character))
        elif character in _PLUSES and not plain:
            plain = "+"
        elif not (character in _PUNCTUATION or is_dash(character) or is_blank(character)):
            return None
    return plain


def written_in_full(text: str) -> str | None:
    """The number, or its beginning or end, as a kept one contains it; None for what is no spelling of a number.

    `0550 12-34-56` is `+996550123456`, `(550) 12-34` is `5501234`.
    """
    plain = digits(text)
    if plain is None or len(plain.lstrip("+")) < LEAST_DIGITS:
        return None
    if plain.startswith("00"):
        return "+" + plain.removeprefix("00")
    return re.sub("^0", f"+{COUNTRY}", plain)
