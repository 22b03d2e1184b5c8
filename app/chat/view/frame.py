"""The frame of the page as HTML: the masthead, what stands above the question box, the conversations drawer."""

from __future__ import annotations

from markupsafe import Markup

from app.chat.view.icons import BOOKS, CLOSE, NEW, SAVE, TALKS
from app.chat.view.sources import drawer_head
from app.render.html import html, join
from app.words.languages import TEXTS
from app.words.texts import Plural, Texts


def masthead_html(texts: Texts) -> Markup:
    """The name, and the ways to conversations, sources, a new conversation and another language.

    `data-code` is the language of the page; 'said' is where scripts put what only ears need to be told.
    """
    return html(
        '<header class="masthead" data-code="{code}"><h1>{title}</h1><p>{tagline}</p><div class="masthead-doors">'
        '{talks}{shelf}<button type="button" class="new-talk" data-new>{icon}{new}</button>{languages}</div></header>'
        '<p class="for-ears" id="said" role="status"></p>',
        code=texts.code,
        title=texts.title,
        tagline=texts.tagline,
        talks=_drawer_button("talks", TALKS, texts.conversations),
        shelf=_drawer_button("shelf", BOOKS, texts.sources),
        icon=NEW,
        new=texts.new_conversation,
        languages=_languages(texts),
    )


def _drawer_button(name: str, icon: Markup, words: str) -> Markup:
    return html(
        '<button type="button" data-drawer="{n}" aria-expanded="false" aria-controls="{n}">{icon}{words}</button>',
        n=name,
        icon=icon,
        words=words,
    )


def _languages(texts: Texts) -> Markup:
    options = join(
        html(
            '<option value="{code}" lang="{code}"{chosen}>{name}</option>',
            code=t.code,
            chosen=Markup(" selected") if t.code == texts.code else Markup(""),
            name=t.name,
        )
        for t in TEXTS.values()
    )
    return html(
        '<span class="language"><select data-language aria-label="{label}">{options}</select></span>',
        label=texts.language,
        options=options,
    )


def above_html(texts: Texts) -> Markup:
    """What scripts show above the question box: the chosen sources as chips, and that a question is being edited."""
    return html(
        '<div class="chips" data-chips hidden><span class="chips-words" {forms}></span>'
        '<span class="chip" data-chip hidden><span class="chip-name" dir="auto"></span>'
        '<button type="button" class="bare" data-drop data-name="{drop}">{icon}</button></span>'
        '<button type="button" class="quiet" data-choose-all>{all}</button></div>'
        '<p class="editing" data-editing hidden>{editing} '
        '<button type="button" class="quiet" data-edit-cancel>{cancel}</button></p>'
        '<p class="storage-full" data-storage-full role="alert" data-words="{full}"></p>',
        forms=_forms(texts.asking_only),
        drop=texts.drop_source,
        icon=CLOSE,
        all=texts.ask_all,
        editing=texts.editing,
        cancel=texts.editing_cancel,
        full=texts.storage_full,
    )


def _forms(words: Plural) -> Markup:
    """Plural forms as attributes, for scripts to choose from by the browser's own plural rules."""
    return html('data-one="{one}" data-few="{few}" data-many="{many}"', **words._asdict())


def talks_html(texts: Texts) -> Markup:
    """The conversations drawer. Scripts fill the list from what the browser keeps, by copying the hidden row."""
    return html(
        '<div class="drawer-sheet">{head}<p class="drawer-more">{more}</p>'
        '<button type="button" class="wide" data-new>{i_new}{new}</button>'
        '<ul class="talk-list" data-talks data-none="{none}" data-untitled="{untitled}" data-unreadable="{unreadable}">'
        "{row}</ul>{save}</div>",
        head=drawer_head("talks", texts.conversations, texts),
        more=texts.conversations_more,
        i_new=NEW,
        new=texts.new_conversation,
        none=texts.conversations_none,
        untitled=texts.untitled,
        unreadable=texts.conversation_unreadable,
        row=_talk_row(texts),
        save=_save(texts),
    )


def _talk_row(texts: Texts) -> Markup:
    return html(
        '<li data-talk-row hidden><button type="button" class="talk-open" data-talk>'
        '<span class="talk-title" dir="auto"></span><span class="talk-when"></span></button>'
        '<input type="text" class="talk-name" maxlength="200" aria-label="{label}" dir="auto" hidden>'
        '<span class="talk-doors"><button type="button" class="quiet" data-talk-rename>{rename}</button>'
        '<button type="button" class="quiet" data-talk-delete data-sure="{sure}">{delete}</button></span></li>',
        label=texts.rename_label,
        rename=texts.rename,
        delete=texts.delete,
        sure=texts.delete_sure,
    )


def _save(texts: Texts) -> Markup:
    formats = (("markdown", texts.save_markdown), ("html", texts.save_html), ("bundle", texts.save_bundle))
    buttons = join(
        html('<button type="button" data-save="{kind}">{icon}{words}</button>', kind=k, icon=SAVE, words=w)
        for k, w in formats
    )
    return html(
        '<section class="talk-save" aria-labelledby="save-head"><h3 id="save-head">{head}</h3>'
        '<p class="talk-save-doors">{buttons}</p><p class="save-failed" role="status"></p>'
        '<button type="button" class="quiet" data-clear data-sure="{sure}">{clear}</button></section>',
        head=texts.save_conversation,
        buttons=buttons,
        sure=texts.delete_sure,
        clear=texts.clear,
    )
