"""The sources drawer as HTML: every source with what it is, how it stands, and a tick for the next question."""

from __future__ import annotations

from markupsafe import Markup

from app.chat.view.icons import CLOSE
from app.chat.view.notices import problem_html
from app.render.html import html, join
from app.sources import Shelf, ShelfEntry
from app.words.english import ENGLISH
from app.words.texts import Texts
from app.words.wording import date_words, language_words, short_kind, time_words
from index.passage import Kind

_NOTHING = Markup("")


def shelf_html(shelf: Shelf | None, problem: str = "", texts: Texts = ENGLISH) -> Markup:
    """The drawer; with `problem`, words on what to do in place of the list. `data-generation` names the index."""
    body = problem_html(problem, texts) if shelf is None else _body(shelf, texts)
    return html(
        '<div class="drawer-sheet" data-generation="{generation}">{head}{body}</div>',
        generation="" if shelf is None else shelf.generation,
        head=drawer_head("shelf", texts.sources, texts),
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


def counts(shelf: Shelf, texts: Texts) -> dict[str, str]:
    """'29 sources' and '219 passages', under the names that the texts use."""
    return {
        "sources": texts.counted(len(shelf.entries), texts.sources_counted),
        "passages": texts.counted(shelf.passages, texts.passages),
    }


def _body(shelf: Shelf, texts: Texts) -> Markup:
    return html(
        '<p class="drawer-more">{counts}. {built}</p>'
        '<p class="shelf-choose">{choose} <button type="button" class="quiet" data-choose-all>{all}</button></p>'
        '<label class="shelf-find"><span class="for-ears">{find}</span>'
        '<input type="search" data-shelf-find placeholder="{find}" autocomplete="off"></label>'
        '<ul class="shelf-list">{entries}</ul><p class="shelf-none" role="status" data-words="{none}"></p>',
        counts=texts.index_counts.format(**counts(shelf, texts)),
        built=texts.index_built.format(when=time_words(shelf.built_at, texts), model=shelf.model),
        choose=texts.sources_choose,
        all=texts.sources_all,
        find=texts.sources_find,
        entries=join(_entry(e, texts) for e in shelf.entries),
        none=texts.sources_none,
    )


def _entry(entry: ShelfEntry, texts: Texts) -> Markup:
    facts = [
        short_kind(entry.kind, entry.basis, texts),
        _NOTHING if entry.kind == Kind.ARTICLE else texts.relations[entry.relation],
        language_words(entry.language, texts),
        texts.counted(entry.passages, texts.passages),
    ]
    return html(
        '<li data-shelf="{id}"><input type="checkbox" id="choose-{id}" data-choose="{id}" data-name="{name}" '
        'aria-describedby="about-{id}">'
        '<label for="choose-{id}"><span class="for-ears">{ask} </span><span dir="auto">{title}</span></label>'
        '<div class="shelf-about" id="about-{id}"><span class="publisher">{publisher}</span>, {date}<br>{facts}</div>'
        '<button type="button" class="quiet" data-open-source="{id}" aria-label="{open}: {title}">{open}</button></li>',
        id=entry.source_id,
        name=f"{entry.publisher}, {date_words(entry.published, texts)}",
        ask=texts.sources_ask.format(title="").strip(),
        title=entry.title,
        publisher=entry.publisher,
        date=date_words(entry.published, texts),
        facts=Markup(" · ").join(f for f in facts if f),
        open=texts.sources_open,
    )
