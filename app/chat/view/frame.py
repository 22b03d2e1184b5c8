"""What surrounds the conversation: the header, the first page, the lines above the question box."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from app.chat.session.suggestions import Suggestion
from app.chat.view.elements import CLOSE, CONVERSATIONS, NEW, NOTHING, SEARCH, SOURCES, THEME, button, problem_html
from app.chat.view.offered import suggestions_html
from app.render.html import html, join
from app.render.own_page import ABOUT
from app.words.describe import date_words
from app.words.languages import TEXTS
from app.words.texts import Texts
from index.source import Kind, Source


def header_html(texts: Texts, with_model: bool = False) -> Markup:
    """Show the name, and the ways to conversations, sources, a new conversation and another language.

    `with_model`: a language model is set up, which answers in its own words.
    `data-code` is the language of the page; scripts put what only screen readers need into 'announcer'.
    """
    return html(
        '<header class="header" data-code="{code}"><h1>{title}</h1><p>{tagline}</p>'
        '<div class="header-buttons">{conversations}{sources}{search}{new}{theme}{languages}</div></header>'
        '<p class="screen-reader" id="announcer" role="status"></p>',
        code=texts.code,
        title=texts.title,
        tagline=texts.tagline_model if with_model else texts.tagline,
        conversations=_panel_button("conversations", CONVERSATIONS, texts.conversations),
        sources=_panel_button("sources", SOURCES, texts.sources),
        search=button(
            html('<span class="label">{words}</span>', words=texts.search),
            SEARCH,
            data_search_open=True,
            title=texts.search_sources,
        ),
        new=button(texts.new_conversation, NEW, class_="new-conversation", data_new=True),
        theme=_themes(texts),
        languages=_languages(texts),
    )


def _panel_button(panel: str, icon: Markup, words: str) -> Markup:
    return button(words, icon, data_panel=panel, aria_expanded="false", aria_controls=panel)


def _themes(texts: Texts) -> Markup:
    """Offer light, dark, or as the system has it; scripts keep the choice."""
    choices = (("", texts.theme_system), ("light", texts.theme_light), ("dark", texts.theme_dark))
    options = join(html('<option value="{value}">{words}</option>', value=v, words=w) for v, w in choices)
    return html(
        '<span class="theme">{icon}<select data-theme aria-label="{label}" title="{label}">{options}</select></span>',
        icon=THEME,
        label=texts.theme,
        options=options,
    )


def _languages(texts: Texts) -> Markup:
    options = join(
        html(
            '<option value="{code}" lang="{code}"{chosen}>{name}</option>',
            code=t.code,
            chosen=html(" selected") if t.code == texts.code else NOTHING,
            name=t.name,
        )
        for t in TEXTS.values()
    )
    return html(
        '<span class="language" data-short="{short}">'
        '<select data-language aria-label="{label}">{options}</select></span>',
        short=texts.code.upper(),
        label=texts.language,
        options=options,
    )


def first_page_html(
    sources: Sequence[Source],
    suggestions: Sequence[Suggestion],
    texts: Texts,
    problem: str = "",
    with_model: bool = False,
) -> Markup:
    """Say what this is and what it reads, with questions to begin with; or `problem`, the words on what to do.

    `with_model`: as in `header_html`.
    """
    body = problem_html(problem, texts)
    if not problem:
        body = html(
            '{corpus}<h3>{head}</h3>{questions}<p class="keys">{keys}</p>'
            '<p class="about-link"><a class="quiet" href="{about}?language={code}">{about_words}</a></p>',
            corpus=_corpus(sources, texts),
            head=texts.try_these,
            questions=suggestions_html(suggestions, texts),
            keys=texts.keys_hint,
            about=ABOUT,
            code=texts.code,
            about_words=texts.about_footnote,
        )
    return html(
        '<div class="welcome"><h2>{head}</h2><p class="welcome-more">{more}</p>{body}</div>',
        head=texts.welcome if not sources or any(s.kind is Kind.ARTICLE for s in sources) else texts.welcome_sources,
        more=texts.welcome_model if with_model else texts.welcome_more,
        body=body,
    )


def _corpus(sources: Sequence[Source], texts: Texts) -> Markup:
    article = next((s for s in sources if s.kind is Kind.ARTICLE), None)
    if article is None:
        return html('<p class="corpus">{n}</p>', n=texts.counted(len(sources), texts.sources_only))
    others = texts.counted(len(sources) - 1, texts.further_sources)
    return html(
        '<p class="corpus"><span>{label}</span> <cite dir="auto">{title}</cite> '
        "<span>{publisher}, {date}</span>{others}</p>",
        label=texts.article,
        title=article.title,
        publisher=article.publisher,
        date=date_words(article.published, texts),
        others=html("<br>") + button(others, class_="quiet", data_panel="sources") if sources[1:] else NOTHING,
    )


def engines_html(model: str, texts: Texts) -> Markup:
    """Offer answers in a language model's words, or quotations only; scripts keep the choice in the browser.

    `model`: the one that is set up; without one there is nothing to choose.
    """
    if not model:
        return NOTHING
    choices = (("model", texts.in_its_words), ("quotations", texts.quotations_only))
    options = join(
        html(
            '<label><input type="radio" name="engine" value="{value}" data-engine><span>{words}</span></label>',
            value=value,
            words=words,
        )
        for value, words in choices
    )
    return html(
        '<fieldset class="engines" data-engines><legend>{label}</legend>{options}'
        '<span class="engines-model" title="{model}" dir="auto">{model}</span></fieldset>',
        label=texts.answer_in,
        options=options,
        model=model,
    )


def composer_status_html(texts: Texts) -> Markup:
    """Prepare what scripts show above the question box: the chosen sources as chips, an edit, full storage."""
    return html(
        # Plural forms as attributes: scripts choose by the browser's own plural rules.
        '<div class="chips" data-chips hidden><span class="chips-words" data-one="{forms.one}" '
        'data-few="{forms.few}" data-many="{forms.many}"></span>'
        '<span class="chip" data-chip hidden><span class="chip-name" dir="auto"></span>{drop}</span>{all}</div>'
        '<p class="editing" data-editing hidden>{editing} {cancel}</p>'
        '<p class="storage-full" data-storage-full role="alert" data-words="{full}"></p>'
        '<p class="trouble" data-trouble role="status" data-away="{away}" data-back="{back}" '
        'data-unanswered="{unanswered}"></p>',
        away=texts.server_away,
        back=texts.server_back,
        unanswered=texts.unanswered,
        forms=texts.asking_only,
        drop=button(CLOSE, class_="bare", data_drop=True, data_name=texts.drop_source),
        all=button(texts.ask_all, class_="quiet", data_choose_all=True),
        editing=texts.editing,
        cancel=button(texts.editing_cancel, class_="quiet", data_edit_cancel=True),
        full=texts.storage_full,
    )
