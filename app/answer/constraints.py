"""What a question names and an answer must keep to: its names and years, and its time.

The rerankers read for likeness and hardly tell one region or one bill from another: a figure for its neighbour looks
like an answer to a question on either. What is named can be checked. A sentence is left out where it breaks a
constraint for certain; where the words leave it open it stays, and the rerankers' confidence decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache, lru_cache

from app.answer.candidates import Candidate
from app.answer.first_names import surnames
from app.question.classify import Question
from app.question.language import is_english_prose
from app.question.names import NUMBER, Name, are_listed, is_counted, is_numbered
from app.records import QuestionKind
from index.source import Source
from index.text.analysis import Analysis, analyse, stem, without_possessive
from index.text.countries import country_words
from index.text.names import same_name
from index.text.numbers import numbers
from index.text.patterns import word_after, word_before
from index.text.periods import holds_count_for, may_overlap

Mentions = Callable[[str, str | None], bool]
"""Whether a source (id; None: any source) mentions a word, its title, publisher, author and date included."""

_WORDS = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BESIDE = re.compile(r"[^\S\n]*\n?[^\S\n]*-?")  # between two words of one name: no comma, no new paragraph
_JOINING = frozenset(("of", "the"))
_LONGEST = 3  # words of a text for each of a name: 'Border Guard of the State'


def satisfying(
    ranked: Sequence[Candidate], question: Question, sources: Collection[Source], mentions: Mentions
) -> list[Candidate]:
    """Return those of `ranked`, in the same order, that keep to the time and the names of `question`.

    To a comparison or a choice a source may add its word on one of the names.
    """
    timely = of_the_time(ranked, question)
    return (
        timely
        if question.kind in (QuestionKind.COMPARE, QuestionKind.CHOICE)
        else of_the_names(timely, question, sources, mentions)
    )


def of_the_time(ranked: Sequence[Candidate], question: Question) -> list[Candidate]:
    """Return those of `ranked` that may speak of the time that the question names: figures of 2024 are none of 2023.

    Where it asks how many, a count for a longer time is none either: '2022 and 2023' for October 2023.
    """
    asked = question.text.lower()
    fits = holds_count_for if "how many" in asked or "number of" in asked else may_overlap
    return [c for c in ranked if fits(_read(c), question.read)]


def _read(candidate: Candidate) -> Analysis:
    return analyse(candidate.sentence.read)


def of_the_names(
    ranked: Sequence[Candidate], question: Question, sources: Collection[Source], mentions: Mentions
) -> list[Candidate]:
    """Return those of `ranked` whose source mentions every name of the question, and one of its years if it has any.

    `sources`: all that may answer. One in another language than English may have names in words of that language
    ('Німеччина'): it stays.
    """
    if not question.names and not question.years:
        return list(ranked)
    held = {c.source.id: c.source for c in ranked}
    wholes = _wholes(question.names, sources)
    english = (s for s in held.values() if is_english_prose(s.text))
    apart = {s.id for s in english if _is_apart(s, question, sources, wholes, mentions)}
    return [c for c in ranked if c.source.id not in apart]


def _is_apart(
    source: Source, question: Question, sources: Collection[Source], wholes: Collection[Name], mentions: Mentions
) -> bool:
    missing = (n for n in question.names if lacks(n, [source], mentions, source.id, n in wholes))
    if any(not any(mentions(surname, source.id) for surname in surnames(n, sources)) for n in missing):
        return True
    return bool(question.years) and not any(mentions(year, source.id) for year in question.years)


def unmentioned(question: Question, sources: Collection[Source], mentions: Mentions) -> tuple[str, ...]:
    """Return the names and years of the question that none of `sources` mentions, as it spells them.

    None where a source is in another language than English, see `of_the_names`.
    """
    wholes = _wholes(question.names, sources)
    missing = [n.text for n in question.names if lacks(n, sources, mentions, whole=n in wholes)]
    missing += [y for y in question.years if not mentions(y, None)]
    return tuple(dict.fromkeys(missing)) if missing and all(is_english_prose(s.text) for s in sources) else ()


def lacks(
    name: Name, sources: Iterable[Source], mentions: Mentions, source_id: str | None = None, whole: bool = False
) -> bool:
    """Return whether a name is not there: its last word is not, and at most half of its words are.

    So 'Volodymyr Zelensky' is there where 'Zelensky' is, and 'Vladimir Putin' is not where another Vladimir is.
    A number must be there in a name as well. `whole`: one source must have all words beside each other.
    `source_id`: the source that is asked, if it is one.
    """
    if name.number and not any(mentions(name.number, s.id) and holds_number(s, name.number) for s in sources):
        return True
    if whole:
        return not any(all(mentions(w, s.id) for w in name.words) and holds_whole(s, name.words) for s in sources)
    found = [mentions(word, source_id) for word in name.words]
    return bool(found) and not found[-1] and sum(found) * 2 <= len(found)


def _wholes(names: Sequence[Name], sources: Collection[Source]) -> list[Name]:
    """Return the names whose last word is an ordinary word of `sources`, and so no surname that stands for the rest.

    Where 'The Times' is, the 'Kyiv Times' need not be.
    """
    several = [n for n in names if len(n.words) > 1 and not n.number]
    return [n for n in several if any(_has_small(s.text, n.words[-1]) for s in sources)]


def _has_small(text: str, word: str) -> bool:
    """Return whether `word` occurs in lower case in running text; as a part of an address it does not."""
    small = word.lower()
    return small in text and re.search(rf"(?<![^\s(\"“]){re.escape(small)}(?![\w/@-]|\.\w)", text) is not None


def holds_whole(source: Source, words: Sequence[str]) -> bool:
    """Return whether a source has `words` beside each other in any order, or with one more capitalised word between.

    Any word for a country will do: 'Ukrainian Border Guard' is there where 'Border Guard of Ukraine' is.
    """
    text = _whole_text(source)
    found = [*_WORDS.finditer(text)]
    meant = [_meant(w[0], words) for w in found]
    most = _LONGEST * len(words)
    starts = (at for at, fits in enumerate(meant) if fits)
    return any(_stand_together(text, found[a : a + most], meant[a : a + most], len(words)) for a in starts)


def _meant(word: str, words: Sequence[str]) -> list[int]:
    """Return which of `words` a word of a text may be another spelling of, or mean the same country as."""
    return [n for n, w in enumerate(words) if stem(word) in _stems(w) or same_name(w, without_possessive(word))]


@cache
def _stems(word: str) -> frozenset[str]:
    return frozenset(stem(way[-1]) for way in country_words(word))


def _stand_together(text: str, found: Sequence[re.Match[str]], meant: Sequence[list[int]], count: int) -> bool:
    """Return whether `found` begins with all of `count` words; 'of', 'the' and one capitalised word may be between."""
    left, spare, end = set(range(count)), 1, found[0].start()
    for match, fits in zip(found, meant, strict=True):
        if not _BESIDE.fullmatch(text, end, match.start()):
            return False
        if fitting := left.intersection(fits):
            left.remove(fitting.pop())
        elif match[0].lower() not in _JOINING:
            spare -= 1
            if spare < 0 or not match[0][0].isupper():
                return False
        if not left:
            return True
        end = match.end()
    return False


def holds_number(source: Source, number: str) -> bool:
    """Return whether a source has `number` in a name: '83rd', 'Brigade 83' or 'No. 83', but not '83 men'.

    A number without an ordinal's ending is there as well where nothing tells that it counts.
    """
    asked = NUMBER.fullmatch(number)
    assert asked is not None
    text = _whole_text(source)
    digits, suffix = asked["digits"].lstrip("0") or "0", _plain(asked["suffix"])
    return any(
        digits == d and (not suffix or not s or suffix == s) and (named or not asked["th"])
        for d, s, named in _numbers_in(text)
    )


def _plain(suffix: str | None) -> str:
    return (suffix or "").replace("‑", "-").replace("–", "-").casefold()


def _whole_text(source: Source) -> str:
    return "\n\n".join((source.title, source.publisher, source.author or "", source.text))


@lru_cache(maxsize=1024)  # sources: a question is set against all that may answer it
def _numbers_in(text: str) -> frozenset[tuple[str, str, bool]]:
    """Return the numbers in `text` that may be part of names: digits, suffix, and whether they are for certain."""
    return frozenset((*_with_suffix(text), *_without(text)))


def _with_suffix(text: str) -> Iterator[tuple[str, str, bool]]:
    return ((m["digits"].lstrip("0") or "0", _plain(m["suffix"]), True) for m in NUMBER.finditer(text) if m["suffix"])


def _without(text: str) -> Iterator[tuple[str, str, bool]]:
    named, last = False, -1  # of the number before
    for number in numbers(text):
        start, end = number.start, number.end
        counts = is_counted(text, end)
        beside = is_numbered(word_before(text, start)) or is_numbered(word_after(text, end))
        listed = named and are_listed(text, last, start)
        named = number.ordinal or number.label or (not counts and (beside or listed))
        last = end
        if named or (text[start:end].isdecimal() and not counts):
            yield number.term, "", named
