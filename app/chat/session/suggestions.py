"""What to ask: the corpus' own questions, and what its sources themselves suggest.

The corpus' questions are put in English, which the shipped model reads; their words in another language are shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.nearby import Place
from app.words.languages import ENGLISH, TEXTS
from app.words.texts import Texts
from index.errors import CorpusError
from index.read.folder import base_of
from index.source import BlockKind, Kind, MarkKind, Source

FILE = "suggestions.txt"
MOST = 4  # questions on the first page; more would be a menu, not a beginning
HEADINGS = 20  # questions of one source
# A question that leans on the one before it, or on the person it was put to.
_LEANING = re.compile(r"\A(?:and|but|so)\b|\b(?:you|your|he|she|it|they|that|this)\b", re.IGNORECASE)
_WORDS = re.compile(r"\s+([a-z]{2}):\s*(\S.*)\Z")  # '  uk: ...', below a question


@dataclass(frozen=True)
class Suggestion:
    """A question as it is asked. `words`: language code -> the same question in that language.

    `place`: where its answer stands, if that is known.
    """

    question: str
    words: Mapping[str, str] = field(default_factory=dict, hash=False)
    place: Place | None = None

    def shown(self, texts: Texts) -> str:
        """Return the words to show; the question itself where there are none in this language."""
        return self.words.get(texts.code, self.question)


def first_suggestions(corpus: Path, sources: Sequence[Source]) -> tuple[Suggestion, ...]:
    """Return the questions of the first page: the first of the corpus, or ones that fit any corpus.

    Without an article these ask what its first sources are about.

    Raises CorpusError.
    """
    if own := corpus_suggestions(corpus)[:MOST]:
        return own
    if any(s.kind is Kind.ARTICLE for s in sources):
        return _of_any_corpus()
    return (*summaries(sources, sources)[: MOST - 1], _of_any_corpus()[-1])


def corpus_suggestions(corpus: Path) -> tuple[Suggestion, ...]:
    """Read all questions of `suggestions.txt` in `corpus`; none without such a file.

    One a line; '#' begins a comment; an indented line 'uk: ...' gives the words in a language for the question above.
    Raises CorpusError if the file cannot be read.
    """
    path = base_of(corpus) / FILE
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{FILE}: cannot be read ({error}); save it as UTF-8 or remove it") from error
    found: dict[str, dict[str, str]] = {}
    words: dict[str, str] = {}
    for line in text.splitlines():
        translated = _WORDS.match(line)
        if translated and translated[1] in TEXTS:
            words[translated[1]] = translated[2].strip()
        elif line.strip() and not line.startswith("#"):
            words = found.setdefault(line.strip(), {})
    return tuple(Suggestion(question, words) for question, words in found.items())


def candidates(corpus: Path, near: Sequence[Source]) -> tuple[Suggestion, ...]:
    """Return what may be asked instead of a question that has no answer; `near`: the sources that came closest.

    The corpus' questions, and those that stand as headings in these sources. Raises CorpusError.
    """
    asked = (*corpus_suggestions(corpus), *(s for source in near for s in of_headings(source)))
    return tuple({s.question: s for s in asked}.values())


def summaries(near: Iterable[Source], sources: Sequence[Source]) -> tuple[Suggestion, ...]:
    """Return what every source answers: to be summed up, the closest first; at last, what an article is about.

    A title that several of `sources` bear would not say which is meant.
    """
    borne = Counter(s.title for s in sources)
    titles = [s.title for s in near if s.kind is not Kind.ARTICLE and borne[s.title] == 1]
    of_sources = [_said({c: t.about_source.format(title=title) for c, t in TEXTS.items()}) for title in titles]
    article = [_said({c: t.about_article for c, t in TEXTS.items()})]
    return (*of_sources, *(article if any(s.kind is Kind.ARTICLE for s in sources) else ()))


def recalled(questions: Iterable[str], corpus: Path, sources: Sequence[Source]) -> tuple[Suggestion, ...]:
    """Return those of `questions` that may still be offered, with their words. Raises CorpusError."""
    wanted = dict.fromkeys(questions)
    known = {s.question: s for s in (*candidates(corpus, sources), *summaries(sources, sources))} if wanted else {}
    return tuple(known[q] for q in wanted if q in known)


def of_headings(source: Source) -> list[Suggestion]:
    """Return the questions among the headings that stand alone, each with the place of its answer."""
    headings = [(words, place) for words, place in sections(source) if words.endswith("?")]
    return [Suggestion(words, place=place) for words, place in headings if not _LEANING.search(words)][:HEADINGS]


def sections(source: Source) -> Iterator[tuple[str, Place]]:
    """Yield each heading but the title, and the words in bold that begin a paragraph, with what is below or behind."""
    headings = [b.start for b in source.blocks if b.kind is BlockKind.HEADING]
    labels = {m.start: m.end for m in source.marks if m.kind is MarkKind.STRONG}
    for block in source.blocks:
        words = source.text[block.start : block.end].strip()
        if block.kind is BlockKind.HEADING:
            end = next((start for start in headings if start > block.start), len(source.text))
            if words != source.title and block.level > 1:
                yield words, Place(source.id, block.end, end)
        elif block.kind is BlockKind.PARAGRAPH and labels.get(block.start, block.end) < block.end:
            label = source.text[block.start : labels[block.start]].strip()
            yield label, Place(source.id, labels[block.start], block.end)


def _said(words: Mapping[str, str]) -> Suggestion:
    """Make a suggestion of a text of the interface: asked in English, shown in each language."""
    return Suggestion(words[ENGLISH.code], words)


def _of_any_corpus() -> tuple[Suggestion, ...]:
    """Return the interface's own suggestions, which stand in the same order in every language."""
    by_place = zip(*(texts.suggestions for texts in TEXTS.values()), strict=True)
    return tuple(_said(dict(zip(TEXTS, words, strict=True))) for words in by_place)
