"""First questions for a new article: made of its own sentences, asked, and kept if the answer is the sentence's own.

A sentence is turned only where the question keeps its words in their order, so that it needs no grammar: 'Forty ships
were sunk in 1912' asks 'How many ships were sunk in 1912?', 'Anna Berg sold the yard' asks 'Who sold the yard?'. In
English alone, which the shipped model reads.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from app.chat.session.suggestions import MOST, of_headings, sections
from app.nearby import Place
from app.records import Answer
from app.words.languages import ENGLISH, TEXTS
from index.passage import Sentence
from index.read.sentences import sentences_of
from index.source import Source
from index.text.dates import dates
from index.text.numbers import numbers
from index.text.patterns import CAPITALISED, one_of, words_before
from index.text.words import AUXILIARIES, NO_PERSON, PREPOSITIONS, QUALIFIERS, REFERENCES, SAYING

TRIED = 20  # questions that are asked: each costs as much as an answer
KEPT = 8
ALIKE = 3  # questions that begin alike
_FEW, _MANY = 2, 14  # words of what a question goes on with
_HEADING = 6  # words of a heading that names a topic
_LEADING = 7  # words before a date that a sentence is about
_TWICE = 2  # a single word that stands so often as a name is one of the article's subjects
_CLAUSE = re.compile(r"[,;:–—(\"“”«]|\s-\s|[.!?…]+(?:\s|\Z)")  # where a question ends at the latest
_LEAD = re.compile(r"(?:In|On|By|Since|During|From|Between|At|Until) [^,.;:]{3,40}, ")
_BEGINS = re.compile(  # where a clause begins that a figure may begin, with what stands before the figure
    rf"(?:\A|(?<=[,;:] )|\b(?:that|and|but) )(?:{one_of(QUALIFIERS)} )*(?=\d|[A-Za-z])", re.IGNORECASE
)
_COUNTED = re.compile(rf" ((?:[a-z-]+ ){{0,3}}(?:[a-z-]+s|people|men|women|children)) ({one_of(AUXILIARIES)})\b")
_SHARE = re.compile(rf" of ((?:[\w-]+ ){{1,6}}?)({one_of(AUXILIARIES)})\b")
_SAID = one_of(w for w in SAYING if w.endswith("d") or w in ("wrote", "thought"))
_PAST = re.compile(
    rf" ((?:[a-z]+ed|{_SAID}|was|were|had|has|became|began|bought|sold|built|led|left|lost|made|met|paid|took|won)\b)"
)
_AROUND = re.compile(
    rf"[,;:)]|[.!?](?:\s|\Z)(?!\s*\d)|\Z| (?:{one_of(PREPOSITIONS | AUXILIARIES)})\b"
)  # behind a name by itself


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question with the place of its answer, and the words that the answer must hold ('' for any)."""

    question: str
    place: Place | None
    expected: str = ""


def first_questions(
    found: Sequence[Candidate], ask: Callable[[str], Answer], advance: Callable[[int], None] = lambda _: None
) -> tuple[str, ...]:
    """Return those that `ask` answers as they were made. `advance` is called after each of the `TRIED` at most."""
    kept: list[str] = []
    alike = Counter[str]()
    tried = 0
    for candidate in found:
        begins = " ".join(candidate.question.split()[: 1 if candidate.question.startswith("Who ") else 2])
        if len(kept) == KEPT or tried == TRIED:
            break
        if alike[begins] == ALIKE:
            continue
        tried += 1
        if _answers(ask(candidate.question), candidate):
            kept.append(candidate.question)
            alike[begins] += 1
        advance(1)
    return tuple(kept)


def written(questions: Sequence[str]) -> str:
    """Return `suggestions.txt` with these questions; among the first is what any article answers."""
    about = {code: texts.suggestions[0] for code, texts in TEXTS.items()}
    lines = list(questions)
    lines.insert(MOST - 1, about[ENGLISH.code])
    words = "".join(f"  {code}: {said}\n" for code, said in about.items() if code != ENGLISH.code)
    head = (
        "# Questions that the sources answer, one a line; the chat's first page shows the first four. These were made\n"
        "# from the article and tried. Add your own, with the words in another language below: '  uk: ...'\n"
    )
    return head + "".join(f"{line}\n{words if line == about[ENGLISH.code] else ''}" for line in lines)


def candidates(source: Source) -> list[Candidate]:
    """Return what may be asked of an article, each kind of question in turn; nothing of one that is not in English."""
    if source.language != ENGLISH.code:
        return []
    sentences = [placed.sentence for placed in sentences_of(source)]
    kinds = (
        (c for s in sentences for c in _how_many(source, s)),
        (c for s in sentences for c in _who(source, s)),
        (Candidate(s.question, s.place) for s in of_headings(source)),
        (c for s in sentences for c in _what_was_said(source, s)),
        _subjects(source),
        _topics(source),
        (c for s in sentences for c in _what_happened(source, s)),
    )
    rounds = chain.from_iterable(zip_longest(*kinds))
    return list({c.question: c for c in rounds if c is not None}.values())


def _how_many(source: Source, sentence: Sentence) -> Iterator[Candidate]:
    """'In May, more than 40 large ships were sunk by storms' -> 'How many large ships were sunk by storms in May?'

    A share: '40% of the ships were sunk by storms' -> 'What percentage of the ships were sunk by storms?'
    """
    text = sentence.text
    figures = {n.start: n for n in numbers(text) if not (n.ordinal or n.label)}
    lead = _LEAD.match(text)
    when = f" {lead[0][0].lower()}{lead[0][1:-2]}" if lead else ""
    for begins in _BEGINS.finditer(text):
        number = figures.get(begins.end())
        if number is None or number.unit not in ("", "%"):
            continue
        of = (_SHARE if number.unit else _COUNTED).match(text, number.end)
        rest = _clause(text, of.end()) if of else ""
        if of and rest and _stands_alone(f"{of[1]} {rest}"):
            whole = "What percentage of" if number.unit else "How many"
            said = text[number.start : number.end].split()[0]
            yield Candidate(f"{whole} {of[1].strip()} {of[2]} {rest}{when}?", _place(source, sentence), said)


def _who(source: Source, sentence: Sentence) -> Iterator[Candidate]:
    """'Anna Berg sold the yard to the town' -> 'Who sold the yard to the town?'"""
    name = CAPITALISED.match(sentence.text)
    if name is None or not _is_person(name[0]):
        return
    verb = _PAST.match(sentence.text, name.end())
    rest = _clause(sentence.text, verb.end()) if verb else ""
    if verb and rest and _stands_alone(rest):
        yield Candidate(f"Who {verb[1]} {rest}?", _place(source, sentence), name[0].split()[-1])


def _what_was_said(source: Source, sentence: Sentence) -> Iterator[Candidate]:
    """'Anna Berg said that the yard is closed' -> 'What did Anna Berg say?'"""
    for name in CAPITALISED.finditer(sentence.text):
        says = re.compile(rf" {_SAID}\b").match(sentence.text, name.end())
        if _is_person(name[0]) and (says or re.search(rf"\b(?:{_SAID}|to) \Z", sentence.text[: name.start()])):
            yield Candidate(f"What did {name[0]} say?", _place(source, sentence))


def _what_happened(source: Source, sentence: Sentence) -> Iterator[Candidate]:
    """'On 20 August, parliament passed a law' -> 'What happened on 20 August?'"""
    for date in dates(sentence.text)[:1]:
        lead = sentence.text[: date.start]
        is_day = date.day is not None and date.month is not None
        if is_day and lead.endswith(("On ", "on ")) and lead.count(" ") < _LEADING:
            yield Candidate(f"What happened on {sentence.text[date.start : date.end]}?", _place(source, sentence))


def _subjects(source: Source) -> Iterator[Candidate]:
    """'What does the article say about Anna Berg?', of whom or what it speaks most."""
    found = Counter[str]()
    for placed in sentences_of(source):
        text = placed.sentence.text
        for name in CAPITALISED.finditer(text, 1):
            before = words_before(text, name.start())[-1:]
            begins = before == ["the"] or not PREPOSITIONS.isdisjoint(w.lower() for w in before)
            if begins and _AROUND.match(text, name.end()) and not NO_PERSON.issuperset(name[0].lower().split()):
                found[("the " if before == ["the"] else "") + name[0]] += 1
    for subject, times in found.most_common():
        if times >= _TWICE or len(subject.removeprefix("the ").split()) > 1:
            yield Candidate(f"What does the article say about {subject}?", None, subject.split()[-1])


def _topics(source: Source) -> Iterator[Candidate]:
    """'What does the article say about the price of bread?', of what stands over a section."""
    for words, place in sections(source):
        if not words.endswith(("?", ".", "!", ":")) and 1 < len(words.split()) <= _HEADING and _stands_alone(words):
            yield Candidate(f"What does the article say about “{words}”?", place)


def _place(source: Source, sentence: Sentence) -> Place:
    return Place(source.id, sentence.start, sentence.end)


def _clause(text: str, at: int) -> str:
    """Return the words from `at` to the end of the clause; '' if they are too few or too many for a question."""
    stop = _CLAUSE.search(text, at)
    words = text[at : stop.start() if stop else len(text)].split()
    return " ".join(words) if _FEW <= len(words) <= _MANY else ""


def _stands_alone(words: str) -> bool:
    """Tell whether words can be understood without what stands before them."""
    return REFERENCES.isdisjoint(re.findall(r"[^\W\d_]+", words.lower()))


def _is_person(name: str) -> bool:
    """Tell whether a name is most likely a person's: two or three words with none that other names have."""
    words = name.lower().split()
    return 2 <= len(words) <= 3 and NO_PERSON.isdisjoint(words)


def _answers(answer: Answer, candidate: Candidate) -> bool:
    """Tell whether an answer is the one that the question was made of, and was found as it was asked."""
    if answer.abstained or not answer.quotes or answer.corrections or not answer.statements[0].quotes:
        return False
    first = answer.statements[0]
    said = answer.direct[0].text if answer.direct else first.text
    in_place = candidate.place is None or any(candidate.place.holds(q) for q in first.quotes)
    return in_place and candidate.expected in said
