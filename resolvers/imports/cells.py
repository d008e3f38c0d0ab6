"""What people write in cells, as the values that operations take: days, decimal commas, phones, words of choices.

A text is told by its field's kind. What cannot be understood is left as it is: the kind refuses it in its own words.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import orjson

from models.texts import fold, trimmed
from resolvers import value_kinds
from resolvers.transfer.tables import RISKY
from resolvers.value_kinds import Refused
from resolvers.words.choices import CHOICES

if TYPE_CHECKING:
    from collections.abc import Callable

    from resolvers.value_kinds import InputKind

MOST_DIGITS: Final = 15
"""Of a whole number that a spreadsheet keeps exactly."""
LONGEST: Final = 100_000
_EXPONENT: Final = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+")
_LOCAL_DAY: Final = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?: 0?0:00(?::00)?)?")
_ISO_DAY: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]00:00(:00(\.0+)?)?")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
_DAYS_OF_A_SHEET: Final = re.compile(r"[0-9]{4,5}([.,][0-9]+)?")
_YES: Final = frozenset(("true", "1", "да", "yes", "истина", "+"))
_NO: Final = frozenset(("false", "0", "нет", "no", "ложь", "-"))


def read_cell(kind: InputKind, cell: object, *, formulas: bool = False) -> object:
    """The value of a cell for a field of this kind; None where it says nothing. Raises `Refused`."""
    if isinstance(cell, str):
        text = trimmed(cell.replace("\xa0", " "))
        if text[:1] == "'" and text[1:].removeprefix("'").startswith(RISKY):
            text = text[1:]
        elif formulas and text.startswith("="):
            raise Refused("cell_has_formula")
        if len(text) > LONGEST:
            raise Refused("too_long", limit=LONGEST)
        return _of_text(kind, text) if text else None
    if cell is None:
        return None
    return _of_value(kind, cell)


def _of_text(kind: InputKind, text: str) -> object:
    read = _TEXTS.get(type(kind))
    return read(kind, text) if read else text


def _day(_kind: Any, text: str) -> str:
    found = _LOCAL_DAY.fullmatch(text)
    if found:
        return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}"
    found = _ISO_DAY.fullmatch(text)
    if found:
        return found[1]
    if _DAYS_OF_A_SHEET.fullmatch(text):
        raise Refused("day_is_number")
    return text


def _money(_kind: Any, text: str) -> str:
    plain = re.sub(r"(?<=[0-9])[ \u2009\u202f'](?=[0-9]{3})", "", text).replace(",", ".").replace("\u2212", "-")
    if _EXPONENT.fullmatch(plain):
        raise Refused("number_is_exponent", value=text[:50])
    if not _NUMBER.fullmatch(plain):
        return text
    whole, point, rest = plain.lstrip("+").partition(".")
    return f"{whole}.{rest.rstrip('0')}".rstrip(".") if point else whole


def _whole(_kind: Any, text: str) -> str:
    return re.sub(r"[.,]0+$", "", text)


def _digits(_kind: Any, text: str) -> str:
    if _EXPONENT.fullmatch(text):
        raise Refused("number_is_exponent", value=text[:50])
    return text


def _truth(_kind: Any, text: str) -> object:
    word = text.casefold()
    return True if word in _YES else False if word in _NO else text


def _choice(kind: Any, text: str) -> str:
    """The value itself, or what people call it in either language."""
    if text in kind.choices.__members__.values():
        return text
    wanted = fold(text)
    for value, words in CHOICES[kind.choices.__name__].items():
        if wanted in (fold(value), *map(fold, words)):
            return value
    return text


def _options(_kind: Any, text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


_TEXTS: Final[dict[type, Callable[[Any, str], object]]] = {
    value_kinds.Day: _day,
    value_kinds.Hundredths: _money,
    value_kinds.Whole: _whole,
    value_kinds.Phone: _digits,
    value_kinds.Digits: _digits,
    value_kinds.Truth: _truth,
    value_kinds.Choice: _choice,
    value_kinds.Options: _options,
}


def _of_value(kind: InputKind, cell: object) -> object:
    """A number or a truth of a spreadsheet's, or a value of JSON."""
    if isinstance(kind, value_kinds.Truth | value_kinds.Options):
        return bool(cell) if isinstance(kind, value_kinds.Truth) and cell in {0, 1} else cell
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        return cell
    if isinstance(kind, value_kinds.Day):
        raise Refused("day_is_number")
    if isinstance(kind, value_kinds.Hundredths):
        return _exact(cell)
    whole = isinstance(cell, int) or cell == int(cell)
    if isinstance(kind, value_kinds.Whole):
        return int(cell) if whole else cell
    if not whole:
        return str(cell)
    digits = str(abs(int(cell)))
    if len(digits) > MOST_DIGITS:
        raise Refused("number_lost_digits", most=MOST_DIGITS)
    return str(int(cell))


def _exact(cell: float | Decimal) -> object:
    """A decimal as a spreadsheet shows it: its floats have fifteen good digits."""
    if isinstance(cell, float):
        try:
            return Decimal(f"{cell:.15g}")
        except InvalidOperation:
            return str(cell)
    return cell
