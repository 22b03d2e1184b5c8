"""Sources, speakers and dates in the words of the interface's language.

In English these agree with `app.words.describe`, which the terminal and the answers themselves use.
"""

from __future__ import annotations

from datetime import datetime

from app.records import Statement
from app.words import describe
from app.words.texts import Texts
from index.passage import Basis, Kind, Relation, Source


def date_words(published: str | None, texts: Texts, *, long: bool = False) -> str:
    """'15 Nov 2024' ('15 November 2024' if `long`), 'Nov 2024', '2012', or 'undated'."""
    if published is None:
        return texts.undated
    year, month, day = ([*published.split("-"), "", ""])[:3]
    months = texts.months_short
    if long:
        months = texts.months if day else texts.months_alone
    words = [day.lstrip("0"), months[int(month) - 1] if month else "", year]
    return " ".join(w for w in words if w)


def time_words(moment: str, texts: Texts) -> str:
    """'25 November 2026, 17:43' for an ISO 8601 time; the text itself if it is none."""
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    zone = f" {at.tzname()}" if at.tzinfo else ""
    return f"{date_words(at.date().isoformat(), texts, long=True)}, {at:%H:%M}{zone}"


def speaker(source: Source, texts: Texts, *, long: bool = False) -> str:
    """Whose words a quotation from `source` is, and when; a note speaks for itself, of an original."""
    name = f"{describe.acronym(source.publisher)}, {date_words(source.published, texts, long=long)}"
    return texts.our_note_on.format(name=name) if source.kind is Kind.NOTE else name


def said_by(statement: Statement, source: Source | None, texts: Texts) -> str:
    """The speaker of a statement, in the interface's language where it is the source itself."""
    if source is None or not statement.speaker:
        return statement.speaker
    own = describe.speaker(source)
    if statement.speaker == own:
        return speaker(source, texts)
    if statement.speaker == f"{own}, quoting":
        return texts.quoting.format(name=speaker(source, texts))
    return statement.speaker


def kind_words(source: Source, texts: Texts) -> str:
    """What kind of source this is."""
    if source.kind is Kind.ARTICLE:
        return texts.label_article
    if source.kind is Kind.FULLTEXT:
        return texts.label_fulltext.format(publisher=source.publisher)
    read = source.basis is Basis.ORIGINAL
    return (texts.label_note_read if read else texts.label_note_reported).format(publisher=source.publisher)


def opening(words: str) -> str:
    """`words` with a capital, as a line begins."""
    return words[:1].upper() + words[1:]


def short_kind(kind: str, basis: str, texts: Texts) -> str:
    """What kind of source this is, where its publisher is named beside it. `kind`, `basis`: as in front matter."""
    if kind == Kind.ARTICLE:
        return texts.label_article
    if kind == Kind.FULLTEXT:
        return texts.kind_fulltext
    return texts.kind_note_read if basis == Basis.ORIGINAL else texts.kind_note_reported


def relation_words(relation: Relation, texts: Texts) -> str:
    """How a source stands to the article."""
    return texts.relations[relation.value]


def language_words(code: str, texts: Texts) -> str:
    """The name of a language (ISO 639-1 code) in the interface's language; the code itself where it has none."""
    return texts.languages.get(code.split("-")[0], code)
