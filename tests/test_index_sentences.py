"""Sources -> sentences and passages: what is quoted whole, with what it hangs on, and exact spans whatever comes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.answer.extract import quotes_of
from index.build.verify import span_errors
from index.passage import Passage, Sentence
from index.read.markdown import parse_markdown
from index.read.sentences import LONGEST, sentences_of
from index.read.split import split
from index.source import BlockKind, Kind, Relation, Source
from index.text.sentences import cut, sentence_spans
from tests.fakes import HashedWords


def source_of(markdown: str, language: str = "en") -> Source:
    document = parse_markdown(markdown)
    return Source(
        id="s", title="A title", publisher="P", url="https://example.org/s", kind=Kind.NOTE, relation=Relation.CITED,
        language=language, text=document.text, blocks=document.blocks, marks=document.marks, lines=document.lines,
    )  # fmt: skip


def sentences(markdown: str) -> list[Sentence]:
    return [placed.sentence for placed in sentences_of(source_of(markdown))]


def passages(markdown: str, language: str = "en", max_tokens: int = 256) -> tuple[Passage, ...]:
    return split(source_of(markdown, language), HashedWords(max_tokens=max_tokens), 160)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("zh", ["海塔建于1764年，高三十二米。", "塔重两吨。", "1945年海塔被烧毁！", "真的？", "是。"]),
        ("ja", ["塔は1764年に建てられました。", "「高い。古い。」と言った。", "（注。）", "1945年に焼けました。"]),
        ("zh", ["王海否认：“我偷了钱。我杀了人。”他走了。", "好。"]),
        ("de", ["Am 24. Oktober griff die 110. Brigade am 3. Mai nicht an.", "Sie zog sich zurück.", "Es war 2024."]),
        ("de", ["Das regelt Abs. 3 des Gesetzes.", "Er kam."]),
        ("fr", ["Le témoin M. Dupont a nié les faits devant Mme Roy.", "Le juge l'a cru."]),
        ("ru", ["Он осуждён по ст. 407 УК на 5 лет.", "Ущерб составил 3 млн. рублей."]),
        ("uk", ["Згідно зі ст. 407 КК у 2020 р. було так.", "Далі все."]),
        ("pl", ["W 1999 r. było zimno.", "Tak."]),
        ("en", ["See para. 5 of it.", "It fell at 5 p.m. Monday.", "It shut at 5 p.m.", "The shop had no staff."]),
        ("en", ["Censor.NET said so.", "He said… and left.", "Why?", "Nobody knows."]),
    ],
)  # fmt: skip
def test_where_a_sentence_ends(language: str, expected: list[str]) -> None:
    text = ("" if language in ("zh", "ja") else " ").join(expected)
    assert [text[a:b] for a, b in sentence_spans(text, language)] == expected


PIECES = [
    "a ",
    "B",
    ".",
    "! ",
    "? ",
    "。",
    "！",
    "…",
    "1",
    "3. ",
    "M. ",
    "“",
    "”",
    "「",
    "」",
    '"',
    "\n",
    "é",
    "ст. ",
    "日本",
    "r. ",
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=80).map("".join), st.sampled_from(["en", "de", "zh", "ru", "xx"]))
def test_sentences_are_spans_in_order_that_leave_out_nothing_but_blanks(text: str, language: str) -> None:
    at = 0
    for start, end in sentence_spans(text, language):
        assert not text[at:start].strip()
        assert start < end
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


BLOCKS = st.sampled_from(
    ["A b c. ", "Two:\n", "\n\n", "\n- x", "\n  - y z.", "\n    - w", "\n\n# H\n\n", "\n> q\n",
     "\n\n|a|b|\n|-|-|\n|1|2|\n\n",
     "**Bold one is.** ", "word " * 40, "，" * 9, "字。", "ж" * 30 + " ", "\n---\n", "\n```\nx\n```\n", "not; "]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(BLOCKS, max_size=25).map("".join), st.sampled_from([24, 60, 256]))
def test_every_sentence_is_an_exact_span_in_order_and_every_passage_fits(markdown: str, max_tokens: int) -> None:
    source = source_of(markdown)
    found = [placed.sentence for placed in sentences_of(source)]
    if not found:
        return
    counter = HashedWords(max_tokens=max_tokens)
    made = split(source, counter, 160)
    assert [problem for p in made for problem in span_errors(source, p)] == []
    assert max(counter.count_tokens([p.embedded_text for p in made])) <= max_tokens
    assert list(dict.fromkeys((s.start, s.end) for p in made for s in p.sentences)) == [(s.start, s.end) for s in found]
    at = 0
    for sentence in found:
        titles = [b for b in source.blocks if at <= b.start < sentence.start]
        assert all(b.kind in (BlockKind.HEADING, BlockKind.TABLE_HEAD) for b in titles)
        assert source.text[sentence.start : sentence.end] == sentence.text
        for quote in quotes_of(source, sentence):
            quote.prove(source)
        at = sentence.end


@settings(deadline=None)
@given(st.lists(BLOCKS, max_size=25).map("".join))
def test_what_is_read_leads_back_to_the_words_of_the_sentence(markdown: str) -> None:
    for passage in passages(markdown) if sentences(markdown) else ():
        for s in passage.sentences:
            for at, char in enumerate(s.read):
                own = s.own((at, at + 1))
                assert own is None or s.text[own[0] : own[1]] == char


def test_a_long_publisher_is_cut_in_the_header_and_leaves_room_for_the_text() -> None:
    text = " ".join(f"Boat number {n} was sold at the old pier by the council of Esk." for n in range(12))
    publisher = " ".join(f"Author{n}" for n in range(400))
    source = replace(source_of(text), publisher=publisher, published="2024-05")
    made = split(source, HashedWords(), 160)
    assert [s.text for p in made for s in p.sentences] == [s.text for s in sentences(text)]
    (header,) = {p.header for p in made}
    assert header.endswith(", 2024-05")
    assert publisher.startswith(header.removesuffix(", 2024-05"))
    assert len(header.split()) > 20


DENIAL = "Gavin Roe denied under oath " + "; ".join(f"that he sold plot {n} to the brewer" for n in range(1, 90)) + "."


def test_a_sentence_too_long_for_the_model_is_quoted_whole_and_read_in_parts() -> None:
    found = passages(DENIAL)
    assert len(found) > 2
    assert {p.text for p in found} == {s.text for p in found for s in p.sentences} == {DENIAL}
    assert all("denied" in p.body for p in found)
    assert all(any(f"plot {n} " in p.body for p in found) for n in range(1, 90))
    assert all(p.body.endswith((";", ".")) for p in found)  # cut between clauses
    assert len({p.id for p in found}) == len({p.key for p in found}) == len(found)


def test_a_text_without_stops_is_cut_so_that_no_quotation_is_endless() -> None:
    assert max(len(s.text) for s in sentences("word, " * 5000)) <= LONGEST


def test_a_cut_prefers_the_end_of_a_clause_and_spares_numbers() -> None:
    text = "他说第一号码头在去年的风暴中被毁，第2345号码头没有被毁"
    assert [text[a:b] for a, b in cut(text, 0, len(text), 20)] == [text[:17], text[17:]]
    text = "one two three four, five six seven"
    assert [text[a:b] for a, b in cut(text, 0, len(text), 28)] == ["one two three four,", "five six seven"]


LIST = "Applicants must bring:\n\n- a passport;\n- a photograph.\n"
FALSE = "The following claims are false:\n\n" + "".join(
    f"- Claim {n} says that {'much ' * 12}is so.\n" for n in range(8)
)


def test_a_short_list_is_one_sentence_with_its_introduction() -> None:
    first, second = sentences(f"Read this. {LIST}\nDone.")[:2]
    assert first.text == "Read this."
    assert second.text == "Applicants must bring:\n\na passport;\n\na photograph."


def test_an_item_of_a_long_list_is_read_and_quoted_with_its_introduction() -> None:
    source = source_of(FALSE)
    _, first, *_, last = [placed.sentence for placed in sentences_of(source)]
    assert last.read.startswith("The following claims are false: Claim 7 says")
    assert [q.text for q in quotes_of(source, last)] == ["The following claims are false:", last.text]
    assert [q.text for q in quotes_of(source, first)] == [f"The following claims are false:\n\n{first.text}"]


def test_an_item_is_one_sentence_with_the_short_list_inside_it() -> None:
    found = sentences("- Velm\n  - trawlers: 14\n  - cutters: 9\n- Brill\n  - trawlers: 3\n  - cutters: 22\n")
    assert [s.text for s in found] == ["Velm\n\ntrawlers: 14\n\ncutters: 9", "Brill\n\ntrawlers: 3\n\ncutters: 22"]


def test_what_answers_a_question_is_read_and_quoted_with_it() -> None:
    markdown = "**Do you still take the ferry?**\n\nAs a foot passenger. I have sold the car.\n\nThe rest was cut."
    source = source_of(markdown)
    asked, answers, goes_on, apart = sentences(markdown)
    assert answers.read == "Do you still take the ferry? As a foot passenger."
    (quote,) = quotes_of(source, answers)
    assert quote.text == "Do you still take the ferry?\n\nAs a foot passenger."
    assert asked.context == goes_on.context == apart.context == ()


def test_a_row_is_read_with_the_head_of_each_column_and_quoted_with_the_head_row() -> None:
    source = source_of(
        "Rain in mm:\n\n| Town | 2022 | 2023 |\n|---|---|---|\n| Adlen | 612 | 701 |\n| Borrow | | 790 |\n"
    )
    rain, adlen, borrow = [placed.sentence for placed in sentences_of(source)]
    assert rain.text == "Rain in mm:"
    assert adlen.text == "Adlen | 612 | 701"
    assert borrow.read == "Rain in mm: Town: Borrow |  | 2023: 790"
    at = borrow.read.index("2023: 790")
    own = borrow.own((at, at + 9))
    assert own is not None
    assert borrow.text[own[0] : own[1]] == "790"
    assert [q.text for q in quotes_of(source, borrow)] == ["Rain in mm:\n\nTown | 2022 | 2023", "Borrow |  | 790"]


@pytest.mark.parametrize(
    ("bold", "is_sentence"),
    [
        ("The quarry of Stam closed in 1983.", True),
        ("Judge: the accused, Hanno Wirt, is not guilty.", True),
        ("Hanno Wirt is not guilty.", True),
        ("Owner.", False),
        ("Length of absence under martial law.", False),
        ("What the report says.", False),
    ],
)
def test_a_sentence_in_bold_says_something_and_a_label_names_it(bold: str, is_sentence: bool) -> None:
    first, then = sentences(f"**{bold}** Then more.")
    assert (first.text, then.text) == (bold, "Then more.")
    assert (first.block is not BlockKind.HEADING) is is_sentence


def seconds(work: Sequence[str]) -> float:
    """Return the thread's processor time, the least of three: others on this machine only ever add to it."""
    spent = []
    for _ in range(3):
        begun = time.thread_time()
        for markdown in work:
            passages(markdown)
        spent.append(time.thread_time() - begun)
    return min(spent)


@pytest.mark.slow
@pytest.mark.parametrize(
    "many",
    [
        lambda n: "A sentence. " * n,
        lambda n: "Short. " * n + "word " * 3000 + ".",
        lambda n: "<![CDATA[" * n,
        lambda n: "<!-- " * n,
        lambda n: "| a |\n|-|\n" * n,
        lambda n: "**a** " * n,
        lambda n: "「" * n,
    ],
)
def test_the_time_grows_with_the_text(many: object) -> None:
    assert callable(many)
    assert seconds([many(8000)]) < 10 * seconds([many(2000)]) + 0.5


def test_words_that_stop_at_nothing_introduce_a_list() -> None:
    law = "(2) It shall not admit women\n\n" + "".join(f"- ({c}) who {'very ' * 20}{c},\n" for c in "abcde")
    first = next(s for s in sentences(law) if s.text.startswith("(a)"))
    assert first.read.startswith("(2) It shall not admit women (a) who")
    closed = sentences(law.replace("women", "women."))
    assert next(s for s in closed if s.text.startswith("(a)")).context == ()
