"""The sources drawer as HTML: every source with what it is, how it stands, and a tick for the next question."""

from __future__ import annotations

from markupsafe import Markup

from app.chat.view.icons import CLOSE
from app.chat.view.notices import problem_html
from app.render.html import html, join
from app.sources import IndexContents, SourceEntry
from app.words.describe import date_words, kind_words, language_words, relation_words, time_words
from app.words.english import ENGLISH
from app.words.texts import Texts
from index.passage import Kind

_NOTHING = Markup("")


def shelf_html(shelf: IndexContents | None, problem: str = "", texts: Texts = ENGLISH) -> Markup:
    """The drawer; with `problem`, words on what to do in place of the list. `data-generation` names the index."""
    body = problem_html(problem, texts) if shelf is None else _body(shelf, texts)
    return html(
        '<div class="drawer-sheet" data-generation="{generation}">{head}{body}</div>',
        generation="" if shelf is None else shelf.generation,
        head=drawer_head("shelf", texts.shelf, texts),
        body=body,
    )


def drawer_head(name: str, title: str, texts: Texts) -> Markup:
    """The bar of a drawer with its name and a button that closes it."""
    return html(
        '<div class="drawer-bar"><h2 id="{name}-head" tabindex="-1">{title}</h2>'
        '<button type="button" class="bare" data-drawer-close aria-label="{close}" title="{close} (Esc)">'
        "{icon}</button></div>",
        name=name,
        title=title,
        close=texts.close,
        icon=CLOSE,
    )


def counts(shelf: IndexContents, texts: Texts) -> dict[str, str]:
    """'29 sources' and '219 passages', under the names that the texts use."""
    return {
        "sources": texts.counted(len(shelf.entries), texts.sources_counted),
        "passages": texts.counted(shelf.passages, texts.passages),
    }


def _body(shelf: IndexContents, texts: Texts) -> Markup:
    return html(
        '<p class="drawer-more">{counts}. {built}</p>'
        '<p class="shelf-choose">{choose} <button type="button" class="quiet" data-choose-all>{all}</button></p>'
        '<label class="shelf-find"><span class="for-ears">{find}</span>'
        '<input type="search" data-shelf-find placeholder="{find}" autocomplete="off"></label>'
        '<ul class="shelf-list">{entries}</ul><p class="shelf-none" role="status" data-words="{none}"></p>',
        counts=texts.shelf_counts.format(**counts(shelf, texts)),
        built=texts.shelf_built.format(when=time_words(shelf.built_at, texts), model=shelf.model),
        choose=texts.shelf_choose,
        all=texts.shelf_all,
        find=texts.shelf_filter,
        entries=join(_entry(e, texts) for e in shelf.entries),
        none=texts.shelf_none,
    )


def _entry(entry: SourceEntry, texts: Texts) -> Markup:
    facts = entry.facts
    about = [
        kind_words(facts, texts, short=True),
        _NOTHING if facts.kind is Kind.ARTICLE else relation_words(facts.relation, texts),
        language_words(facts.language, texts),
        texts.counted(entry.passages, texts.passages),
    ]
    return html(
        '<li data-shelf="{id}"><input type="checkbox" id="choose-{id}" data-choose="{id}" data-name="{name}" '
        'aria-describedby="about-{id}">'
        '<label for="choose-{id}"><span class="for-ears">{ask} </span><span dir="auto">{title}</span></label>'
        '<div class="shelf-about" id="about-{id}"><span class="publisher">{publisher}</span>, {date}<br>{facts}</div>'
        '<button type="button" class="quiet" data-open-source="{id}" aria-label="{open}: {title}">{open}</button></li>',
        id=entry.id,
        name=f"{facts.publisher}, {date_words(facts.published, texts)}",
        ask=texts.shelf_ask_of.format(title="").strip(),
        title=facts.title,
        publisher=facts.publisher,
        date=date_words(facts.published, texts),
        facts=Markup(" · ").join(f for f in about if f),
        open=texts.shelf_open,
    )
