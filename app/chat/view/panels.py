"""The two panels that open over the page: the conversations of this browser, and the sources of the index."""

from __future__ import annotations

from markupsafe import Markup

from app.chat.view.elements import CLOSE, NEW, NOTHING, SAVE, SEARCH, button, problem_html
from app.render.html import html, join
from app.render.own_page import ABOUT
from app.render.style import Style
from app.sources.contents import IndexContents, SourceEntry
from app.words.describe import date_words, kind_words, language_words, month_names, standing, time_words
from app.words.texts import Texts
from index.source import Kind, SourceFacts


def _panel(name: str, title: str, body: Markup, texts: Texts, generation: str = "") -> Markup:
    """Make a panel: a bar with its name and a button that closes it, and its body."""
    return html(
        '<div class="panel" data-generation="{generation}"><div class="panel-bar">'
        '<h2 id="{name}-head" tabindex="-1">{title}</h2>{close}</div>{body}</div>',
        generation=generation,
        name=name,
        title=title,
        close=button(CLOSE, class_="bare", data_panel_close=True, aria_label=texts.close, title=f"{texts.close} (Esc)"),
        body=body,
    )


def conversations_panel_html(texts: Texts) -> Markup:
    """Make the conversations panel. Scripts fill its list from what the browser keeps, by copying the hidden row."""
    formats = (("markdown", texts.save_markdown), ("html", texts.save_html), ("bundle", texts.save_bundle))
    body = html(
        '<p class="panel-more">{more}</p>{new}'
        '<ul class="conversation-list" data-none="{none}" data-untitled="{untitled}" data-unreadable="{unreadable}" '
        'data-months="{months}">'
        "{row}</ul>"
        '<section class="save" aria-labelledby="save-head"><h3 id="save-head">{head}</h3>'
        '<p class="save-buttons">{formats}</p><h4 id="save-sources">{sources}</h4>'
        '<p class="save-buttons" role="group" aria-labelledby="save-sources">{styles}</p>'
        '<p class="save-failed" role="status"></p>{clear}</section>',
        more=texts.conversations_more,
        new=button(texts.new_conversation, NEW, class_="wide", data_new=True),
        none=texts.conversations_none,
        untitled=texts.untitled,
        unreadable=texts.conversation_unreadable,
        months="|".join(month_names(texts)),
        row=_conversation_row(texts),
        head=texts.save_conversation,
        formats=join(button(words, SAVE, data_save=kind) for kind, words in formats),
        sources=texts.save_sources_as,
        styles=join(button(style.words, SAVE, data_save=style.value) for style in Style),
        clear=button(texts.clear, class_="quiet", data_clear=True, data_sure=texts.delete_sure),
    )
    return _panel("conversations", texts.conversations, body, texts)


def _conversation_row(texts: Texts) -> Markup:
    title = html('<span class="conversation-title" dir="auto"></span><span class="conversation-time"></span>')
    return html(
        "<li data-row hidden>{open}"
        '<input type="text" class="conversation-name" maxlength="200" aria-label="{label}" dir="auto" hidden>'
        '<span class="conversation-buttons">{rename}{delete}</span></li>',
        open=button(title, class_="conversation-open", data_conversation=True),
        label=texts.rename_label,
        rename=button(texts.rename, class_="quiet", data_rename=True),
        delete=button(texts.delete, class_="quiet", data_delete=True, data_sure=texts.delete_sure),
    )


# Scripts put here what adds sources, if the server lets this browser add any.
_ADDING = Markup("<div data-adding-place></div>")


def sources_panel_html(contents: IndexContents | None, texts: Texts, problem: str = "") -> Markup:
    """List every source with what it is, its relation, and a checkbox for the next question; or say `problem`."""
    if contents is None:
        return _panel("sources", texts.sources, _ADDING + problem_html(problem, texts), texts)
    body = _ADDING + html(
        '<p class="panel-more">{counts}. {built}</p><p class="sources-choose">{choose} {all}</p>'
        '<label class="sources-find"><span class="screen-reader">{find}</span>'
        '<input type="search" data-find placeholder="{find}" autocomplete="off"></label>'
        '<p class="sources-search">{search}</p>'
        '<ul class="sources-list">{entries}</ul><p class="sources-none" role="status" data-words="{none}"></p>',
        counts=texts.index_counts.format(**index_counts(contents, texts)),
        built=texts.index_built.format(when=time_words(contents.built_at, texts), model=contents.model),
        choose=texts.sources_choose,
        all=button(texts.sources_all, class_="quiet", data_choose_all=True),
        find=texts.sources_find,
        search=button(texts.search_sources, SEARCH, data_search_open=True),
        entries=join(_entry(e, texts) for e in contents.entries),
        none=texts.sources_none,
    )
    about = html(
        '<p class="about-link"><a class="quiet" href="{url}?language={t.code}">{t.about_footnote}</a></p>',
        url=ABOUT,
        t=texts,
    )
    return _panel("sources", texts.sources, body + about, texts, contents.generation)


def index_counts(contents: IndexContents, texts: Texts) -> dict[str, str]:
    """Say '29 sources' and '219 passages', under the names that the texts use."""
    return {
        "sources": texts.counted(len(contents.entries), texts.sources_counted),
        "passages": texts.counted(contents.passages, texts.passages),
    }


def _entry(entry: SourceEntry, texts: Texts) -> Markup:
    facts = entry.facts
    about = [
        kind_words(facts, texts, short=True),
        standing(facts, texts),
        language_words(facts.language, texts),
        texts.counted(entry.passages, texts.passages),
    ]
    return html(
        '<li data-source="{id}"><input type="checkbox" id="choose-{id}" data-choose="{id}" '
        'data-name="{publisher}, {date}" aria-describedby="about-{id}">'
        '<label for="choose-{id}"><span class="screen-reader">{ask} </span><span dir="auto">{title}</span></label>'
        '<div class="source-about" id="about-{id}"><span class="publisher">{publisher}</span>, {date}<br>{about}</div>'
        '<p class="source-buttons">{open}{remove}</p></li>',
        id=entry.id,
        publisher=facts.publisher,
        date=date_words(facts.published, texts),
        ask=texts.sources_ask.format(title="").strip(),
        title=facts.title,
        about=Markup(" · ").join(f for f in about if f),
        open=button(
            texts.sources_open,
            class_="quiet",
            data_open_source=entry.id,
            aria_label=f"{texts.sources_open}: {facts.title}",
        ),
        remove=_remove(facts, texts),
    )


def _remove(facts: SourceFacts, texts: Texts) -> Markup:
    """Make the button that removes a source, shown where this browser may; the article is not removed."""
    if facts.kind is Kind.ARTICLE:
        return NOTHING
    return button(
        texts.remove_source,
        class_="quiet remove-source",
        data_remove_source=facts.id,
        data_sure=texts.remove_source_sure,
        aria_label=f"{texts.remove_source}: {facts.title}",
    )
