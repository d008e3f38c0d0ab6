"""What outlives a request is bounded by its weight."""

from __future__ import annotations

import pytest

from resolvers.weighted_cache import ENTRY, LONGEST_KEY, WeightedCache, digest, remembered


def test_what_is_kept_weighs_no_more_than_it_may_and_the_longest_unused_goes_first():
    cache = WeightedCache[str, str](3 * (ENTRY + 100), len)
    for key in "abc":
        cache.put(key, "x" * 100)
    assert cache.get("a") == "x" * 100
    cache.put("d", "x" * 100)
    assert [key in cache for key in "abcd"] == [True, False, True, True]
    assert cache.weight == 3 * (ENTRY + 100)


def test_what_weighs_more_than_all_may_is_not_kept_and_pushes_nothing_out():
    cache = WeightedCache[str, str](2 * ENTRY, len)
    cache.put("a", "x")
    cache.put("b", "x" * 10_000)
    assert ("a" in cache, "b" in cache) == (True, False)


def test_another_value_takes_the_place_and_the_weight_of_the_first():
    cache = WeightedCache[str, str](10_000, len)
    cache.put("a", "x" * 500)
    cache.put("a", "x")
    assert (len(cache), cache.weight) == (1, ENTRY + 1)
    cache.drop("a")
    cache.drop("a")
    assert (len(cache), cache.weight) == (0, 0)


@pytest.mark.parametrize(
    ("one", "other"), [(("ab", "c"), ("a", "bc")), (("a", None), ("a", "")), (("a",), ("a", None)), (("a",), ("b",))]
)
def test_other_texts_have_another_digest_of_the_same_length(one, other):
    assert digest(*one) == digest(*one) != digest(*other)
    assert len(digest(*one)) == len(digest("x" * 100_000, "\ud800")) == 32


def test_a_function_is_asked_once_about_a_text_and_each_time_about_a_long_one():
    asked = []
    shortened = remembered(10_000)(lambda text: asked.append(text) or len(text))
    for text in ("a", "a", "x" * LONGEST_KEY, "x" * (LONGEST_KEY + 1), "x" * (LONGEST_KEY + 1)):
        assert shortened(text) == len(text)
    assert [len(text) for text in asked] == [1, LONGEST_KEY, LONGEST_KEY + 1, LONGEST_KEY + 1]


def test_an_error_is_no_answer_to_remember():
    asked = []

    @remembered(10_000)
    def refusing(text):
        asked.append(text)
        raise ValueError(text)

    for _ in range(2):
        with pytest.raises(ValueError, match="a"):
            refusing("a")
    assert len(asked) == 2
