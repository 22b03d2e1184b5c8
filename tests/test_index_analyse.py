"""Words, figures, dates and names: what meets and what must not."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.text.analysis import Token, analyse, query_terms, stem, terms, tokens
from index.text.dates import dates, year_of
from index.text.names import name_key, same_name
from index.text.numbers import numbers

NNBSP, THIN, NBSP = "\u202f", "\u2009", "\u00a0"

# Letters of several scripts, digits, separators, quotes, controls: what a tokenizer trips over.
MIXED = st.text(
    st.one_of(
        st.sampled_from(
            "aA eiou'’-–.,:;%$€№0123456789 \n\t\"()[]{}*?^~+/\\|&!" + NNBSP + THIN + NBSP + "\0\u0301\u00ad"
        ),
        st.characters(codec="utf-8"),
    ),
    max_size=200,
)
PHRASES = st.lists(
    st.sampled_from(
        """
        95,296 two million half a 5–10% $20,000 per cent late October 2024 2024-10-21 U.S. 3902-IX 82nd May 24 and
        between 3 thousand Nine-thousand-forty-eight Харкова don't T-64 15 November , . – - to first one 1 200 m
        3-ix 80-90
        """.split()
    ),
    max_size=30,
).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(st.one_of(MIXED, PHRASES))
def test_every_token_figure_and_date_stands_where_it_says(text: str) -> None:
    found = tokens(text)
    for token in found:
        assert text[token.start : token.end] == token.surface != ""
        assert token.term
        assert not any(c.isspace() for c in token.term)
    plain = [t for t in found if not t.extra]
    for before, after in pairwise(plain):
        assert before.end <= after.start
    for span in (*numbers(text), *dates(text)):
        assert 0 <= span.start < span.end <= len(text)
    for before_date, after_date in pairwise(dates(text)):
        assert before_date.end <= after_date.start
    for figure in numbers(text):
        for date in dates(text):
            assert figure.end <= date.start or date.end <= figure.start


@settings(max_examples=100, deadline=None)
@given(st.integers(1_000, 10**12))
def test_a_whole_number_meets_itself_in_every_way_of_grouping_digits(value: int) -> None:
    with_commas = f"{value:,}"
    written = [with_commas.replace(",", sign) for sign in (",", NBSP, THIN, NNBSP, " ", "’")]
    for text in written:
        (number,) = numbers(f"about {text} cases")
        assert number.value == value
        assert str(value) in terms(f"about {text} cases")


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("95296 cases", "95296", ""),
        ("Nine-thousand-forty-eight proceedings", "9048", ""),
        ("nine thousand and forty-eight proceedings", "9048", ""),
        ("seven million soldiers", "7000000", ""),
        ("7 million soldiers", "7000000", ""),
        ("7,000,000 soldiers", "7000000", ""),
        ("half a million", "500000", ""),
        ("1.5 million", "1500000", ""),
        ("two men", "2", ""),
        ("1.234.567 men", "1234567", ""),
        ("40% of them", "40", "%"),
        ("40 per cent of them", "40", "%"),
        ("forty percent of them", "40", "%"),
        ("20,000 dollars", "20000", "$"),
        ("$20,000", "20000", "$"),
        ("US$20,000", "20000", "$"),
        ("$5m", "5000000", "$"),
        ("200K people", "200000", ""),
        ("90 million hryvnia", "90000000", "₴"),
        ("$2.161 million", "2161000", "$"),
        ("3,5 млн гривень", "3500000", ""),
        ("a 33-year-old", "33", ""),
        ("2000 soldiers", "2000", ""),
    ],
)
def test_a_figure_has_its_value(text: str, value: str, unit: str) -> None:
    (number,) = numbers(text)
    assert (number.value, number.unit) == (Decimal(value), unit)
    assert number.term in terms(text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("5–10%", [("5", "%"), ("10", "%")]),
        ("10 to 15 per cent", [("10", "%"), ("15", "%")]),
        ("80–90 men", [("80", ""), ("90", "")]),
        ("1-2 people", [("1", ""), ("2", "")]),
        ("between 3 and 5 thousand people", [("3000", ""), ("5000", "")]),
        ("two or three thousand", [("2000", ""), ("3000", "")]),
        ("$5–10 million", [("5000000", "$"), ("10000000", "$")]),
        ("up to 5 or 10 USD", [("5", "$"), ("10", "$")]),
        ("January 3,448; March 4,715", [("3448", ""), ("4715", "")]),
        ("from January to September 2024: 53,503", [("53503", "")]),
        ("18,196 out of 29,521 cases", [("18196", ""), ("29521", "")]),
        ("On October 24 200 people left", [("200", "")]),
    ],
)
def test_ranges_and_series(text: str, values: list[tuple[str, str]]) -> None:
    assert [(n.term, n.unit) for n in numbers(text)] == values


@pytest.mark.parametrize(
    "text",
    ["in 2012", "15 November 2024", "by 2025 it ended", "Law 3902-IX", "a T-64", "one of them", "no one", "at 16:30",
     "two-thirds of it", "a third of it", "nearly a fifth"],
)  # fmt: skip
def test_what_is_no_figure(text: str) -> None:
    assert numbers(text) == []


@pytest.mark.parametrize("text", ["Article 407", "bill No. 11322", "Articles 407 and 408", "№ 12"])
def test_a_label_counts_nothing(text: str) -> None:
    assert numbers(text)
    assert all(n.label for n in numbers(text))


@pytest.mark.parametrize("text", ["In all 407 cases", "At least 50 left", "Of 150 tanks", "January 3,448", "Only 20"])
def test_a_count_is_no_label(text: str) -> None:
    assert [n.label for n in numbers(text)] == [False]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("15 November 2024", [(2024, 11, 15)]),
        ("November 15, 2024", [(2024, 11, 15)]),
        ("on 6 January 2025", [(2025, 1, 6)]),
        ("the 24th of October, 2024", [(2024, 10, 24)]),
        ("Sept 5th, 2024", [(2024, 9, 5)]),
        ("31.12.2023", [(2023, 12, 31)]),
        ("2024-10-21", [(2024, 10, 21)]),
        ("2024-10", [(2024, 10, None)]),
        ("October 2024", [(2024, 10, None)]),
        ("since Oct. 2024", [(2024, 10, None)]),
        ("in 2012", [(2012, None, None)]),
        ("2022–2024", [(2022, None, None), (2024, None, None)]),
        ("the night of October 24", [(None, 10, 24)]),
        ("and in January?", [(None, 1, None)]),
        ("since about May", [(None, 5, None)]),
        ("September–October 2024", [(2024, 9, None), (2024, 10, None)]),
        ("January–September 2024", [(2024, 1, None), (2024, 9, None)]),
        ("July, August and September 2024", [(2024, 7, None), (2024, 8, None), (2024, 9, None)]),
        ("5 to 7 October 2024", [(2024, 10, 5), (2024, 10, 7)]),
        ("from February 2022 to November 1, 2024", [(2022, 2, None), (2024, 11, 1)]),
    ],
)
def test_dates(text: str, parts: list[tuple[int | None, int | None, int | None]]) -> None:
    assert [(d.year, d.month, d.day) for d in dates(text)] == parts


def test_part_of_a_month_or_year() -> None:
    (october,) = dates("in late October 2024")
    assert (october.part, october.iso) == ("late", "2024-10")
    assert [d.part for d in dates("the beginning of 1918, mid-2024")] == ["early", "mid"]


@pytest.mark.parametrize(
    ("text", "day", "year"),
    [
        ("in December", 20240115, 2023),
        ("since about May", 20240115, 2024),
        ("in July", 20240115, 2024),
        ("in August", 20240115, 2023),
        ("in January", 20241231, 2024),
        ("in December 2024", 20240115, 2024),
    ],
)
def test_a_month_without_a_year_is_of_the_year_that_its_text_means(text: str, day: int, year: int) -> None:
    (found,) = dates(text)
    assert year_of(found, day) == year


@pytest.mark.parametrize(
    "text", ["they march on", "it may rain", "2,024 men", "Article 2012", "No. 2012", "2000 soldiers", "$2000"]
)
def test_what_is_no_date(text: str) -> None:
    assert dates(text) == []


@pytest.mark.parametrize(
    ("one", "other", "term"),
    [
        ("21 October 2024", "2024-10-21", "2024-10-21"),
        ("October 21, 2024", "21.10.2024", "2024-10-21"),
        ("Oct. 2024", "on 3 October 2024", "2024-10"),
        ("Oct. 2024", "2024-10-21", stem("October")),
        ("Law No. 3902-IX", "law 3902", "3902"),
        ("Law No. 3902-IX", "3902-ix", "3902ix"),
        ("the T-64", "T64", "t64"),
        ("many F-16s", "an F-16", "f16"),
        ("Leopard 2s", "14 Leopard 2 tanks", "2"),
        ("anti-war", "antiwar", "antiwar"),
        ("a 33-year-old", "33yearold", "33yearold"),
        ("the 123rd Brigade", "brigade 123", "123"),
        ("the seventeenth corps", "17th corps", "17th"),
        ("40%", "40 per cent", "percent"),
        ("$20,000", "20,000 dollars", "dollar"),
        ("seven millions", "7 million", "million"),
        ("95.296", "95,296", "95296"),
        ("U.S. elections", "the US", "us"),
        ("Ukraine's army", "ukraine", stem("ukraine")),
        ("Świętoszów", "swietoszow", "swietoszow"),
        ("EL PAÍS", "el pais", "pai"),
        ("Mar’yinka", "Mar'yinka", stem("maryinka")),
        ("deserters", "deserter", stem("deserter")),
        ("дезертирства", "дезертирство", stem("дезертирство")),
        ("ﬁve oﬃcers", "officer", stem("officer")),
        ("cafe\u0301", "café", "cafe"),
    ],
)
def test_two_spellings_meet(one: str, other: str, term: str) -> None:
    assert term in terms(one)
    assert term in terms(other)


def test_a_question_keeps_its_telling_words() -> None:
    assert [t.term for t in query_terms("How many of them were in Poland?")] == [stem("many"), stem("poland")]
    assert [t.term for t in query_terms("the who")] == ["the", "who"]
    assert query_terms("?!") == []


@pytest.mark.parametrize(
    ("text", "never"),
    [("80-90 men", "8090"), ("2024-10-21", "20241021"), ("95 men, 296", "95296"), ("the 1990s", "1990")],
)
def test_two_figures_are_not_one(text: str, never: str) -> None:
    assert never not in terms(text)


def test_tokens_are_plain_tuples_that_show_their_parts() -> None:
    assert tokens("No. 3902-IX") == [
        Token(0, 2, "No", "no"),
        Token(4, 8, "3902", "3902"),
        Token(4, 11, "3902-IX", "3902ix", extra=True),
        Token(9, 11, "IX", "ix"),
    ]


def test_a_text_is_read_once() -> None:
    text = "On 3 May 1912, under Article 407, Anna Berg of Oslo's 82nd lost 1,200 men."
    read = analyse(text)
    assert analyse(text) is read
    assert [*read.tokens] == tokens(text)
    assert read.terms == {t.term for t in read.tokens}
    assert [*read.dates] == dates(text)
    assert [*read.numbers] == numbers(text)
    assert [n.term for n in read.counts] == ["1200"]
    assert {"anna", "oslo's", "men"} <= read.words
    assert read.names[name_key("Berg")] == ("Berg",)
    with pytest.raises(AttributeError):
        read.text = "another"  # type: ignore[misc]


SAME = """
Ugledar/Vuhledar Kharkov/Kharkiv Gornyak/Hirnyk Zaporozhye/Zaporizhzhia Selidovo/Selydove Kurakhovo/Kurakhove
Bukovina/Bukovyna Dnepropetrovsk/Dnipropetrovsk Kiev/Kyiv Lvov/Lviv Vladimir/Volodymyr Swietoszow/Świętoszów
Харків/Kharkiv Харків/Kharkov Харьков/Харків Харькове/Kharkiv Вугледар/Ugledar Угледар/Vuhledar Zelensky/Zelenskyy
Зеленський/Zelensky Sergei/Serhiy Igor/Ihor Chernigov/Chernihiv Rovno/Rivne Aleksandr/Oleksandr Evgeny/Yevhen
Slavyansk/Sloviansk Lugansk/Luhansk Odessa/Odesa Donbass/Donbas Syrskii/Syrskyi Belousov/Bilousov
Zhitomir/Zhytomyr Boiko/Boyko Бойко/Boiko Щербина/Shcherbyna kharkiv/KHARKOV
""".split()
DIFFERENT = """
Poltava/Poltavka Donetsk/Dnipro Kharkiv/Kherson Poland/Poltava Romania/Ukraine Butusov/Boiko Putin/Patten
Kursk/Kherson Sumy/Somme Kiev/Kovo Lviv/Live Zelensky/Zaluzhny Biden/Baden Paris/Peru Russia/Rosa Moscow/Mexico
Order/Ardor Berlin/Brilliant Germany/Harmon Syrsky/Surkov Vinnytsia/Venice 407/408 T-64/T-72
""".split()


@pytest.mark.parametrize("pair", SAME)
def test_spellings_of_one_name(pair: str) -> None:
    one, other = pair.split("/")
    assert same_name(one, other)
    assert same_name(other, one)
    assert name_key(one) == name_key(other) != ""


@pytest.mark.parametrize("pair", DIFFERENT)
def test_names_that_differ(pair: str) -> None:
    assert not same_name(*pair.split("/"))
