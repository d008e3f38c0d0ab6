"""Descriptions in the language of whoever reads the documentation."""

from __future__ import annotations

from dataclasses import dataclass

from resolvers.words import Language
from resolvers.words.descriptions import RUSSIAN


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells in one language what is declared in English beside every field, operation, filter and list."""

    language: Language

    def __call__(self, english: str) -> str:
        return english if self.language is Language.EN else RUSSIAN.get(english, english)
