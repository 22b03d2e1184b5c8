"""A language model's reply, read while it comes: each claim is given out as soon as it is whole.

Two forms are read, whatever was asked for: JSON (`app.llm.prompt.SCHEMA`), and lines of the kind
`[2] "words of passage 2" -> a statement`. Time and memory are linear in what comes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from app.llm.prompt import REFUSAL
from index.source import UNPRINTABLE

_ARROW = re.compile(r"\s(?:->|=>|→|⇒)\s")
_NUMBER = re.compile(r"\A[\s*•-]{0,8}(?:\d{1,2}[.)]\s{1,4})?(?:passage\s)?\[?\s?(\d{1,4})\s?\][:.)]?\s*", re.IGNORECASE)
_MARK = re.compile(r"\s?\[\s?\d{1,3}(?:\s?[,;-]\s?\d{1,3}){0,8}\s?\]")  # a footnote that the model invents
_BULLET = re.compile(r"\A\s*(?:[-*•#>]+\s+(?!\d))+")
_LIST_NUMBER = re.compile(r"\A\s*(?:[-*•]\s+)?\d{1,2}[.)]\s+")
_EMPHASIS = re.compile(r"\*\*|__|`")
_THINK, _END_OF_THINK = "<think>", "</think>"
_FENCE = "```"
_PREFACES = ((_THINK, _END_OF_THINK), (_FENCE, "\n"))  # what may stand before a reply, and how it ends
_QUOTES = "\"'“”„«»‘’"


class Claim(NamedTuple):
    """A statement as the model makes it. `passage`: the number that it names, 0 if none; `quote`: the words."""

    text: str
    passage: int
    quote: str


class Reply:
    """Reads one reply. `refused`: it holds the phrase of refusal. `broken`: it begins as JSON and is none.

    `whole`: it is JSON that has come to its end.
    """

    def __init__(self) -> None:
        self.refused = self.broken = False
        self._head, self._line = "", ""
        self._json: _Objects | None = None
        self._begun = False

    @property
    def whole(self) -> bool:
        return self._json is not None and self._json.ended

    def feed(self, text: str) -> Iterator[Claim]:
        """Read further text and yield the claims that it completes."""
        if not self._begun:
            self._head = _without_preface(self._head + text)
            rest = _beginning(self._head)
            if rest is None:
                return
            self._begun, text = True, rest
            self._json = _Objects() if _is_json(rest) else None
        if self._json is not None:
            yield from self._objects(text)
            return
        lines = (self._line + text).split("\n")
        self._line = lines.pop()
        for line in lines:
            yield from self._claim(_of_line(line))

    def close(self) -> Iterator[Claim]:
        """Yield what stands at the end."""
        if not self._begun and self._head.strip() and _THINK not in self._head:
            self._begun, self._line = True, self._head
        if self._json is not None:
            self.broken = self.broken or not self._json.ended
        else:
            yield from self._claim(_of_line(self._line))
            self._line = ""

    def _objects(self, text: str) -> Iterator[Claim]:
        assert self._json is not None
        for found in self._json.feed(text):
            claim = _of_object(found)
            if claim is None:
                self.broken = True
            yield from self._claim(claim)

    def _claim(self, claim: Claim | None) -> Iterator[Claim]:
        if claim is None:
            return
        if _bare(claim.text) == _bare(REFUSAL):
            self.refused = True
        elif claim.text:
            yield claim


class _Objects:
    """Finds the innermost objects of JSON that comes in pieces. `ended`: what was opened first is closed."""

    def __init__(self) -> None:
        self.ended = False
        self._open: list[bool] = []  # of each bracket, whether it is a brace
        self._text: list[str] = []  # since the innermost open brace
        self._plain = False  # nothing is open within it
        self._string = self._escaped = False

    def feed(self, text: str) -> Iterator[str]:
        """Yield the text of each object that `text` completes."""
        for char in text:
            if self.ended:
                return
            if self._plain:
                self._text.append(char)
            if self._string:
                self._string = self._escaped or char != '"'
                self._escaped = char == "\\" and not self._escaped
            elif char == '"':
                self._string = True
            elif char in "{[":
                self._open.append(char == "{")
                self._text, self._plain = [char], char == "{"
            elif char in "}]" and self._open:
                self._open.pop()
                if self._plain and char == "}":
                    yield "".join(self._text)
                self._plain = False
                self.ended = not self._open


def read_whole(reply: str) -> tuple[Claim, ...]:
    """Return the claims of a reply that is at hand."""
    reader = Reply()
    return (*reader.feed(reply), *reader.close())


def one_line(reply: str) -> str:
    """Return the first line that says something: for a reply that is to be one question."""
    rest = _beginning(reply) or ""
    lines = (
        _clean(_LIST_NUMBER.sub("", line)).strip(_QUOTES + " ")
        for line in rest.split("\n")
        if not line.startswith(_FENCE)
    )
    return next((line for line in lines if any(map(str.isalpha, line))), "")


def numbered(reply: str) -> Iterator[tuple[int, str]]:
    """Yield the lines `[2] words` of a reply with their numbers; others are left out."""
    for line in (_beginning(reply) or "").split("\n"):
        number = _NUMBER.match(line)
        if number and (words := _clean(line[number.end() :])):
            yield int(number[1]), words


def _beginning(text: str) -> str | None:
    """Return `text` from where the reply begins, behind thoughts and a fence of code; None as long as that is open."""
    text = _without_preface(text)
    if text.startswith((_THINK, _FENCE)) or _THINK.startswith(text) or _FENCE.startswith(text):
        return None
    return None if text[:1] == "[" and not text[1:].strip() else text


def _without_preface(text: str) -> str:
    """Return `text` without what stands before a reply. Of thoughts that go on, only their mark and the end are kept:
    so the next piece of them costs no more than the first.
    """
    while True:
        text = text.lstrip("\ufeff \t\r\n")
        mark, close = next(((m, c) for m, c in _PREFACES if text.startswith(m)), ("", ""))
        if not mark:
            return text
        _, end, rest = text.partition(close)
        if not end:
            return mark + text[len(mark) :][-len(close) :]
        text = rest


def _is_json(text: str) -> bool:
    return text[:1] == "{" or (text[:1] == "[" and text[1:].lstrip()[:1] == "{")


def _of_object(text: str) -> Claim | None:
    try:
        found = json.loads(text, strict=False)
        said, quote, number = found["text"], found.get("quote", ""), found.get("passage", 0)
    except (ValueError, KeyError, RecursionError):
        return None
    if not isinstance(said, str) or not isinstance(quote, str):
        return None
    number = int(number) if isinstance(number, int | str) and str(number).isdecimal() and len(str(number)) < 5 else 0
    return Claim(_clean(said), number, quote)


def _of_line(line: str) -> Claim | None:
    """Read one line; None for what is no statement: an empty line, a heading, a fence, 'Here is the answer:'."""
    bare = line.strip()
    if not any(map(str.isalpha, bare)) or bare.startswith((_FENCE, "#")) or bare.endswith(":"):
        return None
    number = _NUMBER.match(bare)
    arrow = _ARROW.search(bare, number.end()) if number else None
    if number is None or arrow is None:
        return Claim(_clean(_LIST_NUMBER.sub("", bare)), 0, "")
    return Claim(_clean(bare[arrow.end() :]), int(number[1]), bare[number.end() : arrow.start()])


def _clean(text: str) -> str:
    """Return words as a statement has them: one line, without Markdown's marks and without numbers of footnotes."""
    text = _BULLET.sub("", UNPRINTABLE.sub(" ", text))
    return " ".join(_MARK.sub("", _EMPHASIS.sub("", text)).split())


def _bare(text: str) -> str:
    return text.casefold().strip(" .!*" + _QUOTES)
