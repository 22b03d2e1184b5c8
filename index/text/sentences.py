"""Sentence boundaries (library: sentencex, rule-based, exact offsets) inside one block of text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import sentencex

from index.text.boundaries import ends_no_sentence, stops_without_blank
from index.text.patterns import CYRILLIC

# A quotation mark that is opened and never closed makes sentencex keep all that follows as one sentence.
_NO_QUOTES = str.maketrans(dict.fromkeys('"“”„«»', " "))
_CLOSERS = re.compile(r"[\"”»)\]]+(?=\s|$)")
_CLAUSE = re.compile(r"[;:,–—|]\s+|[，、；：]")
_BLANK = re.compile(r"\s+")
_LATIN = re.compile("[A-Za-z]")
# sentencex takes a time that grows with the square of the stops in a run without blanks; none of them counts there.
_RUN = re.compile(r"\S{200,}")
_NO_STOPS = str.maketrans(dict.fromkeys(".!?…。！？｡", "_"))
_WINDOW = 20_000  # characters that it is given at once: of quotation marks, too, it takes the square
_RUN_END = 8  # characters: more than a stop with its closing marks
_IN_CYRILLIC = frozenset(("uk", "ru", "bg", "sr", "be", "mk", "kk"))

LONG = 500  # characters; longer sentences are looked at again with their quotation marks out of the way


def sentence_spans(text: str, language: str) -> list[tuple[int, int]]:
    """Return the spans (start, end) of the sentences of `text`, in order, without surrounding white space.

    `language`: ISO 639 code; a block in another script than the language's own is read by its script.
    """
    code = _language(text, language)
    spans: list[tuple[int, int]] = []
    for start, end in _segment(text, code):
        masked = text[start:end].translate(_NO_QUOTES)
        if end - start > LONG and masked != text[start:end]:
            inner = [(start + a, start + b) for a, b in _segment(masked, code)]
            spans.extend(_return_closers(text, inner))
        else:
            spans.append((start, end))
    return [trimmed for a, b in spans if (trimmed := _trim(text, a, b))[0] < trimmed[1]]


def is_question(sentence: str) -> bool:
    """Return whether a sentence asks, by its last mark."""
    return sentence.rstrip("\"'”’»)*_ ").endswith(("?", "？"))


def cut(text: str, start: int, end: int, limit: int) -> list[tuple[int, int]]:
    """Cut `text[start:end]` into pieces of at most `limit` characters: at the end of a clause, else of a word."""
    pieces: list[tuple[int, int]] = []
    while end - start > limit:
        ends = (m.end() for rule in (_CLAUSE, _BLANK) for m in _last(rule, text, start + limit // 2, start + limit))
        at = next(ends, start + limit)
        pieces.append(_trim(text, start, at))
        start = at
    pieces.append(_trim(text, start, end))
    return [(a, b) for a, b in pieces if a < b]


def _last(rule: re.Pattern[str], text: str, start: int, end: int) -> list[re.Match[str]]:
    return list(rule.finditer(text, start, end))[-1:]


def _segment(text: str, language: str) -> list[tuple[int, int]]:
    """Return sentencex's spans, joined where a boundary is none, and cut at stops that no blank follows."""
    masked = _RUN.sub(lambda run: run[0][:-_RUN_END].translate(_NO_STOPS) + run[0][-_RUN_END:], text)
    begins = [at for at in _boundaries(masked, language) if 0 < at < len(text) and not _goes_on(text, at, language)]
    edges = sorted({0, len(text), *begins, *stops_without_blank(text)})
    return list(pairwise(edges))


def _boundaries(text: str, language: str) -> Iterator[int]:
    """Yield where sentencex has a sentence begin. What a window ends in the middle of is read again with the next."""
    start = 0
    while start < len(text):
        window = text[start : start + _WINDOW]
        found = sorted(b["start_index"] for b in sentencex.get_sentence_boundaries(language, window))
        yield from (start + at for at in found)
        is_last = start + _WINDOW >= len(text)
        start += found[-1] if found and found[-1] > 0 and not is_last else len(window)


def _goes_on(text: str, at: int, language: str) -> bool:
    """Return whether a boundary is none: inside a word ('Censor.NET'), or behind an abbreviation."""
    inside = not text[at - 1].isspace() and not text[at].isspace()
    return inside or ends_no_sentence(text, at, language)


def _language(text: str, language: str) -> str:
    """Return the stated language, or one of the text's own script: for a note in English on a Ukrainian report."""
    there = [] if text.isascii() else CYRILLIC.findall(text)
    cyrillic = bool(there) and len(there) > len(_LATIN.findall(text))
    if cyrillic == (language in _IN_CYRILLIC):
        return language
    return "uk" if cyrillic else "en"


def _return_closers(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Give closing marks that begin a span back to the sentence they close."""
    out: list[tuple[int, int]] = []
    for start, end in spans:
        match = _CLOSERS.match(text, start)
        if match and out and match.end() <= end:
            out[-1] = (out[-1][0], match.end())
            start = match.end()
        out.append((start, end))
    return out


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
