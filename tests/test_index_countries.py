"""Words that stand for one country, and words that do not."""

from __future__ import annotations

import pytest

from index.text.countries import country_words


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("Moscow", ("russian",)), ("Kremlin", ("moscow",)), ("Americans", ("united", "states")),
        ("States", ("us",)), ("Union", ("eu",)), ("Union", ("soviet",)), ("Kiev", ("ukrainian",)),
        ("Poles", ("poland",)),
    ],
)  # fmt: skip
def test_words_of_one_country(word: str, other: tuple[str, ...]) -> None:
    assert other in country_words(word)
    assert country_words(word)[0] == (word,), "the word itself first"


@pytest.mark.parametrize("word", ["American", "Brussels", "British"])
def test_no_country_is_told_by_half_of_its_name(word: str) -> None:
    assert not {("states",), ("union",), ("kingdom",), ("united",)} & set(country_words(word))


def test_other_words_stand_for_themselves() -> None:
    assert country_words("Odesa") == (("Odesa",),)
