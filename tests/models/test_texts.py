"""The forms of texts, in Python and in PostgreSQL: one and the same."""

from __future__ import annotations

import random
import sys
from unicodedata import category

import pytest

from models.texts import caseless, document_key, fold, trimmed
from tests.conftest import opened

NEWEST = 0x20000
"""Beyond, there are no letters with case; what is unassigned here may be a letter to a newer ICU."""


async def test_postgres_folds_every_letter_as_python_does(postgres_settings):
    every = [one for one in map(chr, range(1, NEWEST)) if category(one) not in {"Cn", "Cs"}]
    chance = random.Random(7)
    words = ["".join(chance.choices(every[:0x2000], k=8)) for _ in range(2_000)]
    async with opened(postgres_settings) as database:
        rows = await database.fetch(
            "SELECT x, casefolded(x) FROM unnest($1::text[]) AS x", [[*every, *words, "ΟΔΟΣ Σ"]]
        )
    assert [(text, folded) for text, folded in rows if folded != text.casefold()] == []


def test_folding_twice_is_folding_once():
    for one in map(chr, range(sys.maxunicode + 1)):
        assert fold(fold(one)) == fold(one)
        assert caseless(caseless(one)) == caseless(one)


@pytest.mark.parametrize(
    ("number", "key"),
    [("AN 1", "an1"), ("АН—1", "ah1"), ("№ 7", "№7"), ("а\u00adв", "ab"), ("---", "---"), ("", ""), ("ЁЖ", "ёж")],
)
def test_a_documents_key_has_neither_case_nor_blanks_nor_dashes_nor_look_alikes(number, key):
    assert document_key(number) == key


@pytest.mark.parametrize(
    ("text", "kept"), [(" a\u200b b ", "a\u200b b"), ("\u2800", ""), ("\x01", ""), ("\ue000", "\ue000")]
)
def test_blanks_are_trimmed_and_what_shows_nothing_is_empty(text, kept):
    assert trimmed(text) == kept
