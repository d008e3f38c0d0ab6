"""The forms in which texts are kept and compared (contract §1).

composed(text)       NFC, as every text is kept: `й` is one character, however it was typed
trimmed(text)        without white space and invisible characters at its ends; empty if nothing in it is visible
caseless(text)       what is unique ignoring case: an email, a username
fold(text)           what is searched: caseless, and ё as е
document_key(text)   what a document's number is compared by
"""

from __future__ import annotations

import sys
from typing import Final
from unicodedata import category, normalize

_NEVER_SEEN: Final = frozenset("\u2800\u3164")
"""Blanks that Unicode does not call so: an empty braille cell, a Hangul filler."""
_BARELY_SEEN: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\uffa0") | frozenset(map(chr, range(0xFE00, 0xFE10)))
"""Joiners, fillers and selectors that show nothing by themselves, but belong to what stands beside them."""
_LOOK_ALIKES: Final = str.maketrans("авекмнорстух", "abekmhopctyx")
"""Cyrillic letters, casefolded, as the Latin ones that АВЕКМНОРСТУХ look like."""
_MINUS: Final = "\u2212"


def composed(text: str) -> str:
    """The text in NFC."""
    return normalize("NFC", text)


def is_blank(character: str) -> bool:
    """Whether it is white space, or invisible."""
    return character.isspace() or character in _NEVER_SEEN or category(character) == "Cf"


def trimmed(text: str) -> str:
    """The text from its first to its last character that is not blank; empty where nothing in between can be seen."""
    if text.isascii() and text.isprintable():
        return text.strip(" ")
    start, end = 0, len(text)
    while start < end and is_blank(text[start]):
        start += 1
    while start < end and is_blank(text[end - 1]):
        end -= 1
    text = text[start:end]
    return text if any(map(_is_visible, text)) else ""


def _is_visible(character: str) -> bool:
    return not (is_blank(character) or character in _BARELY_SEEN or category(character) == "Cc")


def caseless(text: str) -> str:
    """Equal for texts that differ in case alone, in any alphabet. It may be longer than the text."""
    return composed(composed(text).casefold())


def fold(text: str) -> str:
    """The form in which texts are searched: caseless, and ё as е (contract §4)."""
    return caseless(text).replace("ё", "е")


def document_key(number: str) -> str:
    """A document's number without case, blanks and dashes, look-alike Cyrillic letters as Latin ones.

    Where nothing else is in it, what there is tells.
    """
    plain = caseless(number)
    return "".join(one for one in plain.translate(_LOOK_ALIKES) if not (is_blank(one) or is_dash(one))) or plain


def is_dash(character: str) -> bool:
    return category(character) == "Pd" or character == _MINUS


def characters(wanted: frozenset[str]) -> str:
    """All characters of these categories, for a database that is to know them too."""
    return "".join(one for one in map(chr, range(sys.maxunicode + 1)) if category(one) in wanted)
