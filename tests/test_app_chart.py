"""Like figures share a chart that says what they count; unlike ones never do."""

from __future__ import annotations

import math
import time
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.chart import Chart, Said, charts
from app.figures import emphasised, figures
from app.period import Period, may_overlap, same_time, stated
from index.reader import read_corpus
from index.sentences import sentence_spans
from tests.conftest import CORPUS


def said(*sentences: str) -> list[Said]:
    """A sentence a source, in the order of the rows."""
    return [Said(n, f"source-{n}", f"Paper {n}, 1913", text) for n, text in enumerate(sentences, 1)]


def one_chart(*sentences: str) -> Chart:
    made = charts(said(*sentences))
    assert len(made) == 1, made
    return made[0]


LIKE = "The yard built forty ships in 1912.", "According to the register, the yard built about 35 ships in 1912."


def test_like_counts_are_charted_and_labelled_with_what_they_count() -> None:
    chart = one_chart(
        "According to the register, about 35 ships were built by the yard in 1912.",
        "The yard built forty ships in 1912.",
        "The union counted 31 ships that the yard built in 1912, up from 25 in 1911.",
    )
    assert chart.counts == "ships built by the yard, 1912"
    assert (chart.axis, chart.unit) == ("value", "")
    assert [(d.row, d.value, d.text, d.period) for d in chart.dots] == [
        (1, 35, "about 35", "1912"), (2, 40, "forty", "1912"), (3, 31, "31", "1912"),
    ]  # fmt: skip
    assert chart.dots[0].label == "Paper 1, 1913"
    assert Chart.model_validate_json(chart.model_dump_json()) == chart


def test_a_range_keeps_both_ends() -> None:
    chart = one_chart(
        "Between 5,000 and 6,000 refugees crossed the river in May 1999.",
        "In May 1999 6 to 7 thousand refugees crossed the river.",
        "More than 8,000 refugees crossed the river in May 1999, the ministry said.",
    )
    assert [(d.value, d.high, d.text) for d in chart.dots] == [
        (5000, 6000, "Between 5,000 and 6,000"), (6000, 7000, "6 to 7 thousand"), (8000, None, "More than 8,000"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sentences", "unit", "texts"),
    [
        (
            ("The bridge cost $4 million.", "The bridge cost about four million dollars, the newspaper reported.",
             "The bridge cost at least $5m."),
            "$", ["$4 million", "about four million dollars", "at least $5m"],
        ),
        (
            ("In 2024 40% of the voters stayed at home.", "Almost half of them left; 45 per cent of voters stayed at "
             "home in 2024.", "Up to 50 percent of voters stayed at home in 2024."),
            "%", ["40%", "45 per cent", "Up to 50 percent"],
        ),
    ],
)  # fmt: skip
def test_money_and_shares_are_charts_of_their_own(sentences: tuple[str, ...], unit: str, texts: list[str]) -> None:
    chart = one_chart(*sentences)
    assert chart.unit == unit
    assert [d.text for d in chart.dots] == texts


def test_a_name_may_be_spelt_in_two_ways() -> None:
    chart = one_chart(
        "In 1912 40 trams ran in Kharkov.", "About 50 trams ran in Kharkiv in 1912.", "60 trams ran in Kharkiv in 1912."
    )
    assert {d.value for d in chart.dots} == {40, 50, 60}


@pytest.mark.parametrize(
    "odd",
    [
        "The yard built 31 boats in 1912.",  # another noun
        "The yard built 31 merchant ships in 1912.",  # a narrower one
        "The yard sold 31 ships in 1912.",  # another verb
        "The dock built 31 ships in 1912.",  # another agent
        "31 ships built the yard in 1912.",  # agent and object exchanged
        "The yard in Kiel built 31 ships in 1912.",  # a place
        "The yard built 31 ships in May 1912.",  # a part of the year
        "The yard built 31 ships between January and October 1912.",
        "The yard built 31 ships since 1912.",  # an open end
        "The yard built 31 ships by 1912.",
        "The yard built 31 ships.",  # no period
        "The yard built 31 ships last year.",  # a period that the sentence leaves open
        "The yard built 31 ships at the time (1912).",
        "The yard built 31 ships (Kiel, 1912).",
        "The yard built 31 ships (12 of them tugs) in 1911 and 1912.",
        "Officials said in Kiel that the yard built 31 ships in 1912.",
        "The yard built ships for $31 million in 1912.",  # another unit
        "The yard built 31% ships in 1912.",
        "They built 31 ships in 1912.",  # who?
        "The yard built 31 of the ships in 1912.",  # a share
        "The yard built 31 more ships in 1912.",  # a difference
        "The yard did not build 31 ships in 1912.",
        "The yard could have built 31 ships in 1912.",
        "The yard built 31 ships a month in 1912.",  # a rate
        "In 1912 the dock closed; the yard built 31 ships.",
        "The yard built ships from 31 to 40 metres in 1912.",
        "The yard built no ships in 1912; the dock built 31 ships.",
        "Ships of 1912: 31.",
        "On 3 May 1912 the paper said the yard built 31 ships on 2 May 1912.",
    ],
)
def test_an_unlike_count_makes_no_chart(odd: str) -> None:
    assert charts(said(*LIKE, odd)) == ()
    assert len(charts(said(*LIKE, odd, "The yard built 50 ships in 1912."))[0].dots) == 3


def test_who_did_it_and_from_where_to_where_are_told_apart() -> None:
    assert not charts(
        said(*(f"{n} ships sailed {way} Kiel in 1912." for n, way in ((4, "from"), (5, "to"), (6, "to"))))
    )
    killed = ("4 soldiers killed rebels in 1912.", "5 soldiers were killed by rebels in 1912.")
    assert not charts(said(*killed, "6 soldiers killed rebels in 1912."))


def test_those_who_report_on_themselves_count_different_things() -> None:
    """'Kiel reported' may be Kiel's own cases; 'police reported' and the source's own name narrow nothing."""
    towns = [f"{town} reported {n} cases in 1912." for n, town in enumerate(("Kiel", "Danzig", "Wismar"), 5)]
    assert charts(said(*towns)) == ()
    assert charts(said(*(t.replace("reported", "said that there were") for t in towns))) == ()
    assert (
        charts(said(*(f"According to {t.split()[0]}, there were {n} cases in 1912." for n, t in enumerate(towns))))
        == ()
    )
    assert charts(said(*(f"There were {n} cases in 1912, {t.split()[0]} said." for n, t in enumerate(towns)))) == ()
    told = ["Police reported 7 cases in 1912.", "The study says that there were 8 cases in 1912.",
            "There were 9 cases in 1912, officials said."]  # fmt: skip
    assert len(one_chart(*told).dots) == 3
    agency = Said(
        4, "agency", "Agency", "Kiel Wire reports that there were 10 cases in 1912.", frozenset({"kiel wire"})
    )
    assert len(charts([*said(*told), agency])[0].dots) == 4


def test_two_counts_in_one_sentence_stay_apart() -> None:
    deserted = "12 soldiers deserted and 3 soldiers died in 1912."
    died = "12 soldiers died and 3 soldiers deserted in 1912."
    assert charts(said(deserted, died, deserted.replace("12", "13"))) == ()
    both = charts(said(deserted, deserted.replace("12", "13"), deserted.replace("12", "14")))
    assert sorted([d.value for d in c.dots] for c in both) == [[3, 3, 3], [12, 13, 14]]


def test_three_different_sources_are_needed() -> None:
    assert charts(said(*LIKE)) == ()
    one_source = [Said(n, "paper", "Paper", f"The yard built {n} ships in 1912.") for n in range(2, 9)]
    assert charts(one_source) == ()


def test_like_counts_of_different_months_stand_on_an_axis_of_time() -> None:
    chart = one_chart(
        "Police recorded 300 burglaries in March 2024.",
        "Police recorded 200 burglaries in January 2024.",
        "Police recorded 250 burglaries in 2024-02.",
    )
    assert chart.axis == "date"
    assert [(d.at, d.value, d.period) for d in chart.dots] == [
        ("2024-01", 200, "January 2024"), ("2024-02", 250, "February 2024"), ("2024-03", 300, "March 2024"),
    ]  # fmt: skip
    assert chart.counts.endswith(", by month")


def test_another_year_is_never_a_dot_of_the_same_year() -> None:
    chart = one_chart(*LIKE, "The yard built 31 ships in 1911.")
    assert chart.axis == "date"
    assert chart.counts.endswith(", by year")
    assert [(d.at, d.text) for d in chart.dots] == [("1911", "31"), ("1912", "forty"), ("1912", "about 35")]


@pytest.mark.parametrize(
    "odd",
    [
        "Police recorded 250 burglaries in 2023.",  # a year beside months
        "Police recorded 250 burglaries from January to March 2024.",
        "Police recorded 250 burglaries since February 2024.",
        "Police recorded 250 burglaries by February 2024.",
        "Police recorded 250 burglaries.",
        "Police recorded 250 thefts in February 2024.",
        "Police recorded 250 burglaries in early February 2024.",
        "Police recorded 250 burglaries in February.",
    ],
)
def test_periods_of_other_lengths_do_not_share_an_axis_of_time(odd: str) -> None:
    months = "Police recorded 300 burglaries in March 2024.", "Police recorded 200 burglaries in January 2024."
    assert charts(said(*months, odd)) == ()


def test_periods_that_overlap_do_not_share_an_axis_of_time() -> None:
    spans = ("January to March 2024", "February to April 2024", "May to July 2024")
    assert charts(said(*(f"Police recorded {n} burglaries from {span}." for n, span in enumerate(spans, 5)))) == ()


def test_no_period_anywhere_is_said_so() -> None:
    chart = one_chart("The fire killed 40 people.", "41 people were killed by the fire.", "The fire killed 39 people.")
    assert chart.counts.endswith("(period not stated)")
    assert {d.period for d in chart.dots} == {""}


# Parts of a sentence; another choice in any one of them counts something else.
PARTS = {
    "agent": ["yard", "dock", "navy"], "verb": ["built", "sold", "bought"], "adjective": ["", "small ", "wooden "],
    "noun": ["ships", "boats", "houses", "women"], "place": ["", " in Kiel", " in Danzig", " near Kiel"],
    "time": [" in 1912", " in May 1912", " since 1912", " from January to May 1912", "", " by 1 May 1912"],
}  # fmt: skip
CHOICE = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in PARTS.items()})
FIGURE = st.sampled_from(
    ["31", "about 40", "more than 1,200", "twenty-five", "between 5 and 6 thousand", "7–9", "2.5m"]
)


def sentence(parts: dict[str, str], figure: str, passive: bool = False) -> str:
    if passive:
        return f"{figure} {parts['adjective']}{parts['noun']} were {parts['verb']} by the {parts['agent']}" + (
            f"{parts['place']}{parts['time']}."
        )
    return f"The {parts['agent']} {parts['verb']} {figure} {parts['adjective']}{parts['noun']}" + (
        f"{parts['place']}{parts['time']}."
    )


@settings(deadline=None)
@given(CHOICE, st.lists(st.tuples(FIGURE.filter(lambda f: f != "2.5m"), st.booleans()), min_size=3, max_size=5))
def test_sentences_that_differ_in_the_figure_alone_share_a_chart(
    parts: dict[str, str], told: list[tuple[str, bool]]
) -> None:
    made = charts(said(*(sentence(parts, figure, passive) for figure, passive in told)))
    if parts["time"] == " since 1912":
        assert made == ()
    else:
        assert len(made) == 1
        assert len(made[0].dots) == len(told)


@settings(deadline=None)
@given(CHOICE, CHOICE, st.lists(FIGURE, min_size=3, max_size=3), st.booleans())
def test_sentences_that_differ_in_any_part_never_share_a_chart(
    one: dict[str, str], other: dict[str, str], told: list[str], passive: bool
) -> None:
    assume(one != other)
    sentences = [sentence(one, told[0]), sentence(one, told[1]), sentence(other, told[2], passive)]
    assert charts(said(*sentences)) == ()


PIECES = (
    "12 ships of in by since 1912 May (3) 4–5 $6 7% and ; , . not the over 1,000 or so [8] he said that 9 was between "
    "10 and 11 to from about"
).split()


@settings(deadline=None)
@given(st.text(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join))
def test_offsets_hold_for_any_text(text: str) -> None:
    for figure in figures(text):
        assert 0 <= figure.start < figure.end <= len(text)
        assert any(c.isdigit() or c.isalpha() for c in text[figure.start : figure.end])
        assert figure.high is None or figure.low < figure.high
        assert math.isfinite(float(figure.low))
    end = 0
    for start, stop in emphasised(text):
        assert end <= start < stop <= len(text)
        end = stop
    for span in stated(text).spans:
        assert 0 <= span[0] < span[1] <= len(text)
    may_overlap(text, "in 1912")


@pytest.mark.parametrize(
    "text",
    ["12, " * 5000, "a, " * 9000 + "12 ships", "said " * 9000 + "12 ships in 1912", "the number of " * 900 + "12",
     "in 1912 " * 4000, "(" * 20000 + "12 ships", "12 ships and " * 20, " " * 50000 + "12 ships",
     "between 3 and 4 or " * 19],
)  # fmt: skip
def test_no_text_takes_long(text: str) -> None:
    start = time.process_time()
    figures(text)
    assert time.process_time() - start < 2.0


def test_figures_and_dates_are_emphasised_but_no_names() -> None:
    text = "On 3 May 1912, under Article 407, the 82nd lost about 1,200 men (12%)."
    assert [text[a:b] for a, b in emphasised(text)] == ["3 May 1912", "1,200", "12%"]


def test_the_corpus_mixes_nothing() -> None:
    """Over all sentences of the corpus: what is charted counts one noun, over periods of one length."""
    every = []
    for source in read_corpus(CORPUS):
        for block in source.blocks:
            text = source.text[block.start : block.end]
            every += [(source.id, text[a:b]) for a, b in sentence_spans(text, "en")]
    assert len(every) > 500
    sentences = [Said(n, source_id, source_id, text) for n, (source_id, text) in enumerate(every)]
    for chart in charts(sentences):
        kinds = set()
        for dot in chart.dots:
            found = [f for f in figures(sentences[dot.row].text) if float(f.low) == dot.value]
            kinds.add((found[0].head, found[0].unit, found[0].period.length if found[0].period else None))
        assert len(kinds) == 1


@pytest.mark.parametrize(
    ("text", "period", "words"),
    [
        ("in October 2024", Period("2024-10", "2024-10"), "October 2024"),
        ("January–September 2024 in all", None, ""),
        ("for January–September 2024", Period("2024-01", "2024-09"), "January to September 2024"),
        ("between January and October 2024", Period("2024-01", "2024-10"), "January to October 2024"),
        ("from February 2022 to 1 November 2024", Period("2022-02", "2024-11-01"), "February 2022 to 1 November 2024"),
        ("since February 2022", Period("2022-02", ""), "since February 2022"),
        ("as of 1 May 2024", Period("", "2024-05-01"), "up to 1 May 2024"),
        ("since 2022, as of 1 September 2025,", Period("2022", "2025-09-01"), "2022 to 1 September 2025"),
        ("on 4 May 1912", Period("1912-05-04", "1912-05-04"), "4 May 1912"),
        ("nothing at all", None, ""),
    ],
)
def test_periods_are_read_where_they_are_plain(text: str, period: Period | None, words: str) -> None:
    found = stated(text)
    assert found.period == period
    assert found.clear is (period is not None or text == "nothing at all")
    assert (period.words if period else "") == words


@pytest.mark.parametrize(
    "text",
    ["last year", "in May", "in early 1912", "this month", "so far", "in 1912 and in 1913", "since the war", "1912",
     "from 1913 to 1912", "two years ago", "on Monday", "during the same period"],
)  # fmt: skip
def test_periods_that_are_not_plain_are_unclear(text: str) -> None:
    assert stated(text) == stated(text)
    assert not stated(text).clear
    assert stated(text).period is None


def test_lengths_of_periods() -> None:
    assert Period("2024", "2024").length == Period("2024-01", "2024-12").length == ("month", 12)
    assert Period("2024", "2024").same == Period("2024-01", "2024-12").same
    assert Period("2024-02", "2024-02").length == ("month", 1)
    assert Period("2024-02-01", "2024-02-29").length == ("day", 29)
    assert Period("2024", "").length is None


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
