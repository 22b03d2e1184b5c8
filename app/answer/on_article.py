"""What a note says of the article: that is the article over again, and supports nothing that the article says.

A clause is on the article if its subject is the article, its publisher or its author, with a verb of saying ('the
WSWS article gives 9,048'), or a figure of the article ('the Courier's £447'), or if it comes from there. Where the
sentence goes on about somebody else ('where the table has 9,417'), that part is not. English only: a note in another
language has no such clauses.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from app.words.describe import acronym
from index.passage import Span
from index.source import Kind, MarkKind, Source, SourceFacts, date_range
from index.text.dates import dates
from index.text.patterns import one_of
from index.text.sentences import sentence_spans
from index.text.words import SAYING

# What a text does to its matter, besides saying it.
_TELLING = SAYING | frozenset(
    """describe describes described quote quotes quoted add adds added speak speaks spoke present presents presented
    offer offers offered name names named count counts counted date dates dated list lists listed cite cites cited
    leaves left has had""".split()
)
_VERB = rf"(?:(?:had|also|then|only)\s)*(?:{one_of(_TELLING)}|had\s\w+[en])\b"
_SAYS = re.compile(rf"\s{_VERB}")
_IT_SAYS = re.compile(rf"It\s{_VERB}")
_WHICH_SAYS = re.compile(rf",\swhich\s{_VERB}")
_ASIDE = re.compile(r"\s\([^()]{1,80}\)|,\s[^,;:]{1,80},")  # ' (WSWS)', ', on the word of an assistant,'
_MATTER = re.compile(  # behind 'the Courier'
    r"(?:['’]s)?\s(?:(?!['’])[^\s,;:]+\s){0,2}?(?:figures?|totals?|counts?|accounts?|claims?|estimates?|versions?)\b"
)
_ITS_FIGURE = re.compile(r"['’]s\s[£$€]?\d[\d,.]*")
_BEGINS = re.compile(
    r"(?:^|[;:]\s(?:and\s|but\s)?|\b(?:whereas|while)\s)"
    r"(?:(?:In|On|By|For)\s(?:[^,;:]{1,80},|[\w\s]{0,25}\d{4})\s)?"  # 'On peace talks, ', 'In October 2024 '
    r"(?P<by>[Aa]ccording\sto\s|[Tt]he\sauthors?\sof\s)?\Z"
)
_COMES_FROM = re.compile(r"(?:^|[;:]\s)[^;:]*\b(?:(?:come|comes|came|taken)\sfrom|rests?\son)\s\Z")
_GOES_ON = re.compile(r";\s|,\s(?:whereas|while|where)\s")  # to somebody else
_OWN = frozenset({"the", "The", "an", "a", "this", "whole"})  # before 'article': no name of another one


def on_article(note: Source, start: int, end: int, spans: Sequence[Span], article: SourceFacts | None) -> bool:
    """Tell whether what `note` says in its sentence `start:end` is only what the article says.

    `spans`: the characters of the sentence that answer. They decide; without any, the greater part of it does.
    """
    if note.kind is not Kind.NOTE or article is None:
        return False
    text = note.text[start:end]
    clauses = _clauses(note, start, text, article)
    if not clauses and (_continues(note, start, text, article) or _under_its_head(note, start, text, article)):
        return True
    if spans:
        return all(any(a <= s and e <= b for a, b in clauses) for s, e in spans)
    return 2 * sum(b - a for a, b in clauses) >= len(text)


def _clauses(note: Source, start: int, text: str, article: SourceFacts) -> list[Span]:
    """Return the clauses of the sentence `text` at `start` that are on the article, in reading order."""
    found: list[Span] = []
    for first, last in _mentions(note, start, text, article):
        clause = _clause(text, first, last)
        if clause is not None and (not found or clause[0] >= found[-1][1]):
            found.append(clause)
    return found


def _clause(text: str, first: int, last: int) -> Span | None:
    """Return the clause around the mention `first:last` of the article; None if it is on something else."""
    begins = _BEGINS.search(text, 0, first)
    aside = _ASIDE.match(text, last)
    stop = _GOES_ON.search(text, last)
    end = stop.start() if stop else len(text)
    if begins and (begins["by"] or _SAYS.match(text, aside.end() if aside else last) or _MATTER.match(text, last)):
        return begins.end() if begins.start() else 0, end
    if figure := _ITS_FIGURE.match(text, last):
        return (0, end) if begins and not begins.start() else (first, figure.end())
    if which := _WHICH_SAYS.match(text, last):
        return which.start(), end
    if source := _COMES_FROM.search(text, 0, first):
        return source.start(), end
    return None


def _mentions(note: Source, start: int, text: str, article: SourceFacts) -> Iterator[Span]:
    """Yield the words that name the article, its publisher or its author, with the article's date behind them."""
    days = {d.start: d for d in dates(text)}
    ambiguous = _uses_another_page(note, article)
    for match in _pattern(article).finditer(text):
        end = match.end()
        day = days.get(end + len(" of ")) if match["text"] and text.startswith(" of ", end) else None
        if day is not None:
            if not day.iso or date_range(day.iso) != date_range(article.published):
                continue
            end = day.end
        elif ambiguous or not _means_it(note, start, match, article):
            continue
        yield match.start(), end


def _uses_another_page(note: Source, article: SourceFacts) -> bool:
    """Tell whether the note is on, or from, another text of the article's publisher: its name then says too little."""
    pages = {page for page in (note.url, *note.via) if urlsplit(page).hostname == urlsplit(article.url).hostname}
    return (note.publisher == article.publisher and note.url != article.url) or bool(pages - {article.url})


def _means_it(note: Source, start: int, match: re.Match[str], article: SourceFacts) -> bool:
    """Tell whether a mention in the sentence at `start` means the article.

    'The article' does where it was named last and nothing else is called an article; an author's name, where the note
    has it in full.
    """
    if match["author"]:
        return (article.author or "") in note.text
    if not match["bare"]:
        return True
    called = (m[1] for m in re.finditer(rf"(\S+)\s{match['bare']}s?\b", note.text))
    if any(w not in _OWN and not _pattern(article).search(w) for w in called):
        return False
    named, own, at = _named(article), _named(note.facts), start + match.start()
    last = max((m.start() for m in named.finditer(note.text, 0, at)), default=-1)
    return last > max((m.start() for m in own.finditer(note.text, 0, at)), default=-1)


@lru_cache(maxsize=64)
def _named(facts: SourceFacts) -> re.Pattern[str]:
    """Match the names of a publisher: 'the World Socialist Web Site', 'WSWS'."""
    whole = facts.publisher.removeprefix("The ")
    names = {facts.publisher, whole, acronym(facts.publisher)}
    if whole != facts.publisher:
        names.add(whole.rsplit(" ", 1)[-1])  # 'the Courier' for The Tarrowby Courier
    return re.compile(rf"\b{_any(names)}\b")


@lru_cache(maxsize=16)
def _pattern(article: SourceFacts) -> re.Pattern[str]:
    """Match 'the WSWS', 'the WSWS article', 'the article' and the author's name, whole or the last word of it."""
    author = article.author or ""
    is_name = author.replace(" ", "").replace("-", "").isalpha()
    by_author = rf"\b{_any({author, author.rsplit(' ', 1)[-1]})}\b" if is_name else r"(?!)"
    return re.compile(
        rf"(?:\b[Tt]he\s)?{_named(article).pattern}(?P<text>(?:['’]s)?\s(?:article|text|piece|story|preface)\b)?"
        rf"|\b[Tt]he\s(?P<bare>article|newspaper)\b|(?P<author>{by_author})"
    )


def _any(names: Collection[str]) -> str:
    return one_of(map(re.escape, names))


def _continues(note: Source, start: int, text: str, article: SourceFacts) -> bool:
    """Tell whether the sentence goes on with 'It adds' after a sentence of its paragraph that is on the article."""
    block = note.block_at(start)
    if block is None or not _IT_SAYS.match(text):
        return False
    before = sentence_spans(note.text[block.start : start], "en")[-1:]
    return any(on_article(note, block.start + a, block.start + b, (), article) for a, b in before)


def _under_its_head(note: Source, start: int, text: str, article: SourceFacts) -> bool:
    """Tell whether the paragraph is headed 'Against the article' and the sentence names the article."""
    block = note.block_at(start)
    heads = (m for m in note.marks if block and m.start == block.start and m.kind is MarkKind.STRONG)
    head = next((note.text[m.start : m.end] for m in heads), "")
    names = _pattern(article)
    return head != text and bool(names.search(head)) and bool(names.search(text))
