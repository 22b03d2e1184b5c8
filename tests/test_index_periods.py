"""Times and figures that sentences name: which meet, which tell, and that offsets hold for any text."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from index.text import periods
from index.text.analysis import analyse
from index.text.figures import figures_and_dates, is_exact


def may_overlap(text: str, other: str) -> bool:
    return periods.may_overlap(analyse(text), analyse(other))


def same_time(text: str, other: str) -> bool:
    return periods.same_time(analyse(text), analyse(other))


def holds_count_for(text: str, other: str) -> bool:
    return periods.holds_count_for(analyse(text), analyse(other))


PIECES = (
    "12 ships of in by since 1912 May (3) 4–5 $6 7% and ; , . not the over 1,000 or so [8] he said that 9 was between "
    "10 and 11 to from about"
).split()


@settings(deadline=None)
@given(st.text(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join))
def test_spans_of_figures_and_dates_hold_for_any_text(text: str) -> None:
    end = 0
    for start, stop in figures_and_dates(text):
        assert end <= start < stop <= len(text)
        assert any(c.isalnum() for c in text[start:stop])
        end = stop
    may_overlap(text, "in 1912")


def test_figures_and_dates_are_marked_but_no_names() -> None:
    text = "On 3 May 1912, under Article 407, the 82nd lost about 1,200 men (12%)."
    assert [text[a:b] for a, b in figures_and_dates(text)] == ["3 May 1912", "1,200", "12%"]
    assert is_exact("4,817")
    assert not is_exact("30,000")


@settings(deadline=None)
@given(st.dates(date(1500, 1, 1), date(2099, 12, 31)), st.dates(date(1500, 1, 1), date(2099, 12, 31)))
def test_days_overlap_only_where_they_are_the_same(one: date, other: date) -> None:
    a, b = (f"on {d.day} {d:%B} {d.year:04}" for d in (one, other))
    assert may_overlap(a, b) is (one == other)
    assert same_time(a, b) is (one == other)


def test_what_may_overlap() -> None:
    assert may_overlap("from January 2022 to September 2024", "in March 2023")
    assert not may_overlap("from January 2022 to September 2024", "in October 2024")
    assert may_overlap("since 2022", "in October 2024")
    assert not may_overlap("by 2022", "in October 2024")
    assert may_overlap("in October", "in May 2024")  # of which year?
    assert may_overlap("no date", "in May 2024")
    assert same_time("2024-10", "in October 2024")
    assert not same_time("no date", "in October 2024")


def test_a_count_over_a_longer_time_is_none_for_a_part_of_it() -> None:
    assert not holds_count_for("40 ships were built in 1911 and 1912", "in May 1912")
    assert holds_count_for("40 ships a year on average in 1911 and 1912", "in May 1912")
    assert holds_count_for("since 2022 40 ships were built", "in October 2024")
    assert not holds_count_for("since 2022 the yard had built 40 ships by October 2024", "in 2022")
    assert holds_count_for("since 2022 the yard had built 40 ships by October 2024", "from 2022 to October 2024")
