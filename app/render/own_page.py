"""The pages beside the chat: what Footnote is, and that there is nothing at an address. No scripts, no requests."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from markupsafe import Markup

from app.render.html import html, join
from app.words.texts import Texts

ICON = "/chat-files/icon.svg"
ABOUT = "/about"


_LEAVES, _MADE = 2, 3  # places in `about_words` of what is otherwise with a language model


def about_html(languages: Sequence[Texts], texts: Texts, with_model: bool = False) -> str:
    """Say in plain words what is quoted, whose words they are, what leaves the machine and what may be wrong.

    `with_model`: a language model is set up.
    """
    words = [*texts.about_words]
    if with_model:
        words[_LEAVES], words[_MADE] = texts.about_model
    parts = zip(texts.about_heads, words, strict=True)
    others = join(
        html(' <a href="{about}?language={t.code}" lang="{t.code}" hreflang="{t.code}">{t.name}</a>', about=ABOUT, t=t)
        for t in languages
        if t is not texts
    )
    body = html(
        '<h1>{head}</h1><p class="lead">{lead}</p>{parts}{back}<p>{others}</p>',
        head=texts.about_footnote,
        lead=texts.welcome_model if with_model else texts.welcome_more,
        parts=join(html("<h2>{head}</h2><p>{words}</p>", head=head, words=words) for head, words in parts),
        back=_way_back(texts),
        others=others,
    )
    return _page(texts.about_footnote, body, texts)


def not_found_html(texts: Texts) -> str:
    """Say that there is nothing at this address, without repeating it, and lead back to the chat."""
    body = html("<h1>{head}</h1><p>{words}</p>", head=texts.not_found, words=texts.not_found_more) + _way_back(texts)
    return _page(texts.not_found, body, texts)


def _way_back(texts: Texts) -> Markup:
    return html('<p><a href="/">{words}</a></p>', words=texts.to_the_chat)


def _page(title: str, body: Markup, texts: Texts) -> str:
    page = html(
        '<!doctype html>\n<html lang="{code}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><link rel="icon" type="image/svg+xml" href="{icon}">'
        "<title>{title}</title><style>{style}</style></head><body><main>{body}</main></body></html>\n",
        code=texts.code,
        icon=ICON,
        title=title if texts.title in title else f"{title} · {texts.title}",
        style=Markup(files("app.render").joinpath("transcript.css").read_text("utf-8")),
        body=body,
    )
    return str(page)
