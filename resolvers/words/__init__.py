"""Every word that a person reads, in Russian and English, from one catalogue (contract §4).

The catalogue's parts are beside this file: `faults` (what is wrong and what to do), `actions` (what was done),
`choices` (the words of enums), `fields` (what fields and entities are called).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from resolvers.words.actions import ACTIONS
from resolvers.words.choices import CHOICES
from resolvers.words.entities import ENTITIES
from resolvers.words.faults import FAULTS
from resolvers.words.headings import HEADINGS

if TYPE_CHECKING:
    from collections.abc import Mapping


class Language(StrEnum):
    RU = "ru"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence still without a language: its key in the catalogue and what stands in its gaps.

    A parameter that is a `Message`, an enum member or a tuple of these is put into words of the same language.
    """

    key: str
    params: Mapping[str, object] = field(default_factory=dict)


CATALOGUE: Mapping[str, tuple[str, str]] = {**FAULTS, **ACTIONS, **ENTITIES}


def say(message: Message, language: Language) -> str:
    """The sentence in the caller's language."""
    russian, english = CATALOGUE[message.key]
    template = russian if language is Language.RU else english
    return template.format(**{name: _worded(value, language) for name, value in message.params.items()})


def _worded(value: object, language: Language) -> object:
    if isinstance(value, Message):
        return say(value, language)
    if isinstance(value, StrEnum):
        return word(value, language)
    if isinstance(value, tuple):
        return ", ".join(str(_worded(part, language)) for part in value)
    return value


def word(choice: StrEnum, language: Language) -> str:
    """What people call a value of an enum: `active` → «Активен»."""
    russian, english = CHOICES[type(choice).__name__][choice.value]
    return russian if language is Language.RU else english


def heading(field: str, language: Language) -> str:
    """What people call a field, as the heading of a column: `msisdn` → «Номер телефона»; its own name if it has none.

    `status_display`, which shows words, is called «Статус (слово)».
    """
    plain = field.removesuffix("_display")
    russian, english = HEADINGS.get(plain, (plain, plain))
    name, worded = (russian, "слово") if language is Language.RU else (english, "word")
    return name if field == plain else f"{name} ({worded})"
