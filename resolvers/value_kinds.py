"""The kinds of value that inputs and filters take; each reads a raw JSON value or refuses it.

Raw values are what a strict JSON parser gives: str, int, Decimal, bool, None, list, dict. GraphQL hands the same in
(enums as their lower-case value, ids already as integers).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

import orjson
import phonenumbers

from models.texts import caseless, composed, document_key, is_blank, trimmed
from resolvers import phones
from resolvers.words import Message

if TYPE_CHECKING:
    from enum import StrEnum

MAX_HUNDREDTHS = 999_999_999_999
"""9,999,999,999.99, in hundredths (contract §1)."""
MAX_INT = 2_147_483_647
SMALLEST = -3
"""The exponent of a decimal's first digit under which it is sure to have too many places."""
SHORT_TEXT = 255
LONG_TEXT = 10_000


class Refused(Exception):
    """A value that a field does not take."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.message = Message(key, params)


class InputKind(Protocol):
    def read(self, value: object) -> object:
        """The value as the program keeps it. Raises `Refused`."""


def storable(text: str) -> str:
    """The text itself, unless a database could not keep it: NUL and lone surrogates are refused."""
    if _UNSTORABLE.search(text):
        raise Refused("bad_characters")
    return text


_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def _text(value: object) -> str:
    """In NFC, without what nobody sees at its ends."""
    if not isinstance(value, str):
        raise Refused("not_text")
    return trimmed(composed(storable(value)))


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Control characters and line breaks."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text of at most `limit` characters, without blanks and invisible characters around it (contract §1).

    A short one is one line.
    """

    limit: int = SHORT_TEXT

    def read(self, value: object) -> str:
        text = _text(value)
        if len(text) > self.limit:
            raise Refused("too_long", limit=self.limit)
        if self.limit <= SHORT_TEXT and _CONTROL.search(text):
            raise Refused("not_one_line")
        return text


@dataclass(frozen=True, slots=True)
class Secret(Text):
    """A password or a token: taken to the letter, blanks included; `least` characters or more, as NFC counts them."""

    least: int = 0

    def read(self, value: object) -> str:
        if not isinstance(value, str):
            raise Refused("not_text")
        if len(value) > self.limit:
            raise Refused("too_long", limit=self.limit)
        if 0 < len(composed(storable(value))) < self.least:
            raise Refused("too_short", limit=self.least)
        return value


@dataclass(frozen=True, slots=True)
class Username:
    """What a user is called when it is compared: caseless."""

    def read(self, value: object) -> str:
        return caseless(Text().read(value))


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """A document's number when it is compared: without case, blanks and dashes, look-alike letters as Latin ones."""

    def read(self, value: object) -> str:
        return document_key(Text().read(value))


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number in any usual spelling, kept as E.164. Letters and extensions are refused, not left out."""

    region: str = phones.REGION

    def read(self, value: object) -> str:
        text = Text().read(value)
        if text == "":
            return text
        digits = phones.digits(text)
        if digits is None:
            raise Refused("not_a_phone")
        try:
            number = phonenumbers.parse(digits, self.region)
        except phonenumbers.NumberParseException:
            raise Refused("not_a_phone") from None
        if not phonenumbers.is_possible_number(number):
            raise Refused("not_a_phone")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def _has_blanks(text: str) -> bool:
    return any(map(is_blank, text))


@dataclass(frozen=True, slots=True)
class Email:
    """An email address; nothing invisible is in it, which would make two of one."""

    def read(self, value: object) -> str:
        text = Text().read(value)
        if text and (_has_blanks(text) or not _EMAIL.fullmatch(text)):
            raise Refused("not_an_email")
        return text


@dataclass(frozen=True, slots=True)
class EmailKey:
    """An email address when it is compared: caseless."""

    def read(self, value: object) -> str:
        return caseless(Text().read(value))


@dataclass(frozen=True, slots=True)
class Digits:
    """A text of ASCII digits, `least` to `most` of them."""

    least: int
    most: int

    def read(self, value: object) -> str:
        text = Text().read(value)
        if text and not (re.fullmatch("[0-9]+", text) and self.least <= len(text) <= self.most):
            raise Refused("not_digits", count=self.count)
        return text

    @property
    def count(self) -> str:
        return str(self.least) if self.least == self.most else f"{self.least}–{self.most}"


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of an enum, spelt in lower case."""

    choices: type[StrEnum]

    def read(self, value: object) -> StrEnum:
        try:
            return self.choices(storable(value) if isinstance(value, str) else "")
        except ValueError:
            shown = str(value)[:SHORT_TEXT].encode("utf-8", "replace").decode()
            raise Refused("not_a_choice", value=shown, choices=", ".join(self.choices)) from None


_DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,2})?")


@dataclass(frozen=True, slots=True)
class Hundredths:
    """A decimal with at most two places, read exactly, kept as a whole number of hundredths; limits in hundredths."""

    least: int = -MAX_HUNDREDTHS
    most: int = MAX_HUNDREDTHS
    nonzero: bool = False

    def read(self, value: object) -> int:
        amount = self._exact(value)
        if self.nonzero and amount == 0:
            raise Refused("must_be_positive" if self.least >= 0 else "must_not_be_zero")
        if amount > self.most:
            raise Refused("too_large", limit=hundredths_text(self.most))
        if amount < self.least:
            raise (
                Refused("must_be_positive") if self.nonzero else Refused("too_small", limit=hundredths_text(self.least))
            )
        return amount

    @staticmethod
    def _exact(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise Refused("not_money")
        if isinstance(value, str):
            if not _DECIMAL.fullmatch(value):
                raise Refused("not_money")
            value = Decimal(value)
        if isinstance(value, int):
            return 100 * max(min(value, MAX_HUNDREDTHS), -MAX_HUNDREDTHS)  # beyond the limits either way
        return Hundredths._of_decimal(value)

    @staticmethod
    def _of_decimal(value: Decimal) -> int:
        """1E+30 must not become an integer of its own size, nor 10.001 be rounded."""
        if not value.is_finite():
            raise Refused("not_money")
        if value.adjusted() > len(str(MAX_HUNDREDTHS)):
            raise Refused("too_large", limit=hundredths_text(MAX_HUNDREDTHS))
        if value.adjusted() < SMALLEST or value != round(value, 2):
            if value == 0:
                return 0
            raise Refused("not_money")
        return int(value * 100)


def hundredths_text(amount: int) -> str:
    """1050 → `10.50`, -5 → `-0.05`."""
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), 100)
    return f"{sign}{whole}.{rest:02d}"


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within 32 bits; digits in a string are taken too, as forms send them."""

    least: int = -MAX_INT - 1
    most: int = MAX_INT

    def read(self, value: object) -> int:
        if isinstance(value, str) and re.fullmatch("-?[0-9]{1,20}", value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise Refused("not_integer")
        if value > self.most:
            raise Refused("too_large", limit=self.most)
        if value < self.least:
            raise Refused("too_small", limit=self.least)
        return value


@dataclass(frozen=True, slots=True)
class Reference:
    """The id of a row of another entity. Whether it exists is the operation's to say."""

    typename: str

    def read(self, value: object) -> int:
        try:
            return Whole(least=1).read(value)
        except Refused:
            raise Refused("not_a_reference") from None


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day, `2026-01-31`, of the years 1900 to 9998: beyond, drivers and zones lose days (contract §1)."""

    def read(self, value: object) -> date:
        day = calendar_day(value)
        if not FIRST_DAY <= day <= LAST_DAY:
            raise Refused("day_out_of_range", first=FIRST_DAY.isoformat(), last=LAST_DAY.isoformat())
        return day


FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9998, 12, 31)


def calendar_day(value: object) -> date:
    """Any day that a calendar has."""
    try:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Refused("not_a_day")


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A time of day to the minute, `03:30`."""

    def read(self, value: object) -> str:
        if isinstance(value, str) and re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", value):
            return value
        raise Refused("not_a_time")


@dataclass(frozen=True, slots=True)
class WholeNumbers:
    """A list of whole numbers, the largest first, each once."""

    least: int
    most: int
    count: int

    def read(self, value: object) -> list[int]:
        if not isinstance(value, list):
            raise Refused("not_a_list")
        numbers = {Whole(self.least, self.most).read(one) for one in value}
        if len(numbers) > self.count:
            raise Refused("too_many", limit=self.count)
        return sorted(numbers, reverse=True)


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of short texts, in the order given, each once."""

    count: int

    def read(self, value: object) -> list[str]:
        if not isinstance(value, list):
            raise Refused("not_a_list")
        texts = list(dict.fromkeys(Text().read(one) for one in value))
        if len(texts) > self.count:
            raise Refused("too_many", limit=self.count)
        return texts


@dataclass(frozen=True, slots=True)
class Group:
    """Values that belong together: an object, of which only what changes need be there."""

    fields: type

    def read(self, value: object) -> object:
        return value


@dataclass(frozen=True, slots=True)
class Truth:
    def read(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise Refused("not_boolean")
        return value


@dataclass(frozen=True, slots=True)
class Options:
    """A JSON object of at most `max_bytes` as UTF-8 and `max_depth` levels."""

    max_bytes: int = 16 * 1024
    max_depth: int = 8

    def read(self, value: object) -> dict[str, object]:
        if not isinstance(value, dict):
            raise Refused("not_object")
        plain = self._plain(value, self.max_depth)
        if len(orjson.dumps(plain)) > self.max_bytes:
            raise Refused("too_many_bytes", limit=self.max_bytes)
        return plain  # type: ignore[return-value]

    def _plain(self, value: object, depth: int) -> object:
        """The same value in types that JSON has."""
        if isinstance(value, dict | list) and depth == 0:
            raise Refused("too_deep", limit=self.max_depth)
        if isinstance(value, dict):
            return {storable(str(key)): self._plain(inner, depth - 1) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._plain(inner, depth - 1) for inner in value]
        if isinstance(value, str):
            return storable(value)
        if isinstance(value, Decimal | float):
            return _kept_number(value)
        if isinstance(value, int) and not -(2**53) <= value <= 2**53:
            raise Refused("too_large", limit=2**53)
        return value


def _kept_number(sent: Decimal | float) -> float:
    """A number with a point or an exponent, which JSON's readers take for a float: the very one that was sent."""
    number = float(sent)
    if number - number != 0:  # an infinity, from 1e999, or NaN
        raise Refused("too_large", limit="1.7e308")
    if isinstance(sent, Decimal) and Decimal(repr(number)) != sent:
        raise Refused("too_precise")
    return number
