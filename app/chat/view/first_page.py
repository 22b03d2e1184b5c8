"""What is shown before the first question: what this is, what it reads, and questions that teach by example."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from app.chat.view.abstention import offers_html
from app.chat.view.notices import problem_html
from app.chat.view.offers import Offer
from app.render.html import html
from app.words.english import ENGLISH
from app.words.texts import Texts
from app.words.wording import date_words
from index.passage import Kind, Source

_NOTHING = Markup("")


def first_page(
    sources: Sequence[Source], suggestions: Sequence[str], problem: str = "", texts: Texts = ENGLISH
) -> Markup:
    """The page; with `problem`, the words on what to do stand in place of the questions."""
    if problem:
        body = problem_html(problem, texts)
    else:
        body = html(
            '{shelf}<h3 id="suggestions-head">{head}</h3>{offers}<p class="keys">{keys}</p>',
            shelf=_shelf(sources, texts),
            head=texts.try_these,
            offers=offers_html([Offer(q, q) for q in suggestions]),
            keys=texts.keys_hint,
        )
    return html(
        '<div class="welcome"><h2>{head}</h2><p class="welcome-more">{more}</p>{body}</div>',
        head=texts.welcome,
        more=texts.welcome_more,
        body=body,
    )


def _shelf(sources: Sequence[Source], texts: Texts) -> Markup:
    article = next((s for s in sources if s.kind is Kind.ARTICLE), None)
    if article is None:
        return html('<p class="shelf">{n}</p>', n=texts.counted(len(sources), texts.sources_only))
    others = len(sources) - 1
    beside = html(
        '<br><button type="button" class="quiet" data-drawer="shelf">{words}</button>',
        words=texts.counted(others, texts.further_sources),
    )
    return html(
        '<p class="shelf"><span class="shelf-label">{label}</span> <cite dir="auto">{title}</cite> '
        "<span>{publisher}, {date}</span>{beside}</p>",
        label=texts.article,
        title=article.title,
        publisher=article.publisher,
        date=date_words(article.published, texts),
        beside=beside if others else _NOTHING,
    )
