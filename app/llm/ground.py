"""From a claim to a footnote: the words that a statement rests on, found exactly in the passage that it names.

White space and quotation marks are made alike on both sides, and offsets are led back to the source's own text; no
other difference is forgiven. What is quoted is the whole sentence around the words, with what it hangs on, so that no
'not' and no 'alleged' is cut off.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.answer.compose import Draft
from app.answer.extract import quotes_of
from app.llm.checking import Checking, support_of
from app.llm.reply import Claim
from app.records import Support, as_one
from index.passage import Passage, Quote, Sentence, Span
from index.source import BlockKind, Source

LEAST = 8  # characters that words must have to prove anything
_QUOTES = '"“”„‟«»″'
_APOSTROPHES = "'‘’‚‛ʼ′`"
_ALIKE = {**dict.fromkeys(_QUOTES, '"'), **dict.fromkeys(_APOSTROPHES, "'")}
_UNSEEN = "\u00ad\u200b\u2060\ufeff"
_ENDS = " .!?…;,"
_WORD = re.compile(r"\w{3,}")


def ground(claim: Claim, passages: Sequence[Passage], sources: Mapping[str, Source], checking: Checking) -> Draft:
    """Return the claim as a statement: checked, with its quotation if its words are found, else without, as NOT_FOUND.

    A statement that says no more than the quoted words becomes the quotation itself. Raises what checking raises.
    """
    if not 1 <= claim.passage <= len(passages):
        return _not_found(claim)
    passage = passages[claim.passage - 1]
    source = sources[passage.source_id]
    found = [_sentences(passage, span) for span in find(claim.quote, passage.text)]
    found = [f for f in found if f]
    if not found:
        return _not_found(claim)
    said = set(_WORD.findall(claim.text.casefold()))
    best = max(found, key=lambda s: sum(w in said for w in set(_WORD.findall(_text(s).casefold()))))
    quotes = _quotes(source, best)
    quoted = as_one(quotes)
    if stands_in(claim.text, quoted):
        heading = all(s.block is BlockKind.HEADING for s in best)
        return Draft(quoted, quotes, quoting=best[-1].block is BlockKind.QUOTE, heading=heading)
    verdict = checking.verdict(claim.text, source, quotes)
    quoting = best[-1].block is BlockKind.QUOTE
    return Draft(claim.text, quotes, support_of(verdict), quoting=quoting, verdict=verdict)


def find(words: str, text: str) -> list[Span]:
    """Return where `words` stand in `text`, as whole words. Offsets count in `text`; none where they do not."""
    wanted, _ = alike(words)
    wanted = wanted.strip("\" '")
    if len(wanted) < LEAST:
        return []
    seen, places = alike(text)
    found: list[Span] = []
    at = seen.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        if not _inside_word(seen, at) and not _inside_word(seen, end):
            found.append((places[at], places[end - 1] + 1))
        at = seen.find(wanted, at + 1)
    return found


def stands_in(statement: str, quoted: str) -> bool:
    """Return whether `statement` is word for word a part of `quoted`; capitals and its end mark do not count."""
    wanted = alike(statement)[0].strip(_ENDS + "\"'").casefold()
    seen = alike(quoted)[0].casefold()
    at = seen.find(wanted) if len(wanted) >= LEAST else -1
    return at >= 0 and not _inside_word(seen, at) and not _inside_word(seen, at + len(wanted))


def alike(text: str) -> tuple[str, list[int]]:
    """Return `text` with one kind of white space and quotation mark, and the place of each of its characters."""
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        if char in _UNSEEN:
            continue
        char = " " if char.isspace() else _ALIKE.get(char, char)
        if char == " " and (not chars or chars[-1] == " "):
            continue
        chars.append(char)
        places.append(place)
    return "".join(chars), places


def _inside_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def _sentences(passage: Passage, span: Span) -> tuple[Sentence, ...]:
    """Return the sentences of `passage` that a span of its text touches."""
    start, end = passage.start + span[0], passage.start + span[1]
    return tuple(s for s in passage.sentences if s.start < end and start < s.end)


def _text(sentences: Sequence[Sentence]) -> str:
    return " ".join(s.text for s in sentences)


def _quotes(source: Source, sentences: Sequence[Sentence]) -> tuple[Quote, ...]:
    first, end = sentences[0], sentences[-1].end
    return quotes_of(source, replace(first, end=end, text=source.text[first.start : end]))


def _not_found(claim: Claim) -> Draft:
    return Draft(claim.text, (), Support.NOT_FOUND)
