"""The words of a search, and what an index is asked for them."""

from __future__ import annotations

import pytest

from resolvers.read.search import Lookup, Sought, lookup, telling, words_of
from resolvers.value_kinds import Refused


def test_words_are_folded_and_each_counts_once():
    assert words_of("  Ёлка\tИВАНОВ ёлка STRASSE straße ") == tuple(map(Sought, ("елка", "иванов", "strasse")))
    assert words_of(" ") == words_of("\u200b \u2800") == ()


def test_words_are_sought_as_they_are_kept_and_without_what_nobody_sees_around_them():
    assert words_of("\u200bи\u0306од\u2060 \ufeffиванов") == (Sought("йод"), Sought("иванов"))


NUMBER = "+996550123456"


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("0550 123456", (Sought("0550", NUMBER), Sought("123456", NUMBER))),
        ("0550123456", (Sought("0550123456", NUMBER),)),
        ("+996 (550) 12-34-56", tuple(Sought(one, NUMBER) for one in ("+996", "(550)", "12-34-56"))),
        (" 996 550 12 34 56", tuple(Sought(one, "996550123456") for one in ("996", "550", "12", "34", "56"))),
        ("00996-550-123456", (Sought("00996-550-123456", NUMBER),)),
        ("550/123456", (Sought("550/123456", "550123456"),)),
        ("12–34–56", (Sought("12–34–56", "123456"),)),
        ("996550", (Sought("996550"),)),
        ("+996550123456", (Sought("+996550123456"),)),
        ("0550", (Sought("0550"),)),
        ("12-34", (Sought("12-34"),)),
        ("иванов 0550 123456", (Sought("иванов"), Sought("0550", NUMBER), Sought("123456", NUMBER))),
        ("0550123456 0551123456", (Sought("0550123456", NUMBER), Sought("0551123456", "+996551123456"))),
        ("ctr-2026-000001", (Sought("ctr-2026-000001"),)),
    ],
)
def test_words_that_spell_a_number_are_sought_as_the_number_is_kept_too(text, sought):
    assert words_of(text) == sought


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
    assert lookup(Sought(word)) is how


def test_what_has_a_number_is_found_by_either():
    assert lookup(Sought("0550", NUMBER)) is Lookup.NUMBER
    assert lookup(Sought("12", NUMBER)) is Lookup.READING_NUMBER


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
