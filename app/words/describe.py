"""Sources, speakers and dates in words: what the terminal, the answers, the exports and the chat call them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from app.model_run import ModelRun, Purpose, Translations
from app.records import WRITTEN, Answer, QuestionKind, Statement, Support
from app.words.languages import ENGLISH
from app.words.plural import locale
from app.words.reasons import reason_words
from app.words.texts import Texts
from index.fetched.seen import Seen
from index.source import Basis, Kind, Relation, SourceFacts, date_range

_BRACKETS = re.compile(r"\s*\([^()]*\)$")  # 'UNN (Ukrainian National News)'
_REASONS = 2  # that are told of a statement
_SMALL_WORDS = {"of", "the", "and", "for", "de", "la", "le", "del"}


def date_words(published: str | None, texts: Texts = ENGLISH) -> str:
    """Return '15 Nov 2024', 'Nov 2024', '2012' or 'undated'.

    Raises ValueError for a text that is no ISO 8601 date.
    """
    if published is None:
        return texts.undated
    date_range(published)
    year, month, day = ([*published.split("-"), "", ""])[:3]
    name = ""
    if month:
        name = month_names(texts, alone=not day)[int(month) - 1]
    return " ".join(w for w in (day.lstrip("0"), name, year) if w)


def month_names(texts: Texts, *, alone: bool = False) -> tuple[str, ...]:
    """Return the twelve short names of months, as in a date; `alone`: as where no day stands before them."""
    months = locale(texts.code).months["stand-alone" if alone else "format"]["abbreviated"]
    return tuple(months[n] for n in range(1, 13))


def time_words(moment: str, texts: Texts) -> str:
    """Return '25 Nov 2026, 17:43' for an ISO 8601 time; the text itself if it is none."""
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    zone = f" {at.tzname()}" if at.tzinfo else ""
    return f"{date_words(at.date().isoformat(), texts)}, {at:%H:%M}{zone}"


def acronym(publisher: str) -> str:
    """Return 'WSWS' for 'World Socialist Web Site'; a name of fewer than four large words stays as it is."""
    words = [w for w in re.split(r"[\s-]+", publisher) if w.lower() not in _SMALL_WORDS]
    if len(words) < 4 or not all(w[:1].isupper() and w.isalpha() for w in words):
        return publisher
    return "".join(w[0] for w in words)


def dated_name(facts: SourceFacts, texts: Texts = ENGLISH) -> str:
    """Name a source by publisher and date: 'WSWS, 15 Nov 2024'."""
    return f"{acronym(facts.publisher)}, {date_words(facts.published, texts)}"


def speaker(
    facts: SourceFacts,
    texts: Texts = ENGLISH,
    *,
    quoting: bool = False,
    on_article: bool = False,
    later: bool = False,
) -> str:
    """Say whose words a quotation is, and when; a note speaks for itself, about an original.

    `quoting`: the words are somebody's whom the source quotes. `on_article`: they only tell what the article says.
    `later`: they speak of a later day than the original's, whose date is left out.
    """
    name = ours(facts, acronym(facts.publisher) if later else dated_name(facts, texts), texts)
    name = texts.on_article.format(name=name) if on_article else name
    return texts.quoting.format(name=name) if quoting else name


def ours(facts: SourceFacts, name: str, texts: Texts = ENGLISH) -> str:
    """Return `name`; of a note said to be ours: a summary where its original stands beside it."""
    if facts.kind is not Kind.NOTE:
        return name
    return (texts.our_summary_of if facts.original else texts.our_note_on).format(name=name)


def said_by(statement: Statement, facts: SourceFacts | None, texts: Texts = ENGLISH) -> str:
    """Say who speaks in a statement: for Footnote's words about a source, what that source is; '' if nobody."""
    if facts is None or statement.support is Support.NONE:
        return ""
    if statement.support is Support.METADATA:
        return kind_words(facts, texts)
    name = speaker(facts, texts, quoting=statement.quoting, on_article=statement.on_article, later=statement.later)
    return texts.heading.format(name=name) if statement.heading else name


def support_words(statement: Statement, texts: Texts = ENGLISH) -> str:
    """Say how a language model's words rest on their quotation, and what speaks against them most."""
    verdict = statement.verdict
    if statement.support is Support.SUPPORTED and not (verdict and verdict.reader):
        return texts.supports["unopposed"]
    words = texts.supports[statement.support.value]
    against = [] if verdict is None or verdict.label.holds else verdict.reasons[:_REASONS]
    return ": ".join(filter(None, (words, ", ".join(reason_words(r, texts) for r in against))))


def aside(statement: Statement, facts: SourceFacts | None, texts: Texts = ENGLISH) -> str:
    """Say behind a language model's statement whose words it rests on, and how; '' for what is none of its words."""
    if statement.support not in WRITTEN:
        return ""
    who = said_by(statement, facts, texts) if statement.quotes else ""
    return "; ".join(w for w in (who, support_words(statement, texts)) if w)


def model_words(run: ModelRun | None, texts: Texts = ENGLISH) -> str:
    """Say in whose words an answer is, or why it is not in the model's; '' where no model was asked for it."""
    if run is None or not run.calls:
        return "" if run is None or not run.failure else model_failure(run, texts)
    if run.failure:
        return model_failure(run, texts)
    if all(call.purpose is not Purpose.ANSWER for call in run.calls):
        return ""
    return texts.in_words_of.format(name=run.name)


def engine_words(answer: Answer, with_model: bool, quotations_only: bool, texts: Texts = ENGLISH) -> str:
    """Say what an answer comes from; '' where no language model was set up.

    `with_model`: one was; `quotations_only`: the reader wanted it left alone.
    """
    if answer.written_by:
        return texts.in_words_of.format(name=answer.written_by)
    if quotations_only and with_model:
        return texts.model_left_alone
    return texts.without_model if with_model or answer.model else ""


def model_failure(run: ModelRun, texts: Texts = ENGLISH) -> str:
    """Say why a language model did not answer."""
    return texts.model_failed.format(why=_why(run.failure, run.wait, texts))


def _why(failure: str, wait: int, texts: Texts) -> str:
    timed = f"{failure}-for" if wait else ""
    why = texts.model_failures.get(timed) or texts.model_failures.get(failure) or texts.model_failures["server"]
    return why.format(wait=wait)


def translation_words(answer: Answer, number: int, texts: Texts = ENGLISH) -> str:
    """Return the machine translation of a quotation, said to be one; '' if there is none."""
    made = answer.translations
    words = made.of(number) if made is not None else ""
    return f"{texts.machine_translation.format(model=made.model)} {words}" if made is not None and words else ""


def not_translated(made: Translations, texts: Texts = ENGLISH) -> str:
    """Say why quotations are not translated; '' where nothing went wrong."""
    return texts.not_translated.format(why=_why(made.failure, made.wait, texts)) if made.failure else ""


def short_speaker(statement: Statement, facts: SourceFacts, texts: Texts = ENGLISH) -> str:
    """Say in a few words who speaks in a statement: 'WSWS', 'our note on UNN', 'quoted by WSWS'."""
    name = ours(facts, acronym(_BRACKETS.sub("", facts.publisher) or facts.publisher), texts)
    name = texts.on_article.format(name=name) if statement.on_article else name
    return texts.quoted_by.format(name=name) if statement.quoting else name


def kind_words(facts: SourceFacts, texts: Texts = ENGLISH, *, short: bool = False) -> str:
    """Say what kind of source this is; `short` where its publisher is named beside it."""
    if facts.kind is Kind.ARTICLE:
        return texts.label_article
    if facts.kind is Kind.FULLTEXT and not facts.url:
        return texts.kind_file  # a file of the reader's own, no page
    if facts.kind is Kind.FULLTEXT:
        return texts.kind_fulltext if short else texts.label_fulltext.format(publisher=facts.publisher)
    if facts.original:
        named = texts.summary_kinds if short else texts.summary_labels
        return named[facts.basis.value].format(publisher=facts.publisher)
    whole, brief = {
        Basis.ORIGINAL: (texts.label_note_read, texts.kind_note_read),
        Basis.PARTLY: (texts.label_note_partly, texts.kind_note_partly),
        Basis.REPORTED: (texts.label_note_reported, texts.kind_note_reported),
    }[facts.basis]
    return brief if short else whole.format(publisher=facts.publisher)


def relation_words(relation: Relation, texts: Texts = ENGLISH) -> str:
    """Say a source's relation to the article."""
    return texts.relations[relation.value]


def standing(facts: SourceFacts, texts: Texts = ENGLISH) -> str:
    """Say how a source stands to the article; '' for the article itself, and where no relation is stated."""
    return (
        "" if facts.kind is Kind.ARTICLE or facts.relation is Relation.NONE else relation_words(facts.relation, texts)
    )


def about_words(facts: SourceFacts, texts: Texts = ENGLISH) -> str:
    """Say what a source is and how it stands to the article: 'our note on the FT text; disputes the article'."""
    return "; ".join(filter(None, (kind_words(facts, texts), standing(facts, texts))))


def page_words(pages: tuple[int, int] | None, texts: Texts = ENGLISH) -> str:
    """Say on which pages words stand: 'p. 12', 'pp. 12–13'; '' for a source without pages."""
    if pages is None:
        return ""
    first, last = pages
    return (texts.page_one if first == last else texts.page_several).format(first=first, last=last)


def seen_words(seen: Seen | None, texts: Texts = ENGLISH) -> str:
    """Say when a page was last seen to say so, or how it differed; '' if it never was looked at."""
    if seen is None:
        return ""
    words = {"so": texts.page_seen, "changed": texts.page_changed, "gone": texts.page_gone}[seen.state]
    return words.format(date=date_words(seen.on, texts))


def opening(words: str) -> str:
    """Return `words` with a capital, as a line begins."""
    return words[:1].upper() + words[1:]


def language_words(code: str, texts: Texts = ENGLISH) -> str:
    """Return the name of a language (ISO 639-1 code) in the interface's language; the code if it has none."""
    base = code.split("-")[0]
    return str(locale(texts.code).languages.get(base, base))


def unreadable_words(code: str, texts: Texts = ENGLISH) -> str:
    """Say that the model does not read the language of a question (ISO 639-1 code)."""
    return texts.unreadable.format(language=language_words(code, texts))


def refusal_words(unmentioned: Sequence[str], texts: Texts = ENGLISH, kind: QuestionKind = QuestionKind.FACT) -> str:
    """Say that the sources do not answer, and what the question names that none of them mentions.

    No source is blamed for a question that asks for an opinion or says too little.
    """
    if kind is QuestionKind.OPINION:
        return texts.no_opinions
    if kind is QuestionKind.UNCLEAR:
        return texts.ask_back
    if not unmentioned:
        return texts.sources_do_not_answer
    return f"{texts.sources_do_not_answer} {texts.none_mentions.format(names=texts.either.join(unmentioned))}"


def is_refusal_of_sources(kind: QuestionKind) -> bool:
    """Return whether a refusal says that the sources do not answer; else Footnote itself declines or asks back."""
    return kind not in (QuestionKind.OPINION, QuestionKind.UNCLEAR)


def nearest_words(kind: QuestionKind, texts: Texts = ENGLISH) -> str:
    """Name the passages beside a refusal: to an opinion they are what the sources hold, to a fact no answer."""
    return texts.nearest_opinion if kind is QuestionKind.OPINION else texts.nearest
