"""What Footnote says itself inside an answer, in words: small talk, a question back, what front matter holds."""

from __future__ import annotations

from app.saying import Own
from app.words.describe import date_words, opening, relation_words
from app.words.languages import ENGLISH
from app.words.texts import Texts
from index.source import Relation, SourceFacts


def own_words(own: Own, facts: SourceFacts | None = None, texts: Texts = ENGLISH) -> str:
    """Return the words of `own`; `facts`: of the source that they are about, if they are about one."""
    filled = {
        "repeats": own.repeats,
        "corpus": _corpus(own, texts),
        "sources": opening(texts.counted(own.sources, texts.sources_counted)),
        "relations": _relations(own, texts),
    }
    if facts is not None:
        filled |= {
            "card": _card(facts, texts),
            "author": facts.author or "",
            "publisher": facts.publisher,
            "date": date_words(facts.published, texts),
            "url": facts.url,
        }
    return texts.own[own.saying.value].format(about=texts.own["about"].format(**filled), **filled)


def _corpus(own: Own, texts: Texts) -> str:
    if not own.repeats:
        return texts.counted(own.sources, texts.sources_counted)
    return texts.counted(own.sources, texts.corpus_of_article, title=own.repeats)


def _relations(own: Own, texts: Texts) -> str:
    """Return ': disputes the article (3), ...'; '' where none of the sources has a relation that is stated."""
    if all(relation is Relation.NONE for relation, _ in own.relations):
        return ""
    return ": " + ", ".join(f"{relation_words(relation, texts)} ({n})" for relation, n in own.relations)


def _card(facts: SourceFacts, texts: Texts) -> str:
    """Return '“Title” (Publisher, date, by Author; relation to the article)'."""
    about = [facts.publisher, date_words(facts.published, texts)]
    about += [texts.by_author.format(author=facts.author)] if facts.author else []
    relation = "" if facts.relation is Relation.NONE else relation_words(facts.relation, texts)
    words = "; ".join(filter(None, (", ".join(about), relation)))
    return texts.source_card.format(title=facts.title, about=words)
