"""The words of a search, and what an index is asked for them."""

from __future__ import annotations

import pytest

from resolvers.read.search import Lookup, lookup, telling, words_of
from resolvers.value_kinds import Refused


def test_words_are_folded_and_each_counts_once():
    assert words_of("  Ёлка\tИВАНОВ ёлка STRASSE straße ") == ("елка", "иванов", "strasse")
    assert words_of(" ") == ()


@pytest.mark.parametrize(("text", "key"), [("x" * 256, "too_long"), ("a\x00b", "bad_characters")])
def test_a_search_that_no_field_could_hold_is_refused(text, key):
    with pytest.raises(Refused) as caught:
        words_of(text)
    assert caught.value.message.key == key


@pytest.mark.parametrize(
    ("word", "how"),
    [("ан", Lookup.READING), ("ант", Lookup.WHOLE), ("996555", Lookup.WHOLE), ("+996555", Lookup.PART)],
)
def test_trigrams_find_words_of_three_characters_and_more(word, how):
    assert lookup(word) is how


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("+996500123456", "123456"),
        ("ctr-2026-012345", "012345"),
        ("ctr-2026-0", "2026-0"),
        ("user123456@example.kg", "123456"),
        ("txn-119e30a0edb5086c", "119e30"),
        ("kr01234", "r01234"),
    ],
)
def test_of_a_number_its_last_digits_are_looked_for(word, part):
    assert telling(word) == part


@pytest.mark.parametrize("word", ["александров", "user12@example.kg", "123456", "12345", "ав", ""])
def test_of_other_words_all_is(word):
    assert telling(word) == word
